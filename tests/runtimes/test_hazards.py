"""The traps of durable_rules themselves, each in a process of its own, and the same shape through our door without harm."""

from __future__ import annotations

import json
import subprocess
import sys
import threading

import pytest

from payerrules.runtimes import ruleset as ruleset_module
from payerrules.runtimes.ruleset import FACTS, KEPT, JoinRule, Record, Ruleset, RulesetFault, available

pytestmark = pytest.mark.skipif(
    not available(), reason="durable_rules does not load on this Python without its build flag"
)

HEAD = """import json, signal, durable_rules_engine as d
signal.alarm(60)  # no child outlives a run that was stopped
def put(h, *facts):
    return d.assert_facts(h, json.dumps(list(facts)))
"""


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


def test_deleting_a_state_in_which_nothing_matched_may_crash_and_ours_is_left_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real, deleted = ruleset_module.engine, list[str]()
    assert real is not None

    class Spy:
        def __getattr__(self, name: str) -> object:
            return getattr(real, name)

        def delete_state(self, handle: object, sid: str) -> None:
            deleted.append(sid)
            real.delete_state(handle, sid)

    monkeypatch.setattr(ruleset_module, "engine", Spy())
    with Ruleset([JoinRule("r", "edit", ("a",))], ["edit"]) as ruleset:
        shape = ruleset.shape("edit", ["a"])
        for wrong in ("a", None, 7):  # refused before anything has matched in the session
            with pytest.raises(RulesetFault, match="only 0, 1 and 2"):
                ruleset.run([Record(shape, 0, [wrong])], lambda kind, fired: None)  # type: ignore[list-item]  # the point
        assert not deleted
        heard: list[tuple[str, int, bool]] = []
        ruleset.run([Record(shape, 4, [2])], lambda kind, fired: heard.extend(fired))
        assert heard == [("r", 4, True)]
    assert len(deleted) == 1


def test_many_facts_of_one_run_do_not_collide() -> None:
    heard: list[tuple[str, int, bool]] = []
    with Ruleset([JoinRule("r", "edit", ("a",))], ["edit"]) as ruleset:
        shape = ruleset.shape("edit", ["a"])
        for _ in range(2):
            records = [Record(shape, number, [2]) for number in range(5 * KEPT)]
            ruleset.run(records, lambda kind, fired: heard.extend(fired))
    assert sorted(heard) == sorted(("r", number, True) for number in range(5 * KEPT) for _ in range(2))
    assert 5 * KEPT < FACTS


def test_253_properties_of_one_fact_fail_and_ours_are_split() -> None:
    rules = "h = d.create_ruleset('p', json.dumps({'r': {'all': [{'m': {'k': 'x'}}]}}))\n"
    code, said = child(
        rules
        + "print(d.assert_fact(h, json.dumps({'sid': '1', 'id': 1, 'k': 'x', **{f'f{n}': 1 for n in range(253)}})))"
    )
    assert "302" in said or code != 0
    heard: list[tuple[str, int, bool]] = []
    rule = [JoinRule(f"r{n}", "edit", tuple(f"{n}/{c}" for c in range(60))) for n in range(5)]
    with Ruleset(rule, ["edit"]) as ruleset:
        shape = ruleset.shape("edit", [c for one in rule for c in one.conjuncts])
        ruleset.run([Record(shape, 0, [2] * 300)], lambda kind, fired: heard.extend(fired))
    assert len(heard) == 5


def test_numbers_past_64_bits_are_silently_another_and_ours_are_1_or_2() -> None:
    rules = f"h = d.create_ruleset('p', json.dumps({{'r': {{'all': [{{'m': {{'a': {2**63 - 1}}}}}]}}}}))\n"
    assert child(rules + "print(put(h, {'sid': '1', 'id': 1, 'a': 2**70})[0])") == (0, "0")  # taken to be equal
    with Ruleset([JoinRule("r", "edit", ("a",))], ["edit"]) as ruleset, pytest.raises(RulesetFault, match="only 0, 1"):
        ruleset.run([Record(ruleset.shape("edit", ["a"]), 0, [2**70])], lambda kind, fired: None)


def test_an_or_fires_once_a_branch_so_no_definition_of_ours_has_one(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = "h = d.create_ruleset('p', json.dumps({'r': {'all': [{'m': {'$or': [{'a': 1}, {'b': 1}]}}]}}))\n"
    tried = (
        "_, p = put(h, {'sid': '1', 'id': 1, 'a': 1, 'b': 1})\n"
        "fired, one = 0, d.start_action_for_state(h, p)\n"
        "while one: fired, one = fired + 1, d.complete_and_start_action(h, p)\n"
        "print(fired)"
    )
    assert child(rules + tried) == (0, "2")
    real, written = ruleset_module.engine, list[str]()
    assert real is not None

    class Spy:
        def __getattr__(self, name: str) -> object:
            return getattr(real, name)

        def create_ruleset(self, name: str, definition: str) -> object:
            written.append(definition)
            return real.create_ruleset(name, definition)

    monkeypatch.setattr(ruleset_module, "engine", Spy())
    Ruleset([JoinRule("r", "edit", ("a", "b"))], ["edit"]).close()
    assert written
    operators = {part for part in json.dumps(json.loads(written[0])).replace('"', " ").split() if part.startswith("$")}
    assert operators <= {"$and", "$gte"}  # no $or, and no $nex, which loops for ever unless it is guarded


def test_its_python_host_with_its_timer_threads_is_never_loaded() -> None:
    code, said = child(
        "import sys, threading\n"
        "from payerrules.runtimes.ruleset import JoinRule, Record, Ruleset\n"
        "r = Ruleset([JoinRule('r', 'edit', ('a',))], ['edit'])\n"
        "r.run([Record(r.shape('edit', ['a']), 0, [2])], lambda kind, fired: None)\n"
        "print([m for m in sys.modules if m.split('.')[0] == 'durable'], threading.active_count())"
    )
    assert (code, said) == (0, "[] 1")


def test_threads_may_share_a_ruleset() -> None:
    wrong: list[object] = []

    def work(ruleset: Ruleset, number: int) -> None:
        shape = ruleset.shape("edit", ["a", "b"])
        for _ in range(300):
            heard: list[tuple[str, int, bool]] = []
            ruleset.run([Record(shape, number, [2, 1 + number % 2])], lambda kind, fired: heard.extend(fired))  # noqa: B023
            if heard != [("r", number, number % 2 == 1)]:
                wrong.append(heard)

    with Ruleset([JoinRule("r", "edit", ("a", "b"))], ["edit"]) as ruleset:
        threads = [threading.Thread(target=work, args=(ruleset, n)) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert not wrong


def test_every_shipped_policy_loads_in_a_child_that_may_not_hang() -> None:
    code, said = child(
        "from pathlib import Path\n"
        "from payerrules.language.items import LAST_DAY\n"
        "from payerrules.library.library import Library\n"
        "from payerrules.library.shipped import shipped_policies\n"
        "from payerrules.runtimes.judge import Judge\n"
        "library, _ = Library.open([shipped_policies()])\n"
        "judge, made = Judge('durable'), 0\n"
        "for editions in library.shelf.values():\n"
        "    for text in editions:\n"
        "        if text.kind == 'base' or text.label in library.broken: continue\n"
        "        payer = {('id' if k == 'payer' else k): sorted(v)[0] for k, v in text.applies_to.items()}\n"
        "        day = min(text.effective.last, max(text.effective.first, 739000))\n"
        "        facts = {'line.setting': payer.get('setting'), 'provider.type': payer.get('provider_type'), 'coverage.market': payer.get('market')}\n"
        "        program = library.program_for(payer, {k: v for k, v in facts.items() if v}, [day]).program\n"
        "        if program is not None: judge.plan(program); made += 1\n"
        "print(made)",
        120,
    )
    assert code == 0 and int(said) >= 3
