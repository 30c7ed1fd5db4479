"""An encounter written as plain data: what a native file would hold, so that reading it gives the same encounter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from payerrules.language.vocabulary import FactEntry, Vocabulary
from payerrules.model.encounter import Encounter, Facts, Line
from payerrules.model.values import DATE, NONE, FactType, Value, show

APART = ("line.modifiers", "line.diagnoses", "encounter.diagnoses", "line.paid_by_others")


def encounter_to_dict(encounter: Encounter, vocabulary: Vocabulary) -> dict[str, Any]:
    """The data of an encounter; what could not be read of it is not there."""
    data: dict[str, Any] = {"encounter": encounter.id, "payer": dict(encounter.payer)}
    put_all(data, encounter.facts, vocabulary)
    if encounter.authorizations is not None:
        data.setdefault("coverage", {})["authorizations"] = [thing(one, vocabulary) for one in encounter.authorizations]
    if encounter.other_payers is not None:
        data.setdefault("coverage", {})["other_payers"] = [thing(one, vocabulary) for one in encounter.other_payers]
    if encounter.diagnoses is not None:
        data["diagnoses"] = list(encounter.diagnoses)
    if encounter.history is not None:
        data["history"] = [line_data(line, vocabulary) for line in encounter.history]
    if encounter.history_known_from is not None:
        data["history_known_from"] = show(encounter.history_known_from, DATE)
    if encounter.counters:
        data["counters"] = [
            {"limit": c.limit, "used": c.used_text}
            | ({} if c.as_of is None else {"as_of": show(c.as_of, DATE)})
            | (
                {"pool": {name: plain(value, vocabulary.facts[name].type) for name, value in c.pool.items()}}
                if c.pool
                else {}
            )
            for c in encounter.counters
        ]
    data["lines"] = [{"line": line.number, **line_data(line, vocabulary)} for line in encounter.lines]
    return data


def line_data(line: Line, vocabulary: Vocabulary) -> dict[str, Any]:
    """A line or past service."""
    data: dict[str, Any] = {"date": show(line.date, DATE), "code": line.code}
    if line.modifiers:
        data["modifiers"] = list(line.modifiers)
    put_all(data, line.facts, vocabulary)
    if line.diagnoses is not None:
        data["diagnoses"] = list(line.diagnoses)
    if line.other_payers is not None:
        data["paid_by_others"] = [thing(one, vocabulary) for one in line.other_payers]
    return data


def thing(facts: Facts, vocabulary: Vocabulary) -> dict[str, Any]:
    """An authorization or other payer."""
    data: dict[str, Any] = {}
    put_all(data, facts, vocabulary)
    return data


def put_all(data: dict[str, Any], facts: Mapping[str, Value], vocabulary: Vocabulary) -> None:
    """Put facts at the keys where the vocabulary has them; longer ways later, so that a map takes the place of its yes."""
    entries = [
        (vocabulary.facts[name], value)
        for name, value in facts.items()
        if name in vocabulary.facts and name not in APART
    ]
    for entry, value in sorted(entries, key=lambda pair: len(pair[0].at_path)):
        put(data, entry, value)


def put(data: dict[str, Any], entry: FactEntry, value: Value) -> None:
    """Put one fact."""
    here = data
    for key in entry.at_path[:-1]:
        inner = here.get(key)
        if not isinstance(inner, dict):
            inner = here[key] = {}
        here = inner
    here[entry.at_path[-1]] = plain(value, entry.type)


def plain(value: Value, kind: FactType) -> Any:
    """A value as a file holds it."""
    if isinstance(value, bool):
        return value
    if value is NONE:
        return "none"
    return sorted(value) if isinstance(value, frozenset) else show(value, kind)
