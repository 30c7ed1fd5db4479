"""What the commands share: exit codes, options, and how results and findings are written."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, NoReturn, TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from payerrules.decide.engine import Engine
from payerrules.model.diagnostic import Diagnostic, in_order, visible
from payerrules.payers.manager import Plugins

DONE, FINDINGS, WRONG_USE, UNREADABLE, LEDGER = 0, 1, 2, 3, 4
"""Exit codes; the last says that the ledger could not be read or written."""
WIDTH = 140
"""Columns of what is written to a file."""


class Desk(Console):
    """Where a person reads: what files hold is shown as it is, and neither marks up a text nor steers the terminal."""

    def __init__(self, **options: Any) -> None:
        super().__init__(highlight=False, emoji=False, markup=False, **options)

    def print(self, *things: Any, **options: Any) -> None:
        """Print texts, and what is made for the console."""
        super().print(*(visible(thing) if isinstance(thing, str) else thing for thing in things), **options)


out = Desk(width=None if sys.stdout.isatty() else WIDTH)
err = Desk(stderr=True, soft_wrap=True)
T = TypeVar("T")
FEW = 50
"""So many of anything are done before a progress bar could be read."""


class AssumeHistory(StrEnum):
    """What may be assumed of encounters without history."""

    NONE = "none"


Files = Annotated[
    list[Path],
    typer.Argument(
        help="Encounter files: YAML, JSON, NDJSON, 837P or what a plugin reads; - is standard input.",
        show_default=False,
    ),
]
Policies = Annotated[
    Path | None,
    typer.Option("--policies", help="Folder or file of policies to decide by, beside or instead of those that ship."),
]
Runtime = Annotated[
    str, typer.Option("--runtime", help="durable or reference; left out: durable where it is installed.")
]
KnownOn = Annotated[str, typer.Option("--known-on", help="Decide as was known on this day, YEAR-MONTH-DAY.")]
Assume = Annotated[
    AssumeHistory | None,
    typer.Option("--assume-history", help="`none`: encounters without history have none; recorded in each decision."),
]
Without = Annotated[
    list[str] | None,
    typer.Option("--without-plugin", help="Do without a plugin that is installed; may be given more than once."),
]
ReadAs = Annotated[
    str, typer.Option("--read-as", help="Name of the format to read; left out: by the ending, and how the file begins.")
]


def stop(message: str, code: int = WRONG_USE) -> NoReturn:
    """Say what is wrong and leave."""
    err.print(message, markup=False)
    raise typer.Exit(code)


def day_of(option: str, written: str) -> int | None:
    """The day an option names, None where it is left out; what is no date ends the command with code 2."""
    try:
        return date.fromisoformat(written).toordinal() if written else None
    except ValueError:
        stop(f"{option} {written} is no date: write YEAR-MONTH-DAY, such as 2026-01-31")


def opened(
    policies: Path | None,
    runtime: str,
    known_on: str,
    assume: AssumeHistory | None,
    without: Sequence[str] | None = None,
) -> Engine:
    """The engine the options ask for; wrong ones end the command with code 2."""
    day = day_of("--known-on", known_on)
    if policies is not None and not policies.exists():
        stop(f"--policies {policies}: there is no such folder or file")
    try:
        folders = [policies] if policies is not None else None
        plugins = Plugins(without=without or ())
        return Engine.open(folders, runtime, day, plugins, assume is AssumeHistory.NONE)
    except (ValueError, FileNotFoundError) as error:
        stop(str(error))


def tell(found: list[Diagnostic]) -> None:
    """Write diagnostics to standard error, in order."""
    for diagnostic in in_order(found):
        err.print(diagnostic.text(), markup=False)


def check_out(path: Path | None) -> None:
    """Where a result cannot be written, say so before anything is done."""
    if path is not None and (path.is_dir() or not path.parent.is_dir()):
        there = "is a folder" if path.is_dir() else f"there is no folder {path.parent}"
        stop(f"--out {path}: {there}; name a file in a folder that is there")


def write(text: str, path: Path | None) -> None:
    """Write a result."""
    whole = (text + "\n").encode("utf-8", "backslashreplace")  # half a character, as JSON writes it
    if path is None:
        sys.stdout.write(whole.decode("utf-8"))
    else:
        path.write_bytes(whole)


def counted(items: Iterable[T], what: str) -> Iterator[T]:
    """The items, of which nobody knows how many come; how many came is shown on standard error where that is a terminal."""
    if not err.is_terminal:
        yield from items
        return
    with Progress(TextColumn(what), MofNCompleteColumn(), console=err, transient=True) as progress:
        yield from progress.track(items, total=None)


def bar(items: Iterable[T], total: int, what: str) -> Iterator[T]:
    """The items, with a progress bar on standard error where that is a terminal and there are many."""
    if not err.is_terminal or total < FEW:
        yield from items
        return
    columns = (TextColumn(what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True) as progress:
        yield from progress.track(items, total=total)
