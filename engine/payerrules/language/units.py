"""Unit rules: how minutes become units."""

from __future__ import annotations

from payerrules.language.composed import Piece
from payerrules.language.conditions import read_condition
from payerrules.language.desk import Desk
from payerrules.language.expression import Fact
from payerrules.language.items import UnitLookup
from payerrules.language.nodes import Mapping
from payerrules.language.outcomes import written
from payerrules.language.policy import read_window
from payerrules.model.values import COUNT

UNITS_FROM_MINUTES = Fact("line.units_from_minutes", COUNT)


def read_units(piece: Piece, desk: Desk) -> UnitLookup | None:
    """A unit rule; `minutes_of` says whose minutes are taken together."""
    node = piece.node
    if not isinstance(node, Mapping):
        return None
    per_unit, last_from = written(node.get("minutes_per_unit")), written(node.get("last_unit_from"))
    if not per_unit.isdigit() or not last_from.isdigit() or not int(per_unit):
        return None
    if int(last_from) > int(per_unit):
        place = node.get("last_unit_from") or node
        message = f"a rest of {last_from} minutes can never occur with {per_unit} minutes a unit"
        desk.error("bad-range", message, place, "Write the minutes from which the last unit counts, such as 8 of 15.")
    return UnitLookup(
        f"{piece.text.policy}#units/{piece.name}",
        read_condition(node.get("of"), desk),
        int(per_unit),
        int(last_from),
        written(node.get("minutes_of")),
        UNITS_FROM_MINUTES,
        read_window(node.get("in_force"), desk.found),
        desk.source(node),
        piece.text.policy,
        node.at,
    )
