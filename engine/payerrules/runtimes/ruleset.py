"""A safe door to durable_rules: joins of Kleene conjuncts, stages chained inside one session, and none of its traps.

The C module is driven directly, as its own Python host swallows exceptions, starts timer threads and drops slow actions.
What reaches it is only short names made here and whole numbers, so that none of its coercions can bite. The caps
below keep well under the sizes past which it hangs, fails or lies (docs/adr/0003-durable-rules.md).
"""

from __future__ import annotations

import importlib
import json
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import ModuleType, TracebackType
from typing import Any, Final, NamedTuple


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
KINDS: Final = 60  # kinds of one ruleset: each is two values of one key (512 hang) and two joins (256 hang)
KEYS: Final = 180  # conjuncts of one record: 253 properties fail
CONJUNCTS: Final = 100  # of one rule
RULES: Final = 1_900  # of one bank: each is two rules to durable_rules, which refuses some 4,090 (code 106)
FACTS: Final = 40_000  # of one run: ids collide at 56,562
WRITTEN: Final = 1_000  # of how many combinations of values a shape keeps what is told
KEPT: Final = 2_000  # facts after which a session is ended; making one costs as much as hundreds of facts
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


class Shape:
    """How things of one kind are told to durable_rules: which conjuncts are always true, and which are said each time."""

    __slots__ = ("facts", "kind", "written")

    def __init__(self, kind: str, facts: tuple[_FactShape, ...]) -> None:
        self.kind = kind
        self.facts = facts
        self.written: dict[tuple[int, ...], tuple[str, ...]] = {}  # what was told before, by the values

    def told(self, values: tuple[int, ...]) -> tuple[str, ...]:
        """What is told of a thing whose conjuncts have these values: the texts of its facts, but for who and which they are.

        One that makes no rule fire is left out, one with something unknown is told twice. Raises RulesetFault for a value that
        is none of 0, 1 and 2, or where there are too few of them.
        """
        try:
            return self.written[values]
        except KeyError:
            pass
        texts: list[str] = []
        try:
            for fact in self.facts:
                said = "".join([text[values[place]] for place, text in fact.may])
                if said or fact.fires:
                    texts.append(f'"k":"{fact.kind}"{fact.always}{said}')
                    if any(values[place] == UNKNOWN for place, _ in fact.may):
                        texts.append(f'"k":"{fact.kind}u"{fact.always}{said}')
        except (KeyError, IndexError) as error:
            raise RulesetFault(
                f"a conjunct of the kind {self.kind} is {error}; only 0, 1 and 2 may be asserted"
            ) from error
        if len(self.written) < WRITTEN:
            self.written[values] = tuple(texts)
        return tuple(texts)


@dataclass(frozen=True, slots=True)
class _FactShape:
    """One fact of a shape: whole rules, of one shard, few enough for one fact."""

    kind: str
    always: str  # what is written whatever the values are: groups, and conjuncts that are always true
    # place of a conjunct among the values, and what to write for each value; one that is false is left out
    may: tuple[tuple[int, dict[int, str]], ...]
    fires: bool  # a rule of it has only conjuncts that are always true


class Record(NamedTuple):
    """The conjuncts of one thing: 2 true, 1 unknown, 0 false, in the order of its shape."""

    shape: Shape
    number: int
    values: Sequence[int]


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a conjunct goes: the shard of its kind, its short key, the rule it is of, and that rule's group."""

    shard: str
    key: str
    rule: int
    group: str  # "" where a shard has one group alone


class Ruleset:
    """An immutable set of rules, in as many banks as its size needs; kinds of one bank chain inside one session.

    Runs follow one another, so that several threads can use it. Raises RulesetFault where durable_rules is not there,
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

    def shape(self, kind: str, said: Sequence[str], always: Sequence[str] = ()) -> Shape:
        """The shape of things with these conjuncts: `said` each time, and `always` true.

        A rule fires only where all its conjuncts are among them. Raises RulesetFault for a conjunct of no rule of the kind.
        """
        if kind not in self.bank_of:
            raise RulesetFault(f"nothing closes records of the kind {kind}")
        return self.bank_of[kind].shape(kind, said, always)

    def run(self, first: Sequence[Record], advance: Advance) -> None:
        """Run to the end: when nothing of a kind can fire any more, its closing rule fires and asks for the next records.

        `advance(kind, fired)` is told (rule, number of the record, true or only possible) and gives the records of the next
        kind, asserted inside the session, or None to end it. What it raises comes through, and the ruleset stays usable.
        Raises RulesetFault for what durable_rules reports.
        """
        left: tuple[str, Sequence[Record]] | None = (kind_of(first), first)
        while left is not None:
            if not self.banks:
                raise RulesetFault("the ruleset is closed")
            left = self.bank_of[left[0]].run(*left, advance)

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
    kind = records[0].shape.kind if records else ""
    for record in records:
        if record.shape.kind != kind or not kind:
            kinds = sorted({record.shape.kind for record in records})
            raise RulesetFault(f"records of one kind are asserted at a time, and not of {kinds}")
    if not records:
        raise RulesetFault("records of one kind are asserted at a time, and not of none")
    return kind


class _Bank:
    """One durable_rules ruleset, and the session it is in.

    A session outlives a run: no rule joins two facts, every rule that can fire has fired when a run ends, and records are
    numbered anew in each, so nothing of one run can be seen in the next. It ends after so many facts, or with a fault.
    """

    def __init__(self, name: str, rules: Sequence[JoinRule], kinds: Sequence[str]) -> None:
        self.lock = threading.Lock()
        self.names = [rule.name for rule in rules]
        self.kinds = list(dict.fromkeys(kinds))
        self.closing = {f"z{n}": kind for n, kind in enumerate(self.kinds)}
        self.closers = {kind: n for n, kind in enumerate(self.kinds)}
        self.places: dict[str, dict[str, _Place]] = {kind: {} for kind in self.kinds}
        self.shards: set[str] = set()
        self.sessions = 0
        self.facts = 0  # in the session; each has its place as its id, counted from 1 so that no two can collide
        self.numbers: list[int] = []  # of the records that they tell of, by that place
        self.live = False
        definition = self._definition(rules)
        if len(self.shards) > KINDS:
            raise RulesetFault(f"{len(self.shards)} kinds of records are more than the {KINDS} a ruleset may have")
        assert engine is not None
        self.handle: Any = engine.create_ruleset(name, json.dumps(definition))

    def _definition(self, rules: Sequence[JoinRule]) -> dict[str, Any]:
        """The rules as durable_rules wants them."""
        made: dict[str, Any] = {}
        counts: dict[str, int] = {}
        every = Counter(rule.kind for rule in rules)
        for number, rule in enumerate(rules):
            if not 0 < len(rule.conjuncts) <= CONJUNCTS:
                raise RulesetFault(
                    f"rule {rule.name} has {len(rule.conjuncts)} conjuncts; 1 to {CONJUNCTS} can be joined"
                )
            place = counts.get(rule.kind, 0)
            counts[rule.kind] = place + 1
            kind = f"k{self.kinds.index(rule.kind)}s{place // SHARD}"
            group = f"g{place % SHARD // GROUP}" if every[rule.kind] > GROUP else ""
            self.shards.add(kind)
            keys = []
            for conjunct in rule.conjuncts:
                known = self.places[rule.kind]
                if conjunct in known:
                    raise RulesetFault(f"rule {rule.name} shares the conjunct {conjunct} with another rule")
                known[conjunct] = _Place(kind, f"c{len(known)}", number, group)
                keys.append(known[conjunct].key)
            grouped = [{group: 1}] if group else []
            true = [{"k": kind}, *grouped, *({key: TRUE} for key in keys)]
            maybe = [{"k": f"{kind}u"}, *grouped, *({"$gte": {key: UNKNOWN}} for key in keys)]
            made[f"t{number}"] = {"all": [{"m": {"$and": true}}]}
            made[f"p{number}"] = {"all": [{"m": {"$and": maybe}}]}
        for kind in sorted(self.shards):
            for name in (kind, f"{kind}u"):  # keeps a record that no rule matches; never fires
                made[f"r{name}"] = {"all": [{"m": {"k": name}}, {"x": {"k": "never"}}]}
        for number, name in enumerate(self.closing):
            made[name] = {"all": [{"m": {"z": number}}], "pri": LAST}
        return made

    def shape(self, kind: str, said: Sequence[str], always: Sequence[str]) -> Shape:
        """Conjuncts as facts: by shard, whole rules in each, and no more than one fact may have."""
        places = self.places[kind]
        rules: dict[
            tuple[str, int], list[tuple[str, int]]
        ] = {}  # by shard and rule: conjunct, and its place if it is said
        for place, name in [*enumerate(said), *((-1, name) for name in always)]:
            if name not in places:
                raise RulesetFault(f"no rule of the kind {kind} has the conjunct {name}")
            rules.setdefault((places[name].shard, places[name].rule), []).append((name, place))
        facts: list[_FactShape] = []
        together: list[list[tuple[str, int]]] = []
        shard = ""
        for (of, _), parts in sorted(rules.items()):
            if together and (of != shard or sum(map(len, together)) + len(parts) > KEYS):
                facts.append(self._fact_shape(places, shard, together))
                together = []
            shard = of
            together.append(parts)
        if together:
            facts.append(self._fact_shape(places, shard, together))
        return Shape(kind, tuple(facts))

    @staticmethod
    def _fact_shape(places: dict[str, _Place], shard: str, rules: list[list[tuple[str, int]]]) -> _FactShape:
        """Whole rules as one fact: only their groups are looked at."""
        parts = [(places[name], place) for rule in rules for name, place in rule]
        always = "".join(f',"{group}":1' for group in sorted({where.group for where, _ in parts} - {""}))
        always += "".join(f',"{where.key}":{TRUE}' for where, place in parts if place < 0)
        may = tuple(
            (place, {0: "", **{value: f',"{where.key}":{value}' for value in (UNKNOWN, TRUE)}})
            for where, place in parts
            if place >= 0
        )
        return _FactShape(shard, always, may, any(all(place < 0 for _, place in rule) for rule in rules))

    def run(self, kind: str, first: Sequence[Record], advance: Advance) -> tuple[str, Sequence[Record]] | None:
        """Run in the session; gives back records that belong to another bank, and their kind, or None at the end."""
        with self.lock:
            if engine is None or self.handle is None:
                raise RulesetFault("the ruleset is closed")
            if self.facts > KEPT:
                self._end()
            try:
                return self._run(self._put(kind, first), self.facts, advance)
            except BaseException:
                self._end()
                raise

    def _run(self, state: Any, before: int, advance: Advance) -> tuple[str, Sequence[Record]] | None:
        """Drive what has been asserted to its end, or to records of another bank."""
        assert engine is not None
        handle, proceed, names, numbers = self.handle, engine.complete_and_start_action, self.names, self.numbers
        found = engine.start_action_for_state(handle, state)
        message = found[1] if found else None
        fired: Fired = []
        possible: list[tuple[str, int]] = []
        while message:
            name = message[2 : message.index('"', 2)]
            closed = self.closing.get(name)
            if closed is None:
                start = message.index('"id":') + 5
                rule, number = names[int(name[1:])], numbers[int(message[start : message.index(",", start)]) - 1]
                if name[0] == "t":
                    fired.append((rule, number, True))
                else:
                    possible.append((rule, number))
                message = proceed(handle, state)
                continue
            if possible:
                fired += [(*one, False) for one in possible if (*one, True) not in fired]
            records = advance(closed, fired)
            kind = kind_of(records) if records is not None else ""
            if records is None or kind not in self.closers:
                if more := proceed(handle, state):
                    raise RulesetFault(f"durable_rules has more to fire after its end: {more}")
                return None if records is None else (kind, records)
            if self.facts - before > FACTS:
                raise RulesetFault(f"more than {FACTS} facts in one run: split the encounter")
            self._put(kind, records)
            fired, possible = [], []
            message = proceed(handle, state)
        return None

    def _put(self, kind: str, records: Sequence[Record]) -> Any:
        """Assert records, the last of them closing their kind; gives back where the session's state is."""
        assert engine is not None
        head, at, numbers = f'{{"sid":"{self.sessions}","id":', self.facts, self.numbers
        texts: list[str] = []
        for shape, number, values in records:
            values = tuple(values)
            for told in shape.written.get(values) or shape.told(values):
                at += 1
                numbers.append(number)
                texts.append(f"{head}{at},{told}")
        if not texts:
            at += 1
            numbers.append(0)
            texts.append(f'{head}{at},"k":"none"')
        self.facts = at
        try:
            code, state = engine.assert_facts(self.handle, f'[{"},".join(texts)},"z":{self.closers[kind]}}}]')
        except Exception as error:
            raise RulesetFault(f"durable_rules refused the records of {kind}: {error}") from error
        if code:
            raise RulesetFault(f"durable_rules refused the records of {kind}: code {code}")
        self.live = True
        return state

    def _end(self) -> None:
        """End the session. One in which nothing has matched may not be deleted (that would crash), and its name is not used again."""
        if engine is not None and self.live:
            engine.delete_state(self.handle, str(self.sessions))
        self.sessions += 1
        self.facts, self.live = 0, False
        self.numbers.clear()

    def close(self) -> None:
        """Free the ruleset."""
        with self.lock:
            if engine is not None and self.handle is not None:
                self._end()
                engine.delete_ruleset(self.handle)
                self.handle = None
