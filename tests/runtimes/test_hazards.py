"""The traps of durable_rules themselves, each in a process of its own, and the same shape through our door without harm."""

from __future__ import annotations

import subprocess
import sys

import pytest

from payerrules.runtimes.ruleset import JoinRule, Record, Ruleset, RulesetFault, available

pytestmark = pytest.mark.skipif(
    not available(), reason="durable_rules does not load on this Python without its build flag"
)

HEAD = "import json, durable_rules_engine as d\ndef put(h, *facts):\n    return d.assert_facts(h, json.dumps(list(facts)))\n"


def child(code: str, seconds: float = 10.0) -> tuple[int | None, str]:
    """The exit code of a script (None: it hangs, negative: a signal) and what it prints."""
    try:
        done = subprocess.run(
            [sys.executable, "-c", HEAD + code], capture_output=True, text=True, timeout=seconds, check=False
        )
    except subprocess.TimeoutExpired:
        return None, ""
    return done.returncode, done.stdout.strip() or done.stderr.strip()[-200:]


def many(count: int) -> int:
    """How many rules fire on one record that matches them all, through our door."""
    heard: list[tuple[str, int, bool]] = []
    rules = [JoinRule(f"r{n}", "edit", (f"{n}/a",)) for n in range(count)]
    with Ruleset(rules, ["edit"]) as ruleset:
        shape = ruleset.shape("edit", [f"{n}/a" for n in range(count)])
        ruleset.run([Record(shape, 0, [2] * count)], lambda kind, fired: heard.extend(fired))
    return len(heard)


def test_65_matches_below_one_node_fail_and_ours_fire() -> None:
    rules = (
        "h = d.create_ruleset('p', json.dumps({f'r{n}': {'all': [{'m': {'$gt': {f'f{n}': 0}}}]} for n in range(70)}))\n"
    )
    code, said = child(rules + "print(put(h, {'sid': '1', 'id': 1, **{f'f{n}': 1 for n in range(70)}}))")
    assert "303" in said or code != 0
    assert many(70) == 70


def test_600_values_of_one_key_hang_and_ours_load() -> None:
    code, _ = child(
        "d.create_ruleset('p', json.dumps({f'r{n}': {'all': [{'m': {'k': f'v{n}'}}]} for n in range(600)}))", 4
    )
    assert code != 0
    assert many(600) == 600


def test_300_joins_hang_or_fail_and_ours_need_two_a_kind() -> None:
    join = "{f'r{n}': {'all': [{'a': {'k': f'x'}}, {'b': {'q': n}}]} for n in range(300)}"
    code, _ = child(f"d.create_ruleset('p', json.dumps({join}))", 4)
    assert code != 0
    assert many(300) == 300


def test_a_number_is_compared_with_a_text_as_text_so_no_value_ever_reaches_it() -> None:
    rules = "h = d.create_ruleset('p', json.dumps({'r': {'all': [{'m': {'$gt': {'a': 5}}}]}}))\n"
    tried = "print([put(h, {'sid': repr(v), 'id': 1, 'a': v})[0] for v in ('abc', 10, '10')])"
    assert child(rules + tried) == (0, "[0, 0, 1]")  # 0 is a match: 'abc' is taken to be above 5, and '10' is not
    with (
        Ruleset([JoinRule("r", "edit", ("a",))], ["edit"]) as ruleset,
        pytest.raises(RulesetFault, match="only 0, 1 and 2"),
    ):
        ruleset.run([Record(ruleset.shape("edit", ["a"]), 0, ["abc"])], lambda kind, fired: None)  # type: ignore[list-item]  # the point


def test_states_that_are_not_deleted_fill_it_up_and_ours_always_are() -> None:
    rules = "h = d.create_ruleset('p', json.dumps({'r': {'all': [{'m': {'k': 'x'}}]}}))\n"
    code, _ = child(rules + "for n in range(1100): put(h, {'sid': str(n), 'id': 1, 'k': 'x'})")
    assert code != 0
    with Ruleset([JoinRule("r", "edit", ("a",))], ["edit"]) as ruleset:
        for _ in range(1500):
            ruleset.run([Record(ruleset.shape("edit", ["a"]), 0, [0])], lambda kind, fired: None)


def test_the_same_fact_twice_is_refused_and_ours_are_never_the_same() -> None:
    heard: list[tuple[str, int, bool]] = []
    with Ruleset([JoinRule("r", "edit", ("a",))], ["edit"]) as ruleset:
        same = Record(ruleset.shape("edit", ["a"]), 0, [2])
        ruleset.run([same, same], lambda kind, fired: heard.extend(fired))
    assert heard == [("r", 0, True), ("r", 0, True)]
