"""Facts, values, sets of codes and amounts as English: line.discipline is "the line's discipline"."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from payerrules.language.effect import Template
from payerrules.language.expression import ALWAYS, CodeSet, Fact, Literal, Reckoned, Shift, Term, Total
from payerrules.language.vocabulary import FactEntry, Vocabulary
from payerrules.model.values import NONE, FactType, MaybeValue, show
from payerrules.program.reads import shown

OWNERS: Final = {
    "documentation": "the record", "plan_of_care": "the plan of care", "hospice": "the hospice election",
    "other_payer": "the other payer", "spell_of_illness": "the spell of illness", "other_diagnosis": "the other diagnosis",
}  # fmt: skip
"""Entities whose own name would read badly; any other is "the" and its name."""
USE: Final = {
    "before": "what was used of the limit {} before the line",
    "this": "what the line uses of the limit {}",
    "after": "what is used of the limit {} once the line is counted",
    "remaining": "what was left of the limit {} before the line",
    "reached_on": "the day on which the limit {} was reached",
    "last_date": "the last day that the limit {} counted before the line",
    "free_on": "the first day on which the limit {} has room again",
}
CAPITALS: Final = re.compile(r"\b[A-Z]{2,6}\b")
NUMBER: Final = re.compile(r"(\D*)(\d+)(\D*)\Z")
SEVERAL: Final = (
    "modifiers", "diagnoses", "codes", "primaries", "authorizations", "other_payers", "paid_by_others", "units", "minutes",
    "visits", "units_payable", "units_from_minutes",
)  # fmt: skip
"""Parts of names that are plural."""


@dataclass(frozen=True, slots=True)
class Voice:
    """How facts are spoken of.

    `acronyms` are words that stand in capitals; `other` says what `other` is, line or service; `facts` are the entries of
    the vocabulary, whose own words come first; `values` are facts, by name, in whose place a value is said.
    """

    acronyms: frozenset[str] = frozenset()
    other: str = "line"
    facts: Mapping[str, FactEntry] = field(default_factory=dict, compare=False)
    values: Mapping[str, str] = field(default_factory=dict, compare=False)

    @classmethod
    def of(cls, vocabulary: Vocabulary) -> Voice:
        """The voice of a vocabulary: what it writes in capitals is an acronym."""
        found = {word.lower() for entry in vocabulary.facts.values() for word in CAPITALS.findall(entry.meaning)}
        return cls(frozenset(found), facts=vocabulary.facts)

    def looking_at(self, over: str) -> Voice:
        """The voice inside a look at other lines or services."""
        return replace(self, other=over) if over in ("line", "service") else self

    def words(self, name: str) -> str:
        """A part of a name as words; what has no vowel, or is known as an acronym, stands in capitals.

        >>> Voice(frozenset({"abn"})).words("kx_pool"), Voice(frozenset({"abn"})).words("abn.signed")
        ('KX pool', 'ABN signed')
        """
        found = name.replace(".", " ").replace("_", " ").split()
        return " ".join(w.upper() if w in self.acronyms or not set(w) & set("aeiouy0123456789") else w for w in found)

    def own(self, fact: Fact, key: str) -> str:
        """What the vocabulary itself says of a fact (`name`, `yes`, `no` or `none`), "" where it says nothing.

        Of another line or service it is said of "the other line".
        """
        entry = self.facts.get(fact.name)
        text = dict(entry.in_words).get(key, "") if entry is not None else ""
        if text and fact.scope:
            plain = owner_text(replace(fact, scope=""), self)
            text = text.replace(plain, owner_text(fact, self))
        return text


PLAIN: Final = Voice()


def owner_text(fact: Fact, voice: Voice = PLAIN) -> str:
    """The thing that a fact is about: "the line", "the other service", "the record"."""
    head = fact.name.partition(".")[0]
    if fact.scope == "other":
        return f"the other {voice.other}" + ("" if head == "line" else f"'s {voice.words(head)}")
    if fact.scope == "other_diagnosis":
        return OWNERS["other_diagnosis"]
    return OWNERS.get(head, f"the {voice.words(head)}")


def part_text(fact: Fact, voice: Voice = PLAIN) -> str:
    """What a fact says of its thing: "discipline", "KX pool"."""
    return voice.words(fact.name.partition(".")[2].removeprefix("is_"))


def several(fact: Fact) -> bool:
    """Whether the name of a fact is a plural: "the line's units are", "the line's diagnoses include"."""
    return fact.name.rpartition(".")[2] in SEVERAL


def fact_text(fact: Fact, voice: Voice = PLAIN) -> str:
    """A fact in words.

    >>> fact_text(Fact("line.discipline", FactType("code"))), fact_text(Fact("line.code", FactType("code"), "other"))
    ("the line's discipline", "the other line's code")
    """
    if fact.name in voice.values:
        return voice.values[fact.name]
    name = shown(fact.name)
    head, _, rest = name.partition(".")
    if head == "parameter":
        return f"the parameter `{rest}`"
    if "@" in fact.name and head == "limit":
        limit, _, part = rest.partition(".")
        if part.startswith("fits_"):
            return f"what still fits below the step `{part.removeprefix('fits_')}` of the limit `{limit}`"
        return USE.get(part, f"the {voice.words(part)} of the limit {{}}").format(f"`{limit}`")
    if own := voice.own(fact, "name"):
        return own
    if not rest or fact.name == "diagnosis.code":
        return owner_text(fact, voice)
    if fact.type.kind == "yes/no":
        said = voice.own(fact, "yes") or f"{owner_text(fact, voice)}: {part_text(fact, voice)}"
        return f"whether {said}"
    return f"{owner_text(fact, voice)}'s {part_text(fact, voice)}"


def quoted(template: Template, voice: Voice = PLAIN) -> str:
    """A text for people in quotation marks; a fact that it prints stands in square brackets.

    >>> quoted(Template("Take {modifier} off {line.code}", (("line.code", Fact("line.code", FactType("code"))),)))
    "“Take [modifier] off [the line's code]”"
    """
    text = template.text
    for name, fact in template.facts:
        text = text.replace(f"{{{name}}}", f"[{fact_text(fact, voice)}]")
    for word in ("modifier", "other_modifier"):
        text = text.replace(f"{{{word}}}", f"[{word.replace('_', ' ')}]")
    return f"“{text}”"


def ended(text: str) -> str:
    """A sentence with its full stop, which none has that ends in a question or remark of its own.

    >>> ended("It is so"), ended("Asked is: “Is it so?”")
    ('It is so.', 'Asked is: “Is it so?”')
    """
    return text if text.endswith((".", "?”", "!”", ".”")) else f"{text}."


def value_text(value: MaybeValue, kind: FactType) -> str:
    """A value in words; money with its sign.

    >>> value_text(248000, FactType("money", decimals=2))
    '$2,480.00'
    """
    if value is NONE:
        return "none"
    text = show(value, kind)
    if kind.kind == "money" and isinstance(value, int):
        whole, _, cents = text.lstrip("-").partition(".")
        return f"{'-' if value < 0 else ''}${int(whole):,}.{cents}"
    if kind.kind in ("number", "percent") and "." in text:
        return text.rstrip("0").rstrip(".")
    return text.replace("_", " ") if kind.words else text


def term_text(term: Term, voice: Voice = PLAIN) -> str:
    """A term in words.

    >>> term_text(Shift(Fact("line.date", FactType("date")), -1, "months"))
    "1 month before the line's date"
    """
    match term:
        case Fact():
            return fact_text(term, voice)
        case Literal(value, kind):
            return value_text(value, kind)
        case Shift(base, count, unit, by):
            side = "after" if count > 0 else "before"
            span = (
                span_words(abs(count), unit)
                if by is None
                else f"as many {unit.replace('_', ' ')} as {term_text(by, voice)}"
            )
            return f"{span} {side} {term_text(base, voice)}" if count else term_text(base, voice)
        case Reckoned(word, terms, _):
            return amount_text(word, terms, voice)
        case Total():
            return total_text(term, voice)


def total_text(total: Total, voice: Voice) -> str:
    """A sum over other things in words."""
    from payerrules.program.english_conditions import (
        THINGS,
        condition_text,
    )  # conditions are said of terms, and a sum of one

    inner = voice.looking_at(total.over)
    said = f"the sum of {term_text(total.of, inner)} over all {THINGS[total.over][1]}"
    return said if total.where == ALWAYS else f"{said} where {condition_text(total.where, False, inner)}"


def span_words(count: int, unit: str) -> str:
    """A number of days or months: "30 days", "1 month", "10 working days"."""
    words = unit.replace("_", " ")
    return f"{count} {words if count != 1 else words.removesuffix('s')}"


def amount_text(word: str, terms: tuple[Term, ...], voice: Voice = PLAIN) -> str:
    """An amount made of amounts; one inside another stands in brackets."""
    parts = [
        f"({term_text(one, voice)})" if isinstance(one, Reckoned | Total) and word != "round" else term_text(one, voice)
        for one in terms
    ]
    match word:
        case "plus" | "times":
            return f" {word} ".join(parts)
        case "minus":
            return " less ".join(parts)
        case "percent":
            return f"{parts[0]} percent of {parts[-1]}"
        case "round":
            return f"{parts[0]}, rounded to the cent, half up"
        case _:
            return f"the {'smallest' if word == 'least_of' else 'largest'} of {listed(parts)}"


def listed(parts: list[str], word: str = "and") -> str:
    """Several things in one phrase.

    >>> listed(["GA", "GY", "GZ"], "or")
    'GA, GY or GZ'
    """
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} {word} {parts[-1]}" if parts else "nothing"


# --- sets of codes ---------------------------------------------------------------------------------
def code_order(code: str) -> tuple[str, int, str]:
    """The order in which codes are listed: 9 before 10, letters by the alphabet."""
    found = NUMBER.match(code)
    return (found[1], int(found[2]), found[3]) if found else (code, -1, "")


def codes_text(codes: Iterable[str]) -> str:
    """Codes in order; three or more in a row as a range.

    >>> codes_text(["92523", "92521", "92522", "GN"])
    '92521-92523, GN'
    """
    rows: list[list[str]] = []
    for code in sorted(codes, key=code_order):
        last = code_order(rows[-1][-1]) if rows else None
        head, number, tail = code_order(code)
        follows = last is not None and last == (head, number - 1, tail) and len(rows[-1][-1]) == len(code)
        if follows and number > 0:
            rows[-1].append(code)
        else:
            rows.append([code])
    parts = [[f"{row[0]}-{row[-1]}"] if len(row) > 2 else row for row in rows]
    return ", ".join(part for row in parts for part in row)


def members_text(codes: CodeSet) -> str:
    """The members of a set, without its name: codes, prefixes, ranges, and what is left out."""
    stems = {prefix.rstrip(".") for prefix in codes.prefixes}
    plain = codes_text(code for code in codes.codes if code not in stems)
    parts = [plain] if plain else []
    parts += [f"{prefix}-" for prefix in sorted(codes.prefixes)]
    parts += [f"{low}-{high}" for low, high in sorted(codes.ranges)]
    text = ", ".join(parts) or "no code at all"
    return f"{text} (but not {set_text(codes.except_)})" if codes.except_ is not None else text


def single(codes: CodeSet) -> bool:
    """Whether a set is one code, written in place."""
    return len(codes.codes) == 1 and not (codes.prefixes or codes.ranges or codes.except_ or codes.name)


def plain(codes: CodeSet) -> bool:
    """Whether a set is a handful of codes, written in place, that can be told one by one."""
    return len(codes.codes) <= 6 and not (codes.prefixes or codes.ranges or codes.except_ or codes.name)


def set_text(codes: CodeSet) -> str:
    """A set by its name, else its members."""
    return f"`{codes.name}`" if codes.name else members_text(codes)


def choice(codes: CodeSet, word: str = "or") -> str:
    """Members of a set as a choice: "GN", "GO or GP", "one of `add_ons`"; with `and` all of them.

    >>> choice(CodeSet(frozenset({"GP", "GO"}))), choice(CodeSet(frozenset({"0770T"}), name="add_ons"))
    ('GO or GP', 'one of `add_ons`')
    """
    if plain(codes):
        return listed(sorted(codes.codes, key=code_order), word)
    if not codes.name and len(codes.prefixes) + len(codes.ranges) == 1 and "," not in members_text(codes):
        return members_text(codes)
    return f"{'one' if word == 'or' else 'all'} of {set_text(codes)}"


def none_of(codes: CodeSet) -> str:
    """No member of a set: "not GN" is said of one, else "neither GO nor GP", "none of `add_ons`".

    >>> none_of(CodeSet(frozenset({"GP", "GO"}))), none_of(CodeSet(frozenset({"GA", "GZ", "GY"})))
    ('neither GO nor GP', 'none of GA, GY, GZ')
    """
    if plain(codes) and len(codes.codes) == 2:
        return "neither {} nor {}".format(*sorted(codes.codes, key=code_order))
    return f"none of {set_text(codes)}"
