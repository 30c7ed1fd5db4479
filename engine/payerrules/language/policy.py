"""One policy file: its header typed, its sections as they were read."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Final

from payerrules.language.effect import Source
from payerrules.language.items import FIRST_DAY, LAST_DAY, Window
from payerrules.language.nodes import Mapping, Node, Scalar, Sequence
from payerrules.language.structure import read_checked
from payerrules.language.vocabulary import Vocabulary
from payerrules.model.diagnostic import Diagnostic, Severity, in_order
from payerrules.model.values import DATE, parse

SECTIONS: Final = (
    "about", "must_know", "defaults", "parameters", "value_sets", "tables", "derive", "unit_rules", "limits", "rules",
    "checks", "modifier_order", "examples", "changes",
)  # fmt: skip
"""The parts of a policy after its header, in the order that reads best."""


@dataclass(frozen=True)
class PolicyText:
    """One file of a policy: the header typed, each section a node (None where it is left out).

    `path` is the file's name for messages, `folder` the one from which `codes/...` paths start. Days are day numbers;
    `verified_through` is LAST_DAY where not stated, `published` FIRST_DAY.
    """

    policy: str
    edition: str
    title: str
    kind: str  # policy | base
    applies_to: dict[str, tuple[str, ...]]
    effective: Window
    not_read: tuple[Window, ...]
    verified_through: int
    published: int
    extends: tuple[str, ...]
    based_on: str
    sources: dict[str, Source]
    path: str
    folder: Path
    node: Mapping = field(repr=False)
    defaults: Mapping | None = field(default=None, repr=False)
    about: Node | None = field(default=None, repr=False)
    must_know: Node | None = field(default=None, repr=False)
    parameters: Node | None = field(default=None, repr=False)
    value_sets: Node | None = field(default=None, repr=False)
    tables: Node | None = field(default=None, repr=False)
    derive: Node | None = field(default=None, repr=False)
    unit_rules: Node | None = field(default=None, repr=False)
    limits: Node | None = field(default=None, repr=False)
    rules: Node | None = field(default=None, repr=False)
    checks: Node | None = field(default=None, repr=False)
    modifier_order: Node | None = field(default=None, repr=False)
    examples: Node | None = field(default=None, repr=False)
    changes: Node | None = field(default=None, repr=False)

    @property
    def label(self) -> str:
        """Policy and edition, as people are shown them."""
        return f"{self.policy} {self.edition}"


def read_policy(
    text: str | bytes, name: str, folder: Path | str, vocabulary: Vocabulary | None = None
) -> tuple[PolicyText | None, list[Diagnostic]]:
    """Read one policy file, with its structure checked; `folder` is where `codes/...` paths start.

    `vocabulary` only serves "did you mean".

    Returns None where it is no policy at all. Where the findings hold an error, the sections may have any shape and
    are not to be read on.

    >>> text = "policy: a/b\\nedition: 1\\ntitle: T\\neffective: {from: 2026-01-01, through: 2026-12-31}\\n"
    >>> policy, found = read_policy(text, "p.yaml", ".")
    >>> policy.label, found
    ('a/b 1', [])
    """
    node, found = read_checked(text, name, "policy", vocabulary)
    header = _header(node, name, Path(folder), found) if isinstance(node, Mapping) else None
    return header, in_order(found)


def read_day(node: Node | None, found: list[Diagnostic]) -> int | None:
    """A date as a day number; None where it is left out or is no date, which is reported as `bad-date`."""
    if not isinstance(node, Scalar):
        return None
    try:
        day = parse(node.text, DATE)
    except ValueError as error:
        found.append(Diagnostic("bad-date", str(error), node.at, "A date is YEAR-MONTH-DAY, such as 2026-01-31."))
        return None
    return day if isinstance(day, int) else None


def read_window(node: Node | None, found: list[Diagnostic]) -> Window:
    """`{from, through}` as a window, both days in; a side left out, or `through: open`, has no end.

    Reports `bad-date` and `dates-reversed`.
    """
    if not isinstance(node, Mapping):
        return Window()
    last_node = node.get("through")
    is_open = isinstance(last_node, Scalar) and last_node.text == "open"
    first = read_day(node.get("from"), found)
    last = None if is_open else read_day(last_node, found)
    if first is not None and last is not None and last < first and last_node:
        message = f"it ends on {date.fromordinal(last)}, before it begins on {date.fromordinal(first)}"
        found.append(Diagnostic("dates-reversed", message, last_node.at, "Swap the two dates, or mend the year."))
        last = first
    return Window(first or FIRST_DAY, last or LAST_DAY)


def _header(node: Mapping, name: str, folder: Path, found: list[Diagnostic]) -> PolicyText | None:
    policy = _text(node, "policy")
    if not policy:
        return None
    kind = _text(node, "kind") or "policy"
    effective = node.get("effective")
    inner = effective if isinstance(effective, Mapping) else None
    verified = read_day(inner.get("verified_through"), found) if inner else None
    if (
        inner
        and kind != "base"
        and verified is None
        and _text(inner, "through") == "open"
        and "verified_through" not in inner
    ):
        key = inner.key("through")
        found.append(
            Diagnostic(
                "missing-verified-through",
                "`through: open` has no end, so it must say until when the policy was checked to hold",
                key.at if key else inner.at,
                "Add verified_through: DATE; later lines are flagged and their denials pend.",
            )
        )
    skipped = inner.get("not_read") if inner else None
    defaults = node.get("defaults")
    sections = {section: node.get(section) for section in SECTIONS if section != "defaults"}
    return PolicyText(
        policy=policy,
        edition=_text(node, "edition"),
        title=_text(node, "title"),
        kind=kind,
        applies_to=_applies_to(node.get("applies_to")),
        effective=read_window(effective, found),
        not_read=tuple(read_window(gap, found) for gap in skipped.items) if isinstance(skipped, Sequence) else (),
        verified_through=verified or LAST_DAY,
        published=read_day(node.get("published"), found) or FIRST_DAY,
        extends=_texts(node.get("extends")),
        based_on=_text(node, "based_on"),
        sources=read_sources(node.get("sources"), policy, found),
        path=name,
        folder=folder,
        node=node,
        defaults=defaults if isinstance(defaults, Mapping) else None,
        **sections,
    )


def read_sources(node: Node | None, policy: str, found: list[Diagnostic]) -> dict[str, Source]:
    """`sources:` by name; what nobody could look up is reported."""
    sources: dict[str, Source] = {}
    for key, value in node if isinstance(node, Mapping) else ():
        if not isinstance(value, Mapping):
            continue
        if not _text(value, "title") and not _text(value, "url"):
            found.append(
                Diagnostic(
                    "source-without-title",
                    f"the source `{key.text}` has neither a title nor a url, so nobody can look it up",
                    key.at,
                    'Add title: "what it is" or url: "where it is".',
                )
            )
        elif _text(value, "status") == "primary" and not _text(value, "url"):
            message = f"the source `{key.text}` is primary, and nothing says where its text stands"
            hint = 'Add url: "where it is"; a denial rests on what others can read too.'
            found.append(Diagnostic("missing-key", message, key.at, hint, Severity.WARNING))
        read_day(value.get("checked"), found)
        sources[key.text] = Source(
            id=key.text,
            title=_text(value, "title"),
            status=_text(value, "status") or "unverified",
            url=_text(value, "url"),
            checked=_text(value, "checked"),
            policy=policy,
            note=_text(value, "note"),
        )
    return sources


def _applies_to(node: Node | None) -> dict[str, tuple[str, ...]]:
    return {key.text: _texts(value) for key, value in node} if isinstance(node, Mapping) else {}


def _texts(node: Node | None) -> tuple[str, ...]:
    if isinstance(node, Scalar):
        return (node.text,)
    return tuple(item.text for item in node.items if isinstance(item, Scalar)) if isinstance(node, Sequence) else ()


def _text(node: Mapping, key: str) -> str:
    value = node.get(key)
    return value.text if isinstance(value, Scalar) else ""
