"""What is shown: one edition on one stretch of its dates, its rules in their stages, and the day it is looked at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

from payerrules.language.composed import Composed
from payerrules.language.expression import CodeSet, Fact
from payerrules.language.items import (
    ANY_DAY,
    STAGES,
    EditionMeaning,
    Limit,
    LimitStepRule,
    LongTableLookup,
    ParameterLookup,
    ParameterRow,
    Rule,
    TableLookup,
    UnitLookup,
)
from payerrules.language.vocabulary import Vocabulary
from payerrules.model.values import FactType, MaybeValue
from payerrules.program.build import place
from payerrules.program.english_tables import dates, parameter_name
from payerrules.program.english_terms import Voice, value_text

STAGE_TITLES: Final = {
    "derive": "Before anything is judged",
    "edit": "Each line by itself",
    "bundle": "Lines beside other lines",
    "depend": "Lines that need another line",
    "price": "Prices",
    "benefit": "Limits and benefits",
}
"""The stages as an analyst would head them."""


@dataclass(frozen=True)
class Subject:
    """An edition to be shown. `as_of` is a day number: what is not in force that day is left out, and listed."""

    meaning: EditionMeaning
    composed: Composed
    vocabulary: Vocabulary
    as_of: int | None = None

    def in_force(self, item: Any) -> bool:
        """Whether something is in force on the day (None: any)."""
        return self.as_of is None or getattr(item, "in_force", ANY_DAY).holds(self.as_of)

    @property
    def voice(self) -> Voice:
        """How its facts are spoken of."""
        return Voice.of(self.vocabulary)

    @property
    def dated_voice(self) -> Voice:
        """The same, with the values that parameters have on the day, or the latest known with their dates, in place of names."""
        values = {}
        for parameter in self.parameters:
            text = self.value_of(parameter)
            if text and not parameter.fact.type.ordered:
                on = " on this day" if self.as_of is not None else ""
                text = f"the parameter `{parameter_name(parameter)}` (“{text}”{on})"
            if text:
                values[parameter.fact.name] = text
        return replace(self.voice, values=values)

    def value_of(self, parameter: ParameterLookup) -> str:
        """The value of a parameter on the day, or its latest with its dates; "" where it has none, or more than one key tells apart."""
        rows = self.rows_of(parameter)
        if not rows:
            return ""
        last = rows[0].window
        found: dict[MaybeValue, list[str]] = {}
        for row in rows:
            keys = [value_text(value, fact.type) for value, fact in zip(row.key, parameter.by, strict=True)]
            found.setdefault(row.value, []).append(" ".join(keys))
        if len(found) > 3:
            return ""
        kind: FactType = parameter.fact.type
        if len(found) == 1:
            text = value_text(next(iter(found)), kind)
        else:
            text = ", ".join(f"{value_text(value, kind)} ({', '.join(keys)})" for value, keys in found.items())
        return text if self.as_of is not None or last == ANY_DAY else f"{text} ({dates(last)})"

    def rows_of(self, parameter: ParameterLookup) -> list[ParameterRow]:
        """The rows of a parameter on the day; without a day those of its latest dates."""
        rows = [row for row in parameter.rows if self.as_of is None or row.window.holds(self.as_of)]
        last = max((row.window for row in rows), default=ANY_DAY)
        return [row for row in rows if row.window == last]

    @cached_property
    def stages(self) -> dict[str, str]:
        """The stage of each rule, by its id."""
        return {placed.item.id: placed.stage for placed in place(self.meaning, []) if isinstance(placed.item, Rule)}

    @property
    def rules(self) -> list[Rule]:
        """Its rules in force, by stage and then as they are written; without derived facts and steps of limits."""
        stages = self.stages
        found = [r for r in self.meaning.rules if self.in_force(r) and not r.limit and "#derive/" not in r.id]
        return sorted(found, key=lambda rule: STAGES.index(stages.get(rule.id, "edit")))

    def by_stage(self) -> list[tuple[str, list[Rule]]]:
        """Its rules in the order in which they are judged, with their stages."""
        stages = self.stages
        return [
            (stage, some)
            for stage in STAGES
            if (some := [rule for rule in self.rules if stages.get(rule.id, "edit") == stage])
        ]

    @property
    def derived(self) -> dict[Fact, list[Rule]]:
        """The rules that make each derived fact known, in their order."""
        found: dict[Fact, list[Rule]] = {}
        for rule in self.meaning.rules:
            if "#derive/" in rule.id and self.in_force(rule):
                found.setdefault(getattr(rule.effects[0], "fact"), []).append(rule)  # noqa: B009  # a derived fact has this one effect
        return found

    @property
    def limits(self) -> list[Limit]:
        """Its limits in force."""
        return [limit for limit in self.meaning.limits if self.in_force(limit)]

    def steps_of(self, limit: Limit) -> list[Rule]:
        """The steps of a limit in force, in the order in which they are written."""
        names = [name for name, _ in limit.beyonds]
        found = [rule for rule in self.meaning.rules if rule.limit == limit.key and self.in_force(rule)]
        return sorted(found, key=lambda rule: names.index(rule.step))

    @property
    def step_rules(self) -> list[LimitStepRule]:
        """Its rules about the steps of limits in force."""
        return [rule for rule in self.meaning.limit_step_rules if self.in_force(rule)]

    @property
    def parameters(self) -> list[ParameterLookup]:
        """Its parameters."""
        return [one for one in self.meaning.lookups if isinstance(one, ParameterLookup)]

    @property
    def tables(self) -> list[TableLookup | LongTableLookup]:
        """Its tables in force."""
        return [
            one for one in self.meaning.lookups if isinstance(one, TableLookup | LongTableLookup) and self.in_force(one)
        ]

    @property
    def unit_rules(self) -> list[UnitLookup]:
        """Its unit rules in force."""
        return [one for one in self.meaning.lookups if isinstance(one, UnitLookup) and self.in_force(one)]

    def out_of_date(self) -> list[str]:
        """The names of what is not in force on the day."""
        items = [*self.meaning.rules, *self.meaning.limits, *self.meaning.lookups, *self.meaning.limit_step_rules]
        return [
            getattr(one, "id", getattr(one, "name", "")).partition("#")[2] for one in items if not self.in_force(one)
        ]

    def sets(self) -> dict[str, CodeSet]:
        """Every named set that something in force speaks of."""
        parts = (tuple(self.meaning.rules), self.meaning.lookups, self.meaning.limits, self.meaning.limit_step_rules)
        found = {one.name: one for part in (*parts, self.meaning.about) for one in sets_in(part)}
        return dict(sorted(found.items()))


def sets_in(part: object) -> Iterator[CodeSet]:
    """Every named set that a piece of meaning speaks of."""
    if isinstance(part, CodeSet):
        if part.name:
            yield part
        if part.except_ is not None:
            yield from sets_in(part.except_)
    elif isinstance(part, tuple):
        for one in part:
            yield from sets_in(one)
    elif hasattr(part, "__dataclass_fields__"):
        for name in part.__dataclass_fields__:
            yield from sets_in(getattr(part, name))
