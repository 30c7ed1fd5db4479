"""Whether the CARC and RARC that outcomes name are listed, and in use on the dates of service they can fall on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from payerrules.language.desk import Catalogue
from payerrules.language.effect import Hit, Outcome
from payerrules.language.items import FIRST_DAY, LAST_DAY, Rule, Window
from payerrules.model.diagnostic import Diagnostic, Severity
from payerrules.model.values import DATE, parse, show

ADJUSTMENTS: Final = "codes/adjustment_codes.yaml"
"""The catalogue of adjustment codes, in a folder of policies."""


def not_in_use(rules: Iterable[Rule], effective: Window, codes: Catalogue) -> Iterator[Diagnostic]:
    """The codes that a rule names and the catalogue does not list, or not for all its dates; none without a catalogue."""
    for rule in rules if codes else ():
        first, last = max(rule.in_force.first, effective.first), min(rule.in_force.last, effective.last)
        for kind, code in sorted({named for effect in rule.effects for named in named_by(effect)}):
            entry = codes.get(code)
            if entry is None or entry.get("kind") != kind:
                yield unlisted(rule, kind, code, entry)
                continue
            if rule.by or first > last:
                continue  # its dates are not those of the service
            window = days_of(entry)
            begun = first == FIRST_DAY or window.first <= first  # where nobody said a first day, none is too early
            if begun and last <= window.last:
                continue
            if not begun:
                message = f"the {kind.upper()} {code} came into use on {show(window.first, DATE)}, and `{rule.id}` holds from {show(first, DATE)}"
            else:
                through = "without end" if last == LAST_DAY else f"through {show(last, DATE)}"
                message = f"the {kind.upper()} {code} went out of use after {show(window.last, DATE)}, and `{rule.id}` holds {through}"
            hint = "Give the rule `in_force:` dates within those of the code, and another rule the code of the other dates."
            yield Diagnostic("adjustment-not-in-use", message, rule.at, hint)


def unlisted(rule: Rule, kind: str, code: str, entry: Mapping[str, object] | None) -> Diagnostic:
    """The warning that a code is not in the catalogue, or there as another kind; it may be newer than the list."""
    if entry is not None:
        message = f"`{rule.id}` names {code} as its {kind.upper()}, and {ADJUSTMENTS} lists it as {str(entry.get('kind')).upper()}"
        hint = "A reason goes under `carc:`, a remark under `rarc:`."
    else:
        message = f"`{rule.id}` names the {kind.upper()} {code}, which {ADJUSTMENTS} does not list"
        hint = (
            f"Mend the code; or, if it is newer than the list, put it in a file {ADJUSTMENTS} beside the policy: "
            f'`codes: {{"{code}": {{label: ..., kind: {kind}, from: 2026-03-01, source: ...}}}}`.'
        )
    return Diagnostic("unknown-adjustment", message, rule.at, hint, Severity.WARNING)


def named_by(effect: object) -> Iterator[tuple[str, str]]:
    """The reason and remark codes an effect names, each with its kind."""
    if isinstance(effect, Hit):
        outcome: Outcome = effect.outcome
        if outcome.carc:
            yield "carc", outcome.carc
        for code in outcome.rarc:
            yield "rarc", code


def days_of(entry: Mapping[str, object]) -> Window:
    """The days on which a code is in use."""
    first, last = (parse(str(entry[key]), DATE) if entry.get(key) else None for key in ("from", "through"))
    return Window(first if isinstance(first, int) else FIRST_DAY, last if isinstance(last, int) else LAST_DAY)
