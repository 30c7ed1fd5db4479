"""Conditions and terms as English, so that an analyst can hold them against a manual."""

from __future__ import annotations

from payerrules.language.expression import (
    TRUE,
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
    Reckoned,
    SetTest,
    Shift,
    StartsWith,
    Term,
)
from payerrules.model.values import NONE, FactType, MaybeValue, show
from payerrules.program.reads import shown

VERBS = {"eq": "is", "gt": "is above", "ge": "is at least", "lt": "is below", "le": "is at most"}
CONTRARY = {"eq": "is not", "gt": "is at most", "ge": "is below", "lt": "is at least", "le": "is above"}
DATE_VERBS = {"eq": "is", "gt": "is after", "ge": "is on or after", "lt": "is before", "le": "is on or before"}
DATE_CONTRARY = {"eq": "is not", "gt": "is on or before", "ge": "is before", "lt": "is on or after", "le": "is after"}
OWNERS = {
    "line": "the line's", "patient": "the patient's", "provider": "the provider's", "documentation": "the record's",
    "plan_of_care": "the plan of care's", "coverage": "the coverage's", "hospice": "the hospice's", "claim": "the claim's",
    "payer": "the payer's", "authorization": "the authorization's", "other_payer": "the other payer's",
    "encounter": "the encounter's", "locality": "the locality's", "pair": "the pair's", "diagnosis": "the diagnosis'",
}  # fmt: skip
THINGS = {
    "line": "another line of the claim",
    "service": "another service, on the claim or in the history,",
    "authorization": "an authorization",
    "other_payer": "another payer",
    "diagnosis": "a diagnosis",
}


def fact_text(fact: Fact) -> str:
    """A fact in words: line.discipline is "the line's discipline"."""
    name = shown(fact.name).partition("@")[0]
    head, _, rest = name.partition(".")
    words = rest.replace("_", " ").replace(".", ", ")
    if fact.scope in ("diagnosis", "other_diagnosis"):
        return (
            "the later diagnosis"
            if fact.scope == "other_diagnosis"
            else "the diagnosis"
            if rest == "code"
            else f"the diagnosis' {words}"
        )
    if fact.scope == "other":
        return f"the other line's {words}" if rest else f"the other line's {name}"
    if head == "parameter":
        return f"the parameter {rest}"
    if head == "limit":
        limit, _, part = rest.partition(".")
        told = {
            "after": "used with this line",
            "before": "used before it",
            "this": "used by it",
            "remaining": "left of it",
        }
        return f"what is {told.get(part, part)} of the limit {limit}"
    if not rest:
        return f"the {name}"
    return f"{OWNERS.get(head, f'the {head}')} {words}"


def value_text(value: MaybeValue, kind: FactType) -> str:
    """A value in words; money with its sign."""
    if value is NONE:
        return "none"
    text = show(value, kind)
    if kind.kind == "money" and isinstance(value, int):
        whole, _, cents = text.partition(".")
        return f"${int(whole):,}.{cents}"
    return text


def term_text(term: Term) -> str:
    """A term in words."""
    match term:
        case Fact():
            return fact_text(term)
        case Literal(value, kind):
            return value_text(value, kind)
        case Shift(base, count, unit):
            side = "after" if count >= 0 else "before"
            return f"{abs(count)} {unit.replace('_', ' ')} {side} {term_text(base)}"
        case Reckoned(word, terms, _):
            parts = [term_text(one) for one in terms]
            match word:
                case "percent":
                    return f"{parts[0]} percent of {parts[1]}"
                case "plus" | "times":
                    return f" {word} ".join(parts)
                case "minus":
                    return " less ".join(parts)
                case "round":
                    return f"{parts[0]}, rounded to the cent"
                case _:
                    return f"the {'smallest' if word == 'least_of' else 'largest'} of {listed(parts)}"


def listed(parts: list[str], word: str = "and") -> str:
    """Several things in one phrase.

    >>> listed(["GA", "GY", "GZ"], "or")
    'GA, GY or GZ'
    """
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {word} {parts[-1]}" if parts else "nothing"


def set_text(codes: CodeSet) -> str:
    """A set by its name, else its members."""
    if codes.name:
        return f"the set {codes.name}"
    parts = sorted(code for code in codes.codes if not any(code == prefix.rstrip(".") for prefix in codes.prefixes))
    parts += [f"{prefix}-" for prefix in codes.prefixes] + [f"{low} to {high}" for low, high in codes.ranges]
    text = listed(parts, "or")
    return f"{text} (but not {set_text(codes.except_)})" if codes.except_ else text


def condition_text(condition: Condition, negated: bool = False) -> str:
    """A condition in words; negated says its contrary."""
    match condition:
        case Constant(value):
            return "always" if (value == TRUE) != negated else "never"
        case All(parts) | Any(parts):
            word = "and" if isinstance(condition, All) != negated else "or"
            inner = [condition_text(part, negated) for part in parts]
            return f" {word} ".join(
                f"({text})" if word == "and" and " or " in text and len(inner) > 1 else text for text in inner
            )
        case Not(part):
            return condition_text(part, not negated)
        case Because(text, part):
            return f"{condition_text(part, negated)} ({text})"
        case Compare(left, op, right):
            return compare_text(left, op, right, negated)
        case Member(left, members):
            return f"{term_text(left)} {'is not' if negated else 'is'} {'one of ' if members.name else ''}{set_text(members)}"
        case MemberOf(left, fact):
            return f"{term_text(left)} {'is not' if negated else 'is'} among {fact_text(fact)}"
        case StartsWith(left, prefix):
            return f"{term_text(left)} {'does not begin' if negated else 'begins'} with {prefix}"
        case SetTest(fact, mode, members):
            every = (
                "all of "
                if mode == "has_all" and len(members.codes) > 1
                else "one of "
                if members.name or len(members.codes) > 1
                else ""
            )
            return f"{fact_text(fact)} {'do not include' if negated else 'include'} {every}{set_text(members)}"
        case CountOf(fact, members, op, number):
            verb = (CONTRARY if negated else VERBS)[op]
            return f"the number of {set_text(members)} among {fact_text(fact)} {verb} {number}"
        case Present(fact) | Held(fact):
            return f"{fact_text(fact)} {'is not known' if negated else 'is known'}"
        case Given(fact):
            return f"the encounter {'does not say' if negated else 'says'} {fact_text(fact)}"
        case Exists(over, where):
            return f"there is {'no ' + THINGS[over].split(' ', 1)[1] if negated else THINGS[over]} for which {condition_text(where)}"
        case Count(over, where, op, number):
            verb = (CONTRARY if negated else VERBS)[op]
            return f"the number of such ({THINGS[over]} for which {condition_text(where)}) {verb} {term_text(number)}"


def compare_text(left: Term, op: str, right: Term, negated: bool) -> str:
    """A comparison in words; yes/no facts say holds or does not hold, dates before and after."""
    kind = "date" if isinstance(left, Shift) else left.type.kind
    if kind == "yes/no" and isinstance(right, Literal) and isinstance(right.value, bool):
        said = right.value != negated
        name = term_text(left)
        if isinstance(left, Fact) and left.name.endswith((".applies", ".counts")):
            limit = left.name.split(".")[1].partition("@")[0]
            return f"the limit {limit} {'counts' if said else 'does not count'} the line"
        if isinstance(left, Fact) and left.name.startswith("line.stands"):
            other = "the other line" if left.scope else "the line"
            return f"{other} {'still stands' if said else 'does not stand'}"
        return f"{name}: {'yes' if said else 'no'}"
    verbs = (DATE_CONTRARY if negated else DATE_VERBS) if kind == "date" else (CONTRARY if negated else VERBS)
    return f"{term_text(left)} {verbs[op]} {term_text(right)}"
