"""Encounters from plain data: every key typed by the vocabulary, what cannot be read named, the rest kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from payerrules.language.spelling import remedy
from payerrules.language.vocabulary import FactEntry, Vocabulary
from payerrules.model.diagnostic import Diagnostic, Location, Severity
from payerrules.model.encounter import CounterGiven, Encounter, Facts, Line
from payerrules.model.values import DATE, NONE, FactType, Value, parse, scaled, unscaled

Path = tuple[str | int, ...]
Locate = Callable[[Path], Location | None]
PAYER_KEYS: Final = ("id", "program", "plan", "state", "rank")
ITEMS: Final = ("line", "authorization", "other_payer")
APART: Final = (*ITEMS, "diagnosis", "pair", "limit", "step", "payer", "encounter")
COLLECTIONS: Final = (
    "encounter.history",
    "encounter.diagnoses",
    "coverage.authorizations",
    "coverage.other_payers",
    "line.paid_by_others",
    "line.diagnoses",
)
"""Facts that are lists of things, and are read as such."""
TOP: Final = (
    "encounter",
    "payer",
    "date_of_service",
    "diagnoses",
    "history",
    "history_known_from",
    "counters",
    "lines",
)
OF_LINES: Final = ("line", "date", "code", "modifiers", "diagnoses", "paid_by_others")


class Tree(dict[str, "Tree"]):
    """The keys an encounter may have at one place; `entry` is the fact that stands there, if one does."""

    entry: FactEntry | None = None

    def plant(self, path: Sequence[str], entry: FactEntry) -> None:
        """Put a fact at its keys."""
        here = self
        for key in path:
            here = here.setdefault(key, Tree())
        here.entry = entry


@dataclass(slots=True)
class Reading:
    """What reading one encounter has found wrong so far."""

    locate: Locate
    found: list[Diagnostic] = field(default_factory=list)
    doubtful: list[tuple[int | None, str]] = field(default_factory=list)  # place of the line in the list, what is wrong

    def wrong(self, code: str, message: str, path: Path, hint: str = "", *, warn: bool = False) -> None:
        """Note what is wrong at a key; personal values are never shown."""
        severity = Severity.WARNING if warn else Severity.ERROR
        where = spoken(path)
        at = self.locate(path)
        if at is not None:
            at = replace(at, excerpt="")  # a line of the file may hold a name or a birth date
        self.found.append(Diagnostic(code, message if at or not where else f"{where}: {message}", at, hint, severity))
        if not warn:
            place = path[1] if path[:1] == ("lines",) and len(path) > 1 else None
            key = ".".join(map(str, path[2:])) if isinstance(place, int) else where or "encounter"
            self.doubtful.append((place if isinstance(place, int) else None, f"{key}: {message}" if key else message))


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

    def read(self, data: Any, where: str = "", locate: Locate | None = None) -> Encounter:
        """One encounter; its `unread` names what could not be read, by file and place where `locate` knows them."""
        reading = Reading(locate or (lambda path: None))
        if not isinstance(data, Mapping):
            reading.wrong(
                "encounter-not-a-map", "an encounter is a map of keys", (), "Write encounter:, payer:, lines:."
            )
            return Encounter(id="?", payer={}, patient="", lines=(), unread=tuple(reading.found))
        id_ = text(data.get("encounter")) or text(
            (data.get("claim") or {}).get("id") if isinstance(data.get("claim"), Mapping) else None
        )
        if not id_:
            reading.wrong("encounter-missing-key", "the encounter has no id", (), "Write `encounter: ID`.")
        facts: dict[str, Value] = {}
        known = {key: value for key, value in data.items() if key not in TOP and value is not None}
        self.facts(known, self.top, facts, (), reading, outside=("lines",))
        lines, unreadable = self.lines(data, reading)
        history = data.get("history")
        entries = None if history is None else self.history(history, reading)
        coverage = data.get("coverage")
        inner = coverage if isinstance(coverage, Mapping) else {}
        authorizations = self.things(
            inner.get("authorizations"), "authorization", ("coverage", "authorizations"), reading
        )
        others = self.things(inner.get("other_payers"), "other_payer", ("coverage", "other_payers"), reading)
        diagnoses = data.get("diagnoses")
        codes = None if diagnoses is None else codes_of(diagnoses)
        if codes is not None:
            facts["encounter.diagnoses"] = frozenset(codes)
        received = facts.get("claim.received")
        known_from = self.day(data.get("history_known_from"), ("history_known_from",), reading)
        return Encounter(
            id=id_ or "?",
            payer=self.payer(data.get("payer"), reading),
            patient=self.patient(data.get("patient"), facts, reading),
            lines=tuple(lines),
            facts=facts,
            diagnoses=codes,
            history=entries,
            history_known_from=known_from,
            authorizations=authorizations,
            other_payers=others,
            counters=self.counters(data.get("counters"), reading),
            received=received if isinstance(received, int) else None,
            unread=tuple(reading.found),
            unreadable_lines=tuple(unreadable),
            doubtful=tuple(self.doubts(data, reading)),
        )

    @staticmethod
    def doubts(data: Mapping[str, Any], reading: Reading) -> list[tuple[int, str]]:
        """What was wrong, by the number of the line it is about; 0 where it may touch every line."""
        listed = data.get("lines")
        items = listed if isinstance(listed, Sequence) and not isinstance(listed, str) else ()
        numbers = line_numbers(items)
        found = []
        for place, message in reading.doubtful:
            number = 0 if place is None or place >= len(items) else numbers[place]
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
        for key in data:
            if key not in PAYER_KEYS:
                hint = remedy(str(key), PAYER_KEYS, "A payer has")
                reading.wrong("encounter-unknown-key", f"a payer has no `{key}`", ("payer", str(key)), hint)
        return {key: text(data[key]) for key in PAYER_KEYS if data.get(key) is not None}

    def patient(self, data: Any, facts: dict[str, Value], reading: Reading) -> str:
        """The patient's id."""
        found = facts.get("patient.id")
        if not isinstance(found, str):
            reading.wrong("encounter-missing-key", "the patient has no id", ("patient",), "Write patient: {id: ...}.")
            return ""
        return found

    def lines(self, data: Mapping[str, Any], reading: Reading) -> tuple[list[Line], list[int]]:
        """The lines that can be read, and the numbers of those that cannot."""
        listed = data.get("lines")
        if not isinstance(listed, Sequence) or isinstance(listed, str) or not listed:
            hint = "Write lines: [{line: 1, date: ..., code: ...}]."
            reading.wrong("encounter-missing-key", "the encounter has no lines", ("lines",), hint)
            return [], []
        lines: list[Line] = []
        unreadable: list[int] = []
        for place, (item, number) in enumerate(zip(listed, line_numbers(listed), strict=True)):
            said = said_number(item)
            if said is not None and said != number:
                message = f"there are two lines {said}; this one is called {number}"
                reading.wrong(
                    "encounter-repeated-line", message, ("lines", place), "Number the lines 1, 2, 3.", warn=True
                )
            line = self.service(item, number, data.get("date_of_service"), ("lines", place), reading)
            if line is None:
                unreadable.append(number)
            else:
                lines.append(line)
        return lines, unreadable

    def history(self, data: Any, reading: Reading) -> tuple[Line, ...]:
        """Earlier services; one that cannot be read is left out and named."""
        if isinstance(data, str) or not isinstance(data, Sequence):
            if data != "none":
                reading.wrong("encounter-bad-value", "the history is a list", ("history",), "Write [] for none.")
            return ()
        found = [self.service(item, n + 1, None, ("history", n), reading) for n, item in enumerate(data)]
        return tuple(line for line in found if line is not None)

    def service(self, data: Any, number: int, date: Any, path: Path, reading: Reading) -> Line | None:
        """A line or a past service; None where it has no date or no code that can be read."""
        if not isinstance(data, Mapping):
            reading.wrong(
                "encounter-not-a-map", "a line is a map of keys", path, "Write {line: 1, date: ..., code: ...}."
            )
            return None
        code = text(data.get("code")).upper()
        if code and not code.isalnum():
            hint = "Write the code alone, such as code: 92507, and its modifiers beside it, such as modifiers: [GN]."
            reading.wrong("encounter-bad-value", f"`{code}` is more than a procedure code", (*path, "code"), hint)
        day = self.day(data.get("date", date), (*path, "date"), reading)
        if not code:
            reading.wrong("encounter-missing-key", "the line has no procedure code", path, "Write code: 92507.")
        if day is None and data.get("date", date) is None:
            hint = "Write date: 2026-05-11, or date_of_service on the encounter."
            reading.wrong("encounter-missing-key", "the line has no date of service", path, hint)
        if not code or day is None:
            return None
        facts: dict[str, Value] = {}
        known = {key: value for key, value in data.items() if key not in OF_LINES and value is not None}
        self.facts(known, self.line, facts, path, reading)
        modifiers = self.modifiers(data.get("modifiers"), (*path, "modifiers"), reading)
        pointers = data.get("diagnoses")
        paid = data.get("paid_by_others")
        return Line(
            number=number,
            date=day,
            code=code,
            modifiers=modifiers,
            facts=facts,
            diagnoses=None if pointers is None else self.pointers(pointers, (*path, "diagnoses"), reading),
            other_payers=None if paid is None else self.things(paid, "other_payer", (*path, "paid_by_others"), reading),
        )

    def modifiers(self, data: Any, path: Path, reading: Reading) -> tuple[str, ...]:
        """The modifiers of a line, in their order, each once."""
        found: list[str] = []
        for written in () if data is None else codes_of(data):
            modifier = written.upper()
            if len(modifier) != 2 or not modifier.isalnum():
                hint = "Write the two letters or digits of each, such as modifiers: [GN, KX]."
                reading.wrong("encounter-bad-value", f"`{written}` is no modifier", path, hint)
            if modifier in found:
                hint = "Write it once."
                message = f"modifier `{modifier}` is on the line twice; it is read once"
                reading.wrong("encounter-repeated-modifier", message, path, hint, warn=True)
            else:
                found.append(modifier)
        return tuple(found)

    def pointers(self, data: Any, path: Path, reading: Reading) -> tuple[int, ...] | None:
        """Pointers into the encounter's diagnoses, from 1."""
        found = []
        for item in codes_of(data):
            if not item.isdigit():
                hint = "Write the places of the encounter's diagnoses, such as [1, 2]."
                reading.wrong("encounter-bad-value", f"`{item}` is no place in the list of diagnoses", path, hint)
                return None
            found.append(int(item))
        return tuple(found)

    def things(self, data: Any, entity: str, path: Path, reading: Reading) -> tuple[Facts, ...] | None:
        """Authorizations or other payers: None where they were not given."""
        if data is None:
            return None
        found = []
        for place, item in enumerate(data if isinstance(data, Sequence) and not isinstance(data, str) else ()):
            facts: dict[str, Value] = {}
            if isinstance(item, Mapping):
                given = {key: value for key, value in item.items() if value is not None}
                self.facts(given, self.items[entity], facts, (*path, place), reading)
            found.append(facts)
        return tuple(found)

    def counters(self, data: Any, reading: Reading) -> tuple[CounterGiven, ...]:
        """Counters the payer gave; what the number is of, the limit says that it counts."""
        found = []
        for place, item in enumerate(data if isinstance(data, Sequence) and not isinstance(data, str) else ()):
            path: Path = ("counters", place)
            if not isinstance(item, Mapping) or not text(item.get("limit")) or item.get("used") is None:
                hint = "Write {limit: pt_slp_incurred, used: 2450.00, as_of: 2026-05-10}."
                reading.wrong("encounter-missing-key", "a counter names its limit and what is used", path, hint)
                continue
            written = text(item["used"])
            try:
                used = scaled(written.replace(",", ""), 2 if "." in written else 0)
            except ValueError as error:
                reading.wrong("encounter-bad-value", str(error), (*path, "used"), "Write a number such as 2450.00.")
                continue
            if used < 0:
                message, hint = f"`{written}` is below nothing", "Write what is used, 0 or more."
                reading.wrong("encounter-bad-value", message, (*path, "used"), hint)
                continue
            as_of = self.day(item.get("as_of"), (*path, "as_of"), reading)
            pool: dict[str, Value] = {}
            given = item.get("pool")
            for key, value in given.items() if isinstance(given, Mapping) else ():
                name = key if "." in str(key) else f"line.{key}"
                entry = self.vocabulary.facts.get(name)
                if entry is None:
                    reading.wrong("encounter-unknown-key", f"`{key}` is no fact of a line", (*path, "pool"), "")
                else:
                    self.put(entry, value, pool, (*path, "pool", str(key)), reading)
            found.append(CounterGiven(text(item["limit"]), used, written, as_of, pool))
        return tuple(found)

    def day(self, data: Any, path: Path, reading: Reading) -> int | None:
        """A date as a day number."""
        if data is None:
            return None
        try:
            found = parse(text(data), DATE)
        except ValueError as error:
            reading.wrong("encounter-bad-value", str(error), path, "Write YEAR-MONTH-DAY.")
            return None
        return found if isinstance(found, int) else None

    # --- facts ----------------------------------------------------------------------------------
    def facts(
        self,
        data: Mapping[str, Any],
        tree: Tree,
        facts: dict[str, Value],
        path: Path,
        reading: Reading,
        outside: tuple[str, ...] = (),
    ) -> None:
        """Put every fact of a map where the vocabulary has it; keys nobody knows are named."""
        for key, value in data.items():
            if value is None:
                continue
            here = tree.get(key)
            if here is None:
                if key in ("authorizations", "other_payers") and path == ("coverage",):
                    continue
                allowed = [*tree, *(TOP if not path else OF_LINES if path[0] in ("lines", "history") else ())]
                hint = remedy(str(key), allowed, "Keys here are")
                reading.wrong("encounter-unknown-key", f"`{key}` is no key of an encounter here", (*path, key), hint)
            elif isinstance(value, Mapping) and len(here):
                if here.entry is not None:
                    facts[here.entry.name] = True
                self.facts(value, here, facts, (*path, key), reading)
            elif here.entry is not None:
                self.put(here.entry, value, facts, (*path, key), reading)
            else:
                hint = f"Write its parts: {', '.join(list(here)[:6])}."
                reading.wrong("encounter-bad-value", f"`{key}` is a map of keys", (*path, key), hint)

    def put(self, entry: FactEntry, value: Any, facts: dict[str, Value], path: Path, reading: Reading) -> None:
        """Put one typed fact."""
        try:
            found = typed(value, entry.type)
            if entry.least is not None and isinstance(found, int) and found < entry.least:
                raise ValueError(f"`{value}` is less than {unscaled(entry.least, entry.type.decimals)}")
            facts[entry.name] = found
        except ValueError as error:
            message = f"the value of `{entry.name}` cannot be read" if entry.personal else str(error)
            reading.wrong("encounter-bad-value", message, path, wanted(value, entry))


def typed(value: Any, kind: FactType) -> Value:
    """A plain value as a value of a type.

    Raises ValueError where it is none.
    """
    if isinstance(value, bool):
        if kind.kind == "yes/no":
            return value
        raise ValueError(f"yes or no is no {kind}")
    if kind.kind == "codes":
        return frozenset(codes_of(value))
    if isinstance(value, Mapping | list | tuple):
        raise ValueError("a single value is wanted, and not a list or a map")
    found = parse(str(value).strip(), kind)
    return found.upper() if kind.kind == "code" and isinstance(found, str) else found


def spoken(path: Path) -> str:
    """Where a key stands, as a person would say it.

    >>> spoken(("lines", 0, "charge")), spoken(("payer", "plan"))
    ('line 1, charge', 'payer.plan')
    """
    if len(path) > 1 and path[0] in ("lines", "history") and isinstance(path[1], int):
        item = f"{'line' if path[0] == 'lines' else 'history entry'} {path[1] + 1}"
        return ", ".join([item, *filter(None, [spoken(path[2:])])])
    return ".".join(str(part) for part in path)


def wanted(value: Any, entry: FactEntry) -> str:
    """What to write where a value cannot be read."""
    kind = entry.type
    if kind.kind == "one_of":
        return remedy("" if entry.personal else str(value), kind.words, "Write one of")
    if entry.least and kind.kind == "count":
        return f"Write a whole number, {entry.least} or more."
    return {
        "money": "Write an amount such as 74.00.",
        "count": "Write a whole number, 0 or more.",
        "number": "Write a number such as 33.4.",
        "percent": "Write a number such as 80.",
        "date": "Write YEAR-MONTH-DAY, such as 2026-05-11.",
        "yes/no": "Write yes or no.",
        "codes": "Write a list of codes.",
    }.get(kind.kind, "Write a single value.")


def codes_of(data: Any) -> tuple[str, ...]:
    """Codes of a list, or of a text with spaces or commas; none is empty."""
    if isinstance(data, str | int):
        written = str(data)
        return () if written in ("", "none") else tuple(written.replace(",", " ").split())
    return tuple(str(item).strip() for item in data) if isinstance(data, Sequence | frozenset | set) else ()


def said_number(item: Any) -> int | None:
    """The number that a line gives itself; None where it gives none."""
    said = text(item.get("line")) if isinstance(item, Mapping) else ""
    return int(said) if said.isdigit() and int(said) else None


def line_numbers(items: Sequence[Any]) -> list[int]:
    """The numbers of lines: the one each gives itself, else its place; one that is taken already: the next free one.

    >>> line_numbers([{"line": 2}, {}, {"line": 2}])
    [2, 3, 4]
    """
    claimed = {said for item in items if (said := said_number(item)) is not None}
    found: list[int] = []
    for place, item in enumerate(items):
        said = said_number(item)
        own = place + 1 if said is None and place + 1 not in claimed else said
        found.append(own if own is not None and own not in found else max([*claimed, *found, 0]) + 1)
    return found


def text(value: Any) -> str:
    """A scalar as text; "" for anything else."""
    return "" if value is None or isinstance(value, Mapping | list | tuple) else str(value).strip()


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


__all__ = ["NONE", "EncounterReader", "encounter_from_dict", "reader_for"]
