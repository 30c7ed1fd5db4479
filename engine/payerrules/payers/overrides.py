"""Overrides that plugins ask for: each names a line, a verdict, an outcome and a reason; two that disagree are refused."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from payerrules.language.vocabulary import Vocabulary
from payerrules.model.encounter import Encounter
from payerrules.payers.isolation import MOST_THINGS, printable, some
from payerrules.payers.manager import Plugins
from payerrules.payers.plain import as_plain

HOOK = "payerrules_override"
VERDICTS: Final = ("as_submitted", "as_corrected", "both")
OUTCOMES: Final = ("pay", "pend", "deny", "return")
GROUPS: Final = ("CO", "CR", "OA", "PI", "PR")
CODE: Final = re.compile(r"[A-Z0-9]{1,5}\Z")


@dataclass(frozen=True, slots=True)
class Asked:
    """An override that a plugin asks for; a denial or return may bring its group code, CARC and RARCs."""

    plugin: str
    line: int
    verdict: str
    outcome: str
    reason: str
    group: str = ""
    carc: str = ""
    rarc: tuple[str, ...] = ()

    def about(self, verdict: str) -> bool:
        """Whether it is about one of the two verdicts."""
        return self.verdict in (verdict, "both")


def asked_for(
    plugins: Plugins, encounter: Encounter, decision: Mapping[str, Any], vocabulary: Vocabulary
) -> tuple[list[Asked], list[str]]:
    """The overrides that plugins ask for, and what is wrong with the others, in words."""
    found: list[Asked] = []
    faults: list[str] = []
    for called in plugins.call(HOOK, encounter=as_plain(encounter, vocabulary), decision=decision):
        if called.fault:
            faults.append(called.fault)
            continue
        listed = called.result if isinstance(called.result, list) else [called.result]
        if len(listed) > MOST_THINGS:
            faults.append(f"the plugin {called.plugin} gave more than {MOST_THINGS:,} overrides")
            continue
        for item in listed:
            one = override_of(called.plugin, item, decision)
            if one is None:
                faults.append(
                    f"the plugin {called.plugin} gave an override that makes no sense: {printable(repr(item)):.120}"
                )
            else:
                found.append(one)
    kept = []
    for one in found:
        against = [other for other in found if disagree(one, other)]
        if against:
            names = ", ".join(sorted({one.plugin, *(other.plugin for other in against)}))
            faults.append(f"plugins disagree about line {one.line}: {names}")
        else:
            kept.append(one)
    return kept, some(list(dict.fromkeys(faults)))


def disagree(one: Asked, other: Asked) -> bool:
    """Whether two overrides want different outcomes of one verdict."""
    meet = one.line == other.line and any(one.about(v) and other.about(v) for v in VERDICTS[:2])
    return meet and one.outcome != other.outcome


def override_of(plugin: str, item: Any, decision: Mapping[str, Any]) -> Asked | None:
    """An override, if it makes sense."""
    if not isinstance(item, Mapping):
        return None
    line, verdict, outcome = item.get("line"), item.get("verdict", "both"), item.get("outcome")
    reason = item.get("reason")
    if not isinstance(line, int) or isinstance(line, bool) or line not in [one["line"] for one in decision["lines"]]:
        return None
    if verdict not in VERDICTS or outcome not in OUTCOMES or not isinstance(reason, str) or not reason.strip():
        return None
    group, carc, rarc = item.get("group", ""), str(item.get("carc", "")), item.get("rarc") or []
    codes = [carc, *rarc] if isinstance(rarc, list) and all(isinstance(one, str) for one in rarc) else ["?"]
    if group or carc or rarc:
        stops = outcome in ("deny", "return")
        if not stops or group not in GROUPS or not all(CODE.match(code) for code in codes):
            return None
    return Asked(plugin, line, str(verdict), str(outcome), printable(reason), group, carc, tuple(rarc))
