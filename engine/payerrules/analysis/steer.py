"""Steering: an encounter changed so that facts of one of its lines become what is wanted, by way of what they are made from."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from payerrules.analysis.conditions import Doubt
from payerrules.analysis.encounter_edits import (
    Data,
    add_line,
    add_service,
    day_text,
    entry_for,
    line_of,
    plain_value,
    put,
    put_age,
    put_diagnoses,
    put_fact,
    put_modifiers,
    put_used,
)
from payerrules.analysis.solve import FREE, Change, Goal, Question
from payerrules.language.effect import Derive
from payerrules.language.expression import FALSE, TRUE, UNKNOWN, Condition, Count, Exists, Literal
from payerrules.language.items import ParameterLookup, Rule, TableLookup
from payerrules.model.values import COUNT, MONEY, show
from payerrules.program.evaluate import Scopes, View, truth, value
from payerrules.program.program import Program
from payerrules.runtimes.conclusions import Conclusions

DEEPEST = 4


@dataclass(slots=True)
class Steering:
    """Changes an encounter, in place, towards what is wanted of one line of it (and of its partner in a pair)."""

    data: Data
    program: Program
    doubt: Doubt
    done: Conclusions
    place: int
    other: int | None = None

    def apply(self, change: Change, question: Question) -> bool:
        """Make every change of an answer; false where one cannot be made."""
        looks = {fact.name: look for look, fact in question.looks.items()}
        for (scope, name), wanted in sorted(change.items(), key=lambda item: (late(item[0][1]), item[0])):
            if name.startswith(FREE):
                against = [looks[n] for (_, n), w in change.items() if n.startswith(FREE) and w is not True]
                added = any(n.startswith(FREE) and w is True for (_, n), w in change.items())
                if wanted is not True and added:
                    continue  # nothing is taken away where something that does not fit is added
                if not self.look(looks[name], wanted, question.view, question.scopes, against):
                    return False
            elif scope == "other":
                if self.other is None or not self.fact(name, wanted, self.other, question.scopes["other"], 0):
                    return False
            elif scope == "authorization":
                self.authorization({name: wanted})
            elif scope or not self.fact(name, wanted, self.place, question.view, 0):
                return False
        return True

    def fact(self, name: str, wanted: Any, place: int, view: View, depth: int) -> bool:
        """Make one fact of a line what is wanted."""
        data = self.data
        match name:
            case "line.date":
                line_of(data, place)["date"] = day_text(wanted)
            case "line.code":
                line_of(data, place)["code"] = wanted
            case "line.modifiers":
                put_modifiers(line_of(data, place), wanted)
            case "patient.age" | "patient.age_months" if wanted is None or isinstance(wanted, int):
                years = name == "patient.age"
                put_age(data, place, wanted if years else None, None if years else wanted)
            case "line.diagnoses" | "encounter.diagnoses":
                put_diagnoses(data, place, wanted)
            case "line.first_diagnosis":
                put_diagnoses(data, place, None, wanted if isinstance(wanted, str) else None)
            case "line.provider" if wanted is None:
                own = {k: v for k, v in data.get("provider", {}).items() if k != "npi"}
                if not own:
                    return False
                line_of(data, place)["provider"] = own
            case "line.authorized" | "line.authorization_requested":
                self.authorized(name == "line.authorized", wanted, place)
            case _ if name.startswith("limit."):
                return self.limit(name, wanted, place, view, depth)
            case _ if name.startswith("parameter."):
                return self.parameter(name, wanted, place, view, depth)
            case _ if name.startswith("payer."):
                put(data, ("payer", name.partition(".")[2]), plain_value(wanted, COUNT))
            case _:
                return self.made(name, wanted, place, view, depth) or self.given(name, wanted, place)
        return True

    def given(self, name: str, wanted: Any, place: int) -> bool:
        """Give a fact outright; what an encounter gives wins over what is derived."""
        entry = entry_for(self.program.vocabulary, name)
        if entry is None:
            return False
        put_fact(self.data, place, entry, wanted)
        return True

    # --- what is made from other facts ----------------------------------------------------------
    def made(self, name: str, wanted: Any, place: int, view: View, depth: int) -> bool:
        """Make a derived fact what is wanted by way of its makers; false where it has none, or none can give it."""
        makers = self.doubt.makers.get(name)
        if not makers or depth >= DEEPEST:
            return False
        day = view.get("line.date") or 0
        conditions: list[Condition] = []
        values: list[Any] = []
        otherwise: Any = None
        in_turn = True
        for maker in makers:
            match maker:
                case Rule():
                    derive = next(e for e in maker.effects if isinstance(e, Derive) and e.fact.name == name)
                    if derive.closed:
                        return self.reach((maker.when,), comes_to(wanted), place, view, depth)
                    conditions.append(maker.when)
                    values.append(derive.value.value if isinstance(derive.value, Literal) else object())
                case TableLookup():
                    in_turn = maker.hit == "first"
                    column = [fact.name for fact in maker.outputs].index(name)
                    rows = [row for row in maker.rows if row.window.holds(day)]
                    conditions += [row.when for row in rows]
                    values += [value(row.outputs[column], view, {}) for row in rows]
                    otherwise = value(maker.otherwise[column], view, {}) if maker.otherwise else None
                case _:
                    return False
        return self.reach(
            tuple(conditions), lambda found: spoken(found, values, otherwise, wanted, in_turn), place, view, depth
        )

    def reach(self, conditions: tuple[Condition, ...], goal: Goal, place: int, view: View, depth: int) -> bool:
        """Reach a goal for conditions on one line, by the fewest changes that can be made."""
        abouts = tuple(a.when for a in self.program.abouts if truth(a.when, view) == TRUE)
        count = len(conditions)
        question = Question((*conditions, *abouts), self.doubt, view)
        spoken_of = (
            c
            for c in question.answers(
                lambda found: goal(found[:count]) and TRUE in (*found[count:], TRUE)[: len(abouts) or 1]
            )
        )
        for number, change in enumerate(spoken_of):
            if number >= 4:
                break
            before = copy.deepcopy(self.data)
            looks = {fact.name: look for look, fact in question.looks.items()}
            if all(
                self.look(looks[name], wanted, view, {})
                if name.startswith(FREE)
                else self.fact(name, wanted, place, view, depth + 1)
                for (_, name), wanted in change.items()
            ):
                return True
            self.data.clear()
            self.data.update(before)
        return False

    def limit(self, name: str, wanted: Any, place: int, view: View, depth: int) -> bool:
        """Make what is used of a limit come to a number, by a counter."""
        key, _, part = name.rpartition(".")
        limit = next((one for one, _ in self.program.limits if f"limit.{one.key}" == key), None)
        if limit is None:
            return False
        if part in ("counts", "applies"):
            condition = limit.of if part == "counts" or limit.stops is None else limit.stops
            return self.reach((condition,), comes_to(wanted), place, view, depth)
        number = self.done.lines[place].line if place < len(self.done.lines) else 0
        state = next((s for s in self.done.limits if s.line == number and s.limit.key == limit.key), None)
        if state is None:
            return False
        if wanted is None:
            put_used(self.data, state.name, None)
            return True
        this = state.this[0]
        bound = next((b for _, b in state.beyonds if b is not None), 0)
        own = line_of(self.data, place).get("allowed")
        if (
            part == "after"
            and limit.counts == "allowed_amount"
            and own is not None
            and state.after[0] == state.after[1]
        ):
            amount = this + wanted - state.after[0]
            if 0 < amount <= 2 * this:  # a line that costs a little more or less is the nearest other case
                line_of(self.data, place)["allowed"] = show(amount, MONEY)
                return True
        used = {"after": wanted - this, "before": wanted, "remaining": bound - wanted}.get(part)
        if used is None or used < 0:
            return False
        kind = MONEY if limit.counts == "allowed_amount" else COUNT
        put_used(self.data, state.name, show(used, kind))
        return True

    def parameter(self, name: str, wanted: Any, place: int, view: View, depth: int) -> bool:
        """Make a parameter have a value: on a date, and for a key, for which it does."""
        lookup = next((m for m in self.doubt.makers.get(name, ()) if isinstance(m, ParameterLookup)), None)
        row = None if lookup is None else next((row for row in lookup.rows if row.value == wanted), None)
        if lookup is None or row is None:
            return False
        line_of(self.data, place)["date"] = day_text(max(row.window.first, self.doubt.first))
        pairs = zip(lookup.by, row.key, strict=True)
        return all(view.get(f.name) == v or self.fact(f.name, v, place, view, depth + 1) for f, v in pairs)

    # --- other things ---------------------------------------------------------------------------
    def look(self, look: Condition, wanted: Any, view: View, scopes: Scopes, against: Sequence[Condition] = ()) -> bool:
        """Make a look at other things find what is wanted: add things that fit (and do not fit others), or take them away."""
        if not isinstance(look, Exists | Count):
            return False
        coverage = self.data.setdefault("coverage", {})
        listed = {"authorization": "authorizations", "other_payer": "other_payers"}.get(look.over)
        if wanted is not True:
            if look.over == "line":
                self.data["lines"] = [self.data["lines"][self.place]] if wanted is False else self.data["lines"]
                return wanted is False
            where, key = (
                (self.data, {"service": "history", "diagnosis": "diagnoses"}.get(look.over, ""))
                if not listed
                else (coverage, listed)
            )
            if wanted is False:
                where[key] = []
            else:
                where.pop(key, None)
            return True
        times = 1
        if isinstance(look, Count):
            bound = value(look.number, view, scopes)
            times = (bound if isinstance(bound, int) else 1) + (look.op == "gt")
        unfit = tuple(one.where for one in against if isinstance(one, Exists | Count) and one.over == look.over)
        return all(self.add(look.over, look.where, unfit, view) for _ in range(max(1, times)))

    def add(self, over: str, where: Condition, unfit: tuple[Condition, ...], view: View) -> bool:
        """Add one thing that fits a condition, and none of some others."""
        scope = {"line": "other", "service": "other"}.get(over, over)
        like = view if scope == "other" else {}
        question = Question((where, *unfit), self.doubt, view, {scope: like}, scope)

        def fits(found: Sequence[int]) -> bool:
            return found[0] == TRUE and TRUE not in found[1:]

        change = next(question.answers(fits), None)
        if change is None:
            return False
        facts = {name: wanted for (_, name), wanted in change.items()}
        match over:
            case "line":
                place = add_line(self.data, self.place)
                return all(self.fact(name, wanted, place, view, 1) for name, wanted in facts.items())
            case "service":
                made = add_service(self.data, self.place)
                for name, wanted in facts.items():
                    entry = entry_for(self.program.vocabulary, name)
                    if entry is None or entry.entity != "line":
                        return False
                    put(made, entry.at_path, plain_value(wanted, entry.type))
                return True
            case "authorization":
                self.authorization(facts)
                return True
            case "diagnosis":
                code = next((w for n, w in facts.items() if n.startswith("diagnosis")), None)
                put_diagnoses(
                    self.data, self.place, frozenset({*map(str, self.data.get("diagnoses") or ()), str(code)})
                )
                return code is not None
            case _:
                made = {"id": "other"}
                for name, wanted in facts.items():
                    entry = entry_for(self.program.vocabulary, name)
                    if entry is not None:
                        put(made, entry.at_path, plain_value(wanted, entry.type))
                coverage = self.data.setdefault("coverage", {})
                coverage["other_payers"] = [*(coverage.get("other_payers") or ()), made]
                return True

    def authorization(self, facts: dict[str, Any]) -> None:
        """Add an authorization that covers the line, with facts of its own."""
        coverage = self.data.setdefault("coverage", {})
        listed = coverage.get("authorizations") or []
        line = line_of(self.data, self.place)
        made: Data = {"id": f"A{len(listed) + 1}", "status": "approved", "codes": [str(line["code"])]}
        made["from"] = made["through"] = str(line.get("date") or self.data.get("date_of_service"))
        for name, wanted in facts.items():
            entry = entry_for(self.program.vocabulary, name)
            if entry is not None:
                put(made, entry.at_path, plain_value(wanted, entry.type))
        coverage["authorizations"] = [*listed, made]

    def authorized(self, approved: bool, wanted: Any, place: int) -> None:
        """Cover a line by an authorization, or make it known that nothing does."""
        if wanted is True:
            self.authorization({} if approved else {"authorization.status": "requested"})
        elif wanted is False:
            self.data.setdefault("coverage", {})["authorizations"] = []
        else:
            self.data.setdefault("coverage", {}).pop("authorizations", None)


def spoken(found: Sequence[int], values: Sequence[Any], otherwise: Any, wanted: Any, in_turn: bool) -> bool:
    """Whether writers give a value: the first true one where they speak in turn, else any true one before all unknown ones."""
    if not in_turn and TRUE in found:
        return same(values[found.index(TRUE)], wanted)
    for fits, one in zip(found, values, strict=True):
        if fits == UNKNOWN:
            return wanted is None
        if fits == TRUE:
            return same(one, wanted)
    return same(otherwise, wanted)


def comes_to(wanted: Any) -> Goal:
    """The goal that the first condition is true, false or unknown, as a yes/no fact made from it would be."""
    value = {True: TRUE, False: FALSE, None: UNKNOWN}[wanted]
    return lambda found: found[0] == value


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same, yes and 1 apart."""
    return one is other or (type(one) is type(other) and one == other)


def late(name: str) -> int:
    """In which order facts are set: what others rest on first, limits last."""
    return 2 if name.startswith("limit.") else 1 if name.startswith(("parameter.", FREE, "patient.age")) else 0
