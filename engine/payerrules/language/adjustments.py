"""Whether the CARC and RARC that outcomes name are in use on the dates of service they can fall on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from payerrules.language.desk import Catalogue
from payerrules.language.effect import Hit, Outcome
from payerrules.language.items import FIRST_DAY, LAST_DAY, Rule, Window
from payerrules.model.diagnostic import Diagnostic
from payerrules.model.values import DATE, parse, show

ADJUSTMENTS: Final = "codes/adjustment_codes.yaml"
"""The catalogue of adjustment codes, in a folder of policies."""


def out_of_use(rules: Iterable[Rule], effective: Window, codes: Catalogue) -> Iterator[Diagnostic]:
    """The codes that a rule names for dates on which the catalogue does not have them; others it does not know of."""
    for rule in rules:
        if rule.by:
            continue  # its dates are not those of the service
        first, last = max(rule.in_force.first, effective.first), min(rule.in_force.last, effective.last)
        for kind, code in sorted({named for effect in rule.effects for named in named_by(effect)}):
            entry = codes.get(code)
            window = days_of(entry, kind) if entry is not None else None
            if window is None or first > last:
                continue
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


def named_by(effect: object) -> Iterator[tuple[str, str]]:
    """The reason and remark codes an effect names, each with its kind."""
    if isinstance(effect, Hit):
        outcome: Outcome = effect.outcome
        if outcome.carc:
            yield "carc", outcome.carc
        for code in outcome.rarc:
            yield "rarc", code


def days_of(entry: Mapping[str, object], kind: str) -> Window | None:
    """The days on which a code is in use; None for a code of another kind."""
    if entry.get("kind") != kind:
        return None
    first, last = (parse(str(entry[key]), DATE) if entry.get(key) else None for key in ("from", "through"))
    return Window(first if isinstance(first, int) else FIRST_DAY, last if isinstance(last, int) else LAST_DAY)
