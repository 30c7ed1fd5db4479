"""The study of one composed edition: its program, the search for facts in it, and how a finding is written down."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from payerrules.findings.encounters import Writer, flow
from payerrules.language.composed import Composed
from payerrules.language.expression import Condition, all_of
from payerrules.language.items import EditionMeaning, Rule, Window
from payerrules.language.vocabulary import Vocabulary
from payerrules.model.diagnostic import Diagnostic, Location, Severity
from payerrules.program.formulas import Key
from payerrules.program.program import Placed, Program
from payerrules.program.solver import TRUE_ONLY, Found, solve
from payerrules.program.space import Space, space_of


class Study:
    """One composed edition and what is asked of it."""

    def __init__(self, composed: Composed, meaning: EditionMeaning, program: Program, vocabulary: Vocabulary) -> None:
        self.composed = composed
        self.meaning = meaning
        self.program = program
        limits = [limit for limit, _ in program.limits]
        whole = space_of(program.placed, vocabulary, limits, meaning.must_know, meaning.effective)
        self.space = replace(whole, window=known(composed))
        self.rules = [p for p in program.placed if isinstance(p.item, Rule)]

    def within(self, window: Window) -> Space:
        """The space on the days of a window."""
        return replace(self.space, window=window)

    def search(self, demands: list[tuple[Condition, int]], window: Window) -> Found:
        """Facts on a day of a window that fit the demands."""
        return self.search_in(demands, self.within(window))

    @staticmethod
    def search_in(demands: list[tuple[Condition, int]], space: Space) -> Found:
        """Facts of a space that fit the demands."""
        return solve(demands, space)

    def example(self, facts: Mapping[Key, Any] | None, window: Window) -> str:
        """An encounter with the facts, on one line."""
        if facts is None:
            return ""
        return flow(Writer(self.composed.top, self.meaning, self.within(window)).encounter(facts))

    def fires(self, placed: Placed) -> list[tuple[Condition, int]]:
        """What is asked where a rule is to fire."""
        return [(all_of(placed.about, rule_of(placed).when), TRUE_ONLY)]


def rule_of(placed: Placed) -> Rule:
    """The rule that is placed."""
    assert isinstance(placed.item, Rule)  # a study's rules are
    return placed.item


def known(composed: Composed) -> Window:
    """The days of an edition that are known to hold: to its last day, or until it was last checked where that is open."""
    top = composed.top
    last = min(top.effective.last, max(top.verified_through, top.effective.first))
    return Window(top.effective.first, last)


def warning(code: str, message: str, at: Location | None, hint: str, example: str = "") -> Diagnostic:
    """A finding: nothing that stops a policy from being used, and something its writer did not mean."""
    return Diagnostic(code, message, at, hint, Severity.WARNING, example)
