"""The command line: decide, explain, check, test, show. Results go to standard output, diagnostics to standard error."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from pathlib import Path
from typing import Annotated

import typer

from payerrules.cli import analyst, compare, trying, why
from payerrules.cli import check as checking
from payerrules.cli.common import (
    DONE,
    FINDINGS,
    LEDGER,
    UNREADABLE,
    WIDTH,
    Assume,
    Desk,
    Files,
    KnownOn,
    Policies,
    ReadAs,
    Runtime,
    Without,
    check_out,
    counted,
    err,
    opened,
    out,
    stop,
    tell,
)
from payerrules.cli.imports import import_files
from payerrules.cli.ledger import Entered
from payerrules.cli.ledger import app as ledger_app
from payerrules.cli.new import app as new_app
from payerrules.cli.plugins import list_plugins
from payerrules.cli.reading import Reading, known
from payerrules.cli.show import show
from payerrules.cli.tables import (
    add_decision,
    add_limits,
    decision_table,
    limits_table,
    missing_once,
    needs_history,
)
from payerrules.decide.engine import Engine, engine_version
from payerrules.golden.cases import cases_of
from payerrules.golden.changed import Touched, changed_files
from payerrules.golden.junit import junit
from payerrules.golden.record import record
from payerrules.golden.run import CaseResult, run_case, run_files
from payerrules.model.decision import Decision
from payerrules.model.diagnostic import Diagnostic, Severity
from payerrules.model.encounter import Encounter
from payerrules.payers.formats import LINES

app = typer.Typer(
    add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help="Decide claims by payer policy."
)
app.registered_commands += [
    *checking.commands.registered_commands,
    *analyst.commands.registered_commands,
    *compare.commands.registered_commands,
    *trying.commands.registered_commands,
    *why.commands.registered_commands,
]
app.add_typer(ledger_app, name="ledger")
app.add_typer(new_app, name="new")


TABLE = "table"


@app.command()
def decide(
    files: Files,
    format: Annotated[
        str,
        typer.Option("--format", help="table, json, ndjson, or what a plugin writes; left out: by --out, else table."),
    ] = "",
    read_as: ReadAs = "",
    policies: Policies = None,
    known_on: KnownOn = "",
    runtime: Runtime = "",
    assume_history: Assume = None,
    ledger: Annotated[
        str,
        typer.Option(
            "--ledger", help="Decide on what was decided before: a file, made where it is not there, or a URL."
        ),
    ] = "",
    batch: Annotated[
        int,
        typer.Option("--batch", min=1, help="With --ledger, how many claims are recorded together, or not at all."),
    ] = 100,
    limits: Annotated[
        bool, typer.Option("--limits", help="With the table, also one of the limits: what was counted, what is left.")
    ] = False,
    without: Without = None,
    out_path: Annotated[
        Path | None, typer.Option("--out", help="Write to this file instead of standard output.")
    ] = None,
) -> None:
    """Decide encounters: each line as it should be billed, and what the payer would do with it."""
    check_out(out_path)
    engine = opened(policies, runtime, known_on, assume_history, without)
    if not format:
        by_ending = engine.formats.by_ending(out_path, "write") if out_path else None
        format = by_ending.name if by_ending else TABLE
    elif format != TABLE:
        known(engine, format, "write")
    tell([d for d in engine.diagnostics if d.severity is Severity.ERROR])
    reading, by = Reading(files, engine, read_as), Entered(engine, ledger, batch) if ledger else None
    encounters = reading if format == LINES and out_path is None else counted(reading, "deciding")
    decided = by.decide(encounters) if by else ((one, engine.decide(one)) for one in encounters)

    def tell_all() -> None:
        reading.tell()
        if by:
            by.tell()

    with by.told_to_stop() if by else nullcontext():
        if format == TABLE:
            tabulate(decided, limits, out_path, tell_all)
        elif format == LINES:
            stream(engine, decided, out_path)
            tell_all()
        else:
            every = list(decided)
            tell_all()
            made = engine.formats.write(format, [decision for _, decision in every], [one for one, _ in every])
            if isinstance(made, Diagnostic):
                tell([made])
                raise typer.Exit(FINDINGS)
            write_bytes(made, out_path)
    raise typer.Exit(LEDGER if by and not by.kept else UNREADABLE if reading.unreadable else DONE)


def stream(engine: Engine, decided: Iterable[tuple[Encounter, Decision]], path: Path | None) -> None:
    """Write decisions one a line, each as soon as it is made: nothing is held, and whoever reads them need not wait."""
    with nullcontext(sys.stdout) if path is None else path.open("w", encoding="utf-8", newline="\n") as file:
        for encounter, decision in decided:
            made = engine.formats.write(LINES, [decision], [encounter])
            assert isinstance(made, bytes)  # a built-in format
            file.write(made.decode("utf-8"))
            file.flush()


def tabulate(
    decided: Iterable[tuple[Encounter, Decision]], limits: bool, path: Path | None, tell_all: Callable[[], None]
) -> None:
    """Show decisions as a table, of which no more is kept than its rows."""
    table, of_limits, patients = decision_table(), limits_table(), set[str]()
    for encounter, decision in decided:
        add_decision(table, decision)
        if limits:
            add_limits(of_limits, decision)
        if needs_history(encounter, decision):
            patients.add(encounter.patient)
    tell_all()
    tables = [table, of_limits] if limits else [table]
    if not table.row_count:
        err.print("no encounter was decided", markup=False)
    elif path is None:
        out.print(*tables)
    else:
        with path.open("w", encoding="utf-8") as file:
            Desk(file=file, width=WIDTH).print(*tables)
    if note := missing_once(patients):
        err.print(note, markup=False)


def write_bytes(content: bytes, path: Path | None) -> None:
    """Write a result as it is; to standard output as text, where it is text."""
    if path is not None:
        path.write_bytes(content)
        return
    try:
        sys.stdout.write(content.decode("utf-8"))
    except UnicodeDecodeError:
        sys.stdout.buffer.write(content)


@app.command()
def test(
    paths: Annotated[list[Path] | None, typer.Argument(help="Golden files or folders; left out: tests/golden.")] = None,
    do_record: Annotated[bool, typer.Option("--record", help="Write what was decided into the files.")] = False,
    changed: Annotated[
        bool, typer.Option("--changed", help="Only cases that changes since a commit can touch (git).")
    ] = False,
    since: Annotated[str, typer.Option("--since", help="The commit that --changed goes by.")] = "HEAD",
    junit_path: Annotated[Path | None, typer.Option("--junit", help="Write the results as JUnit XML as well.")] = None,
    policies: Policies = None,
    runtime: Runtime = "",
    without: Without = None,
) -> None:
    """Run golden files and the examples of policies. Exit code 1 on a difference."""
    engine = opened(policies, runtime, "", None, without)
    chosen = list(paths or [Path("tests/golden")])
    for path in chosen:
        if not path.exists():
            stop(f"{path}: there is no such file or folder")
    results: list[CaseResult] = []
    found: list[Diagnostic] = []
    try:
        touched = Touched(engine, changed_files(since)) if changed else None
    except LookupError as error:
        stop(str(error.args[0]))
    for one in run_files(chosen, engine, touched):
        if isinstance(one, CaseResult):
            results.append(one)
        else:
            found.append(one)
    results += [one for one in examples(engine) if touched is None or touched(one.case)]
    if do_record:
        files, left = record(results)
        found += [one for result in results for one in result.wrong if one.code != "missing-expectation"]
        tell(found)
        for path in files:
            out.print(f"wrote {path}", markup=False)
        for told in left:
            err.print(f"left to you: {told}", markup=False)
        raise typer.Exit(FINDINGS if left or found else DONE)
    tell(found)
    if junit_path is not None:
        junit_path.write_text(junit(results, found), encoding="utf-8")
    failed = [result for result in results if not result.passed]
    for result in failed:
        err.print(result.report() + "\n", markup=False)
    counts = Counter(result.passed for result in results)
    out.print(f"{counts[True]} passed, {counts[False]} failed")
    if not results and not found and not changed:
        stop("no golden case was found: golden files end in .golden.yaml")
    raise typer.Exit(FINDINGS if failed or found else DONE)


def examples(engine: Engine) -> list[CaseResult]:
    """The examples that policies carry, run as golden cases."""
    found = []
    for editions in engine.library.shelf.values():
        for text in editions:
            found += [run_case(case, engine) for case in cases_of(text.examples, text.path)]
    return found


app.command()(show)


app.command("plugins")(list_plugins)


def show_version(value: bool) -> None:
    """Print the version and leave."""
    if value:
        out.print(engine_version())
        raise typer.Exit(DONE)


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=show_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Decide claims by payer policy: YAML in, decisions with their reasons out."""


app.command("import")(import_files)


def run() -> None:
    """The entry point of the command `payerrules`."""
    app()


__all__ = ["Decision", "app", "run"]
