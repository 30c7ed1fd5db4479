"""Every block of the language page is a policy without errors, and every word of the language is in one."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from payerrules.language import grammar, grammar_effects
from payerrules.library.check import check_files
from payerrules.model.diagnostic import Severity

PAGE = Path(__file__).parents[2] / "docs" / "policy_language.md"
BLOCKS = re.findall(r"^```yaml\n(.*?)^```", PAGE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
HEAD = BLOCKS[0].partition("rules:\n")[0]
WORDS = (
    *grammar.COMPARISONS, *grammar.TESTS, *grammar.CONNECTIVES, *grammar.QUANTIFIERS, *grammar.COUNT_COMPARISONS,
    *grammar.AMOUNT_WORDS, *grammar.OFFSETS, *grammar.FOR_EACH, *grammar.CHECK_FOR_EACH, *grammar.RULE_STAGES,
    *grammar.HIT_POLICIES, *grammar.MINUTES_OF, *grammar.COUNTS, *grammar.PERIODS, *grammar.SPANS, *grammar.ORDERS, *grammar.CROSSINGS,
    *grammar.SOURCE_STATUS, *grammar.LIABLE[:1], *grammar.ACTIONS, *grammar.ROUNDINGS, *grammar.OUTCOMES, *grammar.DEFAULTS,
    *grammar_effects.EFFECTS, *grammar_effects.REMARKS, *grammar_effects.BESIDE,
)  # fmt: skip


def policy_of(block: str) -> str:
    """A block as a whole policy: what it leaves out comes from the page's first block."""
    if block.startswith("policy:"):
        return block
    if block.startswith(("when:", "then:")):
        body = "".join(f"    {line}\n" for line in block.splitlines())
        head = "rules:\n  - id: shown\n    title: Shown\n    source: manual\n"
        return HEAD + head + body + ("    then: {flag: shown}\n" if block.startswith("when:") else "")
    return HEAD + block


@pytest.mark.parametrize("number", range(len(BLOCKS)))
def test_the_block_is_a_policy_without_errors(number: int, tmp_path: Path) -> None:
    path = tmp_path / "block.yaml"
    path.write_text(policy_of(BLOCKS[number]), encoding="utf-8")
    errors = [found.text() for found in check_files([path]) if found.severity is Severity.ERROR]
    assert errors == []


def said_in(data: Any) -> set[str]:
    """Every key and word of a block."""
    if isinstance(data, dict):
        return {str(key) for key in data} | {word for value in data.values() for word in said_in(value)}
    if isinstance(data, list):
        return {word for value in data for word in said_in(value)}
    return {str(data)}


@pytest.mark.parametrize("word", sorted(set(WORDS)))
def test_the_word_is_shown_in_a_block(word: str) -> None:
    shown = {found for block in BLOCKS for found in said_in(yaml.safe_load(block))}
    assert word in shown
