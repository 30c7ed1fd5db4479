"""Parameters: dated values, found by the date of service and a key."""

from __future__ import annotations

import itertools
from collections import defaultdict
from datetime import date
from typing import Any

from payerrules.language.composed import Piece
from payerrules.language.desk import Desk
from payerrules.language.expression import Fact
from payerrules.language.items import FIRST_DAY, LAST_DAY, ParameterLookup, ParameterRow, Window
from payerrules.language.nodes import Mapping, Node, Scalar, Sequence
from payerrules.language.outcomes import written
from payerrules.language.policy import read_day, read_window
from payerrules.language.spelling import remedy
from payerrules.model.values import KINDS, FactType

DECIMALS = {"money": 2, "percent": 2, "number": 4}


def read_type(node: Mapping, desk: Desk) -> FactType | None:
    """The type of a parameter: a kind by its name, or {one_of: [...]}."""
    kind = node.get("type")
    if isinstance(kind, Mapping):
        listed = kind.get("one_of")
        words = tuple(i.text for i in listed.items if isinstance(i, Scalar)) if isinstance(listed, Sequence) else ()
        return FactType("one_of", words)
    if not isinstance(kind, Scalar) or kind.text not in KINDS:
        if isinstance(kind, Scalar):
            desk.error("unknown-type", f"`{kind.text}` is no type", kind, remedy(kind.text, KINDS, "Types are"))
        return None
    decimals = written(node.get("decimals"))
    return FactType(kind.text, decimals=int(decimals) if decimals.isdigit() else DECIMALS.get(kind.text, 0))


def declare_parameters(desk: Desk) -> None:
    """Tell the desk the name and type of every parameter."""
    for name, piece in desk.composed.parameters.items():
        with desk.reading(piece):
            kind = read_type(piece.node, desk) if isinstance(piece.node, Mapping) else None
        if kind is not None:
            desk.parameters[name] = kind


def read_parameter(piece: Piece, desk: Desk) -> ParameterLookup | None:
    """A parameter with its rows; overlaps and holes between the rows of a key are reported."""
    node, kind = piece.node, desk.parameters.get(piece.name)
    if kind is None or not isinstance(node, Mapping):
        return None
    by_node = node.get("by")
    by_items = by_node.items if isinstance(by_node, Sequence) else (by_node,) if by_node is not None else ()
    by = [desk.fact(item.text, item) for item in by_items if isinstance(item, Scalar)]
    facts = tuple(fact for fact in by if fact is not None)
    values = node.get("values")
    rows: list[ParameterRow] = []
    places: list[Node] = []
    for item in values.items if isinstance(values, Sequence) else ():
        row = read_row(item, node, facts, kind, desk)
        if row is not None:
            rows.append(row)
            places.append(item)
    fact = Fact(f"parameter.{piece.name}@{desk.composed.top.policy}", kind)
    check_rows(piece.name, rows, places, desk)
    return ParameterLookup(fact, facts, tuple(rows), piece.text.policy, piece.node.at)


def read_row(item: Node, owner: Mapping, by: tuple[Fact, ...], kind: FactType, desk: Desk) -> ParameterRow | None:
    """One dated value of a parameter."""
    if not isinstance(item, Mapping):
        return None
    key: list[Any] = []
    for fact in by:
        cell = item.get(fact.name)
        if cell is None:
            hint = f"Write {fact.name}: VALUE in the row."
            desk.error("missing-key", f"the row does not say for which `{fact.name}` it is", item, hint)
            return None
        key.append(desk.value(cell, fact.type))
    value_node = item.get("value")
    value = desk.value(value_node, kind) if value_node is not None else None
    if value is None or None in key:
        return None
    window = read_window(item, desk.found)
    source = desk.source(item) or desk.source(owner)
    if not source:
        desk.error(
            "missing-source", "the value names no source", item, "Add source: NAME, one of the policy's sources."
        )
    published = read_day(item.get("published"), desk.found) or FIRST_DAY
    return ParameterRow(window, tuple(key), value, source, published)


def check_rows(name: str, rows: list[ParameterRow], places: list[Node], desk: Desk) -> None:
    """Report rows of one key that overlap, and days between them that no row is for."""
    alike: dict[tuple[Any, ...], list[tuple[ParameterRow, Node]]] = defaultdict(list)
    for row, place in zip(rows, places, strict=True):
        alike[(*row.key, row.published)].append((row, place))
    edition = whole(desk)
    for found in alike.values():
        found.sort(key=lambda pair: pair[0].window)
        for (one, _), (other, place) in itertools.pairwise(found):
            if one.window.last >= other.window.first:
                message = f"two values of `{name}` hold on {shown(other.window.first)}"
                desk.error("value-overlap", message, place, "End the earlier one the day before the later begins.")
            elif other.window.first - one.window.last > 1 and edition.holds(one.window.last + 1):
                gap = f"{shown(one.window.last + 1)} to {shown(other.window.first - 1)}"
                message = f"no value of `{name}` holds from {gap}"
                desk.warn(
                    "value-gap", message, place, "Lines of those dates will pend. Add the value, or mend the dates."
                )


def whole(desk: Desk) -> Window:
    """The dates of the whole composed policy."""
    return desk.composed.top.effective


def shown(day: int) -> str:
    """A day number as a date."""
    return date.fromordinal(min(max(day, 1), LAST_DAY)).isoformat()
