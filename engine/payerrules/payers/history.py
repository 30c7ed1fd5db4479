"""History from plugins: earlier services of a patient, where the encounter does not know them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from payerrules.formats.encounter_reader import Reading, reader_for
from payerrules.language.vocabulary import Vocabulary
from payerrules.model.encounter import Encounter
from payerrules.payers.isolation import some
from payerrules.payers.manager import Plugins

HOOK = "payerrules_history"
YEARS = 2
"""Whole calendar years before that of the first date of service for which history is asked."""


def period_unknown(encounter: Encounter) -> tuple[int, int] | None:
    """The first and last day of the past that an encounter leaves unknown and a plugin is asked for; None where it knows all.

    It begins two calendar years before the year of the first date of service, and ends on the last date of service, or on
    the day before the one from which the given history is whole.
    """
    if not encounter.lines:
        return None
    first = date(max(1, date.fromordinal(encounter.first_date).year - YEARS), 1, 1).toordinal()
    if encounter.history is None:
        return first, max(line.date for line in encounter.lines)
    known_from = encounter.history_known_from
    return (first, known_from - 1) if known_from is not None and known_from > first else None


def fill_history(
    plugins: Plugins, encounter: Encounter, vocabulary: Vocabulary
) -> tuple[Encounter, list[str], dict[str, str]]:
    """The encounter with the history that a plugin knows; what is wrong, in words; and who gave it.

    What comes before the period asked for stays unknown (`history_known_from`).
    """
    period = period_unknown(encounter) if plugins.having(HOOK) and encounter.patient else None
    if period is None:
        return encounter, [], {}
    first, last = period
    asked = date.fromordinal(first).isoformat(), date.fromordinal(last).isoformat()
    faults: list[str] = []
    found: dict[str, Encounter] = {}
    for called in plugins.call(HOOK, patient=encounter.patient, period=asked):
        if called.fault:
            faults.append(called.fault)
            continue
        reading = Reading(lambda path: None)
        entries = reader_for(vocabulary).history(called.result if isinstance(called.result, list) else "?", reading)
        faults += [f"the plugin {called.plugin} gave a history that cannot be read: {d.message}" for d in reading.found]
        outside = sorted(line.date for line in entries if not first <= line.date <= last)
        if outside:
            day = date.fromordinal(outside[0]).isoformat()
            faults.append(f"the plugin {called.plugin} gave a service of {day}, outside {asked[0]} to {asked[1]}")
        if not reading.found and not outside:
            known = (*entries, *(encounter.history or ()))
            known = tuple(replace(line, number=number) for number, line in enumerate(known, 1))
            found[called.plugin] = replace(encounter, history=known, history_known_from=first)
    if not found:
        return encounter, some(faults), {}
    name, filled = next(iter(found.items()))
    for other, said in found.items():
        if said.history != filled.history:
            return encounter, [*faults, f"the plugins {name} and {other} give different histories of the patient"], {}
    return filled, some(faults), {"encounter.history": name}
