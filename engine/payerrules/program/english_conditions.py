"""Conditions as English, so that an analyst can hold them against a manual."""

from __future__ import annotations

from typing import Final

from payerrules.language.expression import (
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
from payerrules.model.values import NONE
from payerrules.program.english_terms import (
    PLAIN,
    Voice,
    fact_text,
    members_text,
    one_of,
    owner_text,
    part_text,
    set_text,
    single,
    term_text,
)
from payerrules.program.reads import shown

VERBS: Final = {"eq": "is", "gt": "is above", "ge": "is at least", "lt": "is below", "le": "is at most"}
CONTRARY: Final = {"eq": "is not", "gt": "is at most", "ge": "is below", "lt": "is at least", "le": "is above"}
DATE_VERBS: Final = {
    "eq": "is", "gt": "is after", "ge": "is on or after", "lt": "is before", "le": "is on or before",
}  # fmt: skip
DATE_CONTRARY: Final = {
    "eq": "is not", "gt": "is on or before", "ge": "is before", "lt": "is on or after", "le": "is after",
}  # fmt: skip
THINGS: Final = {
    "line": "other line of the claim",
    "service": "other service (of the claim or the history)",
    "authorization": "authorization",
    "other_payer": "other payer",
    "diagnosis": "diagnosis",
}
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
            return compare_text(left, op, right, negated, voice)
        case Member(left, members):
            return f"{term_text(left, voice)} {'is not' if negated else 'is'} {one_of(members)}"
        case MemberOf(left, fact):
            return f"{term_text(left, voice)} {'is not' if negated else 'is'} among {fact_text(fact, voice)}"
        case StartsWith(left, prefix):
            return f"{term_text(left, voice)} {'does not begin' if negated else 'begins'} with {prefix}"
        case SetTest():
            return set_test_text(condition, negated, voice)
        case CountOf(fact, members, op, number):
            verb = (CONTRARY if negated else VERBS)[op]
            return f"the number of codes of {set_text(members)} among {fact_text(fact, voice)} {verb} {number}"
        case Present(fact):
            return present_text(fact, negated, voice)
        case Held(fact):
            verb = "does not hold" if negated else "holds"
            return f"{owner_text(fact, voice)} {verb} “{part_text(fact, voice)}”"
        case Given(fact):
            return f"the encounter itself {'does not give' if negated else 'gives'} {fact_text(fact, voice)}"
        case Exists(over, where):
            such = f"{thing(over)} where {condition_text(where, False, voice.looking_at(over))}"
            return f"there is no {such}" if negated else f"there is {article(such)} {such}"
        case Count(over, where, op, number):
            verb = (CONTRARY if negated else VERBS)[op]
            such = f"{thing(over, several=True)} where {condition_text(where, False, voice.looking_at(over))}"
            return f"the number of {such} {verb} {term_text(number, voice)}"


def thing(over: str, several: bool = False) -> str:
    """What is looked at beside the line."""
    text = THINGS.get(over, over.replace("_", " "))
    if not several:
        return text
    head, mark, rest = text.partition(" of the claim") if text.endswith("claim") else text.partition(" (")
    return {"diagnosis": "diagnoses"}.get(head, f"{head}s") + mark + rest


def joined(parts: tuple[Condition, ...], word: str, negated: bool, voice: Voice) -> str:
    """Several conditions with `and` or `or` between them; one that is itself of several stands in brackets."""
    if not parts:
        return condition_text(Constant(TRUE if word == "and" else 0), False, voice)
    if len(parts) == 1:
        return condition_text(parts[0], negated, voice)
    return f" {word} ".join(inner(part, negated, voice) for part in parts)


def inner(part: Condition, negated: bool, voice: Voice) -> str:
    """A condition inside another: in brackets where it could be read together with its neighbours."""
    text = condition_text(part, negated, voice)
    bare = part
    while isinstance(bare, Not) or (isinstance(bare, All | Any) and len(bare.parts) == 1):
        bare = bare.part if isinstance(bare, Not) else bare.parts[0]
    return f"({text})" if isinstance(bare, All | Any | Exists | Count) else text


def when_text(condition: Condition, voice: Voice = PLAIN) -> str:
    """The condition of a rule, with a last contrary as `unless`: "the line has GX, unless the line has GY"."""
    if isinstance(condition, All) and len(condition.parts) > 1:
        *first, last = condition.parts
        if isinstance(last, Not) and not isinstance(last.part, Present | Held | Given | Not):
            return f"{joined(tuple(first), 'and', False, voice)}, unless {condition_text(last.part, False, voice)}"
    return condition_text(condition, False, voice)


def article(text: str) -> str:
    """The article of a phrase; capitals are spelled out, so it is "an ABN" and "a KX pool".

    >>> article("ABN"), article("KX pool"), article("HPI"), article("unit"), article("order")
    ('an', 'a', 'an', 'a', 'an')
    """
    word = text.partition(" ")[0]
    spelled = word.isupper()
    vowels = "AEFHILMNORSX" if spelled else "aeioAEIO"
    return "an" if word[:1] in vowels or (not spelled and word[:2] == "un" and word[:3] != "uni") else "a"


def set_test_text(test: SetTest, negated: bool, voice: Voice) -> str:
    """A test of a set of codes; of the modifiers it is said that the line has them."""
    fact, members = test.fact, test.members
    every = test.mode == "has_all" and not single(members)
    if fact.name == ON_LINE:
        owner = owner_text(fact, voice)
        if every:
            return f"{owner} {'does not have' if negated else 'has'} all of {set_text(members)}"
        if negated:
            return f"{owner} has {'no ' + members_text(members) if single(members) else 'none of ' + set_text(members)}"
        return f"{owner} has {one_of(members)}"
    name = fact_text(fact, voice)
    if every:
        return f"{name} {'do not include' if negated else 'include'} all of {set_text(members)}"
    if negated and not single(members):
        return f"{name} include none of {set_text(members)}"
    return f"{name} {'do not include' if negated else 'include'} {one_of(members)}"


def present_text(fact: Fact, negated: bool, voice: Voice) -> str:
    """That a fact has a value; known to be none, and not said, both mean that it has none."""
    if "@" in fact.name or "." not in fact.name or fact.name == "diagnosis.code":
        return f"{fact_text(fact, voice)} {'has no value' if negated else 'has a value'}"
    owner, part = owner_text(fact, voice), part_text(fact, voice)
    if fact.type.kind == "yes/no":
        return f"{owner} has {'no answer' if negated else 'an answer'} on “{yes_no_name(fact, voice)}”"
    if negated:
        return f"{owner} has no known {part}"
    return f"{owner} has {part}" if fact.type.kind == "codes" else f"{owner} has {article(part)} {part}"


def yes_no_name(fact: Fact, voice: Voice) -> str:
    """What a yes/no fact is about, without the `is` in front."""
    return part_text(fact, voice).removeprefix("is ")


def yes_no_text(fact: Fact, said: bool, voice: Voice) -> str:
    """A yes/no fact that is yes, or no."""
    entity, _, rest = shown(fact.name).partition(".")
    owner = owner_text(fact, voice)
    if "@" in fact.name and entity == "limit":
        limit, _, part = rest.partition(".")
        verb = "counts" if part == "counts" else "applies to"
        plain = "does not count" if part == "counts" else "does not apply to"
        return f"the limit `{limit}` {verb if said else plain} the line"
    if "@" in fact.name or not rest:
        return f"{fact_text(fact, voice)} is {'yes' if said else 'no'}"
    if rest == "stands":
        return f"{owner} {'still stands' if said else 'no longer stands'}"
    if rest.startswith("is_"):
        return f"{owner} {'counts' if said else 'does not count'} as {yes_no_name(fact, voice)}"
    if entity == "documentation":
        return f"{owner} says {'yes' if said else 'no'} to “{part_text(fact, voice)}”"
    return f"“{part_text(fact, voice)}” is {'yes' if said else 'no'} for {owner}"


def compare_text(left: Term, op: str, right: Term, negated: bool, voice: Voice = PLAIN) -> str:
    """A comparison in words; dates are before and after, a yes/no fact is said to hold or not."""
    kind = "date" if isinstance(left, Shift) else left.type.kind
    if op == "eq" and isinstance(left, Fact) and isinstance(right, Literal) and isinstance(right.value, bool):
        return yes_no_text(left, right.value != negated, voice)
    if op == "eq" and isinstance(right, Literal) and right.value is NONE:
        return f"{term_text(left, voice)} {'is known not to be none' if negated else 'is known to be none'}"
    verbs = (DATE_CONTRARY if negated else DATE_VERBS) if kind == "date" else (CONTRARY if negated else VERBS)
    return f"{term_text(left, voice)} {verbs[op]} {term_text(right, voice)}"
