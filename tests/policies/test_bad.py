"""Each diagnostic has a policy that brings it up, the text it gives, and a page.

`python tests/policies/test_bad.py --record` writes the expected texts anew.
"""

from __future__ import annotations

import re
import sys
from datetime import date
from functools import cache, lru_cache
from importlib.util import find_spec
from pathlib import Path

import pytest

from payerrules.language.catalogue import load_catalogue
from payerrules.language.nodes import Mapping
from payerrules.language.policy import read_policy
from payerrules.language.reader import MAX_BYTES, read_yaml
from payerrules.language.schemas import read_vocabulary
from payerrules.language.structure import read_checked
from payerrules.language.vocabulary import Vocabulary, load_vocabulary
from payerrules.model.diagnostic import Diagnostic, in_order

TODAY = date(2026, 8, 25).toordinal()
ROOT = Path(__file__).parents[2]
BAD = Path(__file__).parent / "bad"
PAGES = ROOT / "docs" / "diagnostics"
FIXTURES = sorted(BAD.glob("*.yaml"))
NO_FIXTURE = {
    "too-large": "a file of 10 MB is made by a test of its own",
    **dict.fromkeys(
        ("edition-overlap", "edition-gap", "lock-changed", "lock-missing", "lock-gone", "lock-unreadable"),
        "tests/library",
    ),
    **dict.fromkeys(("unknown-expectation", "missing-expectation"), "tests/golden_files"),
    "dates-lost": "tests/findings",
    "file-unreadable": "tests/formats",
    "encounter-repeated": "tests/cli",
    **dict.fromkeys(("format-failed", "format-problem", "payers-unusable", "policy-clash"), "tests/payers"),
    **{
        f"import-{name}": "tests/imports"
        for name in ("no-table", "cell", "repeated", "undated", "which-table", "shrunk", "needs-reader")
    },
    **{
        f"ledger-{name}": "tests/ledger"
        for name in (
            "changed",
            "differs",
            "full",
            "late",
            "locked",
            "moved",
            "newer",
            "no-original",
            "not-one",
            "not-recorded",
            "otherwise",
            "read-only",
            "same-id",
            "set-aside",
            "settings",
            "superseded",
            "unreachable",
        )
    },
    **{
        f"encounter-{name}": "tests/formats"
        for name in (
            "unknown-key",
            "bad-value",
            "missing-key",
            "not-a-map",
            "not-json",
            "repeated-line",
            "repeated-modifier",
        )
    },
}
"""Codes that no single policy brings up, and where they are tested."""
FRONT = (
    "alias-refused", "bad-date", "bad-type", "dates-reversed", "empty-file", "key-not-text", "keys-together",
    "misplaced-key", "missing-key", "missing-value", "missing-verified-through", "other-kind-of-file", "repeated-key", "second-document",
    "source-without-title", "tag-refused", "text-cut-short", "text-needs-quotes", "too-deep", "unknown-entity",
    "unknown-key", "unknown-word", "vocabulary-clash", "wrong-form", "wrong-shape", "yaml-syntax",
)  # fmt: skip
"""Codes that one file alone brings up, so that the blocks of their pages can be tried as they stand."""


@lru_cache(maxsize=1)
def vocabulary() -> Vocabulary:
    return read_vocabulary(ROOT / "policies" / "vocabulary.yaml")


def code_of(path: Path) -> str:
    return re.sub(r"-\d+$", "", path.stem)


def of_one_file(content: str | bytes, name: str) -> list[Diagnostic]:
    """All that can be found in one file by itself, whatever it is."""
    node, _ = read_yaml(content, name)
    if isinstance(node, Mapping) and "vocabulary" in node:
        found = read_checked(content, name, "vocabulary")[1]
        own, more = load_vocabulary(node)
        return in_order([*found, *more, *vocabulary().merge(own)[1]])
    if isinstance(node, Mapping) and "catalogue" in node:
        return load_catalogue(content, name)[1]
    return read_policy(content, name, ROOT / "policies", vocabulary())[1]


@cache
def findings(path: Path) -> list[Diagnostic]:
    content = path.read_bytes()
    node, _ = read_yaml(content, path.name)
    if find_spec("payerrules.library.check") is None or not isinstance(node, Mapping) or "policy" not in node:
        return of_one_file(content, path.name)
    from payerrules.library.check import check_files

    return in_order(check_files([path], today=TODAY))


def rendered(path: Path) -> str:
    text = "\n".join(finding.text() for finding in findings(path)) + "\n"
    return text.replace(str(path), path.name).replace(f"{path.parent}/", "")


def block(page: Path, heading: str) -> str:
    found = re.search(rf"^## {heading}\n+```yaml\n(.*?)```", page.read_text(encoding="utf-8"), re.M | re.S)
    assert found, f"{page.name} has no yaml block under {heading}"
    return found.group(1)


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_a_bad_policy_gives_exactly_the_text_that_is_expected(path: Path) -> None:
    assert path.with_suffix(".expected").read_text(encoding="utf-8") == rendered(path)


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_a_bad_policy_brings_up_the_code_it_is_named_after(path: Path) -> None:
    assert code_of(path) in {finding.code for finding in findings(path)}


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_every_finding_says_where_it_is_and_what_to_do(path: Path) -> None:
    assert [finding for finding in findings(path) if not finding.hint or finding.at is None] == []


def test_every_bad_policy_has_a_page_and_every_page_a_bad_policy() -> None:
    pages = {page.stem for page in PAGES.glob("*.md") if page.stem not in ("README", "x12")}
    assert {code_of(path) for path in FIXTURES} | set(NO_FIXTURE) == pages


@pytest.mark.parametrize("page", sorted(PAGES.glob("*-*.md")), ids=lambda page: page.stem)
def test_a_page_has_its_code_summary_wrong_right_and_why(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert text.startswith(f"# {page.stem}: ")
    assert re.findall(r"^## (\w+)", text, re.M) == ["Summary", "Wrong", "Right", "Why"]


@pytest.mark.parametrize("code", FRONT)
def test_what_a_page_calls_wrong_brings_up_its_code(code: str) -> None:
    found = of_one_file(block(PAGES / f"{code}.md", "Wrong"), "p.yaml")
    assert code in {finding.code for finding in found}


@pytest.mark.parametrize("code", FRONT)
def test_what_a_page_calls_right_does_not_bring_up_its_code(code: str) -> None:
    found = of_one_file(block(PAGES / f"{code}.md", "Right"), "p.yaml")
    others = {finding.code for finding in found}
    assert code not in others
    assert others <= {"missing-key"}, "a part of a policy lacks the rest of it, and nothing else"


def test_ten_megabytes_are_refused_before_they_are_parsed() -> None:
    assert [finding.code for finding in read_yaml(b"a: " + b"x" * MAX_BYTES, "p.yaml")[1]] == ["too-large"]


if __name__ == "__main__" and "--record" in sys.argv:
    for fixture in FIXTURES:
        fixture.with_suffix(".expected").write_text(rendered(fixture), encoding="utf-8")
