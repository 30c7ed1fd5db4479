"""Every hook is documented, tested and used by a real plugin; policies and formats of the engine come through them too."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

import pytest

from payerrules.payers.builtin import BUILT_IN
from payerrules.payers.hookspecs import HOOKS, Hooks
from payerrules.payers.manager import Plugins
from tests.payers.made import Install, decided, engine_of, installed_engine, needs

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "hooks.md").read_text(encoding="utf-8")
POLICY = """
policy: {name}
edition: 2026.1
title: A policy of a plugin
applies_to: {{payer: made_up}}
about: {{line.code: {{in: [92507]}}}}
effective: {{from: 2026-01-01, through: 2026-12-31}}
sources: {{manual: {{title: A manual, status: inferred}}}}
rules:
  - {{id: flagged, title: Each line is flagged, then: {{flag: made_up}}, source: manual}}
"""


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_says_what_it_gives_what_none_means_and_since_when(hook: str) -> None:
    doc = inspect.getdoc(getattr(Hooks, hook)) or ""
    assert re.search(r"^Gives |\. Gives ", doc, re.M)
    assert re.search(r"None: .*\.", doc)
    assert re.search(r"Since \d+\.\d+\.$", doc)
    assert all(
        p.annotation is not p.empty
        for n, p in inspect.signature(getattr(Hooks, hook)).parameters.items()
        if n != "self"
    )


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_is_documented_with_its_arguments_its_sentence_and_since_when(hook: str) -> None:
    doc = inspect.getdoc(getattr(Hooks, hook)) or ""
    sentence, since = doc.partition("\n")[0].rstrip("."), doc.rsplit("Since ", 1)[1].rstrip(".")
    arguments = ", ".join(name for name in inspect.signature(getattr(Hooks, hook)).parameters if name != "self")
    assert f"| `{hook}({arguments})` | {since} | {sentence}" in PAGE


def test_the_page_names_no_hook_that_is_not_there() -> None:
    assert set(re.findall(r"payerrules_[a-z_]+(?=\()", PAGE)) == set(HOOKS)


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_is_tested(hook: str) -> None:
    tests = "\n".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    assert re.search(rf"\b{hook.removeprefix('payerrules_')}(__\w+)?=", tests)


@pytest.mark.parametrize("hook", HOOKS)
def test_a_hook_is_used_by_a_real_plugin(hook: str) -> None:
    sources = [path.read_text(encoding="utf-8") for path in (ROOT / "plugins").glob("*/src/*/*.py")]
    assert any(f"\ndef {hook}(" in source for source in sources)


def test_a_hook_that_gives_none_adds_nothing() -> None:
    nothing = {hook.removeprefix("payerrules_"): lambda: None for hook in HOOKS}
    found = decided(engine_of(**nothing))
    assert (found["outcome"], found["overrides"], found["plugin_facts"]) == ("pay", [], {})


def test_the_engine_s_policies_and_formats_come_through_the_hooks() -> None:
    plugins = Plugins(load=False)
    assert [(one.name, one.hooks) for one in plugins.listed.values()] == [
        (BUILT_IN, ("payerrules_policies", "payerrules_formats"))
    ]
    assert [path.name for path in plugins.policies()[BUILT_IN]] == ["policies"]
    assert list(engine_of().formats.named) == ["json", "yaml", "ndjson", "837p"]


def test_plugins_are_asked_in_the_order_of_their_names() -> None:
    asked: list[str] = []
    engine = engine_of(
        add_facts__zeta=lambda encounter: asked.append("zeta"),
        add_facts__alpha=lambda encounter: asked.append("alpha"),
        add_facts__mid=lambda encounter: asked.append("mid"),
    )
    found = decided(engine)
    assert (asked, list(found["plugins"])) == (["alpha", "mid", "zeta"], ["alpha", "mid", "zeta"])


# --- policies ----------------------------------------------------------------------------------------
def test_a_plugin_ships_policies(tmp_path: Path) -> None:
    (tmp_path / "made.yaml").write_text(POLICY.format(name="made/speech"))
    found = decided(engine_of(policies=lambda: [tmp_path]), payer={"id": "made_up"})
    assert found["policies"] == ["made/speech 2026.1"]


def test_a_policy_of_a_name_that_is_there_is_not_used_and_pends(tmp_path: Path) -> None:
    (tmp_path / "made.yaml").write_text(POLICY.format(name="medicare/outpatient-therapy"))
    engine = engine_of(policies=lambda: [tmp_path])
    assert "the plugin one: `medicare/outpatient-therapy` is already a policy of" in needs(decided(engine))
    assert [one.code for one in engine.diagnostics] == ["policy-clash"]


def test_policies_that_are_not_there_pend(tmp_path: Path) -> None:
    found = decided(engine_of(policies=lambda: [tmp_path / "nowhere"]))
    assert "the plugin one ships policies at" in needs(found)


# --- switching off -----------------------------------------------------------------------------------
def test_a_plugin_is_switched_off_by_name(install: Install) -> None:
    install("made", "raise RuntimeError('broken')")
    from tests.payers.made import INSTALLED

    assert decided(installed_engine())["outcome"] == "pend"
    found = decided(installed_engine(without=(*INSTALLED, "made")))
    assert (found["outcome"], found["plugins"]) == ("pay", {})


def test_a_plugin_is_switched_off_by_a_setting(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    install("made", "raise RuntimeError('broken')")
    monkeypatch.setenv("PAYERRULES_WITHOUT_PLUGINS", " made ,")
    engine = installed_engine()
    assert decided(engine)["outcome"] == "pay"
    assert "made" in engine.plugins.switched_off


def test_a_name_that_no_plugin_has_is_refused() -> None:
    with pytest.raises(ValueError, match="no plugin is called `nobody`"):
        Plugins(without=["nobody"])


@pytest.mark.parametrize("text", ["soon", "0", "-1", "nan"])
def test_a_time_limit_that_is_no_number_is_refused(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAYERRULES_PLUGIN_SECONDS", text)
    with pytest.raises(ValueError, match="PAYERRULES_PLUGIN_SECONDS"):
        Plugins(load=False)


def test_a_time_limit_is_set_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PAYERRULES_PLUGIN_SECONDS", "0.5")
    assert Plugins(load=False).seconds == 0.5
