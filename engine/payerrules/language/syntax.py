"""What YAML's parser complains of, in words that say what to do."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

import yaml

from payerrules.model.diagnostic import Diagnostic, Location

Place = Callable[[int, int, int], Location]

QUESTION: Final = (
    "a `?` here ends the text, or makes a key of what follows it",
    "Put the whole text in double quotes.",
)
"""Message and remedy for a `?` in text that is not quoted."""
_KEY_OF_BLOCK = re.compile(r" *[\w.-]+")
_PLAIN_START = re.compile(r"[%@`]")
_WORDS: Final = (
    ("found character '\\t'", "a tab stands where YAML wants spaces", "Indent with spaces only."),
    (
        "found undefined escape",
        "in double quotes a backslash begins an escape, and this one is unknown",
        "Write `\\\\` for a backslash, or use single quotes.",
    ),
    (
        "unknown escape",
        "in double quotes a backslash begins an escape, and this one is unknown",
        "Write `\\\\` for a backslash, or use single quotes.",
    ),
    (
        "while scanning a quoted scalar",
        "a quotation mark is opened and never closed",
        "Close it where the text ends; a `'` inside single quotes is written twice.",
    ),
    (
        "could not find expected ':'",
        "this line has no colon, so it is no key, and it continues nothing",
        "Write `key: value`, or indent it under the text it belongs to.",
    ),
    (
        "expected <block end>",
        "this line is not indented like those before it",
        "Give all keys of one map, and all `-` of one list, the same indentation; "
        "a text with quotes inside is quoted as a whole.",
    ),
    (
        "while parsing a flow sequence",
        "a list in [ ] is not closed, or two of its entries have no comma between them",
        "Close it with `]` and put commas between entries; a text with , : # ? [ ] { } in it is quoted.",
    ),
    (
        "while parsing a flow mapping",
        "a map in { } is not closed, or two of its entries have no comma between them",
        "Close it with `}` and put commas between entries; a text with , : # ? [ ] { } in it is quoted.",
    ),
    ("expected the node content", "a value should stand here", "Write a value, or take the comma or the bracket out."),
    (
        "sequence entries are not allowed here",
        "a `-` of a list cannot stand here",
        "Begin the list on the next line, indented.",
    ),
    ("expected a single document", "a second document begins here", "A file holds one document."),
    (
        "found unknown directive",
        "a line that begins with `%` is an instruction to YAML",
        "Put the text in double quotes.",
    ),
)


def syntax_finding(error: yaml.MarkedYAMLError, lines: list[str], place: Place) -> Diagnostic:
    """One finding for the parser's complaint, at its place."""
    mark = error.problem_mark or error.context_mark
    opened = error.context_mark
    if opened and error.context and "quoted scalar" in error.context and "escape" not in str(error.problem):
        mark = opened
    if mark is None:
        return Diagnostic("yaml-syntax", f"this is no YAML: {error.problem or error.context}", place(0, 0, 1))
    line, column = mark.line, mark.column
    shown = lines[line] if line < len(lines) else ""
    at = place(line, column, 1)
    said = f"{error.context or ''} | {error.problem or ''}"
    character = shown[column : column + 1]
    unclosed = _KEY_OF_BLOCK.fullmatch(shown[:column]) is not None and _ends_an_entry(lines[:line])
    if "mapping values are not allowed" in said or ("flow" in said and character == ":" and not unclosed):
        return Diagnostic(
            "text-needs-quotes",
            "a colon with a space after it makes a key, and there is no place for a key here",
            at,
            'Put the whole text in double quotes, such as title: "Group therapy: two to six"; '
            "if a key was meant, begin a new line for it.",
        )
    if "alphabetic or numeric character" in said and ("alias" in said or "anchor" in said):
        start = max(shown.rfind("*", 0, column), shown.rfind("&", 0, column), 0)
        return Diagnostic(
            "text-needs-quotes",
            f"`{shown[start : start + 1]}` at the beginning of a text has a meaning of its own in YAML",
            place(line, start, 1),
            f'Put it in double quotes: "{shown[start : start + 1]}"',
        )
    if "cannot start any token" in said and _PLAIN_START.match(character):
        return Diagnostic(
            "text-needs-quotes", f"a text cannot begin with `{character}`", at, "Put the whole text in double quotes."
        )
    if character == "?":
        return Diagnostic("text-needs-quotes", QUESTION[0], at, QUESTION[1])
    if shown[:column].rstrip()[-1:] in ("'", '"') and "while scanning" not in said:
        return Diagnostic(
            "text-needs-quotes",
            "the text goes on after its closing quotation mark",
            at,
            'Put the whole text in double quotes; a double quote inside it is written \\".',
        )
    for fragment, message, hint in _WORDS:
        if fragment in said:
            where = f" (opened in line {opened.line + 1}, column {opened.column + 1})" if opened else ""
            return Diagnostic("yaml-syntax", message + (where if "flow" in fragment else ""), at, hint)
    return Diagnostic(
        "yaml-syntax",
        f"YAML cannot be read here: {error.problem or error.context}",
        at,
        "Look at this line and the one before it.",
    )


def _ends_an_entry(before: list[str]) -> bool:
    """Whether the last of these lines that says something ends an entry, so that a key on the next one begins a line of the block."""
    said = [line for line in before if line.strip() and not line.lstrip().startswith("#")]
    return bool(said) and said[-1].rstrip()[-1] not in ",{["
