"""The header of a policy file is typed; its sections stay as they were read."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from payerrules.language.items import LAST_DAY, Window
from payerrules.language.nodes import plain
from payerrules.language.policy import SECTIONS, PolicyText, read_policy

HEAD = """policy: example/speech
edition: 2026.10
title: Speech
effective: {from: 2026-01-01, through: 2026-12-31}
"""


def day(text: str) -> int:
    return date.fromisoformat(text).toordinal()


def read(text: str) -> PolicyText:
    policy, found = read_policy(text, "p.yaml", "policies")
    assert found == []
    assert policy is not None
    return policy


def codes(text: str) -> list[str]:
    return [finding.code for finding in read_policy(text, "p.yaml", "policies")[1]]


def test_a_small_policy_has_a_header_and_no_sections() -> None:
    policy = read(HEAD)
    assert (policy.policy, policy.edition, policy.title, policy.kind) == (
        "example/speech",
        "2026.10",
        "Speech",
        "policy",
    )
    assert policy.effective == Window(day("2026-01-01"), day("2026-12-31"))
    assert (policy.verified_through, policy.not_read, policy.extends, policy.based_on) == (LAST_DAY, (), (), "")
    assert (policy.path, policy.folder, policy.label) == ("p.yaml", Path("policies"), "example/speech 2026.10")
    assert [section for section in SECTIONS if getattr(policy, section) is not None] == []


def test_whom_it_applies_to_is_a_list_of_each() -> None:
    policy = read(HEAD + "applies_to: {payer: medicaid, state: NO, program: [ffs, mco]}\n")
    assert policy.applies_to == {"payer": ("medicaid",), "state": ("NO",), "program": ("ffs", "mco")}


def test_an_open_end_says_until_when_it_was_checked() -> None:
    policy = read(HEAD.replace("through: 2026-12-31", "through: open, verified_through: 2026-08-25"))
    assert (policy.effective.last, policy.verified_through) == (LAST_DAY, day("2026-08-25"))


def test_an_open_end_of_a_base_needs_no_check() -> None:
    assert codes(HEAD.replace("through: 2026-12-31", "through: open") + "kind: base\n") == []


def test_gaps_are_windows() -> None:
    policy = read(HEAD.replace("12-31}", "12-31, not_read: [{from: 2026-03-01, through: 2026-03-31}]}"))
    assert policy.not_read == (Window(day("2026-03-01"), day("2026-03-31")),)


def test_sources_keep_their_status() -> None:
    policy = read(
        HEAD + 'sources: {manual: {title: "M", url: "https://example.org", status: contractor, checked: 2026-08-25}}\n'
    )
    source = policy.sources["manual"]
    assert (source.id, source.title, source.status, source.url) == ("manual", "M", "contractor", "https://example.org")
    assert (source.checked, source.policy) == ("2026-08-25", "example/speech")


@pytest.mark.parametrize("written", ["common/therapy", "[common/therapy]"])
def test_a_policy_extends_one_or_several(written: str) -> None:
    assert read(HEAD + f"extends: {written}\n").extends == ("common/therapy",)


def test_sections_are_nodes() -> None:
    policy = read(HEAD + "modifier_order: [GN, '*']\n")
    assert plain(policy.modifier_order) == ["GN", "*"]


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("2026-01-01", "2026-02-30", "bad-date"),
        ("2026-01-01", "1.1.2026", "bad-date"),
        ("2026-01-01", "2027-01-01", "dates-reversed"),
        ("2026-12-31", "open", "missing-verified-through"),
        ("title: Speech", "sources: {a: {status: primary}}\ntitle: Speech", "source-without-title"),
        ("title: Speech", "sources: {a: {title: A, status: sure}}\ntitle: Speech", "unknown-word"),
        ("title: Speech", "kind: bas\ntitle: Speech", "unknown-word"),
        ("title: Speech", "titel: Speech", "unknown-key"),
        ("title: Speech\n", "", "missing-key"),
        ("title: Speech", "published: 2026-13-01\ntitle: Speech", "bad-date"),
    ],
)
def test_a_fault_of_the_header_is_one_finding(old: str, new: str, code: str) -> None:
    assert codes(HEAD.replace(old, new)) == [code]


def test_what_is_no_policy_gives_none() -> None:
    assert read_policy("- a", "p.yaml", ".")[0] is None
    assert read_policy("", "p.yaml", ".")[0] is None
    assert read_policy("title: T", "p.yaml", ".")[0] is None


def test_a_policy_with_errors_still_has_its_header() -> None:
    policy, found = read_policy(HEAD + "ruels: []\n", "p.yaml", ".")
    assert policy is not None
    assert (policy.policy, [finding.hint for finding in found]) == ("example/speech", ["Did you mean `rules`?"])
