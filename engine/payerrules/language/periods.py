"""The period of a limit, read: a word such as calendar_year, or a map such as {rolling: {days: 180}}."""

from __future__ import annotations

from payerrules.language.desk import Desk
from payerrules.language.expression import Literal, Shift, Term
from payerrules.language.grammar import WEEKDAYS
from payerrules.language.items import Period
from payerrules.language.nodes import Mapping, Node, Scalar
from payerrules.language.outcomes import written
from payerrules.language.terms import read_term
from payerrules.model.values import COUNT, DATE

FIRST_SERVICE = "first_service"


def read_period(node: Node | None, desk: Desk) -> Period:
    """A period; what is wrong with it is reported, and it is read as far as it can be."""
    if not isinstance(node, Mapping) or not node.entries:
        return Period(written(node) or "calendar_year")
    key, value = node.entries[0]
    match key.text:
        case "week":
            name = written(value)
            return Period("week", start=WEEKDAYS.index(name) if name in WEEKDAYS else 0)
        case "fiscal_year":
            return Period("fiscal_year", start=fiscal_start(value, desk))
        case "since":
            return Period("since", anchor=read_date(value, desk))
        case "following":
            inner = value if isinstance(value, Mapping) else Mapping((), value.at)
            event, days = inner.get("event"), inner.get("days")
            anchor = read_date(event, desk) if event else None
            return Period("following", read_count(days, desk) if days else None, anchor=anchor)
        case "rolling" | "blocks":
            return read_length(key.text, value, desk)
        case _:
            return Period("calendar_year")


def read_length(kind: str, node: Node, desk: Desk) -> Period:
    """So many days or months; months must say how a day is rounded that a month has not."""
    if not isinstance(node, Mapping):
        return Period(kind)
    unit = "months" if node.get("months") is not None else "days"
    count, rounding = node.get(unit), written(node.get("rounding"))
    if unit == "months" and not rounding:
        hint = "Write rounding: down (the month's last day) or up (the first of the next month)."
        desk.error("missing-rounding", "months that lack the day need `rounding`", node, hint)
    start = node.get("from")
    anchor: Term | None = None
    if kind == "blocks":
        if start is None:
            hint = "Write from: first_service, or a date fact."
            desk.error("missing-start", "blocks need `from`: where does the first one begin?", node, hint)
        elif written(start) != FIRST_SERVICE:
            anchor = read_date(start, desk)
    return Period(kind, read_count(count, desk) if count else None, unit, rounding, anchor)


def read_count(node: Node, desk: Desk) -> Term | None:
    """How many: a number from 1 on, a parameter or a fact."""
    term = read_term(node, desk, COUNT)
    if isinstance(term, Literal) and isinstance(term.value, int) and term.value < 1:
        desk.error("wrong-type", "a period is at least one day or month long", node, "Write 1 or more.")
    if term is not None and not isinstance(term, Literal | Shift) and term.type.kind not in ("count", "number"):
        desk.error("wrong-type", f"this is a {term.type}, and no count", node, "Name a parameter or fact that counts.")
    return term


def read_date(node: Node, desk: Desk) -> Term | None:
    """A date, or a fact or parameter that is one."""
    term = read_term(node, desk, DATE) if isinstance(node, Scalar | Mapping) else None
    if term is not None and not isinstance(term, Shift) and term.type.kind != "date":
        desk.error("wrong-type", f"this is a {term.type}, and no date", node, "Name a fact that is a date.")
        return None
    return term


def fiscal_start(node: Node, desk: Desk) -> int:
    """The month and day that a fiscal year begins on, as a number: 701 for 07-01."""
    month, _, day = written(node).partition("-")
    found = int(month or 1) * 100 + int(day or 1) if month.isdigit() and day.isdigit() else 101
    if found % 100 > {2: 28, 4: 30, 6: 30, 9: 30, 11: 30}.get(found // 100, 31):
        hint = "Name a month and a day that every year has, such as 07-01."
        desk.error("bad-date", f"not every year has a day {written(node)}", node, hint)
    return found
