"""A safe door to durable_rules: joins of Kleene conjuncts, stages chained inside one session, and none of its traps.

The C module is driven directly, as its own Python host swallows exceptions, starts timer threads and drops slow actions.
What reaches it is only short names made here and the numbers 1 and 2, so that none of its coercions can bite. The caps
below keep well under the sizes past which it hangs, fails or lies (docs/adr/0003-durable-rules.md).
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType, TracebackType
from typing import Any, Final

engine: ModuleType | None
try:
    import durable_rules_engine as engine
except ImportError:
    engine = None

GROUP: Final = 50  # rules below one synthetic key: 64 matches may wait below one node
GROUPS: Final = 12  # such keys of one kind; GROUP + GROUPS stays below 64
SHARD: Final = GROUP * GROUPS  # rules of one kind of record; more make another kind
KINDS: Final = 60  # kinds of one ruleset: each is three values of one key (512 hang) and two joins (256 hang)
KEYS: Final = 180  # conjuncts of one record: 253 properties fail
CONJUNCTS: Final = 100  # of one rule
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
    """Where a conjunct goes: the shard of its kind, its short key, and the rule it is of."""

    shard: str
    key: str
    rule: int


class Ruleset:
    """One immutable durable_rules ruleset. Sessions run one at a time; a ruleset can be used from several threads.

    Raises RulesetFault where durable_rules is not there, or a shape would pass its limits.
    """

    def __init__(self, rules: Sequence[JoinRule], kinds: Sequence[str]) -> None:
        if engine is None:
            raise RulesetFault("durable_rules is not installed: use the runtime `reference`")
        self.lock = threading.Lock()
        self.names = [rule.name for rule in rules]
        self.kinds = list(dict.fromkeys(kinds))
        self.closing = {f"z{n}": kind for n, kind in enumerate(self.kinds)}
        self.closers = {kind: name for name, kind in self.closing.items()}
        self.places: dict[str, dict[str, _Place]] = {kind: {} for kind in self.kinds}
        self.groups: dict[str, dict[str, int]] = {}
        self.sessions = 0
        definition = self._definition(rules)
        if len(self.groups) > KINDS:
            raise RulesetFault(f"{len(self.groups)} kinds of records are more than the {KINDS} a ruleset may have")
        self.handle: Any = engine.create_ruleset(f"payerrules-{id(self)}", json.dumps(definition))

    def _definition(self, rules: Sequence[JoinRule]) -> dict[str, Any]:
        """The rules as durable_rules wants them."""
        made: dict[str, Any] = {}
        counts: dict[str, int] = {}
        for number, rule in enumerate(rules):
            if rule.kind not in self.places:
                raise RulesetFault(f"rule {rule.name} is of the kind {rule.kind}, which nothing closes")
            if not 0 < len(rule.conjuncts) <= CONJUNCTS:
                raise RulesetFault(f"rule {rule.name} has {len(rule.conjuncts)} conjuncts; 1 to {CONJUNCTS} can be joined")
            place = counts.get(rule.kind, 0)
            counts[rule.kind] = place + 1
            kind = f"k{self.kinds.index(rule.kind)}s{place // SHARD}"
            group = f"g{place % SHARD // GROUP}"
            self.groups.setdefault(kind, {})[group] = 1
            keys = []
            for conjunct in rule.conjuncts:
                known = self.places[rule.kind]
                if conjunct in known:
                    raise RulesetFault(f"rule {rule.name} shares the conjunct {conjunct} with another rule")
                known[conjunct] = _Place(kind, f"c{len(known)}", number)
                keys.append(known[conjunct].key)
            true = [{"k": kind}, {group: 1}, *({key: TRUE} for key in keys)]
            maybe = [{"k": f"{kind}u"}, {group: 1}, *({"$gte": {key: UNKNOWN}} for key in keys)]
            made[f"t{number}"] = {"all": [{"m": {"$and": true}}]}
            made[f"p{number}"] = {"all": [{"m": {"$and": maybe}}]}
        for kind in self.groups:
            for name in (kind, f"{kind}u"):  # keeps a record that no rule matches; never fires
                made[f"r{name}"] = {"all": [{"m": {"k": name}}, {"x": {"k": "never"}}]}
        for name in self.closing:
            made[name] = {"all": [{"m": {"k": name}}], "pri": LAST}
        return made

    def run(self, first: Sequence[Record], advance: Advance) -> None:
        """One session: when nothing of a kind can fire any more, its closing rule fires and asks for the next records.

        `advance(kind, fired)` is told (rule, number of the record, true or only possible) and gives the records of the next
        kind, asserted inside the session, or None to end it. What it raises comes through, and the ruleset stays usable.
        Raises RulesetFault for what durable_rules reports.
        """
        if engine is None or self.handle is None:
            raise RulesetFault("the ruleset is closed")
        with self.lock:
            self.sessions += 1
            session = _Session(self, str(self.sessions))
            place = session.put(first)  # from here on there is a state, and its closing fact has matched
            try:
                self._run(session, place, advance)
            finally:
                engine.delete_state(self.handle, session.sid)

    def _run(self, session: _Session, place: Any, advance: Advance) -> None:
        """Drive the session to its end."""
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
                if records is None:
                    return
                session.put(records)
            else:
                number, rule = session.number(rest), int(name[1:])
                fired.append((self.names[rule], number, name[0] == "t"))
                if name[0] == "t":
                    true.add((rule, number))
            message = engine.complete_and_start_action(self.handle, place)

    def close(self) -> None:
        """Free the ruleset; durable_rules never does so by itself."""
        if engine is not None and getattr(self, "handle", None) is not None:
            engine.delete_ruleset(self.handle)
            self.handle = None

    def __enter__(self) -> Ruleset:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()


class _Session:
    """The facts of one session: ids counted from 1 under one sid, so that no two can collide."""

    def __init__(self, ruleset: Ruleset, sid: str) -> None:
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
        kinds = {record.kind for record in records}
        if len(kinds) != 1:
            raise RulesetFault(f"records of one kind are asserted at a time, and not of {sorted(kinds)}")
        kind = kinds.pop()
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
            chunks.setdefault((where.shard, chunk), {})[where.key] = value
        found = []
        for (shard, _), values in chunks.items():
            groups = self.ruleset.groups[shard]
            found.append(self.fact(shard, record.number, {**groups, **values}))
            if UNKNOWN in values.values():
                found.append(self.fact(f"{shard}u", record.number, {**groups, **values}))
        return found

    def fact(self, kind: str, number: int, values: Mapping[str, int]) -> dict[str, Any]:
        """One fact."""
        self.id += 1
        return {"sid": self.sid, "id": self.id, "k": kind, "n": number, **values}
