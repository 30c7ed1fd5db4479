"""Reasons: why a rule fired, why not, and what it lacked. One renderer, over the facts that were kept, for all runtimes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from payerrules.language.expression import (
    FALSE,
    TRUE,
    UNKNOWN,
    All,
    Any,
    Because,
    Compare,
    Condition,
    Constant,
    Count,
    CountOf,
    Exists,
    Fact,
    Given,
    Held,
    Literal,
    Member,
    MemberOf,
    Not,
    Present,
    SetTest,
    Shift,
    StartsWith,
    Term,
)
from payerrules.limits.authorizations import ASKED
from payerrules.model.values import NONE, FactType, show
from payerrules.program.evaluate import COLLECTIONS, View, reading
from payerrules.program.reads import facts_in, leaves_in
from payerrules.program.reads import shown as plain_name
from payerrules.runtimes.closures import truth_of
from payerrules.runtimes.conclusions import Verdict

WORDS = {"eq": "", "gt": "above", "ge": "at least", "lt": "below", "le": "at most"}
DATE_WORDS = {"eq": "", "gt": "after", "ge": "on or after", "lt": "before", "le": "on or before"}
OPPOSITE = {"gt": "le", "ge": "lt", "lt": "ge", "le": "gt"}
TESTS = 50_000  # whose facts are remembered
REASONS = 10_000  # that are remembered
NOTHING: View = {"@given": frozenset()}
LISTS = {"other_payer": frozenset({"coverage.other_payers"})}
"""The lists that conditions look through and that may be presumed, by what is in them."""
Key: TypeAlias = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Leaf:
    """A single test that decided, its value, and whether the rule wanted the contrary of it."""

    condition: Condition
    value: int
    negated: bool
    because: str = ""


@dataclass(slots=True)
class Reason:
    """What was read, which lists were looked through, what was missing, and the sentences that say why."""

    read: dict[str, str] = field(default_factory=dict)
    looked: set[str] = field(default_factory=set)
    missing: list[str] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)


def why(verdict: Verdict) -> Reason:
    """The reason of a verdict: the smallest part of its condition that decided it."""
    return reason_of(verdict.rule.when, verdict.view, verdict.scopes)


def reason_of(condition: Condition, view: View, scopes: Mapping[str, View]) -> Reason:
    """The reason why a condition is what it is. It is remembered by the values that it rests on: do not change it."""
    key = values_of(condition, view, scopes)
    known = None if key is None else _REASONS.get(key)
    if known is not None:
        return known[1]
    found = truth_of(condition)(view, scopes)
    reason = Reason()
    for leaf in decisive(condition, found, view, scopes):
        for fact in read_by(leaf.condition):
            if not fact.scope or fact.scope in scopes:
                reason.read[shown(fact)] = told(fact, view, scopes)
        if isinstance(leaf.condition, Exists | Count) and leaf.value != UNKNOWN:
            reason.looked |= LISTS.get(leaf.condition.over, frozenset())
        if leaf.value == UNKNOWN:
            reason.missing += [name for name in lacks(leaf.condition, view, scopes) if name not in reason.missing]
        sentence = sentence_of(leaf, view, scopes)
        if sentence not in reason.sentences:
            reason.sentences.append(sentence)
    if key is not None and found != UNKNOWN:  # what is missing does not follow from the values alone
        if len(_REASONS) >= REASONS:
            _REASONS.clear()
        _REASONS[key] = condition, reason
    return reason


_REASONS: dict[Key, tuple[Condition, Reason]] = {}
"""Reasons by the identity of the condition (which is kept, so that it stays its own) and the values it read."""


def values_of(condition: Condition, view: View, scopes: Mapping[str, View]) -> Key | None:
    """A condition and all that its reason rests on; None where that is more than the values of facts."""
    facts, given, plain = _tested(condition)
    if not plain:
        return None
    values = [(scopes.get(fact.scope, NOTHING) if fact.scope else view).get(fact.name) for fact in facts]
    if given:
        values += [fact.name in (scopes.get(fact.scope, NOTHING) if fact.scope else view)["@given"] for fact in given]
    key = (id(condition), view.get("@derived"), *scopes, *values)
    try:
        hash(key)
    except TypeError:
        return None
    return key


def decisive(
    condition: Condition,
    found: int,
    view: View,
    scopes: Mapping[str, View],
    negated: bool = False,
    because: str = "",
) -> Iterator[Leaf]:
    """The single tests that decide a condition, which was `found`: of a false `all` the first false one, of a true `any` the first true one."""
    match condition:
        case All(parts) | Any(parts):
            alone = FALSE if isinstance(condition, All) else TRUE
            for part in parts:
                value = truth_of(part)(view, scopes)
                if value == found:
                    yield from decisive(part, value, view, scopes, negated, because)
                    if found == alone:
                        return
        case Not(part):
            yield from decisive(part, TRUE - found, view, scopes, not negated, because)
        case Because(text, part):
            yield from decisive(part, found, view, scopes, negated, text)
        case Constant():
            return
        case _:
            yield Leaf(condition, found, negated, because)


_TESTED: dict[int, tuple[Condition, tuple[tuple[Fact, ...], tuple[Fact, ...], bool]]] = {}
"""By the identity of a condition (which is kept, so that it stays its own): what it reads."""


def _tested(condition: Condition) -> tuple[tuple[Fact, ...], tuple[Fact, ...], bool]:
    """The facts that a condition reads, each once; those of which it asks whether they were given; whether it looks at no other thing."""
    known = _TESTED.get(id(condition))
    if known is None:
        if len(_TESTED) >= TESTS:
            _TESTED.clear()
        inside = list(leaves_in(condition))
        given = tuple(dict.fromkeys(test.fact for test in inside if isinstance(test, Given)))
        plain = not any(isinstance(test, Exists | Count) for test in inside)
        known = _TESTED[id(condition)] = condition, (tuple(dict.fromkeys(facts_in(condition))), given, plain)
    return known[1]


def read_by(condition: Condition) -> tuple[Fact, ...]:
    """The facts that a test reads, each once; found out once a test."""
    return _tested(condition)[0]


# --- what is missing ---------------------------------------------------------------------------------
def lacks(condition: Condition, view: View, scopes: Mapping[str, View]) -> list[str]:
    """What a test that is unknown would need, by the names of given facts."""
    if isinstance(condition, Exists | Count):
        key, _ = COLLECTIONS[condition.over]
        found = view.get(key)
        if found is None:
            return [{"@authorizations": "coverage.authorizations", "@diagnoses": "diagnoses"}.get(key, key.strip("@"))]
        if any("@many" in other for other in found):
            return ["history"]
    names: list[str] = []
    for fact in read_by(condition):
        names += missing(fact, view, scopes, set())
    return list(dict.fromkeys(names)) or [shown(fact) for fact in read_by(condition)][:1]


def missing(fact: Fact, view: View, scopes: Mapping[str, View], seen: set[str]) -> list[str]:
    """What a fact that is unknown would need: itself where it is given, what it is made from where it is derived."""
    where = scopes.get(fact.scope, {}) if fact.scope else view
    value = where.get(fact.name)
    deeper = where.get("@lacks", {}).get(fact.name)
    if fact.name.startswith("limit.") and not deeper:
        return limit_lacks(fact, where) if value is None or isinstance(value, tuple) else []
    if value is not None or fact.name in seen:
        return []
    seen.add(fact.name)
    if fact.name in where.get("@why", {}):
        return [where["@why"][fact.name]]
    if fact.name in ASKED:
        return authorization_lacks(where)
    if deeper:
        found = [n for name in deeper for n in missing(Fact(name, fact.type, fact.scope), view, scopes, seen)]
        return list(dict.fromkeys(found)) or [shown(fact)]
    return [shown(fact)]


def authorization_lacks(view: View) -> list[str]:
    """What it would take to know whether an authorization covers a line: the authorizations, or what is used of them."""
    return ["coverage.authorizations" if view.get("@authorizations") is None else "authorization.used"]


def limit_lacks(fact: Fact, view: View) -> list[str]:
    """What the bounds of a limit would need to be exact."""
    key = fact.name.rpartition(".")[0]
    found = []
    before, this = view.get(f"{key}.before"), view.get(f"{key}.this")
    if not isinstance(before, tuple) or before[0] != before[1]:
        found.append(view.get("@why", {}).get(f"{key}.before", "history"))
    if isinstance(this, tuple) and this[0] != this[1]:
        found.append("line.allowed")
    return found


# --- words --------------------------------------------------------------------------------------------
def shown(fact: Fact) -> str:
    """A fact's name as the analyst wrote it."""
    name = plain_name(fact.name)
    if fact.scope == "other":
        return f"other.{name.removeprefix('line.')}"
    if fact.scope in ("diagnosis", "other_diagnosis"):
        return fact.scope if name == "diagnosis.code" else f"{fact.scope}.{name.partition('.')[2]}"
    return name


def told(fact: Fact, view: View, scopes: Mapping[str, View]) -> str:
    """The value of a fact, as a person reads it; bounds say at least and at most."""
    return shown_value((scopes.get(fact.scope, {}) if fact.scope else view).get(fact.name), fact.type)


def shown_value(value: object, kind: FactType) -> str:
    """A value, or bounds, as a person reads them."""
    if isinstance(value, tuple):
        low, high = value
        if low == high:
            return show(low, kind)
        least = f"at least {show(low, kind)}"
        return least if high is None else f"{least}, at most {show(high, kind)}"
    if value is NONE:
        return "none"
    return show(value, kind)  # type: ignore[arg-type]  # a view holds values of the types its facts declare


def term_text(term: Term, view: View, scopes: Mapping[str, View]) -> str:
    """A term, with its value where it is no literal."""
    match term:
        case Literal(value, kind):
            return show(value, kind)
        case Fact():
            return f"{shown(term)} ({told(term, view, scopes)})"
        case Shift(base, count, unit, by):
            found = reading(term, view, scopes)
            day = shown_value(found, FactType("date"))
            many = abs(count) if by is None else term_text(by, view, scopes)
            return f"{many} {unit.replace('_', ' ')} {'after' if count >= 0 else 'before'} {term_text(base, view, scopes)} ({day})"
        case _:
            return shown_value(reading(term, view, scopes), term.type)


def sentence_of(leaf: Leaf, view: View, scopes: Mapping[str, View]) -> str:
    """One test as a sentence: what was read and what was wanted; unknown: what nobody said."""
    holds = leaf.value == TRUE
    text = tested(leaf.condition, view, scopes, holds)
    if leaf.value == UNKNOWN:
        text = f"not known: {', '.join(lacks(leaf.condition, view, scopes))}"
    return f"{text} ({leaf.because})" if leaf.because else text


def members_text(codes: frozenset[str], name: str) -> str:
    """A set in words: by its name, else its first members."""
    if name:
        return f"one of {name}"
    listed = sorted(codes)
    more = f" and {len(listed) - 6} more" if len(listed) > 6 else ""
    return f"{'one of ' if len(listed) != 1 else ''}{', '.join(listed[:6])}{more}"


def number_word(op: str, holds: bool) -> str:
    """How a number compares, as it came out."""
    if op == "eq":
        return "is" if holds else "is not"
    return f"is {WORDS[op if holds else OPPOSITE[op]]}"


def compared(fact: Fact, op: str, right: Term, view: View, scopes: Mapping[str, View], holds: bool) -> str:
    """A comparison in words: the fact, what was read, and what it was held against."""
    value, wanted = told(fact, view, scopes), term_text(right, view, scopes)
    if fact.name.startswith("limit.") and fact.name.endswith(".applies"):
        return f"{shown(fact).removesuffix('.applies')} {'counts' if holds == (wanted == 'yes') else 'does not count'} this line"
    if op == "eq":
        same = wanted == value
        return f"{shown(fact)} is {value}" + ("" if holds and same else f", {'as' if holds else 'not'} {wanted}")
    words = DATE_WORDS if fact.type.kind == "date" else WORDS
    if value == "none":  # known to be none: there is nothing to compare
        return f"{shown(fact)} is none, not {words[op]} {wanted}"
    contrary = OPPOSITE[op]
    return f"{shown(fact)} is {value}, which is {words[op if holds else contrary]} {wanted}"


def tested(condition: Condition, view: View, scopes: Mapping[str, View], holds: bool) -> str:
    """A test in words, as it came out."""
    match condition:
        case Compare(Fact() as fact, op, right):
            return compared(fact, op, right, view, scopes, holds)
        case Member(Fact() as fact, members):
            text = members_text(members.codes, members.name)
            value = told(fact, view, scopes)
            more = "" if holds and text == value else f", {'which is' if holds else 'not'} {text}"
            return f"{shown(fact)} is {value}{more}"
        case MemberOf(Fact() as fact, codes):
            among = f"among {shown(codes)} ({told(codes, view, scopes)})"
            return f"{shown(fact)} is {told(fact, view, scopes)}, {'which is' if holds else 'not'} {among}"
        case StartsWith(Fact() as fact, prefix):
            begins = "begins" if holds else "does not begin"
            return f"{shown(fact)} is {told(fact, view, scopes)}, which {begins} with {prefix}"
        case SetTest(fact, mode, members):
            has = "has" if holds else "has not"
            every = "all of " if mode == "has_all" and len(members.codes) > 1 else ""
            return (
                f"{shown(fact)} ({told(fact, view, scopes)}) {has} {every}{members_text(members.codes, members.name)}"
            )
        case CountOf(fact, members, op, number):
            return f"the number of {members_text(members.codes, members.name)} in {shown(fact)} ({told(fact, view, scopes)}) {number_word(op, holds)} {number}"
        case Present(fact):
            return f"{shown(fact)} is {'there: ' + told(fact, view, scopes) if holds else 'not there'}"
        case Held(fact):
            return f"{shown(fact)} is {'there' if holds else 'not there'}"
        case Given(fact):
            given = f"{shown(fact)} was given: {told(fact, view, scopes)}"
            return given if holds else f"{shown(fact)} was not given"
        case Exists(over, _):
            return f"{'there is' if holds else 'there is no'} {'other ' if over in ('line', 'service') else ''}{over.replace('_', ' ')} that fits"
        case Count(over, _, op, number):
            return f"the number of {over.replace('_', ' ')}s that fit {number_word(op, holds)} {term_text(number, view, scopes)}"
        case _:
            return "the condition holds" if holds else "the condition does not hold"
