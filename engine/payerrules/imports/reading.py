"""Reading: the rows of published files, their header found by content, each cell checked, bad rows told and left out."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import chain
from pathlib import Path
from typing import Final

from payerrules.imports.diagnoses import diagnosis_rows, references
from payerrules.imports.editions import begins, ends
from payerrules.imports.layouts import ICD10, ICD10_NOTES, Column, Layout, normal, place_columns
from payerrules.imports.sheets import MissingReader, Sheet, open_sheets
from payerrules.model.diagnostic import Diagnostic, Location, Severity

HEADER_ROWS: Final = 40
"""How far down a header is looked for."""
STACKED: Final = 6
"""How many rows a header may be spread over."""
TOLD: Final = 20
"""How many bad rows of a file are told one by one."""
_CODE: Final = re.compile(r"[A-Z0-9][A-Z0-9.]*\Z")
_DECIMAL: Final = re.compile(r"-?(\d+(\.\d*)?|\.\d+)\Z")
Record = tuple[str, ...]


@dataclass
class Imported:
    """One table as one edition of it was read: its columns, its rows by key and first day, and where they came from.

    `first` and `last` are the days of the edition; `files` are (name, SHA-256); `left_out` counts rows that could not be read.
    """

    table: str
    layout: Layout
    columns: tuple[str, ...]
    first: date
    last: date
    rows: dict[Record, Record] = field(default_factory=dict)
    files: list[tuple[str, str]] = field(default_factory=list)
    left_out: int = 0


def read_files(
    paths: list[Path], layout: Layout, *, first: date | None = None, last: date | None = None, table: str = ""
) -> tuple[list[Imported], list[Diagnostic]]:
    """Read the tables of a layout in files; several files of one table and edition are parts of one.

    `first` and `last` say the days of the edition where no name tells them, `table` the name of the table. What cannot be
    read is told, and the rest is given.
    """
    made: dict[tuple[str, date], Imported] = {}
    found: list[Diagnostic] = []
    for path in paths:
        sheets, wrong = open_sheets(path)
        found += wrong
        read_any = bool(wrong)
        for sheet in sheets:
            try:
                read_any |= read_sheet(sheet, path, layout, made, found, (first, last, table))
            except MissingReader:
                read_any = True
                hint = "Install payerrules[xlsx], or give the text or CSV file of the same zip."
                found.append(Diagnostic("import-needs-reader", "workbooks need a reader", sheet.at, hint))
        if not read_any:
            wanted = ", ".join(column.name for column in layout.columns if column.required)
            hint = f"A header is looked for in the first {HEADER_ROWS} rows, with columns for {wanted}."
            message = f"there is no {layout.name} table in this file"
            found.append(Diagnostic("import-no-table", message, Location(str(path), 1, 1), hint))
    return list(made.values()), found


def read_sheet(
    sheet: Sheet,
    path: Path,
    layout: Layout,
    made: dict[tuple[str, date], Imported],
    found: list[Diagnostic],
    said: tuple[date | None, date | None, str],
) -> bool:
    """Read one sheet into the tables; False where it holds no table of the layout."""
    rows: Iterator[tuple[int, list[str]]]
    headers: list[str] = []
    columns: dict[str, int]
    if layout is ICD10 and (parsed := diagnosis_rows(sheet)) is not None:
        notes, rows = parsed
        layout = ICD10_NOTES if notes else ICD10
        columns = {column.name: i for i, column in enumerate(layout.columns)}
    else:
        placed = find_header(sheet, layout)
        if placed is None and layout is ICD10:
            layout = ICD10_NOTES
            placed = find_header(sheet, layout)
        if placed is None:
            return False
        columns, rows, headers = placed
    first, last, table = said
    start = first or begins([sheet.name.removeprefix(path.name), path.name, *headers], layout.span)
    if start is None:
        hint = "Say it with --from YEAR-MONTH-DAY."
        found.append(Diagnostic("import-undated", "nothing tells from when this file holds", sheet.at, hint))
        return True
    name = table or table_name(layout, [sheet.name.lower(), *headers])
    if not name:
        wanted = ", ".join(f"{layout.table}_{end}" for end, _ in layout.variants)
        hint = f"Say it with --table, such as one of {wanted}."
        found.append(Diagnostic("import-which-table", "nothing tells whose table this is", sheet.at, hint))
        return True
    told = [column.name for column in layout.columns if column.name in columns]
    kept = (*(name for name, _ in layout.joined), *told, *(("other",) if layout.names_codes else ()))
    own_dates = layout.row_dated or {"from", "through"} <= columns.keys()
    one = made.get((name, start))
    if one is None:
        end = last or ends(start, layout.span)
        one = made[name, start] = Imported(name, layout, with_dates(kept, own_dates), start, end)
    one.files.append((sheet.name, hashlib.sha256(sheet.content).hexdigest()))
    read_rows(sheet, rows, columns, one, found)
    return True


def with_dates(columns: tuple[str, ...], own: bool) -> tuple[str, ...]:
    """The columns of a table with its dates last."""
    plain = [name for name in columns if name not in ("from", "through")]
    return (*plain, "from", "through") if own else (*plain,)


def find_header(
    sheet: Sheet, layout: Layout
) -> tuple[dict[str, int], Iterator[tuple[int, list[str]]], list[str]] | None:
    """Where the columns are, the rows below the header, and the texts above them; None where there is no header.

    A header may be spread over several rows; then each column's texts are read from the top down.
    """
    rows = sheet.rows()
    seen: list[list[str]] = []
    for number, cells in rows:
        seen.append(cells)
        if len(seen) > HEADER_ROWS:
            return None
        for height in range(1, min(STACKED, len(seen)) + 1):
            stack = seen[-height:]
            width = max(len(row) for row in stack)
            joined = [normal(" ".join(row[i] for row in stack if i < len(row) and row[i])) for i in range(width)]
            columns = place_columns(joined, layout)
            if columns is not None:
                above = [cell for row in seen for cell in row if cell]
                return columns, chain([(number, [])], rows), above
    return None


def table_name(layout: Layout, texts: list[str]) -> str:
    """The name of the table, by what the file's name or its first lines say; empty where that must be told and is not."""
    for text in texts:
        for end, pattern in layout.variants:
            if re.search(pattern, text.lower()):
                return f"{layout.table}_{end}"
    return "" if layout.variant_required else layout.table


def read_rows(
    sheet: Sheet,
    rows: Iterator[tuple[int, list[str]]],
    columns: dict[str, int],
    one: Imported,
    found: list[Diagnostic],
) -> None:
    """Check the cells of each row and keep it; rows without a code, such as the rest of a header or a note, are passed over."""
    layout = one.layout
    wanted = [(column, columns[column.name]) for column in layout.columns if column.name in columns]
    lead = columns[layout.columns[0].name]
    out: dict[str, str] = {}
    memo: dict[str, dict[str, str]] = {column.name: {} for column, _ in wanted}
    bad = 0
    for number, cells in rows:
        if lead >= len(cells) or not is_code(cells[lead], layout):
            continue
        try:
            for column, place in wanted:
                text = cells[place] if place < len(cells) else ""
                known = memo[column.name]
                if text not in known:
                    known[text] = checked(text, column, layout)
                out[column.name] = known[text]
            if layout.names_codes:
                out["other"] = " ".join(references(out[layout.names_codes]))
            for name, parts in layout.joined:
                out[name] = "".join(out[part] for part in parts)
        except ValueError as error:
            bad += 1
            if bad <= TOLD:
                place_ = Location(sheet.name, number, 1, 1, ",".join(cells)[:120])
                found.append(Diagnostic("import-cell", str(error), place_, "Its row is left out.", Severity.ERROR))
            continue
        key = tuple(out[name] for name in layout.key)
        keep_row(key, tuple(out.get(name, "") for name in one.columns), one, found, sheet, number)
    one.left_out += bad
    if bad > TOLD:
        message = f"{bad - TOLD:,} more rows could not be read"
        found.append(Diagnostic("import-cell", message, sheet.at, "They are left out.", Severity.ERROR))


def keep_row(key: Record, row: Record, one: Imported, found: list[Diagnostic], sheet: Sheet, number: int) -> None:
    """Keep a row under its key and first day; one that says something else of the same key and day is told and left out."""
    begin = row[one.columns.index("from")] if "from" in one.columns else ""
    end = row[one.columns.index("through")] if "through" in one.columns else ""
    where = (*key, begin or (end and f"..{end}"))
    before = one.rows.setdefault(where, row)
    if before != row:
        one.left_out += 1
        message = f"{' '.join(key)} stands in the file twice, and differs"
        hint = "The first of them is kept."
        found.append(Diagnostic("import-repeated", message, Location(sheet.name, number, 1), hint, Severity.WARNING))


def is_code(text: str, layout: Layout) -> bool:
    """Whether the first cell of a row is such a code as the table lists."""
    text = text.strip().upper()
    low, high = layout.code_length if not layout.joined else (1, 7)
    return low <= len(text) <= high and bool(_CODE.match(text))


def checked(text: str, column: Column, layout: Layout) -> str:
    """A cell in its plain form. Raises ValueError, saying what is wrong, where it is not of the column's kind.

    >>> checked("3 Date of Service Edit: Clinical", Column("mue_mai", "digit", ()), ICD10)
    '3'
    >>> checked("20240701", Column("from", "date", ()), ICD10), checked("*", Column("through", "date", ()), ICD10)
    ('2024-07-01', '')
    """
    text = text.strip()
    match column.kind:
        case "code":
            text = text.upper()
            if not _CODE.match(text):
                raise ValueError(f"`{text}` is no code of column {column.name}")
        case "digit":
            if not text[:1].isdigit():
                raise ValueError(f"`{text}` in column {column.name} begins with no digit")
            return text[0]
        case "count":
            if not text.isdigit():
                raise ValueError(f"`{text}` in column {column.name} is no whole number")
        case "decimal":
            if not _DECIMAL.match(text):
                raise ValueError(f"`{text}` in column {column.name} is no number")
            return decimal(text)
        case "date":
            return day(text, column.name)
    return text


def decimal(text: str) -> str:
    """A number in one form, so that the same one written otherwise is no change.

    >>> [decimal(text) for text in ("1.110", "1", "0.00", ".5", "-0.50")]
    ['1.11', '1', '0', '0.5', '-0.5']
    """
    sign = "-" if text.startswith("-") else ""
    whole, _, fraction = text.lstrip("-").partition(".")
    fraction = fraction.rstrip("0")
    whole = whole.lstrip("0") or "0"
    return f"{sign}{whole}.{fraction}" if fraction else f"{sign}{whole}" if whole != "0" else "0"


def day(text: str, name: str) -> str:
    """A date of a file as 2026-01-31; empty where it says none. Reads 20260131, 2026031 (day of the year), 1/31/2026 and ISO."""
    if text in ("", "*", "0", "NA"):
        return ""
    try:
        if re.fullmatch(r"\d{8}", text):
            return date(int(text[:4]), int(text[4:6]), int(text[6:])).isoformat()
        if re.fullmatch(r"\d{7}", text):
            return (date(int(text[:4]), 1, 1) + timedelta(days=int(text[4:]) - 1)).isoformat()
        if found := re.fullmatch(r"(\d{1,2})/(\d{1,2})/(\d{4})", text):
            return date(int(found[3]), int(found[1]), int(found[2])).isoformat()
        return date.fromisoformat(text[:10]).isoformat()
    except ValueError:
        raise ValueError(f"`{text}` in column {name} is no date") from None
