"""Encounters from plain data: every key typed by the vocabulary, what cannot be read named, the rest kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from payerrules.formats.encounter_keys import (
    Locate,
    Path,
    Reading,
    Tree,
    know_none,
    line_number,
    noun_of,
    nowhere,
    wanted,
)
from payerrules.formats.encounter_values import codes_of, listed, says_none, text, typed, whole
from payerrules.language.spelling import remedy
from payerrules.language.vocabulary import FactEntry, Vocabulary
from payerrules.model.encounter import CounterGiven, Encounter, Facts, Line
from payerrules.model.values import DATE, NONE, Value, scaled

PAYER_KEYS: Final = ("id", "program", "plan", "state", "rank")
COUNTER_KEYS: Final = ("limit", "used", "as_of", "pool")
APART: Final = ("line", "authorization", "other_payer", "diagnosis", "pair", "limit", "step", "payer", "encounter")
"""Entities whose facts do not stand at the top of an encounter."""
COLLECTIONS: Final = (
    "encounter.history",
    "encounter.diagnoses",
    "coverage.authorizations",
    "coverage.other_payers",
    "line.paid_by_others",
    "line.diagnoses",
)
"""Facts that are lists of things, and are read as such."""
TOP: Final = frozenset(
    ("encounter", "payer", "date_of_service", "diagnoses", "history", "history_known_from", "counters", "lines", "note")
)
OF_LINES: Final = frozenset(("line", "date", "code", "modifiers", "diagnoses", "paid_by_others"))
OF_COVERAGE: Final = ("authorizations", "other_payers")


class EncounterReader:
    """Reads encounters by a vocabulary, which says what keys there are and what each holds."""

    def __init__(self, vocabulary: Vocabulary) -> None:
        self.vocabulary = vocabulary
        self.top, self.line = Tree(), Tree()
        self.items = {"authorization": Tree(), "other_payer": Tree()}
        for entry in vocabulary.facts.values():
            if entry.origin in ("limit", "judged") or not entry.at_path or entry.name in COLLECTIONS:
                continue
            if entry.entity == "line":
                self.line.plant(entry.at_path, entry)
                if entry.also_from_encounter:
                    self.top.plant(entry.at_path, entry)
            elif entry.entity in self.items:
                self.items[entry.entity].plant(entry.at_path, entry)
            elif entry.entity not in APART:
                self.top.plant(entry.at_path, entry)
                if entry.entity == "provider":
                    self.line.plant(entry.at_path, entry)
        others = vocabulary.facts.get("coverage.other_payers")
        self.no_word_of_others: tuple[Facts, ...] | None = () if others and others.if_missing == "empty" else None

    def read(self, data: Any, where: str = "", locate: Locate | None = None) -> Encounter:
        """One encounter; its `unread` names what could not be read, by file and place where `locate` knows them."""
        reading = Reading(locate or nowhere)
        if not isinstance(data, Mapping):
            hint = "Write encounter:, payer:, lines:."
            reading.wrong("encounter-not-a-map", "an encounter is a map of keys", (), hint)
            data = {}
        claim = data.get("claim")
        id_ = text(data.get("encounter")) or (text(claim.get("id")) if isinstance(claim, Mapping) else "")
        if not id_:
            reading.wrong("encounter-missing-key", "the encounter has no id", (), "Write `encounter: ID`.")
        facts: dict[str, Value] = {}
        self.facts(data, self.top, facts, (), reading, TOP)
        lines, unreadable = self.lines(data, reading)
        history = data.get("history")
        coverage = data.get("coverage")
        inner = coverage if isinstance(coverage, Mapping) else {}
        others = self.things(inner.get("other_payers"), "other_payer", ("coverage", "other_payers"), reading)
        codes = self.codes(data.get("diagnoses"), ("diagnoses",), reading)
        if codes is not None:
            facts["encounter.diagnoses"] = frozenset(codes)
        received = facts.get("claim.received")
        counters = data.get("counters")
        return Encounter(
            id=id_ or "?",
            payer=self.payer(data.get("payer"), reading),
            patient=self.patient(facts, reading),
            lines=tuple(lines),
            facts=facts,
            diagnoses=codes,
            history=None if history is None else self.history(history, reading),
            history_known_from=self.day(data.get("history_known_from"), ("history_known_from",), reading),
            authorizations=self.things(
                inner.get("authorizations"), "authorization", ("coverage", "authorizations"), reading
            ),
            other_payers=self.no_word_of_others if others is None else others,
            counters=() if counters is None else self.counters(counters, reading),
            received=received if isinstance(received, int) else None,
            unreadable_lines=tuple(unreadable),
            unread=tuple(reading.found),
            doubtful=tuple(self.doubts(data, reading)) if reading.doubtful else (),
        )

    @staticmethod
    def doubts(data: Mapping[str, Any], reading: Reading) -> list[tuple[int, str]]:
        """What was wrong, by the number of the line it is about; 0 where it may touch every line."""
        items = listed(data.get("lines")) or ()
        found = []
        for place, message in reading.doubtful:
            number = 0 if place is None or place >= len(items) else line_number(items[place], place)
            found.append((number, message))
        return found

    # --- parts ----------------------------------------------------------------------------------
    def payer(self, data: Any, reading: Reading) -> dict[str, str]:
        """The payer's name: id, program, plan, state, rank."""
        if isinstance(data, str):
            data = {"id": data}
        if not isinstance(data, Mapping) or not text(data.get("id")):
            hint = "Write payer: {id: medicare, program: part_b}."
            reading.wrong("encounter-missing-key", "the encounter names no payer", ("payer",), hint)
            return {}
        found = {}
        for key, value in data.items():
            if key not in PAYER_KEYS:
                hint = remedy(str(key), PAYER_KEYS, "A payer has")
                reading.wrong("encounter-unknown-key", f"a payer has no `{key}`", ("payer", str(key)), hint)
            elif value is not None:
                said = self.value(self.vocabulary.facts.get(f"payer.{key}"), value, ("payer", key), reading)
                if said is not None and said is not NONE:
                    found[key] = str(said)
        return found

    @staticmethod
    def patient(facts: dict[str, Value], reading: Reading) -> str:
        """The patient's id."""
        found = facts.get("patient.id")
        if not isinstance(found, str):
            hint = "Write patient: {id: ...}."
            reading.wrong("encounter-missing-key", "the patient has no id", ("patient",), hint)
            return ""
        return found

    def lines(self, data: Mapping[str, Any], reading: Reading) -> tuple[list[Line], list[int]]:
        """The lines that can be read, and the numbers of those that cannot."""
        items = listed(data.get("lines"))
        if not items:
            hint = "Write lines: [{line: 1, date: ..., code: ...}]."
            reading.wrong("encounter-missing-key", "the encounter has no lines", ("lines",), hint)
            return [], []
        lines: list[Line] = []
        unreadable: list[int] = []
        taken: set[int] = set()
        for place, item in enumerate(items):
            number = line_number(item, place)
            said = item.get("line") if isinstance(item, Mapping) else None
            if said is not None and str(said).strip() != str(number):
                message = f"the line has no number that can be read, and is called {number}"
                reading.wrong("encounter-bad-value", message, ("lines", place, "line"), "Number the lines 1, 2, 3.")
            if number in taken:
                message = f"there are two lines {number}; this one is called {max(taken) + 1}"
                hint = "Number the lines 1, 2, 3."
                reading.wrong("encounter-repeated-line", message, ("lines", place), hint, warn=True)
                number = max(taken) + 1
            taken.add(number)
            line = self.service(item, number, data.get("date_of_service"), ("lines", place), reading)
            if line is None:
                unreadable.append(number)
            else:
                lines.append(line)
        return lines, unreadable

    def history(self, data: Any, reading: Reading) -> tuple[Line, ...]:
        """Earlier services; one that cannot be read is left out and named."""
        items = listed(data)
        if items is None:
            reading.wrong("encounter-bad-value", "the history is a list", ("history",), "Write [] for none.")
            return ()
        found = [self.service(item, n + 1, None, ("history", n), reading) for n, item in enumerate(items)]
        return tuple(line for line in found if line is not None)

    def service(self, data: Any, number: int, date: Any, path: Path, reading: Reading) -> Line | None:
        """A line or a past service; None where it has no date or no code that can be read."""
        if not isinstance(data, Mapping):
            hint = "Write {line: 1, date: 2026-05-11, code: 92507}."
            reading.wrong("encounter-not-a-map", "a line is a map of keys", path, hint)
            return None
        code = text(data.get("code")).upper()
        said = data.get("date")
        said = date if said is None else said
        day = self.day(said, (*path, "date"), reading)
        if not code:
            reading.wrong("encounter-missing-key", "the line has no procedure code", path, "Write code: 92507.")
        if said is None:
            hint = "Write date: 2026-05-11, or date_of_service on the encounter."
            reading.wrong("encounter-missing-key", "the line has no date of service", path, hint)
        if not code or day is None:
            return None
        facts: dict[str, Value] = {}
        self.facts(data, self.line, facts, path, reading, OF_LINES)
        modifiers = self.codes(data.get("modifiers"), (*path, "modifiers"), reading)
        return Line(
            number=number,
            date=day,
            code=code,
            modifiers=tuple(dict.fromkeys(modifiers)) if modifiers else (),
            facts=facts,
            diagnoses=self.pointers(data.get("diagnoses"), (*path, "diagnoses"), reading),
            other_payers=self.things(data.get("paid_by_others"), "other_payer", (*path, "paid_by_others"), reading),
        )

    def codes(self, data: Any, path: Path, reading: Reading) -> tuple[str, ...] | None:
        """A list of codes; None where it was not given, or cannot be read."""
        if data is None:
            return None
        try:
            return codes_of(data)
        except ValueError as error:
            reading.wrong("encounter-bad-value", str(error), path, "Write [] for none.")
            return None

    def pointers(self, data: Any, path: Path, reading: Reading) -> tuple[int, ...] | None:
        """Pointers into the encounter's diagnoses, from 1."""
        if data is None:
            return None
        try:
            return tuple(whole(item) for item in codes_of(data))
        except ValueError:
            hint = "Write the places of the encounter's diagnoses, such as [1, 2]."
            message = "what the line is for is no list of places in the diagnoses"
            reading.wrong("encounter-bad-value", message, path, hint)
            return None

    def things(self, data: Any, entity: str, path: Path, reading: Reading) -> tuple[Facts, ...] | None:
        """Authorizations or other payers: None where they were not given."""
        if data is None:
            return None
        noun = entity.replace("_", " ")
        items = listed(data)
        if items is None:
            hint = f"Write a list, such as [{{id: ...}}], or [] where there is no {noun}."
            reading.wrong("encounter-bad-value", f"a list is wanted, each {noun} a map of keys", path, hint)
            return None
        found = []
        for place, item in enumerate(items):
            facts: dict[str, Value] = {}
            if not isinstance(item, Mapping):
                reading.wrong("encounter-not-a-map", f"one {noun} is a map of keys", (*path, place), "Write {id: ...}.")
                continue
            self.facts(item, self.items[entity], facts, (*path, place), reading)
            found.append(facts)
        return tuple(found)

    def counters(self, data: Any, reading: Reading) -> tuple[CounterGiven, ...]:
        """Counters the payer gave; a number with decimals is money, one without whatever its limit counts."""
        hint = "Write {limit: pt_slp_incurred, used: 2450.00, as_of: 2026-05-10}."
        items = listed(data)
        if items is None:
            reading.wrong("encounter-bad-value", "counters are a list", ("counters",), f"{hint[:-1]}, in [ ].")
            return ()
        found = []
        for place, item in enumerate(items):
            path: Path = ("counters", place)
            if not isinstance(item, Mapping) or not text(item.get("limit")) or item.get("used") is None:
                reading.wrong("encounter-missing-key", "a counter names its limit and what is used", path, hint)
                continue
            for key in item:
                if key not in COUNTER_KEYS:
                    near = remedy(str(key), COUNTER_KEYS, "A counter has")
                    reading.wrong("encounter-unknown-key", f"a counter has no `{key}`", (*path, str(key)), near)
            written = text(item["used"]).replace(",", "")
            try:
                used = scaled(written, 2 if "." in written else 0)
            except ValueError as error:
                reading.wrong("encounter-bad-value", str(error), (*path, "used"), "Write a number such as 2450.00.")
                continue
            as_of = self.day(item.get("as_of"), (*path, "as_of"), reading)
            if as_of is None and item.get("as_of") is not None:
                continue
            pool = self.pool(item.get("pool"), (*path, "pool"), reading)
            found.append(CounterGiven(text(item["limit"]), used, written, as_of, pool))
        return tuple(found)

    def pool(self, data: Any, path: Path, reading: Reading) -> Facts:
        """The pool of a counter, by facts of a line."""
        pool: dict[str, Value] = {}
        if data is None or says_none(data):
            return pool
        if not isinstance(data, Mapping):
            reading.wrong("encounter-bad-value", "a pool is a map of facts", path, "Write pool: {habilitative: false}.")
            return pool
        for key, value in data.items():
            entry = self.vocabulary.facts.get(str(key) if "." in str(key) else f"line.{key}")
            if entry is None:
                hint = "A pool is named by facts of a line, such as {habilitative: false}."
                reading.wrong("encounter-unknown-key", f"`{key}` is no fact of a line", (*path, str(key)), hint)
            else:
                self.put(entry, value, pool, (*path, str(key)), reading)
        return pool

    def day(self, data: Any, path: Path, reading: Reading) -> int | None:
        """A date as a day number; None where there is none."""
        if data is None:
            return None
        try:
            found = typed(data, DATE)
        except ValueError as error:
            reading.wrong("encounter-bad-value", str(error), path, "Write YEAR-MONTH-DAY.")
            return None
        if not isinstance(found, int) and path[0] != "history_known_from":
            reading.wrong("encounter-bad-value", "a date is wanted here", path, "Write YEAR-MONTH-DAY.")
        return found if isinstance(found, int) else None

    # --- facts ----------------------------------------------------------------------------------
    def facts(
        self,
        data: Mapping[str, Any],
        tree: Tree,
        facts: dict[str, Value],
        path: Path,
        reading: Reading,
        outside: frozenset[str] = frozenset(),
    ) -> None:
        """Put every fact of a map where the vocabulary has it; keys nobody knows are named, those `outside` passed over."""
        for key, value in data.items():
            if value is None or key in outside:
                continue
            here = tree.get(key)
            if here is None:
                if key in OF_COVERAGE and path == ("coverage",):
                    continue
                more = OF_COVERAGE if path == ("coverage",) else outside
                hint = remedy(str(key), [*tree, *more], "Keys here are")
                message = f"`{key}` is no key of {noun_of(path)}"
                reading.wrong("encounter-unknown-key", message, (*path, str(key)), hint)
            elif not here:
                if here.entry is not None:
                    self.put(here.entry, value, facts, (*path, key), reading)
            elif isinstance(value, Mapping):
                if here.entry is not None:
                    facts[here.entry.name] = True
                self.facts(value, here, facts, (*path, key), reading)
            elif here.entry is not None:
                self.put(here.entry, value, facts, (*path, key), reading)
            elif says_none(value):
                know_none(here, facts)
            else:
                hint = f"Write its parts: {', '.join(list(here)[:6])}."
                reading.wrong("encounter-bad-value", f"`{key}` is a map of keys", (*path, key), hint)

    def put(self, entry: FactEntry, value: Any, facts: dict[str, Value], path: Path, reading: Reading) -> None:
        """Put one typed fact."""
        found = self.value(entry, value, path, reading)
        if found is not None:
            facts[entry.name] = found

    @staticmethod
    def value(entry: FactEntry | None, value: Any, path: Path, reading: Reading) -> Value | None:
        """A typed value; None where it cannot be read, which is named. Without an entry it is text."""
        if entry is None:
            return text(value) or None
        try:
            found = typed(value, entry.type)
        except ValueError as error:
            message = f"the value of `{entry.name}` cannot be read" if entry.personal else str(error)
            reading.wrong("encounter-bad-value", message, path, f"Wanted here: {wanted(entry)}.")
            return None
        if found is False and entry.if_missing == "none" and text(value).lower() == "none":
            return NONE
        return found


_READERS: dict[int, EncounterReader] = {}


def reader_for(vocabulary: Vocabulary) -> EncounterReader:
    """The reader of a vocabulary, made once."""
    found = _READERS.get(id(vocabulary))
    if found is None or found.vocabulary is not vocabulary:
        found = _READERS[id(vocabulary)] = EncounterReader(vocabulary)
    return found


def encounter_from_dict(data: Any, vocabulary: Vocabulary, where: str = "", locate: Locate | None = None) -> Encounter:
    """One encounter from plain data, such as JSON or YAML gives it."""
    return reader_for(vocabulary).read(data, where, locate)


__all__ = ["EncounterReader", "Locate", "Path", "encounter_from_dict", "reader_for"]
