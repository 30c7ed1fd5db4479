"""Layouts: the columns of the files that are published, by what their headers say, and how their editions are dated."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Column:
    """A column to keep. `headers` are patterns of its header in small letters, the preferred first; `kind` is what its cells are.

    kind: code, text, digit (the leading digit), count, decimal, date.
    """

    name: str
    kind: str
    headers: tuple[str, ...]
    required: bool = True


@dataclass(frozen=True, slots=True)
class Layout:
    """One kind of file. `key` names the columns that tell rows apart; `row_dated`: each row has its own dates, else the edition's.

    `span` is how long an edition holds: quarter, year or fiscal_year. `variants` are (end of the table's name, pattern in the
    file's name or its first lines); with `variant_required` one of them must fit. `code_length` is how long a key's codes are.
    """

    name: str
    table: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    row_dated: bool
    span: str
    variants: tuple[tuple[str, str], ...] = ()
    variant_required: bool = False
    code_length: tuple[int, int] = (5, 5)
    joined: tuple[tuple[str, tuple[str, ...]], ...] = ()  # columns made by joining others
    names_codes: str = ""  # a column of text that names codes; they are listed in a column `other`


_FROM: Final = Column(
    "from", "date", (r"^effective( date)?\b", r"edit eff d", r"^act eff d", r"^from$"), required=False
)
_SERVICES: Final = (
    ("practitioner", r"practitioner|ccipra"),
    ("hospital", r"outpatient[ _-]*hospital|facility outpatient|ccioph|outpatienthospital"),
    ("dme", r"\bdme\b|dme[_ -]?supplier|durable medical"),
)

NCCI: Final = Layout(
    "ncci",
    "ncci_ptp",
    (
        Column("column1", "code", (r"^column 1\b", r"^column1$")),
        Column("column2", "code", (r"^column 2\b", r"^column2$")),
        Column("modifier_indicator", "digit", (r"^modifier( indicator)?\b",)),
        _FROM,
        Column("through", "date", (r"^deletion( date)?\b", r"^through$"), required=False),
        Column("rationale", "text", (r"rationale",), required=False),
    ),
    ("column1", "column2"),
    True,
    "quarter",
    _SERVICES,
    True,
)
MUE: Final = Layout(
    "mue",
    "mue",
    (
        Column("code", "code", (r"^hcpcs( cpt)? code$", r"^hcpcs$", r"^code$")),
        Column("mue_units", "count", (r"mue values?$", r"^mue units$")),
        Column("mue_mai", "digit", (r"adjudication indicator", r"^(mue )?mai$"), required=False),
        Column("rationale", "text", (r"rationale",), required=False),
    ),
    ("code",),
    False,
    "quarter",
    _SERVICES,
    True,
)
AOC: Final = Layout(
    "aoc",
    "aoc",
    (
        Column("code", "code", (r"^add on code$", r"^add on$", r"^aoc$", r"^aoc code$")),
        Column("primary", "code", (r"^primary code$", r"^primary$")),
        Column("type", "digit", (r"edit type$",), required=False),
        _FROM,
        Column("through", "date", (r"edit del d", r"^through$"), required=False),
    ),
    ("code", "primary"),
    True,
    "quarter",
)
PPRRVU: Final = Layout(
    "pprrvu",
    "pprrvu",
    (
        Column("code", "code", (r"\bhcpcs$",)),
        Column("modifier", "text", (r"^mod$",)),
        Column("status", "text", (r"status( code)?$",)),
        Column("work_rvu", "decimal", (r"work rvu$",)),
        Column("practice_rvu", "decimal", (r"non ?fac(ility)? pe rvu$",)),
        Column("facility_practice_rvu", "decimal", (r"^(?!.*non ?fac).*fac(ility)? pe rvu$",)),
        Column("malpractice_rvu", "decimal", (r"\bmp rvu$",)),
        Column("pctc", "text", (r"pctc( ind)?$", r"pc tc( ind)?$")),
        Column("global_days", "text", (r"glob(al)? days$",)),
        Column("mppr", "text", (r"mult proc$",)),
        Column("conversion_factor", "decimal", (r"conv(ersion)? factor$",)),
        Column("from", "date", (r"^date start$",), required=False),
        Column("through", "date", (r"^date end$",), required=False),
    ),
    ("code", "modifier"),
    False,
    "quarter",
    (("qpp", r"(?<!non)(?<!non[_ -])qpp"),),
)
GPCI: Final = Layout(
    "gpci",
    "gpci",
    (
        Column("contractor", "text", (r"administrative contractor", r"^mac$", r"^carrier")),
        Column("number", "text", (r"^locality number", r"^locality$")),
        Column("state", "text", (r"^state$",), required=False),
        Column("work_gpci", "decimal", (r"(pw|work) gpci with 1 0 floor", r"(pw|work) gpci")),
        Column("practice_gpci", "decimal", (r"(pe|practice expense) gpci",)),
        Column("malpractice_gpci", "decimal", (r"(mp|pli|malpractice) gpci",)),
    ),
    ("locality",),
    False,
    "year",
    code_length=(7, 7),
    joined=(("locality", ("contractor", "number")),),
)
ICD10: Final = Layout(
    "icd10",
    "icd10",
    (Column("code", "code", (r"^code$",)), Column("billable", "text", (r"^billable$",))),
    ("code",),
    False,
    "fiscal_year",
    code_length=(3, 8),
)
ICD10_NOTES: Final = Layout(
    "icd10_notes",
    "icd10_notes",
    (
        Column("code", "code", (r"^code$",)),
        Column("kind", "text", (r"^kind$",)),
        Column("note", "text", (r"^note$",)),
    ),
    ("code", "kind", "note"),
    False,
    "fiscal_year",
    code_length=(3, 8),
    names_codes="note",
)
MODIFIERS: Final = Layout(
    "modifiers",
    "modifiers",
    (
        Column("modifier", "code", (r"^modifier$", r"^hcpcs?$")),
        Column("added", "date", (r"^add d",), required=False),
        Column("from", "date", (r"^act eff d", r"^effective( date)?$"), required=False),
        Column("through", "date", (r"^term d", r"^termination"), required=False),
        Column("category", "text", (r"^category$",), required=False),
    ),
    ("modifier",),
    True,
    "quarter",
    code_length=(2, 2),
)
KINDS: Final = {one.name: one for one in (NCCI, MUE, AOC, PPRRVU, GPCI, ICD10, MODIFIERS)}
"""What can be imported, by the word the command takes."""


def normal(header: str) -> str:
    """A header as it is compared: small letters, digits, and single spaces.

    >>> normal("HCPCS/\\nCPT Code"), normal("nonfac_pe_rvu"), normal("2026 PW GPCI (with 1.0 Floor)***")
    ('hcpcs cpt code', 'nonfac pe rvu', '2026 pw gpci with 1 0 floor')
    """
    return re.sub(r"[^a-z0-9]+", " ", header.lower()).strip()


def place_columns(headers: list[str], layout: Layout) -> dict[str, int] | None:
    """Where a layout's columns are among headers in their normal form; None where a required one is missing.

    >>> place_columns(["column 1", "column 2", "deletion date no data", "modifier 0 not allowed"], NCCI)
    {'column1': 0, 'column2': 1, 'modifier_indicator': 3, 'through': 2}
    """
    found: dict[str, int] = {}
    for column in layout.columns:
        place = next(
            (
                i
                for pattern in column.headers
                for i, header in enumerate(headers)
                if i not in found.values() and re.search(pattern, header)
            ),
            None,
        )
        if place is not None:
            found[column.name] = place
        elif column.required:
            return None
    return found
