"""The import command: read published code files, write dated tables, and say what has changed."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from payerrules.cli.common import DONE, UNREADABLE, stop, tell
from payerrules.imports.layouts import KINDS
from payerrules.imports.reading import read_files
from payerrules.imports.store import Stored, store
from payerrules.model.diagnostic import Diagnostic, Severity

SIGNS = {"added": "+", "removed": "-", "changed": "~"}


def import_files(
    kind: Annotated[str, typer.Argument(help=f"What the files hold: {', '.join(KINDS)}.")],
    files: Annotated[list[Path], typer.Argument(help="Files as published: zip, txt, csv, xlsx; all parts at once.")],
    data: Annotated[Path, typer.Option("--data", help="Folder of the tables.")] = Path("data"),
    first: Annotated[str, typer.Option("--from", help="First day the files hold, where no name tells it.")] = "",
    last: Annotated[str, typer.Option("--through", help="Last day; left out: the end of the quarter or year.")] = "",
    table: Annotated[str, typer.Option("--table", help="Name of the table, where nothing tells it.")] = "",
    show: Annotated[int, typer.Option("--show", help="How many changes to list.")] = 20,
) -> None:
    """Import published code files as dated tables: ncci, mue, aoc, pprrvu, gpci, icd10, modifiers."""
    if kind not in KINDS:
        stop(f"`{kind}` is nothing that can be imported: say {', '.join(KINDS)}")
    days = {name: parsed(name, text) for name, text in (("--from", first), ("--through", last))}
    if days["--from"] and days["--through"] and days["--from"] > days["--through"]:
        stop(f"--through {last} is before --from {first}")
    made, found = read_files(files, KINDS[kind], first=days["--from"], last=days["--through"], table=table)
    for one in sorted(made, key=lambda one: (one.table, one.first)):
        if not one.rows:
            continue
        try:
            stored, wrong = store(one, data)
        except OSError as error:
            stop(f"--data {data}: {error.strerror or error}")
        found += wrong
        for line in report(stored, show):
            typer.echo(line)
    tell(found)
    raise typer.Exit(UNREADABLE if wrong_at_all(found) else DONE)


def parsed(name: str, text: str) -> date | None:
    """A date of an option; one that is none ends the command."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        stop(f"{name} {text} is no date: write YEAR-MONTH-DAY, such as 2026-01-31")


def wrong_at_all(found: list[Diagnostic]) -> bool:
    """Whether something could not be read."""
    return any(diagnostic.severity is Severity.ERROR for diagnostic in found)


def report(stored: Stored, show: int) -> list[str]:
    """What was imported and what has changed, as lines of text."""
    lines = [f"{stored.table}: {stored.rows:,} rows from {stored.first} through {stored.last}, in {stored.path}"]
    if stored.same:
        return [*lines, "  the same edition was there already"]
    if not stored.before:
        return [*lines, "  the first edition of this table"]
    counts = ", ".join(f"{stored.count(kind):,} {kind}" for kind in SIGNS)
    lines.append(f"  since {stored.before}: {counts}")
    for kind, key, before, after in stored.changes[:show]:
        was, now = " ".join(c for c in before if c not in after), " ".join(c for c in after if c not in before)
        shown = f"{was} -> {now}" if kind == "changed" else was or now
        lines.append(f"  {SIGNS[kind]} {' '.join(key).strip()}  {shown}")
    if len(stored.changes) > show:
        lines.append(f"  and {len(stored.changes) - show:,} more, in {stored.path.parent / stored.table}")
    return lines
