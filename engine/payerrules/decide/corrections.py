"""Corrections: those of the earliest stage that has any are made, and the claim is judged anew, until none is left."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from payerrules.language.effect import Correction
from payerrules.language.expression import FALSE, TRUE
from payerrules.language.items import STAGES
from payerrules.model.encounter import Encounter, Line
from payerrules.program.evaluate import truth, value
from payerrules.runtimes.conclusions import Conclusions, Struck

MAX_ROUNDS = 16
Judging = Callable[[Encounter], Conclusions]


@dataclass(frozen=True, slots=True)
class Made:
    """A correction as it was made: to which line, by which rule, and what it was, ready for JSON."""

    line: int
    rule: str
    what: dict[str, Any]


@dataclass(slots=True)
class Corrected:
    """The claim as it came and as it should be billed, each with what the payer makes of it."""

    submitted: Conclusions
    corrected: Conclusions
    encounter: Encounter
    made: list[Made] = field(default_factory=list)
    refused: dict[int, list[str]] = field(default_factory=dict)  # line: why a correction was not made
    rounds: int = 1


@dataclass(slots=True)
class _Ledger:
    """What has been done so far, so that nothing is undone: modifiers added and removed, by line."""

    added: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))
    removed: dict[int, set[str]] = field(default_factory=lambda: defaultdict(set))


def correct(encounter: Encounter, judging: Judging) -> Corrected:
    """Judge, correct, judge again, until no correction is left; an added modifier stays, units only fall, so it ends."""
    first = judging(encounter)
    result = Corrected(first, first, encounter)
    ledger = _Ledger()
    while result.corrected.corrections:
        if result.rounds >= MAX_ROUNDS:
            for line, _, _ in result.corrected.corrections:
                result.refused.setdefault(line, []).append(f"corrections did not come to an end in {MAX_ROUNDS} rounds")
            break
        changed = one_round(result, ledger)
        if changed is None:
            break
        result.encounter = changed
        result.corrected = judging(changed)
        result.rounds += 1
    return result


def one_round(result: Corrected, ledger: _Ledger) -> Encounter | None:
    """Make the corrections of the earliest stage that still has some; None where none could be made."""
    pending = result.corrected.corrections
    order = {stage: place for place, stage in enumerate(STAGES)}
    stages = sorted({struck.verdict.rule.stage for _, struck, _ in pending}, key=lambda stage: order[stage])
    lines = {line.number: line for line in result.encounter.lines}
    for stage in stages:
        changed = False
        for number in sorted({line for line, s, _ in pending if s.verdict.rule.stage == stage}):
            wanted = [(s, c) for line, s, c in pending if line == number and s.verdict.rule.stage == stage]
            after = apply(lines[number], wanted, result, ledger)
            if after is not None:
                lines[number], changed = after, True
        if changed:
            return replace(result.encounter, lines=tuple(lines[line.number] for line in result.encounter.lines))
    return None


def apply(line: Line, wanted: list[tuple[Struck, Correction]], result: Corrected, ledger: _Ledger) -> Line | None:
    """Make the corrections of one stage on one line; those that disagree with each other or undo an earlier one are refused."""
    add: dict[str, str] = {}
    remove: dict[str, str] = {}
    swaps: dict[str, tuple[str, str]] = {}
    cut: tuple[int, str, bool] | None = None
    for struck, correction in wanted:
        rule = struck.verdict.rule.id
        match correction.kind:
            case "add":
                modifier = choice(correction, struck)
                if modifier and modifier not in line.modifiers:
                    add.setdefault(modifier, rule)
            case "remove":
                remove |= {m: rule for m in line.modifiers if m in correction.members and m not in remove}
            case "replace":
                swaps |= {old: (new, rule) for old, new in correction.swaps if old in line.modifiers}
            case _:
                if struck.units and (cut is None or struck.units < cut[0]):
                    cut = struck.units, rule, correction.with_minutes
    gone, new = {*remove, *swaps}, {*add, *(to for to, _ in swaps.values() if to not in line.modifiers)}
    clash = (gone & new) | (gone & ledger.added[line.number]) | (new & ledger.removed[line.number])
    if clash:
        rules = sorted({struck.verdict.rule.id for struck, _ in wanted})
        message = f"corrections disagree about {', '.join(sorted(clash))}: {', '.join(rules)}"
        refused = result.refused.setdefault(line.number, [])
        if message not in refused:
            refused.append(message)
        return None
    made = [Made(line.number, rule, {"add_modifier": m}) for m, rule in sorted(add.items())]
    made += [Made(line.number, rule, {"remove_modifier": m}) for m, rule in sorted(remove.items())]
    made += [
        Made(line.number, rule, {"replace_modifier": {"from": old, "to": to}})
        for old, (to, rule) in sorted(swaps.items())
    ]
    units = line.facts.get("line.units")
    fewer = cut is not None and isinstance(units, int) and cut[0] < units
    if fewer and cut is not None:
        made.append(Made(line.number, cut[1], {"cut_units": {"from": units, "to": cut[0]}}))
    if not made:
        return None
    result.made += made
    ledger.added[line.number] |= new
    ledger.removed[line.number] |= gone
    kept = [swaps[m][0] if m in swaps else m for m in line.modifiers if m not in remove]
    modifiers = tuple(dict.fromkeys([*kept, *sorted(add)]))
    if not fewer or cut is None:
        return line.corrected(modifiers, None)
    return line.corrected(modifiers, cut[0], with_minutes=cut[2])


def choice(correction: Correction, struck: Struck) -> str:
    """The modifier that a correction adds: the first choice whose condition is true."""
    for term, when in correction.choices:
        fits = truth(when, struck.verdict.view, struck.verdict.scopes)
        if fits == TRUE:
            found = value(term, struck.verdict.view, struck.verdict.scopes)
            return found if isinstance(found, str) else ""
        if fits != FALSE:
            return ""
    return ""
