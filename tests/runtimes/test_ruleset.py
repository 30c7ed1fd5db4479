"""The door to durable_rules: it joins as plain Python does, and its known traps stay shut."""

from __future__ import annotations

import resource
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from payerrules.runtimes.ruleset import CONJUNCTS, KEPT, JoinRule, Record, Ruleset, RulesetFault, available

pytestmark = pytest.mark.skipif(
    not available(), reason="durable_rules does not load on this Python without its build flag"
)


def recorded(ruleset: Ruleset, kind: str, number: int, values: Mapping[str, int]) -> Record:
    """A record that says these conjuncts and no others."""
    return Record(ruleset.shape(kind, list(values)), number, list(values.values()))


@dataclass(frozen=True)
class Thing:
    """The conjuncts of one thing by name."""

    kind: str
    number: int
    values: Mapping[str, int]


def once(ruleset: Ruleset, things: Sequence[Thing]) -> list[tuple[str, int, bool]]:
    """What fires on one round of records."""
    heard: list[tuple[str, int, bool]] = []

    def advance(kind: str, fired: list[tuple[str, int, bool]]) -> None:
        heard.extend(fired)

    ruleset.run([recorded(ruleset, one.kind, one.number, one.values) for one in things], advance)
    return sorted(heard)


def joined(rules: Sequence[JoinRule], records: Sequence[Thing]) -> list[tuple[str, int, bool]]:
    """The same in plain Python."""
    found = []
    for record in records:
        for rule in rules:
            if rule.kind == record.kind:
                value = min(record.values.get(c, 0) for c in rule.conjuncts)
                if value:
                    found.append((rule.name, record.number, value == 2))
    return sorted(found)


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[JoinRule], list[Thing]]:
    """Rules of one kind, and records with some of their conjuncts."""
    rules = []
    for n in range(draw(st.integers(1, 12))):
        rules.append(JoinRule(f"rule {n}", "edit", tuple(f"{n}/{c}" for c in range(draw(st.integers(1, 4))))))
    names = [c for rule in rules for c in rule.conjuncts]
    values = st.fixed_dictionaries({}, optional={name: st.sampled_from([1, 2]) for name in names})
    records = [Thing("edit", n, draw(values)) for n in range(draw(st.integers(1, 3)))]
    return rules, records


@settings(max_examples=120, deadline=None)
@given(cases())
def test_it_fires_what_plain_python_joins(case: tuple[list[JoinRule], list[Thing]]) -> None:
    rules, records = case
    with Ruleset(rules, ["edit"]) as ruleset:
        assert once(ruleset, records) == joined(rules, records)
        assert once(ruleset, records) == joined(rules, records)


def test_stages_chain_inside_one_session_in_their_order() -> None:
    rules = [JoinRule("a", "derive", ("a",)), JoinRule("b", "edit", ("b",))]
    seen: list[tuple[str, list[tuple[str, int, bool]]]] = []

    def advance(kind: str, fired: list[tuple[str, int, bool]]) -> list[Record] | None:
        seen.append((kind, list(fired)))
        return [recorded(ruleset, "edit", 7, {"b": 1})] if kind == "derive" else None

    with Ruleset(rules, ["derive", "edit"]) as ruleset:
        ruleset.run([recorded(ruleset, "derive", 3, {"a": 2})], advance)
    assert seen == [("derive", [("a", 3, True)]), ("edit", [("b", 7, False)])]


@pytest.mark.parametrize("count", [65, 600, 1000])
def test_many_rules_fire_on_one_record_and_none_is_lost(count: int) -> None:
    rules = [JoinRule(f"r{n}", "edit", (f"{n}/a", f"{n}/b")) for n in range(count)]
    record = Thing("edit", 0, {c: 2 for rule in rules for c in rule.conjuncts})
    with Ruleset(rules, ["edit"]) as ruleset:
        assert len(once(ruleset, [record])) == count


def test_three_thousand_rules_in_ten_kinds_load_and_fire() -> None:
    kinds = [f"stage {n}" for n in range(10)]
    rules = [JoinRule(f"r{n}", kinds[n % 10], (f"{n}/a",)) for n in range(3000)]
    with Ruleset(rules, kinds) as ruleset:
        fired = once(ruleset, [Thing("stage 4", 1, {"4/a": 2, "2994/a": 1})])
    assert fired == [("r2994", 1, False), ("r4", 1, True)]


def test_what_the_next_records_raise_comes_through_and_the_ruleset_stays_usable() -> None:
    def advance(kind: str, fired: list[tuple[str, int, bool]]) -> None:
        raise LookupError("in the walk")

    rules = [JoinRule("a", "edit", ("a",))]
    with Ruleset(rules, ["edit"]) as ruleset:
        with pytest.raises(LookupError, match="in the walk"):
            ruleset.run([recorded(ruleset, "edit", 0, {"a": 2})], advance)
        assert once(ruleset, [Thing("edit", 0, {"a": 2})]) == [("a", 0, True)]


def test_no_run_sees_what_another_has_left_in_the_session() -> None:
    rules = [JoinRule("a", "edit", ("a/0", "a/1")), JoinRule("b", "edit", ("b/0", "b/1"))]
    halves = [{"a/0": 2, "b/1": 1}, {"a/1": 2, "b/0": 2}, {"b/0": 1, "b/1": 2}, {}]
    with Ruleset(rules, ["edit"]) as ruleset:
        for turn in range(3 * KEPT):
            things = [Thing("edit", 0, halves[turn % 4])]
            assert once(ruleset, things) == joined(rules, things)


def test_conjuncts_that_always_hold_are_joined_with_those_that_are_said() -> None:
    rules = [JoinRule("both", "edit", ("both/0", "both/1")), JoinRule("sure", "edit", ("sure/0",))]
    heard: list[tuple[str, int, bool]] = []
    with Ruleset(rules, ["edit"]) as ruleset:
        shape = ruleset.shape("edit", ["both/1"], ["both/0", "sure/0"])
        records = [Record(shape, number, [number]) for number in (0, 1, 2)]
        ruleset.run(records, lambda kind, fired: heard.extend(fired))
    assert sorted(heard) == [("both", 1, False), ("both", 2, True), *(("sure", n, True) for n in (0, 1, 2))]


def test_a_record_that_no_rule_matches_is_no_error() -> None:
    with Ruleset([JoinRule("a", "edit", ("a", "b"))], ["edit"]) as ruleset:
        assert once(ruleset, [Thing("edit", 0, {"a": 2})]) == []
        assert once(ruleset, [Thing("edit", 0, {})]) == []


@pytest.mark.parametrize("value", [3, -1, True, "2", 2.5, 2**70, None])
def test_only_one_and_two_reach_it(value: object) -> None:
    with Ruleset([JoinRule("a", "edit", ("a",))], ["edit"]) as ruleset:
        if value is True:  # Python's True is 1
            assert once(ruleset, [Thing("edit", 0, {"a": value})]) == [("a", 0, False)]
        else:
            with pytest.raises(RulesetFault, match="only 0, 1 and 2"):
                once(ruleset, [Thing("edit", 0, {"a": value})])  # type: ignore[dict-item]  # that is the point


def test_shapes_past_its_limits_are_refused_by_name() -> None:
    wide = tuple(f"c{n}" for n in range(CONJUNCTS + 1))
    with pytest.raises(RulesetFault, match="rule wide has 101 conjuncts"):
        Ruleset([JoinRule("wide", "edit", wide)], ["edit"])
    with pytest.raises(RulesetFault, match="which nothing closes"):
        Ruleset([JoinRule("lost", "nowhere", ("a",))], ["edit"])
    with pytest.raises(RulesetFault, match="kinds of records"):
        Ruleset([JoinRule(f"r{n}", f"kind {n}", (f"{n}",)) for n in range(61)], [f"kind {n}" for n in range(61)])


def test_a_record_of_many_conjuncts_is_split_and_no_rule_torn() -> None:
    rules = [JoinRule(f"r{n}", "edit", tuple(f"{n}/{c}" for c in range(90))) for n in range(9)]
    record = Thing("edit", 5, {c: 2 for rule in rules for c in rule.conjuncts})
    with Ruleset(rules, ["edit"]) as ruleset:
        assert once(ruleset, [record]) == joined(rules, [record])


def test_names_of_any_kind_are_kept_from_it() -> None:
    names = ["päyer#ä", 'quote"brace}', "x" * 5000, "t1", "never", "$nex"]
    rules = [JoinRule(name, "edit", (f"{name}/0",)) for name in names]
    with Ruleset(rules, ["edit"]) as ruleset:
        fired = once(ruleset, [Thing("edit", 0, {f"{name}/0": 2 for name in names})])
    assert fired == sorted((name, 0, True) for name in names)


def test_memory_stays_flat_over_sessions_and_over_rulesets() -> None:
    rules = [JoinRule(f"r{n}", "edit", (f"{n}/a", f"{n}/b")) for n in range(40)]
    record = Thing("edit", 0, {c: 2 for rule in rules[:5] for c in rule.conjuncts})
    with Ruleset(rules, ["edit"]) as ruleset:
        for _ in range(500):
            once(ruleset, [record])
        before = peak()
        for _ in range(5000):
            once(ruleset, [record])
    for _ in range(200):
        with Ruleset(rules, ["edit"]) as other:
            once(other, [record])
    assert peak() - before < 20_000_000


def peak() -> int:
    """The largest memory the process has had, in bytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
