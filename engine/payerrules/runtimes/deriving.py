"""Derived facts: what the rules that write a fact make of it, by their verdicts and priorities."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from payerrules.language.effect import Derive
from payerrules.language.expression import FALSE, TRUE, UNKNOWN, Fact, Literal
from payerrules.language.items import Rule
from payerrules.model.values import MaybeValue
from payerrules.program.evaluate import NO_SCOPES, Scopes, View, value
from payerrules.runtimes.lookups import Conflict


@dataclass(frozen=True, slots=True)
class Writer:
    """A rule that derives a fact: its effect, its place among the verdicts (-1: it does not speak), and what it reads."""

    rule: Rule
    effect: Derive
    place: int
    reads: tuple[Fact, ...]

    @property
    def plain(self) -> bool:
        """Whether the values it gives are written in it."""
        return isinstance(self.effect.value, Literal) and isinstance(self.effect.otherwise, Literal | None)

    def verdict(self, found: Sequence[int]) -> int:
        """Its verdict among those of the rules that were asked."""
        return FALSE if self.place < 0 else found[self.place]


def derive(
    derives: Sequence[tuple[str, tuple[Writer, ...]]],
    found: Sequence[int],
    view: View,
    reads: View,
    scopes: Scopes = NO_SCOPES,
) -> list[str]:
    """Set derived facts in a view, as the rules read another; gives back the conflicts between rules, in words."""
    conflicts: list[str] = []
    given = view["@given"] if "@given" in view else reads["@given"]  # a pair of lines is given nothing of its own
    for name, writers in derives:
        if name in given:
            continue
        try:
            view[name] = derived(writers, found, reads, scopes)
        except Conflict as conflict:
            view[name] = None
            conflicts.append(str(conflict))
        if view[name] is None:
            lacks = [
                fact.name
                for writer in writers
                if writer.verdict(found) == UNKNOWN
                for fact in writer.reads
                if fact.scope == "" and reads.get(fact.name) is None and fact.name != name
            ]
            view.setdefault("@lacks", {})[name] = tuple(dict.fromkeys(lacks))
    return conflicts


def derived(writers: tuple[Writer, ...], found: Sequence[int], view: View, scopes: Scopes = NO_SCOPES) -> MaybeValue:
    """The value of a derived fact: the highest priority that is true speaks; what may speak before it must say the same."""
    maybe: list[MaybeValue] = []
    said: list[tuple[int, MaybeValue, str]] = []
    for writer in writers:
        priority = writer.rule.priority
        if said and said[0][0] > priority:
            break
        verdict = writer.verdict(found)
        if verdict == TRUE:
            said.append((priority, value(writer.effect.value, view, scopes), writer.rule.id))
        elif verdict == UNKNOWN:
            maybe.append(value(writer.effect.value, view, scopes))
    if said:
        _, first_said, first = said[0]
        for _, other, rule in said[1:]:
            if other != first_said:
                raise Conflict(f"{first} and {rule} give {writers[0].rule.id} different values")
        return first_said if all(other == first_said for other in maybe) else None
    if maybe:
        return None
    last = writers[-1].effect
    if last.otherwise is not None:
        return value(last.otherwise, view, scopes)
    return False if all(writer.effect.closed for writer in writers) else None
