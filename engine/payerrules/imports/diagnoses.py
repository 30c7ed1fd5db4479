"""Diagnosis files: the order file and the list of codes, whose columns have fixed widths, and the tabular list in XML."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final
from xml.etree import ElementTree

from payerrules.imports.sheets import XML, Sheet

_ORDER: Final = re.compile(r"\d{5} ([A-Z]\w{2,6}) {1,5}([01]) ")
_LISTED: Final = re.compile(r"([A-Z]\d\w{1,5}) +\S")
KINDS: Final = {
    "excludes1": "excludes1",
    "excludes2": "excludes2",
    "codeFirst": "code_first",
    "useAdditionalCode": "use_additional",
    "codeAlso": "code_also",
}
"""The notes of the tabular list that bind one code to another, and the word a table has for them."""
_CODE: Final = r"[A-Z]\d\w(?:\.\w{1,4})?"
_REFERENCE: Final = re.compile(rf"{_CODE}(?:\.?-|-{_CODE})?")
Rows = Iterator[tuple[int, list[str]]]


def diagnosis_rows(sheet: Sheet) -> tuple[bool, Rows] | None:
    """Whether a file holds notes (else codes), and its rows; None where it is no diagnosis file.

    Codes: code, 1 or 0 for billable or not. Notes: code, kind and the note.
    """
    if sheet.suffix == XML:
        return (True, notes(sheet)) if b"<diag>" in sheet.content else None
    first = sheet.text()[:400].splitlines()[:2]
    if first and all(_ORDER.match(line) for line in first):
        return False, codes(sheet, _ORDER)
    if first and all(_LISTED.match(line) and "," not in line[:8] for line in first):
        return False, codes(sheet, _LISTED)
    return None


def codes(sheet: Sheet, pattern: re.Pattern[str]) -> Rows:
    """The codes of an order file or a list; every code of a list is billable."""
    for number, line in enumerate(sheet.text().splitlines(), 1):
        found = pattern.match(line)
        if found:
            billable = found[2] if pattern.groups > 1 else "1"
            yield number, [dotted(found[1]), billable]


def dotted(code: str) -> str:
    """A code with its dot.

    >>> dotted("I69320"), dotted("R13")
    ('I69.320', 'R13')
    """
    return code if len(code) <= 3 or "." in code else f"{code[:3]}.{code[3:]}"


def notes(sheet: Sheet) -> Rows:
    """The notes of a tabular list that name other codes."""
    root = ElementTree.fromstring(sheet.content)
    number = 0
    for diagnosis in root.iter("diag"):
        code = (diagnosis.findtext("name") or "").strip()
        for tag, kind in KINDS.items():
            for group in diagnosis.findall(tag):
                for note in group.findall("note"):
                    text = " ".join("".join(note.itertext()).split())
                    number += 1
                    yield number, [code, kind, text]


def references(text: str) -> list[str]:
    """The codes that a note names, as a policy's value set writes them.

    >>> references("aphasia following cerebrovascular disease (I69. with final characters -20)")
    []
    >>> references("dysphagia (R13.1-), injuries (S00-T88), symbolic (R48.2)")
    ['R13.1-', 'S00-T88', 'R48.2']
    """
    named = [part.replace(" ", "") for inside in re.findall(r"\(([^)]*)\)", text) for part in inside.split(",")]
    return [part for part in named if _REFERENCE.fullmatch(part)]
