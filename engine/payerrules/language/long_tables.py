"""Long tables: rows from a CSV file, kept by their key and dates, so that a million of them cost one look-up."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from payerrules.language.composed import Piece
from payerrules.language.desk import Desk
from payerrules.language.expression import Fact, Term
from payerrules.language.items import LongTableLookup, Window
from payerrules.language.long_rows import Places, read_rows
from payerrules.language.nodes import Mapping, Scalar
from payerrules.language.outcomes import written
from payerrules.language.policy import PolicyText
from payerrules.language.spelling import remedy
from payerrules.model.diagnostic import Diagnostic, Location


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
    path = find(file.text, piece.text, file)
    if path is None:
        hint = "Paths start at the policies folder, or at the policy's own folder."
        desk.error("csv-missing", f"there is no file `{file.text}`", file, hint)
        return None
    raw = path.read_bytes()
    header = [name.strip() for name in next(csv.reader(io.StringIO(raw.decode("utf-8-sig", errors="replace"))), [])]
    columns = place_columns(node, header, inputs, outputs, file, desk)
    if columns is None:
        return None
    rows = read_rows(
        raw,
        tuple(columns[written_name(fact)] for fact in inputs),
        tuple(fact.type for fact in inputs),
        tuple(columns[written_name(fact)] for fact in outputs),
        tuple(fact.type for fact in outputs),
        Places(columns.get("from"), columns.get("through"), columns.get("source"), source, desk.text.policy),
    )
    for number, text, why in rows.wrong:
        place = Location(path.name, number, 1, 1, text)
        desk.found.append(Diagnostic("csv-cell", why, place, "Mend the cell; its row is left out."))
    for key in rows.clashes if hit == "unique" else ():
        shown = ", ".join(str(part) for part in key)
        message = f"two rows of `{file.text}` for {shown} hold on one day"
        desk.error("rows-overlap", message, file, "Mend the dates, or say `hit: collect`.")
    return LongTableLookup(
        id_, for_each, inputs, outputs, hit, rows, otherwise, rows.content, in_force, source, piece.text.policy, node.at
    )


def find(name: str, text: PolicyText, node: Scalar | None = None) -> Path | None:
    """The file of a name: beside the policy that names it, which may be one that changes another, or below the policies folder."""
    written_in = Path(node.at.file if node is not None and node.at is not None else text.path).parent
    for folder in (written_in, Path(text.path).parent, text.folder, *Path(text.path).parents):
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
        full = written_name(fact)
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


def written_name(fact: Fact) -> str:
    """A fact's name as an analyst writes it in `inputs` and `columns`."""
    return f"{fact.scope}.{fact.name.partition('.')[2]}" if fact.scope == "other" else fact.name
