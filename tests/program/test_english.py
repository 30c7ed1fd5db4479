"""What `payerrules show` says: each rule, limit and step of said.yaml has in its title what is to be said of it.

Every kind of condition, effect, comparison, count, period and crossing must be there, so a new one needs its words.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml

from payerrules.language import grammar, grammar_effects
from payerrules.language.effect import Effect, Hit
from payerrules.language.expression import (
    ALWAYS,
    NEVER,
    UNKNOWN,
    CodeSet,
    Condition,
    Constant,
    CountOf,
    Fact,
    Given,
    Held,
    Not,
    Present,
)
from payerrules.language.items import LimitStepRule, Rule
from payerrules.library.library import Library
from payerrules.model.diagnostic import Severity
from payerrules.model.values import CODES, DATE, YES_NO
from payerrules.program import english_conditions, english_effects, english_limits, english_tables
from payerrules.program.english_conditions import condition_text
from payerrules.program.english_effects import effect_text
from payerrules.program.english_limits import counted_text, step_rule_text, step_text
from payerrules.show.page import sentences
from payerrules.show.subject import STAGE_TITLES, Subject

ROOT = Path(__file__).parents[2]
SAID = Path(__file__).parent / "said.yaml"
DATA: dict[str, Any] = yaml.safe_load(SAID.read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def subject() -> Subject:
    library, _ = Library.open([ROOT / "policies"], [SAID])
    composed = library.composed["test/said 1"][0]
    meaning = library.meaning(composed, composed.windows[0])
    errors = [d.text() for d in library.diagnostics if d.severity is Severity.ERROR]
    assert errors == []
    return Subject(meaning, composed, library.vocabulary)


def rule(name: str) -> Rule | LimitStepRule:
    meaning = subject().meaning
    return next(r for r in (*meaning.rules, *meaning.limit_step_rules) if r.id == f"test/said#{name}")


@pytest.mark.parametrize("name", [one["id"] for one in DATA["rules"]])
def test_a_rule_is_said_as_its_title_has_it(name: str) -> None:
    one, voice = rule(name), subject().voice
    said = step_rule_text(one, voice) if isinstance(one, LimitStepRule) else sentences(one, voice)
    assert said == one.title


@pytest.mark.parametrize("name", DATA["limits"])
def test_a_limit_is_said_as_its_title_has_it(name: str) -> None:
    limit = next(limit for limit in subject().meaning.limits if limit.name == name)
    assert counted_text(limit, subject().voice) == limit.title


@pytest.mark.parametrize(
    "name", [f"{limit}/{step}" for limit, told in DATA["limits"].items() for step in told["steps"]]
)
def test_a_step_is_said_as_its_title_has_it(name: str) -> None:
    one = rule(name)
    assert isinstance(one, Rule)
    limit = next(limit for limit in subject().meaning.limits if limit.key == one.limit)
    assert step_text(one, limit, subject().voice) == one.title


# --- conditions that no rule is written with --------------------------------------------------------
@pytest.mark.parametrize(
    ("condition", "said", "contrary"),
    [
        (ALWAYS, "always", "never"),
        (NEVER, "never", "always"),
        (Constant(UNKNOWN), "nobody can know", "nobody can know"),
        (
            Given(Fact("line.discipline", CODES)),
            "the encounter itself gives the line's discipline",
            "the encounter itself does not give the line's discipline",
        ),
        (Held(Fact("line.note", DATE)), "the line's note is on file", "the line's note is not on file"),
        (
            CountOf(Fact("line.modifiers", CODES), CodeSet(frozenset({"GN"}), name="mine"), "ge", 2),
            "the line has at least 2 of `mine`",
            "the line has fewer than 2 of `mine`",
        ),
        (
            Not(Present(Fact("line.late", YES_NO))),
            "it is not known whether the line: late",
            "it is known whether the line: late",
        ),
    ],
)
def test_a_condition_and_its_contrary(condition: Condition, said: str, contrary: str) -> None:
    assert (condition_text(condition), condition_text(condition, negated=True)) == (said, contrary)


# --- nothing is left unsaid --------------------------------------------------------------------------
def kinds_in(part: object) -> set[type]:
    """The classes of everything that a piece of meaning is made of."""
    found = {type(part)}
    if isinstance(part, tuple):
        return found.union(*(kinds_in(one) for one in part))
    for name in getattr(part, "__dataclass_fields__", ()):
        found |= kinds_in(getattr(part, name))
    return found


def test_every_kind_of_condition_is_said() -> None:
    told = kinds_in((subject().meaning.rules, subject().meaning.limits)) | {Constant, Given, Held, CountOf}
    assert set(get_args(Condition)) - told == set()


def test_every_kind_of_effect_is_said() -> None:
    effects = [effect for one in subject().meaning.rules for effect in one.effects]
    assert set(get_args(Effect)) - {type(effect) for effect in effects} == set()
    assert [effect for effect in effects if not effect_text(effect)] == []


def test_every_word_of_a_hit_is_said() -> None:
    words = {effect.word for one in subject().meaning.rules for effect in one.effects if isinstance(effect, Hit)}
    harming = set(grammar_effects.EFFECTS) - {
        "flag", "price", "reduce_payment", "pay", "patient_share", "derive", "instead",
    }  # fmt: skip
    assert harming - words == {"return"}  # as every `return` here comes from the policy's defaults


@pytest.mark.parametrize(
    ("told", "words"),
    [
        (english_limits.COUNTED, grammar.COUNTS),
        ({**english_limits.PERIODS, **english_limits.SPANS}, {**grammar.PERIODS, **grammar.SPANS}),
        (english_limits.CROSSING, grammar.CROSSINGS),
        (english_limits.ORDER, grammar.ORDERS),
        (english_limits.ROUNDED, grammar.MONTH_ROUNDINGS),
        (english_effects.ASKS, grammar.ACTIONS),
        (english_conditions.THINGS, grammar.COLLECTIONS),
        (english_tables.HIT, grammar.HIT_POLICIES),
        (english_tables.MINUTES, grammar.MINUTES_OF),
        (STAGE_TITLES, grammar.RULE_STAGES),
    ],
)
def test_every_word_has_its_words(told: dict[str, str], words: Any) -> None:
    assert set(told) == set(words)


def said_in(data: Any) -> set[str]:
    """Every key and word of a tree, but its titles."""
    if isinstance(data, dict):
        parts = [said_in(value) for key, value in data.items() if key != "title"]
        return set(map(str, data)).union(*parts)
    if isinstance(data, list):
        return set().union(*map(said_in, data))
    return {str(data)}


WORDS = (
    *grammar.COMPARISONS, *grammar.TESTS, *grammar.CONNECTIVES, *grammar.COLLECTIONS, *grammar.AMOUNT_WORDS,
    *grammar.OFFSETS, *grammar.FOR_EACH, *grammar.COUNTS, *grammar.PERIODS, *grammar.SPANS, *grammar.MONTH_ROUNDINGS,
    *grammar.ORDERS, *grammar.CROSSINGS, *grammar_effects.EFFECTS,
    *grammar_effects.REMARKS, *grammar_effects.BESIDE, *grammar.ACTIONS, *grammar.DEFAULTS,
)  # fmt: skip


@pytest.mark.parametrize("word", sorted(set(WORDS) - {"true", "false"}))
def test_every_word_of_the_language_is_said(word: str) -> None:
    looked_at = {name.partition("_")[2] for name in said_in(DATA) if name.startswith(("exists_", "count_"))}
    assert word in said_in(DATA) | looked_at
