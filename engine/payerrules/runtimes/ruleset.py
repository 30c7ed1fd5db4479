"""A safe door to durable_rules: joins of Kleene conjuncts, stages chained inside one session, and none of its traps.

The C module is driven directly, as its own Python host swallows exceptions, starts timer threads and drops slow actions.
What reaches it is only short names made here and the numbers 1 and 2, so that none of its coercions can bite. The caps
below keep well under the sizes past which it hangs, fails or lies (docs/adr/0003-durable-rules.md).
"""

from __future__ import annotations

import importlib
import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType, TracebackType
from typing import Any, Final


def _load() -> ModuleType | None:
    """The C module; None where it is not installed, or was built for another Python and does not load."""
    try:
        return importlib.import_module("durable_rules_engine")
    except ImportError:
        return None


engine: Final = _load()

GROUP: Final = 50  # rules below one synthetic key: 64 matches may wait below one node
GROUPS: Final = 12  # such keys of one kind; GROUP + GROUPS stays below 64
SHARD: Final = GROUP * GROUPS  # rules of one kind of record; more make another kind
KINDS: Final = 60  # kinds of one ruleset: each is three values of one key (512 hang) and two joins (256 hang)
KEYS: Final = 180  # conjuncts of one record: 253 properties fail
CONJUNCTS: Final = 100  # of one rule
RULES: Final = 1_900  # of one bank: each is two rules to durable_rules, which refuses some 4,090 (code 106)
FACTS: Final = 40_000  # of one session: ids collide at 56,562
LAST: Final = 1_000_000  # the priority of closing rules: lower numbers fire first
TRUE, UNKNOWN = 2, 1

Fired = list[tuple[str, int, bool]]
Advance = Callable[[str, Fired], "Sequence[Record] | None"]


def available() -> bool:
    """Whether durable_rules is installed and loads here."""
    return engine is not None


class RulesetFault(Exception):
    """durable_rules refused or failed; the text says at what, and what to do."""


@dataclass(frozen=True, slots=True)
class JoinRule:
    """A rule that fires where all its conjuncts hold: true if all are true, unknown if none is false and one is unknown."""

    name: str
    kind: str
    conjuncts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """The conjuncts of one thing that are true (2) or unknown (1); those that are false are left out."""

    kind: str
    number: int
    values: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a conjunct goes: the shard of its kind, its short key, the rule it is of, and that rule's group."""

    shard: str
    key: str
    rule: int
    group: str


class Ruleset:
    """An immutable set of rules, in as many banks as its size needs; kinds of one bank chain inside one session.

    Sessions run one at a time, so that several threads can use it. Raises RulesetFault where durable_rules is not there,
    or a shape would pass its limits.
    """

    def __init__(self, rules: Sequence[JoinRule], kinds: Sequence[str]) -> None:
        if engine is None:
            raise RulesetFault("durable_rules is not installed: use the runtime `reference`")
        names = list(dict.fromkeys(kinds))
        counts = {name: sum(rule.kind == name for rule in rules) for name in names}
        for rule in rules:
            if rule.kind not in counts:
                raise RulesetFault(f"rule {rule.name} is of the kind {rule.kind}, which nothing closes")
        together: list[list[str]] = [[]]
        for name in names:
            if counts[name] > RULES:
                raise RulesetFault(
                    f"{counts[name]} rules of the kind {name} are more than the {RULES} that one kind may have"
                )
            full = sum(counts[other] for other in together[-1]) + counts[name] > RULES
            if full and together[-1]:
                together.append([])
            together[-1].append(name)
        self.banks: list[_Bank] = []
        self.bank_of: dict[str, _Bank] = {}
        for number, of_bank in enumerate(together):
            bank = _Bank(f"payerrules-{id(self)}-{number}", [rule for rule in rules if rule.kind in of_bank], of_bank)
            self.banks.append(bank)
            self.bank_of |= dict.fromkeys(of_bank, bank)

    def run(self, first: Sequence[Record], advance: Advance) -> None:
        """Run to the end: when nothing of a kind can fire any more, its closing rule fires and asks for the next records.

        `advance(kind, fired)` is told (rule, number of the record, true or only possible) and gives the records of the next
        kind, asserted inside the session, or None to end it. What it raises comes through, and the ruleset stays usable.
        Raises RulesetFault for what durable_rules reports.
        """
        records: Sequence[Record] | None = first
        while records is not None:
            if not self.banks:
                raise RulesetFault("the ruleset is closed")
            bank = self.bank_of.get(kind_of(records))
            if bank is None:
                raise RulesetFault(f"nothing closes records of the kind {kind_of(records)}")
            records = bank.run(records, advance)

    def close(self) -> None:
        """Free what durable_rules holds; it never does so by itself."""
        for bank in getattr(self, "banks", ()):
            bank.close()
        self.banks = []

    def __enter__(self) -> Ruleset:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()


def kind_of(records: Sequence[Record]) -> str:
    """The kind of records, which are all of one."""
    kinds = {record.kind for record in records}
    if len(kinds) != 1:
        raise RulesetFault(f"records of one kind are asserted at a time, and not of {sorted(kinds)}")
    return kinds.pop()


class _Bank:
    """One durable_rules ruleset."""

    def __init__(self, name: str, rules: Sequence[JoinRule], kinds: Sequence[str]) -> None:
        self.lock = threading.Lock()
        self.names = [rule.name for rule in rules]
        self.kinds = list(dict.fromkeys(kinds))
        self.closing = {f"z{n}": kind for n, kind in enumerate(self.kinds)}
        self.closers = {kind: name for name, kind in self.closing.items()}
        self.places: dict[str, dict[str, _Place]] = {kind: {} for kind in self.kinds}
        self.shards: set[str] = set()
        self.sessions = 0
        definition = self._definition(rules)
        if len(self.shards) > KINDS:
            raise RulesetFault(f"{len(self.shards)} kinds of records are more than the {KINDS} a ruleset may have")
        assert engine is not None
        self.handle: Any = engine.create_ruleset(name, json.dumps(definition))

    def _definition(self, rules: Sequence[JoinRule]) -> dict[str, Any]:
        """The rules as durable_rules wants them."""
        made: dict[str, Any] = {}
        counts: dict[str, int] = {}
        for number, rule in enumerate(rules):
            if not 0 < len(rule.conjuncts) <= CONJUNCTS:
                raise RulesetFault(
                    f"rule {rule.name} has {len(rule.conjuncts)} conjuncts; 1 to {CONJUNCTS} can be joined"
                )
            place = counts.get(rule.kind, 0)
            counts[rule.kind] = place + 1
            kind = f"k{self.kinds.index(rule.kind)}s{place // SHARD}"
            group = f"g{place % SHARD // GROUP}"
            self.shards.add(kind)
            keys = []
            for conjunct in rule.conjuncts:
                known = self.places[rule.kind]
                if conjunct in known:
                    raise RulesetFault(f"rule {rule.name} shares the conjunct {conjunct} with another rule")
                known[conjunct] = _Place(kind, f"c{len(known)}", number, group)
                keys.append(known[conjunct].key)
            true = [{"k": kind}, {group: 1}, *({key: TRUE} for key in keys)]
            maybe = [{"k": f"{kind}u"}, {group: 1}, *({"$gte": {key: UNKNOWN}} for key in keys)]
            made[f"t{number}"] = {"all": [{"m": {"$and": true}}]}
            made[f"p{number}"] = {"all": [{"m": {"$and": maybe}}]}
        for kind in sorted(self.shards):
            for name in (kind, f"{kind}u"):  # keeps a record that no rule matches; never fires
                made[f"r{name}"] = {"all": [{"m": {"k": name}}, {"x": {"k": "never"}}]}
        for name in self.closing:
            made[name] = {"all": [{"m": {"k": name}}], "pri": LAST}
        return made

    def run(self, first: Sequence[Record], advance: Advance) -> Sequence[Record] | None:
        """One session; gives back records that belong to another bank, or None at the end."""
        if engine is None or self.handle is None:
            raise RulesetFault("the ruleset is closed")
        with self.lock:
            self.sessions += 1
            session = _Session(self, str(self.sessions))
            place = session.put(first)  # from here on there is a state, and its closing fact has matched
            try:
                return self._run(session, place, advance)
            finally:
                engine.delete_state(self.handle, session.sid)

    def _run(self, session: _Session, place: Any, advance: Advance) -> Sequence[Record] | None:
        """Drive the session to its end, or to records of another bank."""
        assert engine is not None
        found = engine.start_action_for_state(self.handle, place)
        message = found[1] if found else None
        fired: Fired = []
        true: set[tuple[int, int]] = set()
        while message:
            name, _, rest = message[1:].partition(":")
            name = name.strip(' "{')
            if name in self.closing:
                heard = [f for f in fired if f[2] or (session.rule(f[0]), f[1]) not in true]
                records = advance(self.closing[name], heard)
                fired, true = [], set()
                if records is None or kind_of(records) not in self.closers:
                    return records
                session.put(records)
            else:
                number, rule = session.number(rest), int(name[1:])
                fired.append((self.names[rule], number, name[0] == "t"))
                if name[0] == "t":
                    true.add((rule, number))
            message = engine.complete_and_start_action(self.handle, place)
        return None

    def close(self) -> None:
        """Free the ruleset."""
        if engine is not None and self.handle is not None:
            engine.delete_ruleset(self.handle)
            self.handle = None


class _Session:
    """The facts of one session: ids counted from 1 under one sid, so that no two can collide."""

    def __init__(self, ruleset: _Bank, sid: str) -> None:
        self.ruleset = ruleset
        self.sid = sid
        self.id = 0
        self.rules = {name: number for number, name in enumerate(ruleset.names)}

    def rule(self, name: str) -> int:
        """The number of a rule."""
        return self.rules[name]

    @staticmethod
    def number(message: str) -> int:
        """The number of the record that fired."""
        start = message.index('"n":') + 4
        end = start
        while message[end] in "0123456789 ":
            end += 1
        return int(message[start:end])

    def put(self, records: Sequence[Record]) -> Any:
        """Assert records and the closing fact of their kind; gives back where the session's state is."""
        assert engine is not None
        kind = kind_of(records)
        facts = [fact for record in records for fact in self.facts(record)]
        facts.append(self.fact(self.ruleset.closers[kind], 0, {}))
        if self.id > FACTS:
            raise RulesetFault(f"more than {FACTS} facts in one session: split the encounter")
        try:
            code, place = engine.assert_facts(self.ruleset.handle, json.dumps(facts))
        except Exception as error:
            raise RulesetFault(f"durable_rules refused the records of {kind}: {error}") from error
        if code:
            raise RulesetFault(f"durable_rules refused the records of {kind}: code {code}")
        return place

    def facts(self, record: Record) -> list[dict[str, Any]]:
        """A record as facts: by shard, and where it has many conjuncts as several facts, whole rules in each."""
        places = self.ruleset.places[record.kind]
        chunks: dict[tuple[str, int], dict[str, int]] = {}
        filling: dict[str, int] = {}
        last: dict[str, int] = {}
        for name, value in record.values.items():
            if value not in (TRUE, UNKNOWN):
                raise RulesetFault(f"the conjunct {name} is {value!r}; only 1 and 2 may be asserted")
            where = places.get(name)
            if where is None:
                raise RulesetFault(f"no rule of the kind {record.kind} has the conjunct {name}")
            chunk = filling.setdefault(where.shard, 0)
            full = len(chunks.get((where.shard, chunk), ())) >= KEYS - CONJUNCTS
            if full and last.get(where.shard) != where.rule:
                chunk = filling[where.shard] = chunk + 1
            last[where.shard] = where.rule
            values = chunks.setdefault((where.shard, chunk), {})
            values[where.key] = value
            values[where.group] = 1  # only groups with a rule that may fire are looked at
        found = []
        for (shard, _), values in chunks.items():
            found.append(self.fact(shard, record.number, values))
            if any(value == UNKNOWN and key[0] == "c" for key, value in values.items()):
                found.append(self.fact(f"{shard}u", record.number, values))
        return found

    def fact(self, kind: str, number: int, values: Mapping[str, int]) -> dict[str, Any]:
        """One fact."""
        self.id += 1
        return {"sid": self.sid, "id": self.id, "k": kind, "n": number, **values}
