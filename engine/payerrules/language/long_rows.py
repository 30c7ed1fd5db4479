"""Rows of a long table: kept by key in nested maps, each distinct text and row once, so that a million fit and load once."""

from __future__ import annotations

import csv
import hashlib
import io
import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Final, TypeAlias

from payerrules.language.items import FIRST_DAY, LAST_DAY, Window
from payerrules.model.values import DATE, NONE, FactType, MaybeValue, parse

Row: TypeAlias = tuple[Window, tuple[MaybeValue, ...], str]
"""The days a row holds, what it gives, and its source."""
OPEN: Final = ("", "*")
"""Cells of a date column that leave its side open."""


class LongRows:
    r"""The rows of a file by their key. Looked up in constant time; never changed once read.

    `content` is the hash of the file. `clashes` are keys with two rows that hold on one day and say different things,
    and `wrong` the lines that were left out: their number, their text and why.

    >>> rows = read_rows(b"code,units\nA,1\n", (0,), (FactType("code"),), (1,), (FactType("count"),), Places())
    >>> len(rows), rows.get(("A",))[0][1], rows.get(("B",))
    (1, (1,), ())
    """

    __slots__ = ("clashes", "content", "keys", "nested", "parts", "wrong")

    def __init__(self, content: str, parts: int) -> None:
        self.content = content
        self.parts = parts
        self.keys = 0
        self.nested: dict[Any, Any] = {}
        self.clashes: list[tuple[Any, ...]] = []
        self.wrong: list[tuple[int, str, str]] = []

    def __len__(self) -> int:
        """How many keys there are."""
        return self.keys

    def __eq__(self, other: object) -> bool:
        """Rows of the same file, read alike."""
        return isinstance(other, LongRows) and self.content == other.content and self.keys == other.keys

    def __hash__(self) -> int:
        return hash(self.content)

    def items(self) -> Iterator[tuple[tuple[Any, ...], tuple[Row, ...]]]:
        """Every key with its rows."""
        return _below(self.nested, self.parts, ())

    def get(self, key: Sequence[Any]) -> tuple[Row, ...]:
        """The rows of a key, in the order of the file; none where the file has no such key."""
        found: Any = self.nested
        for part in key:
            found = found.get(part)
            if found is None:
                return ()
        rows: tuple[Row, ...] = found
        return rows


def _below(
    nested: dict[Any, Any], parts: int, key: tuple[Any, ...]
) -> Iterator[tuple[tuple[Any, ...], tuple[Row, ...]]]:
    for part, found in nested.items():
        if parts > 1:
            yield from _below(found, parts - 1, (*key, part))
        else:
            yield (*key, part), found


@dataclass(frozen=True, slots=True)
class Places:
    """Where the columns of dates and of the source stand; None where the file has none. `source` and `policy` name what holds then."""

    from_: int | None = None
    through: int | None = None
    source_column: int | None = None
    source: str = ""
    policy: str = ""


@dataclass(slots=True)
class _Once:
    """What has been read before: equal texts, cells and rows are kept once."""

    cells: tuple[dict[str, MaybeValue], ...]
    rows: dict[tuple[str, ...], tuple[Row, ...]] = field(default_factory=dict)
    joined: dict[tuple[Row, ...], tuple[Row, ...]] = field(default_factory=dict)


@lru_cache(maxsize=16)
def read_rows(
    raw: bytes,
    inputs: tuple[int, ...],
    input_types: tuple[FactType, ...],
    outputs: tuple[int, ...],
    output_types: tuple[FactType, ...],
    places: Places,
) -> LongRows:
    """Read the rows below the header of a CSV file. The same file read for several editions is read once."""
    made = LongRows(hashlib.sha256(raw).hexdigest(), len(inputs))
    once = _Once(tuple({} for _ in inputs))
    payload = (*outputs, *(p for p in (places.from_, places.through, places.source_column) if p is not None))
    reader: Iterator[list[str]] = csv.reader(io.StringIO(raw.decode("utf-8-sig", errors="replace"), newline=""))
    next(reader, None)
    last = len(inputs) - 1
    for number, cells in enumerate(reader, 2):
        if not any(cells):
            continue
        try:
            into = made.nested
            for place, (column, kind) in enumerate(zip(inputs, input_types, strict=True)):
                value = _once(once.cells[place], cells[column], kind)
                if place < last:
                    into = into.setdefault(value, {})
            rows = once.rows.get(text := tuple([cells[column] for column in payload]))
            if rows is None:
                rows = once.rows[text] = (_row(cells, outputs, output_types, places),)
        except (ValueError, IndexError) as error:
            why = str(error) if isinstance(error, ValueError) else "the line has too few cells"
            made.wrong.append((number, ",".join(cells)[:120], why))
            continue
        before = into.get(value)
        if before is not None:
            rows = once.joined.setdefault((*before, *rows), (*before, *rows))
        else:
            made.keys += 1
        into[value] = rows
    checked: dict[int, bool] = {}
    for key, several in made.items():
        if len(several) > 1 and checked.setdefault(id(several), clash(several)):
            made.clashes.append(key)
    return made


def _once(known: dict[str, MaybeValue], text: str, kind: FactType) -> MaybeValue:
    if text not in known:
        known[text] = cell(text, kind)
    return known[text]


def _row(cells: list[str], outputs: tuple[int, ...], types: tuple[FactType, ...], places: Places) -> Row:
    values = tuple(cell(cells[column], kind) for column, kind in zip(outputs, types, strict=True))
    window = Window(day(cells, places.from_, FIRST_DAY), day(cells, places.through, LAST_DAY))
    if window.first > window.last:
        raise ValueError("the row ends before it begins")
    own = places.source
    if places.source_column is not None and cells[places.source_column].strip():
        own = f"{places.policy}:{cells[places.source_column].strip()}"
    return window, values, own


def cell(text: str, kind: FactType) -> MaybeValue:
    """A cell as a value; an empty one is known to be none."""
    text = text.strip()
    return NONE if not text else parse(text, FactType("code") if kind.kind == "codes" else kind)


def day(cells: list[str], place: int | None, otherwise: int) -> int:
    """A date of a row, as 2026-01-31 or 20260131; an empty one, or `*`, leaves that side open."""
    text = "" if place is None else cells[place].strip()
    if text in OPEN:
        return otherwise
    if len(text) == 8 and text.isdigit():
        text = f"{text[:4]}-{text[4:6]}-{text[6:]}"
    found = parse(text, DATE)
    return found if isinstance(found, int) else otherwise


def clash(rows: tuple[Row, ...]) -> bool:
    """Whether two of some rows hold on one day and say different things."""
    return any(a[0].meets(b[0]) and a[1] != b[1] for a, b in itertools.combinations(rows, 2))
