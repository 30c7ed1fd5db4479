"""Diagnostics: one way to say what is wrong, where, and what to do about it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

UNSEEN: Final = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")
"""Characters that steer a terminal or turn the direction of a text, and halves of characters."""


def visible(text: str) -> str:
    """Text as a person may be shown it: what a file holds does not steer the terminal.

    >>> visible("a \\x1b[31mred\\tthing")
    'a ?[31mred?thing'
    """
    return UNSEEN.sub("?", text)


class Severity(StrEnum):
    """How much a diagnostic matters: an error stops a policy from being used, a warning does not."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True, order=True)
class Location:
    """A place in a file: line and column count from 1, line 0 is the file as a whole; `width` is how many columns the caret underlines."""

    file: str
    line: int
    column: int
    width: int = 1
    excerpt: str = ""

    def __str__(self) -> str:
        """Write the place as `file:line:column`; of a file as a whole, its name."""
        return f"{self.file}:{self.line}:{self.column}" if self.line else self.file


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding: a stable code, its severity, what is wrong, where, and the remedy; `example` is an encounter that shows it.

    >>> d = Diagnostic("unknown-key", "`thn` is no key of a rule", Location("p.yaml", 3, 5, 3, "    thn: x"), "Did you mean `then`?")
    >>> print(d.text())
    p.yaml:3:5: error[unknown-key]: `thn` is no key of a rule
      3 |     thn: x
        |     ^^^
      = Did you mean `then`?
    """

    code: str
    message: str
    at: Location | None = None
    hint: str = ""
    severity: Severity = Severity.ERROR
    example: str = ""

    def text(self) -> str:
        """Render for a person: place, code, message, excerpt with a caret, and the remedy."""
        place = f"{self.at}: " if self.at else ""
        lines = [f"{place}{self.severity}[{self.code}]: {self.message}"]
        if self.at and self.at.excerpt:
            number = str(self.at.line)
            shown = self.at.excerpt.replace("\t", " ")
            lines.append(f"  {number} | {shown}")
            lines.append(f"  {' ' * len(number)} | {' ' * (self.at.column - 1)}{'^' * max(1, self.at.width)}")
        if self.hint:
            lines.append(f"  = {self.hint}")
        if self.example:
            lines.append(f"  = Example: {self.example}")
        return visible("\n".join(lines))


def in_order(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Sort by file, line, column, code and message, without repeats."""
    unique = dict.fromkeys(diagnostics)
    nowhere = Location("", 0, 0)
    return sorted(unique, key=lambda d: (d.at or nowhere, d.code, d.message))


def has_error(diagnostics: Iterable[Diagnostic]) -> bool:
    """Tell whether any of them is an error."""
    return any(d.severity is Severity.ERROR for d in diagnostics)
