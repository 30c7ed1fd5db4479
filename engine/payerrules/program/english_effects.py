"""Effects as English: what follows for the line, what is corrected, and what a person is asked."""

from __future__ import annotations

from payerrules.language.effect import (
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
from payerrules.language.expression import ALWAYS, Compare, CountOf, Literal, Not
from payerrules.program.english_conditions import condition_text
from payerrules.program.english_terms import fact_text, listed, term_text

PAST = {"deny": "denied", "return": "returned", "pend": "held for a person", "pay": "paid"}


def outcome_text(outcome: Outcome) -> str:
    """An outcome: "denied, CO 119 with N362"."""
    group = (
        ""
        if outcome.group is None
        else str(outcome.group.value)
        if isinstance(outcome.group, Literal)
        else term_text(outcome.group)
    )
    codes = " ".join(part for part in (group, outcome.carc) if part)
    text = PAST[outcome.kind] + (f", {codes}" if codes else "")
    if outcome.rarc:
        text += f" with {listed(list(outcome.rarc))}"
    if outcome.liable:
        text += f", the {outcome.liable} owes"
    return text + (", open to appeal" if outcome.appealable else "")


def effect_text(effect: Effect) -> str:
    """What an effect does, as a clause."""
    match effect:
        case Hit():
            return hit_text(effect)
        case Flag(flag, say):
            return f"the flag {flag} is set" + (f' ("{say.text}")' if say else "")
        case Ask(action):
            return f'a person is asked ({action.do.replace("_", " ")}): "{action.say.text}"'
        case Say(say):
            return f'the decision remarks: "{say.text}"'
        case Derive(fact, value, closed, _):
            if closed:
                return f"{fact_text(fact)} is yes (and no where this does not hold)"
            return f"{fact_text(fact)} is {term_text(value)}"
        case Price(parts, rounding):
            named = [f"{name}: {term_text(term)}" for name, term in parts]
            return f"the allowed amount is {listed(named, 'plus')}, rounded for each {rounding}"
        case Reduce(part, percent, spared, highest, per):
            text = f"{term_text(percent)} percent is taken off the part {part}"
            if spared:
                alike = listed([fact_text(fact) for fact in per])
                text += (
                    f", except for {spared} unit of the line with the highest {highest} among those alike in {alike}"
                )
            return text
        case Pay(amount):
            return f"this payer pays {term_text(amount)}"
        case PatientShare(amount):
            return f"the patient owes {term_text(amount)}"


def hit_text(hit: Hit) -> str:
    """What a hit asks of the line and what follows where it is not so, with its correction and question."""
    names = (
        listed(sorted(hit.modifiers), "or")
        if len(hit.modifiers) <= 12
        else f"{len(hit.modifiers)} modifiers, such as {', '.join(sorted(hit.modifiers)[:6])},"
    )
    outcome = outcome_text(hit.outcome)
    match hit.word:
        case "require_modifier" if isinstance(hit.trigger, CountOf):
            text = f"no more than one of {names} may stand on the line; with several it is {outcome}"
        case "require_modifier":
            place = f" in position {listed([str(p) for p in hit.position], 'or')}" if hit.position else ""
            text = f"the line must carry {names}{place}; without it the line is {outcome}"
        case "forbid_modifiers" | "replace_modifier":
            text = f"{names} may not stand on the line; with it the line is {outcome}"
        case "forbid_together" | "at_most_one_of":
            text = f"where {condition_text(hit.trigger)}, the line is {outcome}"
        case "limit_units":
            text = f"no more than {term_text(hit.units) if hit.units is not None else '0'} units are payable; the rest is {outcome}"
        case "require_authorization" | "require_document" | "require_line":
            wanted = hit.trigger.part if isinstance(hit.trigger, Not) else hit.trigger
            said = "an authorization must cover the line" if isinstance(wanted, Compare) else condition_text(wanted)
            text = f"{said}; else the line is {outcome}"
        case _:
            text = (
                f"the line is {outcome}"
                if hit.trigger == ALWAYS
                else f"where {condition_text(hit.trigger)}, the line is {outcome}"
            )
    if hit.correction is not None:
        text += f". {correction_text(hit.correction)}"
    if hit.ask is not None:
        text += (
            f'. Where nobody knows, a person is asked: "{hit.ask.say.text}"'
            if hit.correction
            else f'. A person is asked: "{hit.ask.say.text}"'
        )
    return text + (f' The decision remarks: "{hit.say.text}"' if hit.say else "")


def correction_text(correction: Correction) -> str:
    """When and how the line is corrected."""
    when = "" if correction.when == ALWAYS else f" where {condition_text(correction.when)}"
    if correction.only_proposed:
        return f"The choice rests on an unverified source, so it is only proposed{when}"
    match correction.kind:
        case "add":
            choices = [
                term_text(term) + ("" if cond == ALWAYS else f" where {condition_text(cond)}")
                for term, cond in correction.choices
            ]
            return f"As corrected, {'; else '.join(choices)} is added{when}"
        case "remove":
            return f"As corrected it is taken off{when}"
        case "replace":
            return (
                "As corrected, " + listed([f"{new} takes the place of {old}" for old, new in correction.swaps]) + when
            )
        case _:
            return f"As corrected the units are cut{when}"
