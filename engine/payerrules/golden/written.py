"""A golden case written as YAML text: as the analyst who reads it would have written it."""

from __future__ import annotations

import re
from typing import Any

from payerrules.language.reader import read_yaml

SAFE = re.compile(r"[A-Za-z0-9_.][A-Za-z0-9_./ +$-]*\Z")


def case_text(name: str, encounter: dict[str, Any], expect: dict[str, Any], indent: int = 2) -> str:
    """One case of a golden file: the encounter a key a line, what is expected below it.

    >>> print(case_text("small", {"encounter": "E", "lines": [{"line": 1, "code": "92507"}]}, {"outcome": "pay"}))
      - name: small
        encounter:
          encounter: E
          lines: [{line: 1, code: 92507}]
        expect:
          outcome: pay
    """
    space = " " * indent
    lines = [f"{space}- name: {scalar(name)}", *block("encounter", encounter, space + "  ")]
    return "\n".join([*lines, *block("expect", expect, space + "  ")])


def block(key: str, data: dict[str, Any], space: str) -> list[str]:
    """A map, a key a line, what is inside them on one line each."""
    lines = [f"{space}{key}:"]
    for name, value in data.items():
        lines.append(f"{space}  {scalar(name)}: {flow(value)}")
    return lines


def flow(value: Any) -> str:
    """A value on one line.

    >>> flow({"a": [1, "x: y"], "b": True})
    "{a: [1, 'x: y'], b: yes}"
    """
    if isinstance(value, dict):
        return "{" + ", ".join(f"{scalar(key)}: {flow(one)}" for key, one in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(flow(one) for one in value) + "]"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "null" if value is None else scalar(value)


def scalar(value: Any) -> str:
    """A scalar as text, in quotes where YAML would read it as something else."""
    text = str(value)
    if SAFE.match(text) and not text.endswith(" ") and ": " not in text and " #" not in text:
        node, found = read_yaml(f"[{text}]", "")
        if not found and node is not None and text not in ("null", "~"):
            return text
    return "'" + text.replace("'", "''") + "'"


__all__ = ["case_text", "flow"]
