"""Waivers: a comment `# waive CODE: reason`, on the line of a warning or above it, says that it is meant so."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

from payerrules.model.diagnostic import Diagnostic, Location, Severity

WAIVER: Final = re.compile(r"(?:^|\s)#\s*waive\s+([a-z0-9-]+)\s*(?::\s*(.*?))?\s*$")
COMMENT: Final = re.compile(r"\s*(#|$)")


@dataclass(frozen=True, slots=True)
class Waiver:
    """One waiver: the code it is for, the reason, the line it is for, and its own place."""

    code: str
    because: str
    line: int
    at: Location


def read_waivers(text: str, name: str) -> list[Waiver]:
    """The waivers of a file. One on a line of its own is for the next line that is no comment.

    >>> [(w.code, w.because, w.line) for w in read_waivers("# waive unread-set: kept\\n# for later\\na: 1\\n", "p.yaml")]
    [('unread-set', 'kept', 3)]
    """
    lines = text.splitlines()
    found = []
    for number, line in enumerate(lines, 1):
        match = WAIVER.search(line)
        if match is None:
            continue
        meant = number
        if COMMENT.match(line):
            meant = next((n for n in range(number + 1, len(lines) + 1) if not COMMENT.match(lines[n - 1])), number)
        column = line.index("#", match.start()) + 1
        at = Location(name, number, column, len(line.rstrip()) - column + 1, line)
        found.append(Waiver(match.group(1), match.group(2) or "", meant, at))
    return found


def waived(
    findings: Iterable[Diagnostic], waivers: Iterable[Waiver], unsettled: Collection[str] = ()
) -> list[Diagnostic]:
    """The findings that nobody waives, and what is wrong with the waivers themselves: no reason, or nothing to waive.

    `unsettled` are files of which, for their errors, not every finding could be looked for: what they waive may be there.
    """
    listed = list(waivers)
    by_place = {(w.at.file, w.line, w.code): w for w in listed}
    used: set[Waiver] = set()
    kept = []
    for finding in findings:
        at = finding.at
        waiver = by_place.get((at.file, at.line, finding.code)) if at and finding.severity is Severity.WARNING else None
        if waiver is None:
            kept.append(finding)
        else:
            used.add(waiver)
    for waiver in listed:
        if not waiver.because:
            hint = f"Write `# waive {waiver.code}: why it is meant so`."
            kept.append(Diagnostic("waiver-without-reason", "the waiver gives no reason", waiver.at, hint))
        if waiver not in used and waiver.at.file not in unsettled:
            message = f"there is no warning `{waiver.code}` here to waive"
            hint = "Take the waiver out, or put it above the line that the warning names; an error cannot be waived."
            kept.append(Diagnostic("waiver-unused", message, waiver.at, hint, Severity.WARNING))
    return kept
