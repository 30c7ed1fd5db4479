"""Facts from plugins: they fill what is unknown, and never change what somebody said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from payerrules.formats.encounter_reader import COLLECTIONS, PAYER_KEYS, EncounterReader, Reading, reader_for, typed
from payerrules.language.vocabulary import FactEntry, Vocabulary
from payerrules.model.encounter import CounterGiven, Encounter, Facts, Line
from payerrules.model.values import Value
from payerrules.payers.isolation import MOST_THINGS, some
from payerrules.payers.manager import Plugins
from payerrules.payers.plain import as_plain

HOOK = "payerrules_add_facts"
AUTHORIZATIONS = "coverage.authorizations"
OTHER_PAYERS = "coverage.other_payers"
OF_LINES = ("line", "provider")
NOT_OF_ENCOUNTERS = ("line", "authorization", "other_payer", "diagnosis", "limit", "pair", "step", "history")


@dataclass(slots=True)
class Filling:
    """An encounter while plugins fill it: what is known by now, who gave it, and what is wrong, in words."""

    encounter: Encounter
    vocabulary: Vocabulary
    owners: Mapping[str, str]  # the prefix of a plugin's vocabulary, and the plugin
    facts: dict[str, Value]
    lines: dict[int, dict[str, Value]]
    counters: list[CounterGiven]
    givers: dict[str, str] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)

    @property
    def reader(self) -> EncounterReader:
        """The reader of encounters of this vocabulary."""
        return reader_for(self.vocabulary)

    def take(self, plugin: str, given: Any) -> None:
        """Take in what a plugin gave."""
        if not isinstance(given, Mapping):
            self.faults.append(f"the plugin {plugin} gave no map of facts")
            return
        for name, said in sorted(given.items()):
            entity, _, key = name.partition(".")
            if name == "counters":
                self.count(plugin, said)
            elif name == "lines":
                self.of_lines(plugin, said)
            elif name == AUTHORIZATIONS:
                found = self.things(plugin, name, "authorization", said, self.encounter.authorizations)
                self.encounter = replace(self.encounter, authorizations=found)
            elif name == OTHER_PAYERS:
                found = self.things(plugin, name, "other_payer", said, self.encounter.other_payers)
                self.encounter = replace(self.encounter, other_payers=found)
            elif entity == "payer" and key in PAYER_KEYS[1:]:
                self.payer(plugin, key, said)
            else:
                self.fill(plugin, name, said, 0, self.facts)

    def fill(self, plugin: str, name: str, said: Any, number: int, facts: dict[str, Value]) -> None:
        """Fill one fact of the encounter, or of a line."""
        where = f"`{name}` of line {number}" if number else f"`{name}`"
        entry = self.vocabulary.facts.get(name)
        if entry is None or not fits(entry, number):
            what = "a line" if number else "an encounter"
            self.faults.append(f"the plugin {plugin} gave {where}, which is no fact of {what}")
            return
        owner = self.owners.get(entry.entity, plugin)
        if owner != plugin:
            self.faults.append(f"the plugin {plugin} gave {where}, which is a fact of the plugin {owner}")
            return
        try:
            value = typed(said, entry.type)
        except ValueError as error:
            why = "its value cannot be read" if entry.personal else str(error)
            self.faults.append(f"the plugin {plugin} gave {where}: {why}")
            return
        if name not in facts:
            facts[name] = value
            self.givers[f"line {number}: {name}" if number else name] = plugin
        elif facts[name] != value:
            self.contradicts(plugin, where, f"line {number}: {name}" if number else name)

    def contradicts(self, plugin: str, where: str, key: str) -> None:
        """Name a plugin that says something else than the encounter, or than a plugin before it."""
        by = f"the plugin {self.givers[key]}" if key in self.givers else "the encounter"
        self.faults.append(f"the plugin {plugin} contradicts {by} about {where}")

    def of_lines(self, plugin: str, given: Any) -> None:
        """Fill facts of lines, {number: {name: value}}."""
        for number, facts in given.items() if isinstance(given, Mapping) else ((given, None),):
            known = self.lines.get(int(number)) if str(number).isdigit() else None
            if known is None or not isinstance(facts, Mapping):
                self.faults.append(
                    f"the plugin {plugin} gave facts of line {number!r:.40}, which the encounter has not"
                )
                continue
            for name, said in sorted(facts.items()):
                self.fill(plugin, name, said, int(number), known)

    def payer(self, plugin: str, key: str, said: Any) -> None:
        """Fill a part of the payer's name: its program, plan, state or rank."""
        name, known = f"payer.{key}", self.encounter.payer.get(key)
        if known is None:
            self.encounter = replace(self.encounter, payer={**self.encounter.payer, key: str(said)})
            self.givers[name] = plugin
        elif known != str(said):
            self.contradicts(plugin, f"`{name}`", name)

    def count(self, plugin: str, given: Any) -> None:
        """Add counters; one of a limit and pool that is counted already has to say the same."""
        reading = Reading(lambda path: None)
        if isinstance(given, list) and len(given) > MOST_THINGS:
            self.faults.append(f"the plugin {plugin} gave more than {MOST_THINGS:,} counters")
            return
        for one in self.reader.counters(given if isinstance(given, list) else [given], reading):
            key = f"counters: {one.limit} {sorted((k, str(v)) for k, v in one.pool.items())}"
            known = [other for other in self.counters if (other.limit, other.pool) == (one.limit, one.pool)]
            if not known:
                self.counters.append(one)
                self.givers[key] = plugin
            elif any((other.used, other.as_of) != (one.used, one.as_of) for other in known):
                self.contradicts(plugin, f"the counter of `{one.limit}`", key)
        self.unread(plugin, reading)

    def things(
        self, plugin: str, name: str, entity: str, given: Any, known: tuple[Facts, ...] | None
    ) -> tuple[Facts, ...]:
        """The authorizations or the other payers: those that are known, else as the plugin gives them."""
        reading = Reading(lambda path: None)
        found = self.reader.things(given, entity, tuple(name.split(".")), reading) or ()
        self.unread(plugin, reading)
        if known is None:
            self.givers[name] = plugin
            return found
        if known != found:
            self.contradicts(plugin, f"`{name}`", name)
        return known

    def unread(self, plugin: str, reading: Reading) -> None:
        """Name what could not be read of a list."""
        self.faults += [f"the plugin {plugin} gave what cannot be read: {one.message}" for one in reading.found]

    def done(self) -> Encounter:
        """The encounter as it is filled."""
        if not self.givers:
            return self.encounter
        lines: list[Line] = [replace(line, facts=self.lines[line.number]) for line in self.encounter.lines]
        return replace(self.encounter, facts=self.facts, lines=tuple(lines), counters=tuple(self.counters))


def fits(entry: FactEntry, number: int) -> bool:
    """Whether a plugin may give a fact of a line (a number above 0), or of an encounter."""
    if entry.name in COLLECTIONS or entry.origin in ("limit", "judged"):
        return False
    if number:
        return entry.entity in OF_LINES and entry.name not in (
            "line.number",
            "line.date",
            "line.code",
            "line.modifiers",
        )
    return entry.also_from_encounter or entry.entity not in (*NOT_OF_ENCOUNTERS, "payer", "encounter")


def add_facts(
    plugins: Plugins, encounter: Encounter, vocabulary: Vocabulary
) -> tuple[Encounter, list[str], dict[str, str]]:
    """The encounter with the facts that plugins add; what is wrong, in words; and which plugin gave which fact.

    A plugin fills only what is unknown; it never contradicts the encounter or another plugin.
    """
    if not plugins.having(HOOK):
        return encounter, [], {}
    asked = as_plain(encounter, vocabulary)
    filling = Filling(
        encounter,
        vocabulary,
        plugins.prefixes,
        dict(encounter.facts),
        {line.number: dict(line.facts) for line in encounter.lines},
        list(encounter.counters),
    )
    for called in plugins.call(HOOK, encounter=asked, facts=asked["facts"]):
        if called.fault:
            filling.faults.append(called.fault)
        else:
            filling.take(called.plugin, called.result)
    return filling.done(), some(filling.faults), filling.givers
