"""Impact: which claims an edit changes, grouped by the edit that does it, with counts, dollars and the first ten of each."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from payerrules.analysis.edits import Change, changes_between
from payerrules.analysis.mutations import Mutant
from payerrules.analysis.sides import Side
from payerrules.analysis.study import Study, study
from payerrules.analysis.suggest import telling
from payerrules.analysis.trial import Altered, Ready, shown
from payerrules.model.encounter import Encounter
from payerrules.program.canonical import digest

FIRST = 10
TOGETHER = "several edits together"


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim that comes out otherwise: what changed, line by line, and the allowed amount that pays before and after."""

    id: str
    lines: tuple[str, ...]
    before: Decimal
    after: Decimal

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "encounter": self.id,
            "changes": list(self.lines),
            "before": f"{self.before:.2f}",
            "after": f"{self.after:.2f}",
        }


@dataclass(slots=True)
class Group:
    """The claims that one edit changes."""

    words: str
    policy: str
    claims: list[Claim] = field(default_factory=list)

    @property
    def dollars(self) -> Decimal:
        """By how much the allowed amount that pays rises (or falls)."""
        return sum((claim.after - claim.before for claim in self.claims), Decimal(0))

    def to_dict(self) -> dict[str, Any]:
        """As JSON, with the first ten claims."""
        first = [claim.to_dict() for claim in self.claims[:FIRST]]
        return {
            "edit": self.words,
            "policy": self.policy,
            "claims": len(self.claims),
            "dollars": f"{self.dollars:.2f}",
            "first": first,
        }


@dataclass(slots=True)
class Impact:
    """What a comparison does to some claims."""

    one: str
    other: str
    total: int = 0
    changes: list[Change] = field(default_factory=list)
    groups: list[Group] = field(default_factory=list)

    @property
    def changed(self) -> int:
        """How many claims come out otherwise."""
        return sum(len(group.claims) for group in self.groups)

    def to_dict(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "from": self.one, "to": self.other, "claims": self.total, "changed": self.changed,
            "dollars": f"{sum((group.dollars for group in self.groups), Decimal(0)):.2f}",
            "edits": [{"policy": change.policy, "edit": change.name} for change in self.changes],
            "groups": [group.to_dict() for group in self.groups],
        }  # fmt: skip


def impact(one: Side, other: Side, encounters: Iterable[Encounter]) -> Impact:
    """Decide every claim by both sides; each that changes is put to the edit that changes it, edits made one at a time."""
    found = Impact(one.name, other.name, changes=changes_between(one.meanings, other.meanings))
    by_edits: dict[tuple[Any, ...], list[Change]] = {}
    for change in found.changes:
        if change.edits:
            by_edits.setdefault(tuple((e.key, e.section, e.number, digest(e.new)) for e in change.edits), []).append(
                change
            )
    ready = Ready()
    trials = [
        (changes, Altered(one.engine, Mutant(changes[0].policy, "", "", changes[0].words, changes[0].edits), ready))
        for changes in by_edits.values()
    ]
    groups: dict[str, Group] = {}
    for encounter in encounters:
        found.total += 1
        before, after = study(one.engine, encounter), study(other.engine, encounter)
        claim = compared(encounter, before, after)
        if claim is not None:
            words, policy = attributed(before, after, trials)
            groups.setdefault(words, Group(words, policy)).claims.append(claim)
    found.groups = sorted(groups.values(), key=lambda group: (-len(group.claims), group.words))
    return found


def compared(encounter: Encounter, before: Study | None, after: Study | None) -> Claim | None:
    """How a claim changes; None where it does not."""
    if before is None or after is None:
        if before is after:
            return None
        words = "decided by no policy any more" if after is None else "decided by a policy now"
        return Claim(encounter.id, (words,), paid(before), paid(after))
    lines = told(decided(before), decided(after))
    return Claim(encounter.id, tuple(lines), paid(before), paid(after)) if lines else None


def decided(found: Study) -> dict[str, Any]:
    """A decision as data; how near a limit is does not count as a change."""
    return {**shown(found), "limits": []}


def told(one: dict[str, Any], other: dict[str, Any]) -> list[str]:
    """What differs, line by line: the old word and the new one."""
    mine, theirs = telling(one, other), telling(other, one)
    found = []
    for number, fields in mine.get("lines", {}).items():
        news = theirs.get("lines", {}).get(number, {})
        parts = [f"{name.replace('_', ' ')} {word(old)} -> {word(news.get(name))}" for name, old in fields.items()]
        found.append(f"line {number}: {'; '.join(parts)}")
    if not found:
        found = [f"{name.replace('_', ' ')}: {word(old)} -> {word(theirs.get(name))}" for name, old in mine.items()]
    return found


def word(value: Any) -> str:
    """A value in few words."""
    if isinstance(value, list):
        inner = [
            word(one.get("add_modifier") or one.get("limit") or one) if isinstance(one, dict) else str(one)
            for one in value
        ]
        return ", ".join(inner) or "none"
    if isinstance(value, dict):
        return ", ".join(f"{key} {word(one)}" for key, one in value.items())
    return str(value)


def paid(found: Study | None) -> Decimal:
    """The allowed amount of the lines that pay, as submitted."""
    if found is None:
        return Decimal(0)
    verdicts = [line.as_submitted for line in found.decision.lines]
    return sum((Decimal(v.allowed) for v in verdicts if v.outcome == "pay" and v.allowed), Decimal(0))


def attributed(
    before: Study | None, after: Study | None, trials: Sequence[tuple[list[Change], Altered]]
) -> tuple[str, str]:
    """The edit that changes a claim by itself: one that brings it all the way if there is one, else one that moves it."""
    if before is None or after is None:
        return "which policy is in force", ""
    moved: list[Change] | None = None
    goal = decided(after)
    for changes, trial in trials:
        then = trial.study(before)
        if then is None:
            continue
        if not telling(decided(then), goal):
            return names(changes), changes[0].policy
        if moved is None and telling(decided(before), decided(then)):
            moved = changes
    return (
        (TOGETHER, before.program.editions[0].policy)
        if moved is None
        else (f"{names(moved)} (with others)", moved[0].policy)
    )


def names(changes: Sequence[Change]) -> str:
    """The differences that are made together."""
    return "; ".join(change.name if not n else change.words for n, change in enumerate(changes))
