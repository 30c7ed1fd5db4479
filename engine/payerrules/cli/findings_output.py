"""Findings for programs: as JSON, and as SARIF 2.1.0, which code hosts and editors show beside the lines of a file."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from payerrules.model.diagnostic import Diagnostic, Location, Severity, in_order

SARIF_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
LEVELS: Final = {Severity.ERROR: "error", Severity.WARNING: "warning"}


def as_json(found: Sequence[Diagnostic]) -> str:
    """Findings as a JSON list, in order; what a finding has not is left out.

    >>> as_json([Diagnostic("lock-gone", "the released edition is gone", None, "Put it back.")])
    '[\\n {\\n  "code": "lock-gone",\\n  "severity": "error",\\n  "message": "the released edition is gone",\\n  "hint": "Put it back."\\n }\\n]'
    """
    return json.dumps([plain(one) for one in in_order(found)], indent=1, ensure_ascii=False)


def plain(finding: Diagnostic) -> dict[str, Any]:
    """One finding as plain data."""
    at = finding.at
    where = {"file": at.file, "line": at.line, "column": at.column, "width": at.width} if at else {}
    data = {"code": finding.code, "severity": str(finding.severity), "message": finding.message, **where}
    for name in ("hint", "example"):
        if said := getattr(finding, name):
            data[name] = said
    return data


def as_sarif(found: Sequence[Diagnostic], version: str, root: Path) -> str:
    """Findings as a SARIF log of one run; files under `root` are named from there."""
    listed = in_order(found)
    codes = sorted({one.code for one in listed})
    results = [result(one, codes.index(one.code), root) for one in listed]
    driver = {"name": "payerrules", "version": version, "rules": [{"id": code} for code in codes]}
    run = {
        "tool": {"driver": driver},
        "originalUriBaseIds": {"SRCROOT": {"uri": f"{root.resolve().as_uri()}/"}},
        "columnKind": "unicodeCodePoints",
        "results": results,
    }
    return json.dumps({"$schema": SARIF_SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1, ensure_ascii=False)


def result(finding: Diagnostic, rule: int, root: Path) -> dict[str, Any]:
    """One finding as a result; the remedy is part of its message, the encounter that shows it a property."""
    text = f"{finding.message}. {finding.hint}" if finding.hint else finding.message
    data: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": LEVELS[finding.severity],
        "message": {"text": text},
    }
    if finding.at is not None:
        data["locations"] = [{"physicalLocation": physical(finding.at, root)}]
    if finding.example:
        data["properties"] = {"example": finding.example}
    return data


def physical(at: Location, root: Path) -> dict[str, Any]:
    """A place in a file; one under `root` is named from there."""
    path = Path(at.file)
    artifact: dict[str, Any]
    if path.resolve().is_relative_to(root.resolve()):
        artifact = {"uri": quote(path.resolve().relative_to(root.resolve()).as_posix()), "uriBaseId": "SRCROOT"}
    else:
        artifact = {"uri": path.resolve().as_uri()}
    region: dict[str, Any] = {
        "startLine": at.line,
        "startColumn": at.column,
        "endColumn": at.column + max(1, at.width),
    }
    if at.excerpt:
        region["snippet"] = {"text": at.excerpt}
    return {"artifactLocation": artifact, "region": region}
