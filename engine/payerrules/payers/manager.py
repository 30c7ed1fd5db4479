"""The plugins that are installed: found by entry point, called in the order of their names, each isolated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import Any

import pluggy

from payerrules.language.reader import read_yaml
from payerrules.language.vocabulary import Vocabulary, load_vocabulary
from payerrules.model.diagnostic import Diagnostic
from payerrules.model.encounter import Encounter
from payerrules.model.values import DATE, Value, parse, show
from payerrules.payers.hookspecs import Hooks
from payerrules.payers.isolation import Called, call
from payerrules.payers.yaml_text import as_yaml

GROUP = "payerrules"
VERDICTS = ("as_submitted", "as_corrected", "both")


@dataclass(frozen=True, slots=True)
class Asked:
    """An override that a plugin asks for."""

    plugin: str
    line: int
    verdict: str
    outcome: str
    reason: str


class Plugins:
    """The plugins of a process; `versions` names those that are installed."""

    def __init__(self, load: bool = True, switched_off: frozenset[str] = frozenset()) -> None:
        self.manager = pluggy.PluginManager(GROUP)
        self.manager.add_hookspecs(Hooks)
        self.versions: dict[str, str] = {}
        self.faults: list[str] = []
        for point in sorted(metadata.entry_points(group=GROUP), key=lambda p: p.name) if load else ():
            if point.name not in switched_off:
                self.load(point)

    def load(self, point: metadata.EntryPoint) -> None:
        """Load one plugin; one that cannot be loaded is a fault that every decision names."""
        try:
            self.register(point.load(), point.name, point.dist.version if point.dist else "")
        except Exception as error:
            self.faults.append(f"the plugin {point.name} cannot be loaded: {type(error).__name__}: {error}")

    def register(self, plugin: object, name: str, version: str = "") -> None:
        """Add a plugin by hand, as tests do."""
        self.manager.register(plugin, name)
        self.manager.check_pending()
        self.versions[name] = version

    def call(self, hook: str, **arguments: Any) -> list[Called]:
        """Call a hook of every plugin that has it, in the order of their names; what gives None is left out."""
        callers = getattr(self.manager.hook, hook).get_hookimpls()
        found = []
        for caller in sorted(callers, key=lambda c: c.plugin_name):
            wanted = {name: value for name, value in arguments.items() if name in caller.argnames}
            called = call(caller.plugin_name, hook, caller.function, wanted)
            if called.fault or called.result is not None:
                found.append(called)
        return found

    def vocabularies(self) -> tuple[list[Vocabulary], list[Diagnostic]]:
        """The vocabularies that plugins add."""
        made: list[Vocabulary] = []
        found: list[Diagnostic] = []
        for called in self.call("payerrules_vocabulary"):
            if called.fault:
                self.faults.append(called.fault)
                continue
            node, wrong = read_yaml(as_yaml(called.result), f"plugin {called.plugin}")
            vocabulary, more = load_vocabulary(node)
            made.append(vocabulary)
            found += [*wrong, *more]
        return made, found

    def policies(self) -> list[Path]:
        """The folders and files of policies that plugins ship."""
        found: list[Path] = []
        for called in self.call("payerrules_policies"):
            if called.fault:
                self.faults.append(called.fault)
            else:
                found += [Path(path) for path in called.result]
        return found

    # --- facts ----------------------------------------------------------------------------------
    def add_facts(self, encounter: Encounter, vocabulary: Vocabulary) -> tuple[Encounter, list[str], dict[str, str]]:
        """The encounter with the facts that plugins add; faults and contradictions in words; who gave which fact.

        A plugin fills only facts that are unknown, or its own prefix; it never contradicts the claim or another plugin.
        """
        faults: list[str] = []
        givers: dict[str, str] = {}
        facts = dict(encounter.facts)
        if not self.manager.hook.payerrules_add_facts.get_hookimpls():
            return encounter, faults, givers
        asked = as_plain(encounter, vocabulary)
        for called in self.call("payerrules_add_facts", encounter=asked, facts=asked["facts"]):
            if called.fault:
                faults.append(called.fault)
                continue
            if not isinstance(called.result, Mapping):
                faults.append(f"the plugin {called.plugin} gave no map of facts")
                continue
            for name, said in sorted(called.result.items()):
                entry = vocabulary.facts.get(str(name))
                if entry is None or entry.entity in ("line", "authorization", "limit", "pair", "step"):
                    faults.append(f"the plugin {called.plugin} gave `{name}`, which is no fact of an encounter")
                    continue
                try:
                    value = said if isinstance(said, bool | frozenset) else parse(str(said), entry.type)
                except ValueError as error:
                    faults.append(f"the plugin {called.plugin} gave `{name}`: {error}")
                    continue
                if name in facts and facts[name] != value:
                    by = givers.get(name, "the encounter")
                    faults.append(f"the plugin {called.plugin} contradicts {by} about `{name}`")
                elif name not in facts:
                    facts[name], givers[name] = value, f"the plugin {called.plugin}"
        return (replace(encounter, facts=facts) if givers else encounter), faults, givers

    # --- overrides --------------------------------------------------------------------------------
    def overrides(
        self, encounter: Encounter, decision: Mapping[str, Any], vocabulary: Vocabulary
    ) -> tuple[list[Asked], list[str]]:
        """The overrides that plugins ask for, and what is wrong with the others; two that disagree are both refused."""
        found: list[Asked] = []
        faults: list[str] = []
        if not self.manager.hook.payerrules_override.get_hookimpls():
            return found, faults
        asked = as_plain(encounter, vocabulary)
        for called in self.call("payerrules_override", encounter=asked, decision=decision):
            if called.fault:
                faults.append(called.fault)
                continue
            for item in called.result if isinstance(called.result, list) else [called.result]:
                one = override_of(called.plugin, item, decision)
                if one is None:
                    faults.append(f"the plugin {called.plugin} gave an override that makes no sense: {item!r:.120}")
                else:
                    found.append(one)
        kept = []
        for one in found:
            against = [o for o in found if o.plugin != one.plugin and same_place(o, one) and o.outcome != one.outcome]
            if against:
                names = sorted({one.plugin, *(o.plugin for o in against)})
                fault = f"plugins disagree about line {one.line}: {', '.join(names)}"
                faults += [fault] if fault not in faults else []
            else:
                kept.append(one)
        return kept, faults


def same_place(one: Asked, other: Asked) -> bool:
    """Whether two overrides are about the same verdict."""
    return one.line == other.line and (one.verdict == other.verdict or "both" in (one.verdict, other.verdict))


def override_of(plugin: str, item: Any, decision: Mapping[str, Any]) -> Asked | None:
    """An override, if it names a line, a verdict, an outcome and a reason."""
    if not isinstance(item, Mapping):
        return None
    line, verdict, outcome = item.get("line"), item.get("verdict", "both"), item.get("outcome")
    reason = item.get("reason")
    numbers = [one["line"] for one in decision["lines"]]
    if (
        not isinstance(line, int)
        or line not in numbers
        or verdict not in VERDICTS
        or outcome not in ("pay", "pend", "deny", "return")
    ):
        return None
    if not isinstance(reason, str) or not reason.strip():
        return None
    return Asked(plugin, line, str(verdict), str(outcome), reason)


def as_plain(encounter: Encounter, vocabulary: Vocabulary) -> dict[str, Any]:
    """An encounter as plugins see it: facts by vocabulary name, dates and money as text, sets as sorted lists."""
    lines = [
        {
            "line": line.number,
            "date": show(line.date, DATE),
            "code": line.code,
            "modifiers": list(line.modifiers),
            "facts": plain_facts(line.facts, vocabulary),
        }
        for line in encounter.lines
    ]
    return {
        "id": encounter.id,
        "payer": dict(encounter.payer),
        "patient": encounter.patient,
        "facts": plain_facts(encounter.facts, vocabulary),
        "lines": lines,
    }


def plain_facts(facts: Mapping[str, Value], vocabulary: Vocabulary) -> dict[str, Any]:
    """Facts as plain data."""
    found: dict[str, Any] = {}
    for name, value in facts.items():
        entry = vocabulary.facts.get(name)
        if isinstance(value, bool):
            found[name] = value
        elif isinstance(value, frozenset):
            found[name] = sorted(value)
        else:
            found[name] = show(value, entry.type if entry else None)
    return found
