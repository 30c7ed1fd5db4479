"""The benefit stage: lines in the order of their dates; each sees what the limits and authorizations have left for it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

from payerrules.language.expression import FALSE, TRUE, UNKNOWN, Fact, Term
from payerrules.language.items import FIRST_DAY, LAST_DAY, Limit, Period
from payerrules.limits.authorizations import Authorizations
from payerrules.limits.counting import (
    ANYTHING,
    NOTHING,
    Bounds,
    Event,
    Key,
    alike,
    amount_of,
    in_days,
    plus,
    size_of,
    total,
    use_of,
)
from payerrules.limits.spans import BENEFIT_YEAR_START, Span, span_of
from payerrules.limits.state import LimitState, fits, free_on, last_date, reached_on, remaining
from payerrules.model.encounter import CounterGiven
from payerrules.model.values import DATE, TEXT, show
from payerrules.program.evaluate import View, truth, value
from payerrules.program.reads import facts_in
from payerrules.program.reads import shown as shown_name
from payerrules.runtimes.case import Case
from payerrules.runtimes.conclusions import Conclusions, LineConclusion
from payerrules.runtimes.plan import Plan

STANDING = {TRUE: True, FALSE: False, UNKNOWN: None}
COVERED_BY = Fact("line.covered_by", TEXT)


class Fold:
    """Goes through the lines by date and number; `open_line` says what is left, `close_line` counts what the line used."""

    def __init__(self, plan: Plan, case: Case, lines: list[LineConclusion], done: Conclusions) -> None:
        self.plan = plan
        self.case = case
        self.lines = lines
        self.done = done
        self.order = sorted(range(len(lines)), key=lambda i: (case.lines[i]["line.date"], lines[i].line))
        self.past: dict[str, dict[int, Event | None]] = {}
        self.by_day = sorted(range(len(case.history)), key=self.past_day)
        self.now: dict[str, list[Event]] = {}
        before = [view for place, view in enumerate(case.history) if place not in case.later]
        history = None if case.encounter.history is None else before
        self.authorizations = Authorizations(case.whole["@authorizations"], history) if plan.authorizes else None

    # --- before the line is judged ------------------------------------------------------------------
    def open_line(self, place: int) -> None:
        """Put into a line's view what its limits and authorizations have left."""
        view, line = self.case.lines[place], self.lines[place]
        if self.authorizations is not None:
            view |= self.authorizations.facts(view)
        for limit in self.plan.limits(view["line.date"]):
            self.open_limit(limit, view, line)

    def open_limit(self, limit: Limit, view: View, line: LineConclusion) -> None:
        """Put into a line's view the facts of one limit, and note its state for the decision."""
        counts = self.plan.past.counts(limit, view)
        applies = counts if limit.stops is None else truth(limit.stops, view)
        if counts == FALSE and applies == FALSE:
            self.not_of(limit, view)
            return
        span = self.span(limit, view)
        counts, applies = min(counts, span.applies), min(applies, span.applies)
        if counts == FALSE and applies == FALSE:
            self.not_of(limit, view)
            return
        key = f"limit.{limit.key}"
        view[f"{key}.counts"] = STANDING[counts]
        view[f"{key}.applies"] = STANDING[applies]
        if not span.known or UNKNOWN in (counts, applies):
            view.setdefault("@why", {})[f"{key}.before"] = goes_by(limit.period)
        for part, stands, wanted in (("counts", counts, limit.of), ("applies", applies, limit.stops or limit.of)):
            if stands == UNKNOWN:
                view.setdefault("@lacks", {})[f"{key}.{part}"] = (*names_in(wanted), *names_in(limit.period))
        name = report_name(limit, view)
        pool = pool_of(limit, view)
        opening, from_day, opened_by = self.opening(limit, name, view, span)
        counted = use_of(limit, self.events(limit, view, span, from_day), pool, span)
        before = total(opening, counted)
        this = size_of(limit, amount_of(limit, view), key_of(limit.one_per, view), counted)
        after = plus(before, this)
        beyonds = tuple((step, number(bound, view)) for step, bound in limit.beyonds)
        state = LimitState(
            limit,
            name,
            line.line,
            view["line.date"],
            pool,
            span,
            before,
            this,
            after,
            counts,
            beyonds,
            tuple(counted),
            opening,
            opened_by,
        )
        view[f"{key}.before"] = before
        view[f"{key}.this"] = this
        view[f"{key}.after"] = after
        view[f"{key}.remaining"] = remaining(state.bound, before)
        if limit.crossing == "split":
            for step, most in beyonds:
                view[f"{key}.fits_{step}"] = fits(limit, most, before, this, view)
        for part, found in (("reached_on", reached_on), ("last_date", last_date), ("free_on", free_on)):
            if f"{key}.{part}" in self.plan.reads:
                view[f"{key}.{part}"] = found(state)
        if counts != FALSE:
            self.done.limits.append(state)

    def not_of(self, limit: Limit, view: View) -> None:
        """A line that a limit neither counts nor stops: every comparison with the limit is false there."""
        view[f"limit.{limit.key}.counts"] = False
        view[f"limit.{limit.key}.applies"] = False

    def span(self, limit: Limit, view: View) -> Span:
        """The days whose services count together with a line."""
        day = view["line.date"]
        first = self.first_service(limit, view) if limit.period.kind == "blocks" else (None, None)
        span = span_of(limit.period, day, view, first)
        if limit.order == "date_of_service" and span.last > day:
            span = Span(span.first, day, span.sure_first, min(span.sure_last, day), span.applies)
        if limit.counts_from is None:
            return span
        since = value(limit.counts_from, view)
        if isinstance(since, int) and day < since:
            return Span(span.first, span.last, span.sure_first, span.sure_last, FALSE)
        return span.starting(since if isinstance(since, int) else None)

    def first_service(self, limit: Limit, view: View) -> tuple[int | None, int | None]:
        """The earliest day on which a service of the line's pool may have counted, and the earliest that is sure."""
        pool = pool_of(limit, view)
        known = [
            (event.day, min(event.counts, alike(event.pool, pool)))
            for event in [*self.history(limit, FIRST_DAY, LAST_DAY), *self.now.get(limit.key, ())]
        ]
        sure = min((day for day, counts in known if counts == TRUE), default=None)
        may = min((day for day, counts in known if counts != FALSE), default=view["line.date"])
        encounter = self.case.encounter
        whole = encounter.history is not None and encounter.history_known_from is None
        return min(may, view["line.date"]) if whole else None, sure

    def events(self, limit: Limit, view: View, span: Span, from_day: int) -> Sequence[Event]:
        """The services of a span that may come before a line, in the order of their days."""
        past = self.history(limit, max(from_day, span.first), span.last)
        if self.case.later:
            past = [event for event in past if not event.later or event.day < view["line.date"]]
        return [*past, *in_days(self.now.get(limit.key, []), span.first, span.last)]

    def opening(self, limit: Limit, name: str, view: View, span: Span) -> tuple[Bounds, int, str]:
        """The balance a limit opens with, the first day from which history is added to it, and what it comes from."""
        encounter = self.case.encounter
        found = [
            (counter, fits)
            for counter in encounter.counters
            if (counter.as_of is None or span.holds(counter.as_of)) and (fits := names(counter, limit, name, view))
        ]
        if found:
            counter, surely = max(found, key=lambda f: (f[1], f[0].as_of or LAST_DAY))
            if counter.as_of is not None:
                surely = min(surely, span.holds(counter.as_of))
                if limit.period.kind == "rolling" and counter.as_of != view["line.date"]:
                    surely = UNKNOWN  # some of it has left the span since
            used = counter.used_of(money=limit.counts == "allowed_amount") * (limit.unit_minutes or 1)
            low = used if surely == TRUE else 0
            return (low, used), (LAST_DAY if counter.as_of is None else counter.as_of) + 1, "counter"
        if encounter.history is None:
            return (NOTHING, span.first, "line") if of_one_line(limit) else (ANYTHING, span.first, "nothing")
        if encounter.history_known_from is not None and encounter.history_known_from > span.first:
            return ANYTHING, span.first, "history"
        return NOTHING, span.first, "history"

    def past_day(self, place: int) -> int:
        """The day of a past service."""
        return self.case.history[place]["line.date"]  # type: ignore[no-any-return]  # every view has its day

    def history(self, limit: Limit, first: int, last: int) -> list[Event]:
        """The past services of some days that may count, in their order; each is worked out once a limit, and only if asked for."""
        known = self.past.setdefault(limit.key, {})
        found = []
        for place in self.by_day[bisect_left(self.by_day, first, key=self.past_day) :]:
            if self.past_day(place) > last:
                break
            if place not in known:
                known[place] = self.past_event(limit, place)
            if (event := known[place]) is not None:
                found.append(event)
        return found

    def past_event(self, limit: Limit, place: int) -> Event | None:
        """A past service as a limit counts it; None where it does not count."""
        view, later = self.case.history[place], place in self.case.later
        if later and limit.order != "date_of_service":
            return None
        counts = min(self.plan.past.counts(limit, view), PAST.get(view.get("line.outcome") or "pay", FALSE))
        if counts == FALSE:
            return None
        event = event_of(limit, view, counts, "history")
        return replace(event, later=True) if later else event

    # --- after the line is judged -------------------------------------------------------------------
    def close_line(self, place: int) -> None:
        """Count what a line used, now that it is known whether it stands."""
        view, line = self.case.lines[place], self.lines[place]
        if self.authorizations is not None:
            line.covered_by = self.authorizations.use(view, line.stands)
        for limit in self.plan.limits(view["line.date"]):
            counts = min(self.plan.past.counts(limit, view), line.stands)
            if counts != FALSE:
                self.now.setdefault(limit.key, []).append(event_of(limit, view, counts, f"line {line.line}"))


def goes_by(period: Period) -> str:
    """The fact that a period goes by, for whoever asks why its ends are not known."""
    if period.kind == "benefit_year":
        return BENEFIT_YEAR_START
    if period.kind == "authorization":
        return "coverage.authorizations"
    parts = (part for part in (period.anchor, period.length) if part is not None)
    return next((shown_name(fact.name) for part in parts for fact in facts_in(part)), "history")


def names_in(part: object) -> tuple[str, ...]:
    """The facts of a line that a part of a limit reads, each once."""
    return tuple(dict.fromkeys(fact.name for fact in facts_in(part) if not fact.scope))


PAST = {"pay": TRUE, "pend": UNKNOWN}
"""What became of a past service, and so whether it counts; of one without an outcome it is said that it was paid."""


def of_one_line(limit: Limit) -> bool:
    """Whether services share a count only within one line, so that no past service can matter."""
    return any(fact.name == "line" for fact in limit.per)


def event_of(limit: Limit, view: View, counts: int, label: str) -> Event:
    """A line or past service as something a limit counts."""
    day = view["line.date"]
    shown = f"{show(day, DATE)} {view['line.code']}" + (f" ({label})" if label != "history" else "")
    return Event(day, pool_of(limit, view), amount_of(limit, view), counts, key_of(limit.one_per, view), shown)


def pool_of(limit: Limit, view: View) -> Key:
    """The values in which services share one count; an authorization is a count of its own."""
    if limit.period.kind == "authorization":
        return key_of((*limit.per, COVERED_BY), view)
    return key_of(limit.per, view)


def key_of(terms: tuple[Fact, ...], view: View) -> Key:
    """The values by which services are alike."""
    return tuple(view.get(fact.name) for fact in terms)


def number(term: Term, view: View) -> int | None:
    """The bound of a step; None where unknown."""
    found = value(term, view)
    return found if isinstance(found, int) else None


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
