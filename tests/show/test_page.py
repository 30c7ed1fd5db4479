"""What a page says beside its rules: layers, what they change, what is off, what is out of date."""

from __future__ import annotations

from pathlib import Path

from payerrules.library.library import Library
from payerrules.model.values import DATE, parse
from payerrules.show.page import page
from payerrules.show.subject import Subject

ROOT = Path(__file__).parents[2]
BASE = """
policy: test/base
edition: 1
title: The base
kind: base
effective: {from: 2020-01-01, through: 2027-12-31}
sources: {manual: {title: The manual, url: "https://example.org/manual", status: primary}}
parameters:
  cap: {type: count, values: [{from: 2020-01-01, through: 2027-12-31, value: 30, source: manual}]}
rules:
  - {id: one, title: One, when: {line.units: {above: parameter.cap}}, then: {flag: one}, source: manual}
  - {id: two, title: Two, then: {flag: two}, source: manual}
"""
TOP = """
policy: test/top
edition: 1
title: The top
applies_to: {payer: [a, b], state: TX}
effective: {from: 2020-01-01, through: 2027-12-31, not_read: [{from: 2021-01-01, through: 2021-12-31}]}
extends: [test/base]
sources: {notice: {title: The notice, status: contractor, url: "https://example.org/notice", checked: 2026-01-02}}
changes:
  - {switch_off: two, because: the notice ended it, source: notice}
  - {replace: rules.one.then, with: {flag: uno}, because: the notice renames it, source: notice}
rules:
  - {id: late, title: Late, in_force: {from: 2026-07-01}, then: {flag: late}, source: notice}
checks:
  - id: named
    title: No limit is called cap
    for_each: limit
    when: {limit.name: cap}
    unless: {limit.per: {has: patient}}
    refuse: "{limit} has a bad name"
    source: notice
"""


def shown(folder: Path, as_of: str = "") -> str:
    (folder / "base.yaml").write_text(BASE)
    (folder / "top.yaml").write_text(TOP)
    library, found = Library.open([ROOT / "policies"], [folder / "base.yaml", folder / "top.yaml"])
    assert [d.text() for d in found if "base.yaml" in d.text() or "top.yaml" in d.text()] == []
    composed = library.composed["test/top 1"][0]
    meaning = library.meaning(composed, composed.windows[0])
    day = parse(as_of, DATE) if as_of else None
    return page(Subject(meaning, composed, library.vocabulary, day if isinstance(day, int) else None))


def test_the_head_says_whom_it_is_for_and_when(tmp_path: Path) -> None:
    assert shown(tmp_path).split("\n\n")[1] == (
        "`test/top`, edition 1. For dates of service 2020 to 2027. Not read: 2021. It applies to payer a or b and state TX. "
        "Its layers, the lowest first: test/base 1 and test/top 1."
    )


def test_changes_to_the_layers_below_are_told_with_their_reasons(tmp_path: Path) -> None:
    text = shown(tmp_path)
    assert (
        "- test/top 1 switches off `two`, because: the notice ended it. Source: The notice (contractor).\n"
        "- test/top 1 replaces `rules.one.then`, because: the notice renames it. Source: The notice (contractor)."
    ) in text
    assert ("flagged `uno`" in text, "flagged `two`" in text) == (True, False)


def test_what_is_out_of_date_is_named_and_not_told(tmp_path: Path) -> None:
    text = shown(tmp_path, "2026-06-30")
    assert "Shown as of 2026-06-30. Not in force on that day: `late`." in text
    assert "flagged `late`" not in text
    assert "*In force from 2026-07-01 on. Source: The notice (contractor).*" in shown(tmp_path, "2026-07-01")


def test_a_check_is_told(tmp_path: Path) -> None:
    assert (
        "**No limit is called cap** (`named`)  \n"
        "For each limit, when the limit's `name` is `cap`, unless the limit's `per` includes `patient`: "
        "the policy is refused, “{limit} has a bad name”.  \n*Source: The notice (contractor).*"
    ) in shown(tmp_path)


def test_sources_are_listed_with_the_day_somebody_looked(tmp_path: Path) -> None:
    assert "| `notice` | [The notice](https://example.org/notice) | contractor | 2026-01-02 |" in shown(tmp_path)
