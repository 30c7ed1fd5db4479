"""A plugin that fails never changes a payment, takes nothing down, and is named: by hand in a thread, installed in a process."""

from __future__ import annotations

import time
from typing import Any

import pytest

from payerrules import encounter_from_dict
from payerrules.payers.isolation import plain
from tests.payers.made import CLAIM, Install, decided, engine_of, installed_engine, needs

HOOK = "@hookimpl\ndef payerrules_add_facts(encounter, facts):\n    "
BUSY = "while True: pass"
ONE_C_CALL = "import re\n    re.match('(a|a)*b', 'a' * 60)"  # never lets go of the interpreter


def test_without_plugins_the_line_pays() -> None:
    assert decided(engine_of())["outcome"] == "pay"


def test_a_hook_that_raises_pends_and_is_named() -> None:
    def add_facts(encounter: Any, facts: Any) -> Any:
        raise ZeroDivisionError("in the plugin")

    found = decided(engine_of(add_facts=add_facts))
    assert (found["outcome"], found["complete"]) == ("pend", False)
    assert "payerrules_add_facts of the plugin one raised ZeroDivisionError: in the plugin" in needs(found)


def test_a_hook_that_leaves_the_program_does_not_end_it() -> None:
    def add_facts(encounter: Any, facts: Any) -> Any:
        raise SystemExit(3)

    assert "raised SystemExit: 3" in needs(decided(engine_of(add_facts=add_facts)))


@pytest.mark.parametrize("hook", ["add_facts", "override"])
def test_a_hook_that_hangs_is_left_behind_and_off_for_the_rest_of_the_run(hook: str) -> None:
    calls = []

    def hang(encounter: Any) -> Any:
        calls.append(encounter["id"])
        time.sleep(30)

    engine = engine_of(seconds=0.05, **{hook: hang})
    first, second = decided(engine), decided(engine, encounter="P-2")
    assert (first["outcome"], second["outcome"], calls) == ("pend", "pend", ["P-1"])
    assert "of the plugin one took longer than 0.05 seconds; the plugin is off for the rest of the run" in needs(first)
    assert "took longer" in needs(second)


def test_a_busy_loop_of_a_plugin_registered_by_hand_is_stopped() -> None:
    turns = [0]

    def add_facts(encounter: Any) -> Any:
        while True:
            turns[0] += 1

    assert "took longer" in needs(decided(engine_of(seconds=0.05, add_facts=add_facts)))
    for _ in range(200):
        before = turns[0]
        time.sleep(0.02)
        if turns[0] == before:
            return
    raise AssertionError("the loop still runs")


def test_inputs_cannot_be_changed() -> None:
    def add_facts(encounter: Any, facts: Any) -> Any:
        encounter["lines"][0]["code"] = "99999"

    found = decided(engine_of(add_facts=add_facts))
    assert (found["outcome"], found["lines"][0]["code"]) == ("pend", "92507")
    assert "TypeError" in needs(found)


def test_an_endless_answer_ends() -> None:
    def add_facts(encounter: Any) -> Any:
        def forever() -> Any:
            while True:
                yield 1

        return {"documentation.skilled": forever()}

    assert decided(engine_of(seconds=20, add_facts=add_facts))["outcome"] == "pend"


@pytest.mark.parametrize(
    ("value", "said"), [(object(), "object, which is no plain data"), ({(1, 2): 3}, "tuple as key")]
)
def test_what_is_no_data_is_refused(value: Any, said: str) -> None:
    with pytest.raises(TypeError, match=said):
        plain(value)


def test_a_list_that_holds_itself_is_refused() -> None:
    held: list[Any] = []
    held.append(held)
    assert "more than 50 deep in each other" in needs(decided(engine_of(add_facts=lambda encounter: held)))


# --- installed plugins have a process ------------------------------------------------------------
def test_an_installed_plugin_is_loaded_and_asked(install: Install) -> None:
    install("made", f'{HOOK}return {{"documentation.skilled": "no"}}')
    engine = installed_engine()
    found = decided(engine)
    assert (found["outcome"], found["plugins"]) == ("deny", {"made": "1.0"})
    assert found["plugin_facts"] == {"documentation.skilled": "made"}
    assert engine.plugins.listed["made"].says == "What made does."


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("raise KeyError('x')", "payerrules_add_facts of the plugin made raised KeyError: 'x'"),
        ("facts['a'] = 1", "raised TypeError: 'mappingproxy' object does not support item assignment"),
        ("raise SystemExit", "raised SystemExit"),
        ("import os; os._exit(7)", "ended its process (exit code 7); the plugin is off for the rest of the run"),
        ("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)", "ended its process (signal 11)"),
        ("return object()", "which is no plain data"),
        ("print('hello'); input()", "raised EOFError"),
    ],
)
def test_an_installed_plugin_that_fails_pends_the_encounter(install: Install, body: str, said: str) -> None:
    install("made", HOOK + body)
    found = decided(installed_engine())
    assert found["outcome"] == "pend"
    assert said in needs(found)


@pytest.mark.parametrize("body", ["import time; time.sleep(60)", BUSY, ONE_C_CALL])
def test_an_installed_plugin_that_hangs_is_ended_with_its_process(install: Install, body: str) -> None:
    install("made", HOOK + body)
    install("other", HOOK + 'return {"documentation.skilled": "yes"}')
    engine = installed_engine(seconds=1)
    first, second = decided(engine), decided(engine)
    assert (first["outcome"], second["outcome"]) == ("pend", "pend")
    assert "of the plugin made took longer than 1 seconds" in needs(first)
    assert first["plugin_facts"] == second["plugin_facts"] == {"documentation.skilled": "other"}, "the others go on"


def test_a_plugin_that_cannot_be_loaded_pends_every_encounter(install: Install) -> None:
    install("made", "import not_there")
    found = decided(installed_engine())
    assert found["outcome"] == "pend"
    assert "the plugin made cannot be loaded: ModuleNotFoundError: No module named 'not_there'" in needs(found)


def test_a_plugin_with_a_hook_that_is_none_is_named(install: Install) -> None:
    install("made", "@hookimpl\ndef payerrules_add_fact(encounter):\n    return None")
    assert "payerrules_add_fact" in needs(decided(installed_engine()))


def test_two_packages_of_one_name_are_both_refused(install: Install) -> None:
    install("made", "", "first")
    install("made", "", "second")
    said = "the plugin made is not used: more than one package calls itself so (first, second)"
    assert said in needs(decided(installed_engine()))


def test_a_plugin_that_failed_keeps_another_from_paying_by_an_override() -> None:
    def override(encounter: Any, decision: Any) -> Any:
        return [{"line": 1, "outcome": "pay", "reason": "a friend"}]

    def add_facts(encounter: Any, facts: Any) -> Any:
        raise RuntimeError("broken")

    found = decided(engine_of(override__a=override, add_facts__b=add_facts))
    assert found["outcome"] == "pend"
    assert "the plugin b raised RuntimeError" in needs(found)


def test_what_could_not_be_read_is_not_paid_by_an_override() -> None:
    engine = engine_of(override=lambda encounter, decision: [{"line": 1, "outcome": "pay", "reason": "a friend"}])
    data = {**CLAIM, "hospise": {"elected": "2026-01-01"}}
    assert engine.decide(encounter_from_dict(data, engine.vocabulary)).outcome == "pend"
