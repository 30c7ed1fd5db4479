"""Every code that the engine can give has a page, and every page a code."""

from __future__ import annotations

import ast
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = {page.stem for page in (ROOT / "docs" / "diagnostics").glob("*-*.md")}
UNREACHED = {
    "empty-condition": "structure says missing-value or wrong-shape first",
    "bad-offset": "structure says missing-key first",
    "missing-otherwise": "structure says missing-key first",
}
"""Codes of the meaning that a policy read from a file cannot bring up, as its structure is checked before."""


def codes() -> set[str]:
    """The first arguments of diagnostics in the engine, but for those of 837P files, which share a page."""
    found = set()
    for path in (ROOT / "engine").rglob("*.py"):
        if path.name.startswith("x12_"):
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                name = getattr(node.func, "attr", getattr(node.func, "id", ""))
                if name in ("Diagnostic", "error", "warn", "warning", "wrong", "_error") and isinstance(
                    node.args[0].value, str
                ):
                    found.add(node.args[0].value)
    return {code for code in found if "-" in code and " " not in code}


def test_every_code_has_a_page() -> None:
    assert codes() - PAGES - set(UNREACHED) == set()


def test_there_are_more_than_forty() -> None:
    assert len(PAGES) >= 60
