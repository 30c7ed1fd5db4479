"""Conditions as English, so that an analyst can hold them against a manual."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from payerrules.language.expression import (
    TRUE,
    UNKNOWN,
    All,
    Any,
    Because,
    CodeSet,
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
from payerrules.model.values import NONE
from payerrules.program.english_terms import (
    PLAIN,
    Voice,
    choice,
    fact_text,
    listed,
    members_text,
    none_of,
    owner_text,
    part_text,
    set_text,
    several,
    single,
    span_words,
    term_text,
)
from payerrules.program.reads import shown

CONTRARIES: Final = {"eq": "ne", "ne": "eq", "gt": "le", "ge": "lt", "lt": "ge", "le": "gt"}
VERBS: Final = {
    "eq": "is", "ne": "is not", "gt": "is above", "ge": "is at least", "lt": "is below", "le": "is at most",
}  # fmt: skip
DATE_VERBS: Final = {
    "eq": "is", "ne": "is not", "gt": "is after", "ge": "is on or after", "lt": "is before", "le": "is on or before",
}  # fmt: skip
HOW_MANY: Final = {
    "eq": "exactly", "ne": "more or fewer than", "gt": "more than", "ge": "at least", "lt": "fewer than", "le": "at most",
}  # fmt: skip
THINGS: Final = {
    "line": ("another line of the claim", "other lines of the claim", "other line of the claim"),
    "service": (
        "another service, of the claim or the history,",
        "other services, of the claim or the history,",
        "other service, of the claim or the history,",
    ),
    "authorization": ("an authorization", "authorizations", "authorization"),
    "other_payer": ("another payer", "other payers", "other payer"),
    "diagnosis": ("a diagnosis", "diagnoses", "diagnosis"),
}
"""What is looked at beside the line: one, several, and one that is counted."""
ON_LINE: Final = "line.modifiers"


def condition_text(condition: Condition, negated: bool = False, voice: Voice = PLAIN) -> str:
    """A condition in words; negated says its contrary."""
    match condition:
        case Constant(value):
            return "nobody can know" if value == UNKNOWN else "always" if (value == TRUE) != negated else "never"
        case All(parts) | Any(parts):
            return joined(parts, "and" if isinstance(condition, All) != negated else "or", negated, voice)
        case Not(part):
            return condition_text(part, not negated, voice)
        case Because(text, part):
            return f"{inner(part, negated, voice)} (because: {text})"
        case Compare(left, op, right):
            return compare_text(left, CONTRARIES[op] if negated else op, right, voice)
        case Member(left, members):
            return member_text(left, members, negated, voice)
        case MemberOf(left, fact):
            return f"{term_text(left, voice)} is {'not ' if negated else ''}among {fact_text(fact, voice)}"
        case StartsWith(left, prefix):
            return f"{term_text(left, voice)} {'does not begin' if negated else 'begins'} with {prefix}"
        case SetTest():
            return set_test_text(condition, negated, voice)
        case CountOf(fact, members, op, number):
            how = HOW_MANY[CONTRARIES[op] if negated else op]
            verb = "has" if fact.name == ON_LINE else "include" if several(fact) else "includes"
            whose = owner_text(fact, voice) if fact.name == ON_LINE else fact_text(fact, voice)
            return f"{whose} {verb} {how} {number} of {set_text(members)}"
        case Present(fact):
            return present_text(fact, negated, voice)
        case Held(fact):
            return f"{fact_text(fact, voice)} is {'not ' if negated else ''}on file"
        case Given(fact):
            return f"the encounter itself {'does not give' if negated else 'gives'} {fact_text(fact, voice)}"
        case Exists(over, where):
            thing, things, _ = THINGS[over]
            such = f"there are no {things}" if negated else f"there is {thing}"
            return f"{such} where {condition_text(where, False, voice.looking_at(over))}"
        case Count(over, where, op, number):
            how = HOW_MANY[CONTRARIES[op] if negated else op]
            single = isinstance(number, Literal) and number.value == 1
            such = f"there {'is' if single else 'are'} {how} {term_text(number, voice)} {THINGS[over][1 + single]}"
            if single and how == HOW_MANY["lt"]:
                such = f"there is no {THINGS[over][2]}"
            return f"{such} where {condition_text(where, False, voice.looking_at(over))}"


# --- several conditions ----------------------------------------------------------------------------
def joined(parts: Sequence[Condition], word: str, negated: bool, voice: Voice) -> str:
    """Several conditions with `and` or `or` between them; one that is itself of several stands in brackets."""
    texts = conjuncts(parts, word, negated, voice)
    if len(texts) < 3:
        return f" {word} ".join(texts)
    return f"{', '.join(texts[:-1])}, {word} {texts[-1]}"


def conjuncts(parts: Sequence[Condition], word: str, negated: bool, voice: Voice) -> list[str]:
    """The conditions of several, each in words; those that are better said in one are said in one."""
    if not parts:
        return [condition_text(Constant(TRUE if word == "and" else 0), False, voice)]
    texts: list[str] = []
    rest = list(parts)
    while rest:
        said, taken = "", 1
        if not negated:
            said, taken = (span_text(rest, voice) if word == "and" else choice_text(rest, voice)) or ("", 1)
            if not said and word == "and":
                said, taken = alike_text(rest, voice)
        alone = taken == len(parts)
        texts.append(said or (condition_text if alone else inner)(rest[0], negated, voice))
        rest = rest[taken:]
    return texts


def inner(part: Condition, negated: bool, voice: Voice) -> str:
    """A condition inside another: in brackets where it could be read together with its neighbours."""
    text = condition_text(part, negated, voice)
    bare = part
    while isinstance(bare, Not) or (isinstance(bare, All | Any) and len(bare.parts) == 1):
        bare = bare.part if isinstance(bare, Not) else bare.parts[0]
    if isinstance(bare, All | Any):
        word = "and" if isinstance(bare, All) else "or"
        one = len(conjuncts(bare.parts, word, False, voice)) == 1 and not negated
        return text if one else f"({text})"
    return f"({text})" if isinstance(bare, Exists | Count) else text


def span_text(parts: Sequence[Condition], voice: Voice) -> tuple[str, int] | None:
    """Two comparisons that are the ends of one span: "is from 3 to 5", "is at most 30 days after the evaluation"."""
    match parts[:2]:
        case [Compare(left, "ge", low), Compare(other, "le", high)] if left == other:
            name = term_text(left, voice)
            match low, high:
                case Shift(base, count, unit), Shift(top, number, _) if base == top and count == -number:
                    return f"{name} is at most {span_words(number, unit)} before or after {term_text(base, voice)}", 2
                case _, Shift(base, count, unit) if base == low:
                    return (
                        f"{name} is at most {span_words(count, unit)} after {term_text(base, voice)}, and not before it",
                        2,
                    )
                case Shift(base, count, unit), _ if base == high:
                    return (
                        f"{name} is at most {span_words(-count, unit)} before {term_text(base, voice)}, and not after it",
                        2,
                    )
                case _:
                    return f"{name} is from {term_text(low, voice)} to {term_text(high, voice)}", 2
    return None


def choice_text(parts: Sequence[Condition], voice: Voice) -> tuple[str, int] | None:
    """Equalities of one fact with values, said as a choice: "the patient's age is 3, 4 or 5"."""
    first = parts[0]
    if not isinstance(first, Compare) or first.op != "eq" or first.left.__class__ is Shift:
        return None
    values: list[str] = []
    for part in parts:
        match part:
            case Compare(left, "eq", Literal(value, kind)) if left == first.left:
                if value is NONE or kind.kind == "yes/no":
                    break
                values.append(term_text(part.right, voice))
            case _:
                break
    return (f"{term_text(first.left, voice)} is {listed(values, 'or')}", len(values)) if len(values) > 1 else None


def alike_text(parts: Sequence[Condition], voice: Voice) -> tuple[str, int]:
    """Facts in which the other line is like this one: "the other line has the same date and provider"."""
    found: list[str] = []
    for part in parts:
        match part:
            case Compare(Fact() as left, "eq", Fact() as right) if same_part(left, right):
                found.append(part_text(left, voice) or left.name)
            case _:
                break
    return (f"the other {voice.other} has the same {listed(found)}", len(found)) if found else ("", 1)


def same_part(left: Fact, right: Fact) -> bool:
    """Whether two facts are the same of the other line and of this one."""
    one, two = left.name.removeprefix("line."), right.name.removeprefix("line.")
    return one == two and (left.scope, right.scope) == ("other", "") and left.type.kind != "yes/no"


def when_text(condition: Condition, voice: Voice = PLAIN) -> str:
    """The condition of a rule, with a last contrary as `unless`: "the line has GX, unless the line has GY"."""
    if isinstance(condition, All) and len(condition.parts) > 1:
        *first, last = condition.parts
        if isinstance(last, Not) and not isinstance(last.part, Present | Held | Given | Not):
            return f"{joined(first, 'and', False, voice)}, unless {condition_text(last.part, False, voice)}"
    return condition_text(condition, False, voice)


# --- single tests ----------------------------------------------------------------------------------
def article(text: str) -> str:
    """The article of a phrase; capitals are spelled out, so it is "an ABN" and "a KX pool".

    >>> article("ABN"), article("KX pool"), article("HPI"), article("unit"), article("order")
    ('an', 'a', 'an', 'a', 'an')
    """
    word = text.partition(" ")[0]
    spelled = word.isupper()
    vowels = "AEFHILMNORSX" if spelled else "aeioAEIO"
    return "an" if word[:1] in vowels or (not spelled and word[:2] == "un" and word[:3] != "uni") else "a"


def member_text(left: Term, members: CodeSet, negated: bool, voice: Voice) -> str:
    """That a fact is one of some codes: "is GO or GP", "is in `add_ons`"."""
    name = term_text(left, voice)
    if not isinstance(left, Shift) and left.type.words:
        members = replace(members, codes=frozenset(word.replace("_", " ") for word in members.codes))
    if members.name:
        return f"{name} is {'not ' if negated else ''}in `{members.name}`"
    if negated:
        return f"{name} is {'not ' + members_text(members) if single(members) else none_of(members)}"
    return f"{name} is {choice(members)}"


def set_test_text(test: SetTest, negated: bool, voice: Voice) -> str:
    """A test of a set of codes; of the modifiers it is said that the line has them."""
    fact, members = test.fact, test.members
    every = test.mode == "has_all" and not single(members)
    on_line = fact.name == ON_LINE
    name = owner_text(fact, voice) if on_line else fact_text(fact, voice)
    verb = "has" if on_line else "include" if several(fact) else "includes"
    if every:
        both = choice(members, "and")
        bare = {"has": "have", "include": "include", "includes": "include"}[verb]
        return (
            f"{name} {'do' if verb == 'include' else 'does'} not {bare} {both}" if negated else f"{name} {verb} {both}"
        )
    if negated:
        return f"{name} {verb} {'no ' + members_text(members) if single(members) else none_of(members)}"
    return f"{name} {verb} {choice(members)}"


def present_text(fact: Fact, negated: bool, voice: Voice) -> str:
    """That a fact has a value; known to be none, and not said, both mean that it has none."""
    if "@" in fact.name or "." not in fact.name or fact.name == "diagnosis.code":
        return f"{fact_text(fact, voice)} has {'no' if negated else 'a'} value"
    if fact.type.kind == "yes/no":
        if (none := voice.own(fact, "none")) and none == voice.own(fact, "no"):
            return none if negated else voice.own(fact, "yes")
        return f"it is {'not ' if negated else ''}known {fact_text(fact, voice)}"
    if voice.own(fact, "name"):
        return f"{fact_text(fact, voice)} is {'not known' if negated else 'known'}"
    owner, part = owner_text(fact, voice), part_text(fact, voice)
    if negated:
        return f"{owner} has no known {part}"
    return f"{owner} has {part}" if fact.type.kind == "codes" else f"{owner} has {article(part)} {part}"


def none_text(fact: Fact, negated: bool, voice: Voice) -> str:
    """That a fact is known to be none: "the line has no discipline", "the patient is not in hospice"."""
    owner, part = owner_text(fact, voice), part_text(fact, voice)
    if "@" in fact.name or "." not in fact.name or voice.own(fact, "name"):
        own = voice.own(fact, "none")
        if own and not negated:
            return own
        return f"{fact_text(fact, voice)} is {'not none' if negated else 'none'}"
    if negated:
        return f"{owner} has {article(part)} {part}"
    return voice.own(fact, "none") or f"{owner} has no {part}"


def yes_no_text(fact: Fact, said: bool, voice: Voice) -> str:
    """A yes/no fact that is yes, or no."""
    if own := voice.own(fact, "yes" if said else "no"):
        return own
    entity, _, rest = shown(fact.name).partition(".")
    owner, part = owner_text(fact, voice), part_text(fact, voice)
    if "@" in fact.name and entity == "limit":
        limit, _, name = rest.partition(".")
        verb, bare = ("counts", "count") if name == "counts" else ("applies to", "apply to")
        return f"the limit `{limit}` {verb if said else f'does not {bare}'} the line"
    if "@" in fact.name or not rest:
        return f"{fact_text(fact, voice)} is {'yes' if said else 'no'}"
    if rest.startswith("is_"):
        return f"{owner} {'counts' if said else 'does not count'} as {part}"
    return f"“{part}” is {'yes' if said else 'no'} for {owner}"


def compare_text(left: Term, op: str, right: Term, voice: Voice = PLAIN) -> str:
    """A comparison in words; dates are before and after, a yes/no fact is said to hold or not."""
    kind = "date" if isinstance(left, Shift) else left.type.kind
    if op in ("eq", "ne") and isinstance(left, Fact) and isinstance(right, Literal):
        if isinstance(right.value, bool):
            return yes_no_text(left, right.value == (op == "eq"), voice)
        if right.value is NONE:
            return none_text(left, op == "ne", voice)
    if op in ("eq", "ne") and isinstance(left, Fact) and isinstance(right, Fact) and same_part(left, right):
        whole = "." not in left.name  # the provider, the patient: a thing and not a part of one
        owner = f"the other {voice.other}" if whole else owner_text(left, voice)
        part = voice.words(left.name) if whole else part_text(left, voice)
        return f"{owner} has {'the same' if op == 'eq' else 'another'} {part}"
    verb = (DATE_VERBS if kind == "date" else VERBS)[op]
    if isinstance(left, Fact) and several(left):
        verb = verb.replace("is", "are", 1)
    said = term_text(right, voice)
    if isinstance(left, Fact) and left.name.startswith("parameter.") and not left.type.ordered:
        said = f"“{said}”"
    return f"{term_text(left, voice)} {verb} {said}"
