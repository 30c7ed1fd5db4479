"""The benefit stage: lines in the order of their dates; each sees what the limits and authorizations have left for it."""

from __future__ import annotations

from payerrules.language.expression import FALSE, TRUE, UNKNOWN, Fact, Term
from payerrules.language.items import LAST_DAY, Limit
from payerrules.limits.authorizations import Authorizations
from payerrules.limits.counting import ANYTHING, NOTHING, Bounds, Event, alike, period_of, plus, size_of, used
from payerrules.model.encounter import CounterGiven
from payerrules.model.values import DATE, MaybeValue, show
from payerrules.program.evaluate import View, truth, value
from payerrules.runtimes.case import Case
from payerrules.runtimes.conclusions import Conclusions, LimitState, LineConclusion
from payerrules.runtimes.plan import Plan

STANDING = {TRUE: True, FALSE: False, UNKNOWN: None}


class Fold:
    """Goes through the lines by date and number; `open_line` says what is left, `close_line` counts what the line used."""

    def __init__(self, plan: Plan, case: Case, lines: list[LineConclusion], done: Conclusions) -> None:
        self.plan = plan
        self.case = case
        self.lines = lines
        self.done = done
        self.order = sorted(range(len(lines)), key=lambda i: (case.lines[i]["line.date"], lines[i].line))
        self.past: dict[str, list[Event]] = {}
        self.now: dict[str, list[Event]] = {}
        asks = {"line.authorized", "line.authorization_requested"} & plan.reads
        self.authorizations = Authorizations(case.whole["@authorizations"]) if asks else None

    def open_line(self, place: int) -> None:
        """Put into a line's view what its limits and authorizations have left."""
        view, line = self.case.lines[place], self.lines[place]
        if self.authorizations is not None:
            view["line.authorized"] = STANDING[self.authorizations.covers(view, "approved")]
            view["line.authorization_requested"] = STANDING[self.authorizations.covers(view, "requested")]
        for limit in self.plan.limits(view["line.date"]):
            self.open_limit(limit, view, line)

    def open_limit(self, limit: Limit, view: View, line: LineConclusion) -> None:
        """Put into a line's view the facts of one limit, and note its state for the decision."""
        counts = truth(limit.of, view)
        applies = counts if limit.stops is None else truth(limit.stops, view)
        view[f"limit.{limit.key}.counts"] = STANDING[counts]
        view[f"limit.{limit.key}.applies"] = STANDING[applies]
        if counts == FALSE and applies == FALSE:
            return
        name = report_name(limit, view)
        pool = key_of(limit.per, view)
        first, last = period_of(limit.period, view["line.date"])
        opening, from_day, opened_by = self.opening(limit, name, view, (first, last))
        events = [e for e in self.history(limit) if from_day <= e.day <= last]
        events += [e for e in self.now.get(limit.key, ()) if first <= e.day <= last]
        before, counted = used(limit, opening, events, pool)
        this = size_of(limit, amount_of(view), key_of(limit.one_per, view), pool, events)
        after = plus(before, this)
        beyonds = tuple((step, number(bound, view)) for step, bound in limit.beyonds)
        known = [bound for _, bound in beyonds if bound is not None]
        view[f"limit.{limit.key}.before"] = before
        view[f"limit.{limit.key}.this"] = this
        view[f"limit.{limit.key}.after"] = after
        view[f"limit.{limit.key}.remaining"] = remaining(min(known), before) if known else None
        if counts != FALSE:
            shown = tuple(zip((fact.name for fact in limit.per), pool, strict=True))
            self.done.limits.append(
                LimitState(
                    limit,
                    name,
                    line.line,
                    shown,
                    (first, last),
                    before,
                    this,
                    after,
                    counts,
                    beyonds,
                    counted,
                    opened_by,
                )
            )

    def opening(self, limit: Limit, name: str, view: View, period: tuple[int, int]) -> tuple[Bounds, int, str]:
        """The balance a limit opens with, the first day from which history is added to it, and what it comes from."""
        first, last = period
        encounter = self.case.encounter
        found = [
            (counter, fits)
            for counter in encounter.counters
            if (counter.as_of is None or first <= counter.as_of <= last) and (fits := names(counter, limit, name, view))
        ]
        if found:
            counter, fits = max(found, key=lambda f: (f[1], f[0].as_of or LAST_DAY))
            low = counter.used if fits == TRUE else 0
            return (low, counter.used), (LAST_DAY if counter.as_of is None else counter.as_of) + 1, "counter"
        if encounter.history is None:
            return ANYTHING, first, "nothing"
        if encounter.history_known_from is not None and encounter.history_known_from > first:
            return ANYTHING, first, "history"
        return NOTHING, first, "history"

    def history(self, limit: Limit) -> list[Event]:
        """The past services that may count, in the order of their dates; worked out once a limit."""
        if limit.key not in self.past:
            events = []
            for view in self.case.history:
                outcome = view.get("line.outcome")
                counts = truth(limit.of, view) if outcome in (None, "pay") else UNKNOWN if outcome == "pend" else FALSE
                if counts != FALSE:
                    events.append(event_of(limit, view, counts))
            self.past[limit.key] = sorted(events, key=lambda event: event.day)
        return self.past[limit.key]

    def close_line(self, place: int) -> None:
        """Count what a line used, now that it is known whether it stands."""
        view, line = self.case.lines[place], self.lines[place]
        if self.authorizations is not None:
            self.authorizations.use(view, line.stands, line.units_payable)
        for limit in self.plan.limits(view["line.date"]):
            counts = min(truth(limit.of, view), line.stands)
            if counts != FALSE:
                self.now.setdefault(limit.key, []).append(event_of(limit, view, counts))


def amount_of(view: View) -> Bounds:
    """The allowed amount as bounds: where it is not known, it is no more than the charge."""
    allowed, charge = view.get("line.allowed"), view.get("line.charge")
    if isinstance(allowed, int):
        return allowed, allowed
    return (0, charge) if isinstance(charge, int) else ANYTHING


def event_of(limit: Limit, view: View, counts: int) -> Event:
    """A line or past service as something a limit counts."""
    size = amount_of(view)
    day = view["line.date"]
    label = f"{show(day, DATE)} {view['line.code']}"
    return Event(day, key_of(limit.per, view), size, counts, key_of(limit.one_per, view), label)


def key_of(terms: tuple[Fact, ...], view: View) -> tuple[MaybeValue, ...]:
    """The values by which services are alike."""
    return tuple(view.get(fact.name) for fact in terms)


def number(term: Term, view: View) -> int | None:
    """The bound of a step; None where unknown."""
    found = value(term, view)
    return found if isinstance(found, int) else None


def remaining(bound: int, before: Bounds) -> Bounds:
    """What is left up to a bound."""
    low, high = before
    return (0 if high is None else max(0, bound - high)), max(0, bound - low)


def report_name(limit: Limit, view: View) -> str:
    """The name under which this line's pool is reported and given in counters."""
    text = limit.report_as.text
    for written, fact in limit.report_as.facts:
        text = text.replace("{" + written + "}", show(view.get(fact.name), fact.type))
    return text


def names(counter: CounterGiven, limit: Limit, name: str, view: View) -> int:
    """Whether a counter speaks of this line's pool: by the pool's own name, or by the limit's and what it says of the pool."""
    if counter.limit == name and not counter.pool:
        return TRUE
    if counter.limit not in (name, limit.name):
        return FALSE
    own = {fact.name for fact in limit.per} - {"patient"}
    said = {fact: what for fact, what in counter.pool.items() if fact in own}
    fits = alike(tuple(said.values()), tuple(view.get(fact) for fact in said))
    return fits if len(said) == len(own) else min(fits, UNKNOWN)
