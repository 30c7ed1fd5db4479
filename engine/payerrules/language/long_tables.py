"""Long tables: rows from a CSV file, kept by their key and dates, so that a million of them cost one look-up."""

from __future__ import annotations

import csv
import hashlib
import itertools
from collections import defaultdict
from pathlib import Path
from typing import Any

from payerrules.language.composed import Piece
from payerrules.language.desk import Desk
from payerrules.language.expression import Fact, Term
from payerrules.language.items import FIRST_DAY, LAST_DAY, LongTableLookup, Window
from payerrules.language.nodes import Mapping, Scalar
from payerrules.language.outcomes import written
from payerrules.language.spelling import remedy
from payerrules.model.diagnostic import Diagnostic, Location
from payerrules.model.values import DATE, NONE, FactType, MaybeValue, parse

Rows = dict[tuple[Any, ...], tuple[tuple[Window, tuple[MaybeValue, ...], str], ...]]


def read_long_table(
    piece: Piece,
    id_: str,
    for_each: str,
    inputs: tuple[Fact, ...],
    outputs: tuple[Fact, ...],
    hit: str,
    otherwise: tuple[Term, ...] | None,
    in_force: Window,
    source: str,
    desk: Desk,
) -> LongTableLookup | None:
    """Read the file of a table; missing files and columns, and cells of the wrong type, are reported with their line."""
    node = piece.node
    file = node.get("from") if isinstance(node, Mapping) else None
    if not isinstance(file, Scalar) or not isinstance(node, Mapping):
        return None
    path = find(file.text, piece)
    if path is None:
        hint = "Paths start at the policies folder, or at the policy's own folder."
        desk.error("csv-missing", f"there is no file `{file.text}`", file, hint)
        return None
    raw = path.read_bytes()
    text = raw.decode("utf-8-sig", errors="replace")
    reader = csv.reader(text.splitlines())
    header = [name.strip() for name in next(reader, [])]
    columns = place_columns(node, header, inputs, outputs, file, desk)
    if columns is None:
        return None
    rows = read_rows(reader, columns, inputs, outputs, source, str(path.name), desk)
    if hit == "unique":
        check_unique(rows, file, desk)
    content = hashlib.sha256(raw).hexdigest()
    return LongTableLookup(
        id_, for_each, inputs, outputs, hit, rows, otherwise, content, in_force, source, piece.text.policy, node.at
    )


def find(name: str, piece: Piece) -> Path | None:
    """The file of a name: beside the policy, or below the policies folder."""
    for folder in (Path(piece.text.path).parent, piece.text.folder, *Path(piece.text.path).parents):
        if (folder / name).is_file():
            return folder / name
    return None


def place_columns(
    node: Mapping, header: list[str], inputs: tuple[Fact, ...], outputs: tuple[Fact, ...], file: Scalar, desk: Desk
) -> dict[str, int] | None:
    """Where the columns are: as `columns:` says, else under the fact's own name, with or without what it is a fact of."""
    said = node.get("columns")
    named = {key.text: written(value) for key, value in said} if isinstance(said, Mapping) else {}
    found: dict[str, int] = {}
    for fact in (*inputs, *outputs):
        short = fact.name.partition(".")[2]
        full = f"{fact.scope}.{short}" if fact.scope == "other" else fact.name
        wanted = named.get(full, "")
        place = next((header.index(n) for n in ([wanted] if wanted else [full, short]) if n in header), None)
        if place is None:
            where = said.index[full] if wanted and isinstance(said, Mapping) else file
            hint = remedy(wanted or short, header, "The file has") + " Say which with `columns:`."
            desk.error("csv-column", f"the file has no column for `{full}`", where, hint)
            return None
        found[full] = place
    for side in ("from", "through"):
        name = named.get(side, side)
        if name in header:
            found[side] = header.index(name)
        elif side in named and isinstance(said, Mapping):
            desk.error(
                "csv-column", f"the file has no column `{name}`", said.index[side], remedy(name, header, "It has")
            )
    if "source" in header:
        found["source"] = header.index("source")
    return found


def read_rows(
    reader: Any,
    columns: dict[str, int],
    inputs: tuple[Fact, ...],
    outputs: tuple[Fact, ...],
    source: str,
    file: str,
    desk: Desk,
) -> Rows:
    """The rows by their key; a cell of the wrong type is reported and its row left out."""
    rows: dict[tuple[Any, ...], list[tuple[Window, tuple[MaybeValue, ...], str]]] = defaultdict(list)
    placed = [
        columns[f"{f.scope}.{f.name.partition('.')[2]}" if f.scope == "other" else f.name] for f in (*inputs, *outputs)
    ]
    types = [fact.type for fact in (*inputs, *outputs)]
    for number, cells in enumerate(reader, 2):
        if not any(cells):
            continue
        try:
            values = [cell(cells[place], kind) for place, kind in zip(placed, types, strict=True)]
            window = Window(day(cells, columns.get("from"), FIRST_DAY), day(cells, columns.get("through"), LAST_DAY))
        except (ValueError, IndexError) as error:
            message = str(error) if isinstance(error, ValueError) else "the line has too few cells"
            place = Location(file, number, 1, 1, ",".join(cells)[:120])
            desk.found.append(Diagnostic("csv-cell", message, place, "Mend the cell; its row is left out."))
            continue
        own = f"{desk.text.policy}:{cells[columns['source']]}" if "source" in columns else source
        rows[tuple(values[: len(inputs)])].append((window, tuple(values[len(inputs) :]), own))
    return {key: tuple(found) for key, found in rows.items()}


def cell(text: str, kind: FactType) -> MaybeValue:
    """A cell as a value; an empty one is known to be none."""
    text = text.strip()
    return NONE if not text else parse(text, FactType("code") if kind.kind == "codes" else kind)


def day(cells: list[str], place: int | None, otherwise: int) -> int:
    """A date of a row, as 2026-01-31 or 20260131; an empty one leaves that side open."""
    text = "" if place is None else cells[place].strip()
    if not text or text == "*":
        return otherwise
    if len(text) == 8 and text.isdigit():
        text = f"{text[:4]}-{text[4:6]}-{text[6:]}"
    found = parse(text, DATE)
    return found if isinstance(found, int) else otherwise


def check_unique(rows: Rows, file: Scalar, desk: Desk) -> None:
    """Report rows of one key that hold on one day and say different things."""
    for key, found in rows.items():
        ordered = sorted(found, key=lambda row: row[0])
        for one, other in itertools.pairwise(ordered):
            if one[0].meets(other[0]) and one[1] != other[1]:
                shown = ", ".join(str(part) for part in key)
                hint = "Mend the dates, or say `hit: collect`."
                desk.error("rows-overlap", f"two rows of `{file.text}` for {shown} hold on one day", file, hint)
                return
