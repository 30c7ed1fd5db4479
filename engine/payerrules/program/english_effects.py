"""Effects as English: what is asked of the line, what it becomes where that is not so, what is corrected, who is asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Final

from payerrules.language.effect import (
    Action,
    Ask,
    Correction,
    Derive,
    Effect,
    Flag,
    Hit,
    Outcome,
    PatientShare,
    Pay,
    Price,
    Reduce,
    Say,
)
from payerrules.language.expression import ALWAYS, All, CodeSet, Compare, CountOf, Literal, Not, SetTest
from payerrules.program.english_conditions import condition_text
from payerrules.program.english_terms import (
    PLAIN,
    Voice,
    choice,
    ended,
    fact_text,
    listed,
    plain,
    quoted,
    set_text,
    term_text,
)

PAST: Final = {"deny": "denied", "return": "returned for correction", "pend": "held for a person", "pay": "paid"}
ASKS: Final = {
    "request_authorization": "to request an authorization",
    "attach_document": "to attach a document",
    "attest": "to attest",
    "verify_benefit": "to verify the benefit",
    "review": "to review",
}
ORDINALS: Final = ("first", "second", "third", "fourth")


@dataclass(frozen=True, slots=True)
class Told:
    """An effect in words.

    `clause` goes on after "When ..., "; `after` are the sentences that follow it; `kind` is deny, return, pend, require,
    flag, ask, fact or amount; `question` is what the effect itself asks of the line, as a clause that is true where it
    strikes ("the line carries GV"), and `outcome` what the line then is.
    """

    kind: str
    clause: str
    after: tuple[str, ...] = ()
    question: str = ""
    outcome: str = ""

    @property
    def text(self) -> str:
        """All of it, its first letter small."""
        return " ".join([ended(self.clause), *self.after])


# --- outcomes --------------------------------------------------------------------------------------
def codes_text(outcome: Outcome, voice: Voice = PLAIN) -> str:
    """The codes of an outcome: "CO 119, N362"; a group code that is a fact is named."""
    if outcome.group is None or isinstance(outcome.group, Literal):
        group = str(outcome.group.value) if isinstance(outcome.group, Literal) else ""
        first = " ".join(part for part in (group, outcome.carc) if part)
    else:
        first = f"CARC {outcome.carc}, its group code is {term_text(outcome.group, voice)}"
    return ", ".join(part for part in (first, *outcome.rarc) if part)


def outcome_text(outcome: Outcome, voice: Voice = PLAIN) -> str:
    """An outcome: "denied (CO 119, N362), and the provider owes it"."""
    codes = codes_text(outcome, voice)
    text = PAST[outcome.kind] + (f" ({codes})" if codes else "")
    if outcome.liable:
        text += f", and the {outcome.liable} owes the amount"
    if outcome.appealable is not None:
        text += ", open to appeal" if outcome.appealable else ", not open to appeal"
    return text


# --- effects ---------------------------------------------------------------------------------------
def told_effects(effects: Sequence[Effect], voice: Voice = PLAIN) -> list[Told]:
    """Effects in words; hits that the analyst wrote as one are told as one."""
    found: list[Told] = []
    for _, group in groupby(effects, key=together):
        some = list(group)
        first = some[0]
        if isinstance(first, Hit):
            found.append(told_hits([hit for hit in some if isinstance(hit, Hit)], voice))
        else:
            found += [told_effect(effect, voice) for effect in some if not isinstance(effect, Hit)]
    return found


def together(effect: Effect) -> object:
    """What effects that are told as one have in common: word, outcome, question and remark of hits on modifiers."""
    if not isinstance(effect, Hit):
        return type(effect).__name__
    if effect.word == "require_modifier":
        return effect.word, effect.modifiers
    if effect.word in ("forbid_together", "replace_modifier"):
        corrected = effect.correction is not None and effect.correction.kind == "replace"
        targets = (
            frozenset(new for _, new in effect.correction.swaps)
            if corrected and effect.correction
            else effect.correction
        )
        return effect.word, effect.outcome, effect.ask, effect.say, targets
    return id(effect)


def told_effect(effect: Effect, voice: Voice = PLAIN) -> Told:
    """One effect in words."""
    match effect:
        case Hit():
            return told_hits([effect], voice)
        case Flag(flag, say):
            return Told("flag", f"the line is flagged `{flag}`" + (f", {quoted(say, voice)}" if say else ""))
        case Ask(action):
            return Told("ask", asked(action, voice))
        case Say(say):
            return Told("flag", f"the decision remarks {quoted(say, voice)}")
        case Derive(fact, value, _, _):
            if isinstance(value, Literal) and isinstance(value.value, bool):
                return Told("fact", condition_text(Compare(fact, "eq", value), False, voice))
            return Told("fact", f"{fact_text(fact, voice)} is {term_text(value, voice)}")
        case Price(parts, rounding):
            sum_of = " plus ".join(
                term_text(term, voice) if len(parts) == 1 else f"{term_text(term, voice)} (`{name}`)"
                for name, term in parts
            )
            how = "each unit is" if rounding == "unit" else "the line is"
            return Told(
                "amount", f"the allowed amount is {sum_of}", (f"{how.capitalize()} rounded to the cent, half up.",)
            )
        case Reduce(part, percent, spared, highest, per):
            clause = f"{term_text(percent, voice)} percent is taken off the part `{part}` of the price"
            if spared:
                alike = listed([fact_text(fact, voice) for fact in per])
                units = f"{spared} unit{'s' * (spared != 1)}"
                clause += f", except for {units} of the line with the highest `{highest}` among lines alike in {alike}"
            return Told("amount", clause)
        case Pay(amount):
            return Told("amount", f"this payer pays {term_text(amount, voice)}")
        case PatientShare(amount):
            return Told("amount", f"the patient owes {term_text(amount, voice)}")


def told_hits(hits: Sequence[Hit], voice: Voice) -> Told:
    """Hits that were written as one: what is asked of the line, what follows where it is not so, correction and question."""
    first = hits[0]
    wanted, missing = wanted_text(hits, voice)
    after = list(missing)
    if first.correction is not None:
        after.append(correction_text(hits, voice))
    elif first.word == "limit_units":
        after.append("The corrected claim keeps the units as they were billed.")
    if first.ask is not None:
        known = first.correction is None
        after.append(f"{'A' if known else 'Where that cannot be told, a'} {asked(first.ask, voice)[2:]}")
    for say in (first.say, first.outcome.say):
        if say is not None:
            after.append(f"The decision remarks {quoted(say, voice)}")
    question = struck_text(first, wanted, voice)
    kind = first.outcome.kind if question or first.word in ("deny", "return", "pend") else "require"
    return Told(kind, wanted, tuple(map(ended, after)), question, outcome_text(first.outcome, voice))


def struck_text(hit: Hit, wanted: str, voice: Voice) -> str:
    """When an effect strikes, as a clause: the contrary of what it asks; "" for what has no question of its own."""
    match hit.word:
        case "forbid_modifiers" | "forbid_together":
            return wanted.replace("must not carry", "carries").replace(", nor ", ", or ")
        case "at_most_one_of":
            return wanted.replace("must carry no more than one of", "carries more than one of")
        case "replace_modifier":
            return f"the line carries {wanted.rpartition(' in place of ')[2]}"
        case "limit_units":
            return (
                f"the line bills more than {wanted.removeprefix('no more than ').rpartition(' unit')[0]} units".replace(
                    " 1 units", " 1 unit"
                )
            )
        case "require_authorization":
            return f"no {wanted.removeprefix('an ').replace(' must cover the line', ' covers the line')}"
        case "require_document":
            return wanted.replace(" must be on file", " is not on file")
        case "require_line":
            return condition_text(hit.trigger, False, voice)
        case _:
            return ""


def wanted_text(hits: Sequence[Hit], voice: Voice) -> tuple[str, list[str]]:
    """What hits ask of the line as a clause, and what the line is where it is not so."""
    first = hits[0]
    outcome = outcome_text(first.outcome, voice)
    match first.word:
        case "require_modifier":
            return required_text(hits, voice)
        case "forbid_modifiers":
            members = first.trigger.members if isinstance(first.trigger, SetTest) else CodeSet(first.modifiers)
            names = choice(members) if plain(members) else f"any of {set_text(members)}"
            return f"the line must not carry {names}", [f"If it does, it is {outcome}"]
        case "forbid_together":
            pairs = ", nor ".join(pair_text(hit) for hit in hits)
            return f"the line must not carry {pairs}", [f"If it does, it is {outcome}"]
        case "at_most_one_of":
            members = first.trigger.members if isinstance(first.trigger, CountOf) else CodeSet(first.modifiers)
            return f"the line must carry no more than one of {set_text(members)}", [f"With more, it is {outcome}"]
        case "replace_modifier":
            old = CodeSet(frozenset(o for hit in hits if hit.correction for o, _ in hit.correction.swaps))
            new = listed(sorted({n for hit in hits if hit.correction for _, n in hit.correction.swaps}), "or")
            return f"the line must carry {new} in place of {choice(old)}", [f"With {choice(old)}, it is {outcome}"]
        case "limit_units":
            most = term_text(first.units, voice) if first.units is not None else "0"
            clause = f"no more than {most} unit{'s' * (most != '1')} {'is' if most == '1' else 'are'} payable"
            return clause, [f"Units beyond that are {outcome}"]
        case "require_authorization":
            approved = "line.authorized" in str(first.trigger)
            clause = "an approved authorization" if approved else "an authorization, approved or at least requested,"
            return f"{clause} must cover the line", [f"If there is none, the line is {outcome}"]
        case "require_document":
            held = first.trigger.part if isinstance(first.trigger, Not) else first.trigger
            said = condition_text(held, False, voice).replace(" is on file", " must be on file")
            return said, [f"If it is not, the line is {outcome}"]
        case "require_line":
            exists = first.trigger.part if isinstance(first.trigger, Not) else first.trigger
            found = condition_text(exists, False, voice).removeprefix("there is ")
            return f"the line pays only beside {found}", [f"If there is none, it is {outcome}"]
        case _:
            where = "" if first.trigger == ALWAYS else f" where {condition_text(first.trigger, False, voice)}"
            part = first.units is not None or first.amount is not None
            beyond = "the part of the line that is beyond is" if part else "the line is"
            return f"{beyond} {outcome}{where}", []


def required_text(hits: Sequence[Hit], voice: Voice) -> tuple[str, list[str]]:
    """A modifier that is required, one of several, or at least one of several."""
    first, last = hits[0], hits[-1]
    test = first.trigger.part if isinstance(first.trigger, Not) else first.trigger
    members = test.members if isinstance(test, SetTest) else CodeSet(first.modifiers)
    exactly = isinstance(last.trigger, CountOf)
    if len(members.codes) == 1:
        names = set_text(replace(members, name=""))
    elif exactly:
        names = f"exactly one of {choice(members, 'and') if plain(members) else set_text(members)}"
    else:
        names = f"at least one of {choice(members, 'and') if plain(members) else set_text(members)}"
    place = ""
    if first.position:
        places = [ORDINALS[p - 1] if p <= len(ORDINALS) else f"{p}th" for p in first.position]
        place = f" as its {listed(places, 'or')} modifier"
    missing = outcome_text(first.outcome, voice)
    if not exactly:
        return f"the line must carry {names}{place}", [f"If it does not, it is {missing}"]
    if last.outcome == first.outcome:
        return f"the line must carry {names}{place}", [f"With none of them, or with several, it is {missing}"]
    several = outcome_text(last.outcome, voice)
    return f"the line must carry {names}{place}", [
        f"With none of them it is {missing}",
        f"With several it is {several}",
    ]


def pair_text(hit: Hit) -> str:
    """Two modifiers that contradict each other: "GN together with CO or CQ"."""
    sides = (
        [part.members for part in hit.trigger.parts if isinstance(part, SetTest)]
        if isinstance(hit.trigger, All)
        else []
    )
    return " together with ".join(choice(side) for side in sides) or choice(CodeSet(hit.modifiers))


def asked(action: Action, voice: Voice) -> str:
    """What a person is asked: "a person is asked to attest: ..."."""
    return f"a person is asked {ASKS[action.do]}: {quoted(action.say, voice)}"


def correction_text(hits: Sequence[Hit], voice: Voice) -> str:
    """When and how the line is corrected."""
    first = hits[0].correction or Correction("add")
    when = "" if first.when == ALWAYS else f", provided that {condition_text(first.when, False, voice)}"
    match first.kind:
        case "add":
            added = [
                term_text(term, voice) + ("" if cond == ALWAYS else f" where {condition_text(cond, False, voice)}")
                for term, cond in first.choices
            ]
            what = f"{', else '.join(added)}"
            if first.only_proposed:
                return f"No correction is made, as the choice rests on an unverified source; proposed is {what}{when}"
            return f"The correction adds {what}{when}"
        case "remove":
            return f"The correction takes {'them' if len(first.members) > 1 else 'it'} off{when}"
        case "replace":
            swaps = [swap for hit in hits if hit.correction for swap in hit.correction.swaps]
            new = {to for _, to in swaps}
            if len(new) == 1:
                return f"The correction puts {next(iter(new))} in its place{when}"
            return f"The correction puts {listed([f'{to} in the place of {old}' for old, to in swaps])}{when}"
        case _:
            fits = "" if hits[0].word == "limit_units" else " to what still fits"
            return f"The correction cuts the units{fits}{when}"


def effect_text(effect: Effect, voice: Voice = PLAIN) -> str:
    """One effect as a clause, without its full stop: "the line is flagged `late`"."""
    return told_effect(effect, voice).text.removesuffix(".")
