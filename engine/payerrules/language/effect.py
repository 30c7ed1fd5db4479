"""What a rule does, once it is read: hits that can harm a line, and effects that never do.

A harming effect is compiled to hits. A hit has a trigger; it strikes when the rule's condition and the trigger are both true,
and its Kleene value decides whether the line stands (design: hit = when and trigger).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypeAlias

from payerrules.language.expression import ALWAYS, Condition, Fact, Term


@dataclass(frozen=True, slots=True)
class Template:
    """A text for people with `{facts}` in it; `parts` alternates fixed texts and facts (or the words modifier, other_modifier)."""

    text: str
    facts: tuple[tuple[str, Fact], ...] = ()  # the name as written in braces, and the fact it prints


@dataclass(frozen=True, slots=True)
class Action:
    """Something a person is asked to do: `do` is one of request_authorization, attach_document, attest, verify_benefit, review."""

    do: str
    say: Template


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a hit makes of the line: kind is deny, return, pend or pay; the group code may be a fact."""

    kind: str
    group: Term | None = None
    carc: str = ""
    rarc: tuple[str, ...] = ()
    liable: str = ""  # patient | provider | "" (follows the group code)
    appealable: bool | None = None
    codes_source: str = ""  # source id the codes rest on; "" where the rule's own source says them
    say: Template | None = None  # what the decision remarks where it strikes


@dataclass(frozen=True, slots=True)
class Correction:
    """A change to the line that would lift the hit.

    add: the first of `choices` whose condition is true (its term gives the modifier); remove: those of `members` on the line;
    replace: pairs of `swaps`; cut: units down to `units`, and the minutes with them where `with_minutes`.
    `when` false: no correction; unknown: no correction, and the hit's ask.
    `only_proposed`: rests on an unverified source, so it is an action and never put on the claim.
    """

    kind: str  # add | remove | replace | cut
    when: Condition = ALWAYS
    choices: tuple[tuple[Term, Condition], ...] = ()
    members: frozenset[str] = frozenset()
    swaps: tuple[tuple[str, str], ...] = ()
    units: Term | None = None
    only_proposed: bool = False
    with_minutes: bool = False


@dataclass(frozen=True, slots=True)
class Hit:
    """A way in which a rule can harm a line."""

    trigger: Condition
    outcome: Outcome
    correction: Correction | None = None
    units: Term | None = (
        None  # limit_units, a split step: payable units; the line stands with fewer, 0 is the outcome itself
    )
    ask: Action | None = None
    say: Template | None = None
    word: str = ""  # the key the analyst wrote: require_modifier, deny ...
    position: tuple[int, ...] = ()  # modifier positions allowed (from 1), of require_modifier
    modifiers: frozenset[str] = frozenset()  # the modifiers it speaks of, for reasons and checks
    amount: Term | None = (
        None  # a split step of money: what still fits; the line stands with that, 0 is the outcome itself
    )


@dataclass(frozen=True, slots=True)
class Flag:
    """A stable identifier put on the line (or the encounter)."""

    flag: str
    say: Template | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """An action for a person, when the rule fires."""

    action: Action


@dataclass(frozen=True, slots=True)
class Say:
    """A remark put beside the rule in the decision."""

    say: Template


@dataclass(frozen=True, slots=True)
class Derive:
    """Sets a derived fact. A closed yes/no fact takes the value of the condition itself; of several writers the highest priority speaks first."""

    fact: Fact
    value: Term
    closed: bool = False
    otherwise: Term | None = None


@dataclass(frozen=True, slots=True)
class Price:
    """Sets the allowed amount from named parts, rounded half up to the cent per unit (then times payable units) or per line."""

    parts: tuple[tuple[str, Term], ...]
    round: str  # unit | line


@dataclass(frozen=True, slots=True)
class Reduce:
    """Takes a percentage off one part of the price, except for `spared` units of the line with the highest such part among those alike in `per`."""

    part: str
    percent: Term
    spared: int = 0
    with_highest: str = ""
    per: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Pay:
    """What this payer pays of the line (`payment`)."""

    amount: Term


@dataclass(frozen=True, slots=True)
class PatientShare:
    """What the patient owes of the line."""

    amount: Term


Effect: TypeAlias = Hit | Flag | Ask | Say | Derive | Price | Reduce | Pay | PatientShare

STRENGTH = {"pay": 0, "pend": 1, "deny": 2, "return": 3}
"""Outcomes from weak to strong; the strongest stands."""


@dataclass(frozen=True, slots=True)
class Source:
    """Whom a rule rests on: status is primary, contractor, secondary, inferred or unverified."""

    id: str
    title: str
    status: str
    url: str = ""
    checked: str = ""
    policy: str = ""
    note: str = field(default="", compare=False)
