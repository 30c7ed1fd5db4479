"""The store: each edition of a table in a file of its own, one table of all of them for policies, and what has changed."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from operator import itemgetter
from pathlib import Path
from typing import Any, Final

from payerrules.imports.reading import Imported, Record
from payerrules.model.diagnostic import Diagnostic, Location, Severity

SHRUNK: Final = 10
"""One row in so many may vanish between editions before it is told as suspicious."""
RECORD: Final = "imports.json"


@dataclass(frozen=True)
class Stored:
    """What an import wrote. `changes` are (added | removed | changed, key, before, after); `before` is the edition compared with.

    `same` is true where this very edition was there already, unchanged.
    """

    path: Path
    table: str
    first: str
    last: str
    rows: int
    before: str
    changes: tuple[tuple[str, Record, Record, Record], ...]
    same: bool

    def count(self, kind: str) -> int:
        """How many rows were added, removed or changed."""
        return sum(change[0] == kind for change in self.changes)


def store(one: Imported, folder: Path) -> tuple[Stored, list[Diagnostic]]:
    """Write an edition, its changes and its provenance, and the table of all editions anew. Raises OSError where that fails."""
    place = folder / one.table
    place.mkdir(parents=True, exist_ok=True)
    record = read_record(place)
    first, last = one.first.isoformat(), one.last.isoformat()
    path = place / f"{first}.csv"
    text = written([one.columns, *(one.rows[key] for key in sorted(one.rows))])
    same = path.is_file() and path.read_text(encoding="utf-8") == text
    before = first if path.is_file() else max((day for day in record if day < first), default="")
    old_columns, old = read_edition(place / f"{before}.csv") if before else ((), {})
    dated = ("from",) if one.layout.row_dated else ()
    keys = tuple(name for name in (*one.layout.key, *dated) if name in one.columns)
    changes = tuple(compared(old_columns, old, one, keys)) if before else ()
    path.write_text(text, encoding="utf-8")
    if before and before != first:
        head = ("change", *keys, "before", "after")
        lines = [(kind, *key, " ".join(was), " ".join(now)) for kind, key, was, now in changes]
        (place / f"{first}.changes.csv").write_text(written([head, *lines]), encoding="utf-8")
    record[first] = {
        "from": first,
        "through": last,
        "files": [{"name": name, "sha256": digest} for name, digest in sorted(one.files)],
        "rows": len(one.rows),
        "left_out": one.left_out,
    }
    (place / RECORD).write_text(json.dumps(dict(sorted(record.items())), indent=1) + "\n", encoding="utf-8")
    (folder / f"{one.table}.csv").write_text(merged(place, record, one), encoding="utf-8")
    made = Stored(folder / f"{one.table}.csv", one.table, first, last, len(one.rows), before, changes, same)
    return made, suspicious(made, len(old), path)


def suspicious(made: Stored, old: int, path: Path) -> list[Diagnostic]:
    """A warning where so many rows have vanished that a part of the file may be missing."""
    gone = made.count("removed")
    if gone * SHRUNK <= old:
        return []
    message = f"{gone:,} of the {old:,} rows of {made.before} are gone from {made.first}"
    hint = "Where a file comes in parts, give all of them to one command."
    return [Diagnostic("import-shrunk", message, Location(str(path), 1, 1), hint, Severity.WARNING)]


def read_record(place: Path) -> dict[str, Any]:
    """The editions of a table that were imported before, by their first day."""
    path = place / RECORD
    return dict(json.loads(path.read_text(encoding="utf-8"))) if path.is_file() else {}


def read_edition(path: Path) -> tuple[Record, list[Record]]:
    """The columns and rows of an edition."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        columns = tuple(next(reader, ()))
        return columns, [tuple(row) for row in reader]


def compared(
    columns: Record, rows: Iterable[Record], one: Imported, keys: tuple[str, ...]
) -> Iterable[tuple[str, Record, Record, Record]]:
    """What an edition adds, removes and changes: each with its key, and what differs before and after."""
    hidden = keys if one.layout.row_dated else (*keys, "from", "through")
    old_key, new_key = picker(columns, keys), picker(one.columns, keys)
    old_rest = picker(columns, [name for name in columns if name not in hidden])
    new_rest = picker(one.columns, [name for name in one.columns if name not in hidden])
    old = {old_key(row): row for row in rows}
    new = {new_key(one.rows[place]): one.rows[place] for place in sorted(one.rows)}
    alike = [n for n in columns if n not in hidden] == [n for n in one.columns if n not in hidden]
    for key in sorted(old.keys() | new.keys()):
        was, now = old.get(key), new.get(key)
        if was is not None and now is not None and alike and old_rest(was) == new_rest(now):
            continue
        before, after = told(was, columns, hidden), told(now, one.columns, hidden)
        if was is None or now is None or before != after:
            yield "added" if was is None else "removed" if now is None else "changed", key, before, after


def picker(columns: Record, names: Sequence[str]) -> Callable[[Record], Record]:
    """A function that takes the cells of these columns out of a row; a column that is not there gives an empty cell."""
    places = [columns.index(name) if name in columns else -1 for name in names]
    if len(places) > 1 and -1 not in places:
        return itemgetter(*places)
    return lambda row: tuple("" if place < 0 else row[place] for place in places)


def told(row: Record | None, columns: Record, hidden: Sequence[str]) -> Record:
    """The cells of a row that are not hidden, each with the name of its column; nothing where there is no row."""
    if row is None:
        return ()
    return tuple(f"{name}={cell}" for name, cell in zip(columns, row, strict=True) if name not in hidden)


def merged(place: Path, record: dict[str, Any], one: Imported) -> str:
    """The table that policies look up: rows with dates of their own as the newest edition has them; else all editions.

    In the latter each row says from when and until when it holds, and rows that go on unchanged are one.
    """
    newest = max(record)
    if one.layout.row_dated:
        return (place / f"{newest}.csv").read_text(encoding="utf-8")
    columns: Record = tuple(name for name in one.columns if name not in ("from", "through"))
    runs: dict[Record, list[tuple[Record, date, date]]] = {}
    for day in sorted(record):
        held, rows = read_edition(place / f"{day}.csv")
        take, key_of = picker(held, columns), picker(columns, one.layout.key)
        later = [other for other in record if other > day]
        end = date.fromisoformat(record[day]["through"])
        if later:
            end = min(end, date.fromisoformat(min(later)) - timedelta(days=1))
        for row in rows:
            begin, close = own_dates(row, held) or (date.fromisoformat(day), end)
            cells = take(row)
            past = runs.setdefault(key_of(cells), [])
            if past and past[-1][0] == cells and (begin - past[-1][2]).days == 1:
                past[-1] = (cells, past[-1][1], close)
            else:
                past.append((cells, begin, close))
    lines = [(*cells, a.isoformat(), b.isoformat()) for key in sorted(runs) for cells, a, b in runs[key]]
    return written([(*columns, "from", "through"), *lines])


def own_dates(row: Record, columns: Record) -> tuple[date, date] | None:
    """The dates a row has of its own; None where its edition's hold."""
    if "from" not in columns:
        return None
    return date.fromisoformat(row[columns.index("from")]), date.fromisoformat(row[columns.index("through")])


def written(rows: Iterable[Record]) -> str:
    """Rows as CSV text."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()
