"""The command line: decide, explain, check, test, show. Results go to standard output, diagnostics to standard error."""

from __future__ import annotations

import json
from collections import Counter
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from payerrules.cli.analyst import commands
from payerrules.cli.common import (
    DONE,
    FINDINGS,
    LEDGER,
    UNREADABLE,
    WRONG_USE,
    Assume,
    Files,
    KnownOn,
    Policies,
    Runtime,
    bar,
    check_out,
    err,
    opened,
    out,
    stop,
    tell,
    write,
)
from payerrules.cli.imports import import_files
from payerrules.cli.ledger import app as ledger_app
from payerrules.cli.ledger import entered
from payerrules.cli.show import show
from payerrules.cli.tables import decision_table, limits_table, missing_once
from payerrules.decide.engine import Engine, engine_version
from payerrules.decide.explain import explained
from payerrules.formats.files import read_file
from payerrules.golden.cases import cases_of
from payerrules.golden.record import record
from payerrules.golden.run import CaseResult, run_case, run_files
from payerrules.library.check import check_files
from payerrules.library.library import Library
from payerrules.library.lock import write_lock
from payerrules.library.shipped import shipped_policies
from payerrules.model.decision import Decision
from payerrules.model.diagnostic import Diagnostic, Severity
from payerrules.model.encounter import Encounter

app = typer.Typer(
    add_completion=False, no_args_is_help=True, pretty_exceptions_enable=False, help="Decide claims by payer policy."
)
app.registered_commands += commands.registered_commands
app.add_typer(ledger_app, name="ledger")


class Format(StrEnum):
    """What `decide` writes."""

    TABLE = "table"
    JSON = "json"


def read(files: list[Path], engine: Engine, *, quiet: bool = False) -> tuple[list[Encounter], bool]:
    """The encounters of files, and whether something could not be read; what is wrong has been told."""
    encounters: list[Encounter] = []
    found: list[Diagnostic] = []
    for path in files:
        for one in read_file(path, engine.vocabulary, engine.folders):
            if isinstance(one, Encounter):
                encounters.append(one)
                found += one.unread
            else:
                found.append(one)
    found += repeated(encounters)
    if not quiet:
        tell(found)
    return encounters, any(d.severity is Severity.ERROR for d in found)


def repeated(encounters: list[Encounter]) -> list[Diagnostic]:
    """Encounters that come more than once in a run: each is decided, and a person should know."""
    counts = Counter(one.id for one in encounters)
    hint = "Give each its own id; one that is sent anew replaces the one before."
    return [
        Diagnostic("encounter-repeated", f"encounter `{id_}` comes {count} times", None, hint, Severity.WARNING)
        for id_, count in counts.items()
        if count > 1 and id_ != "?"
    ]


@app.command()
def decide(
    files: Files,
    format: Annotated[Format, typer.Option("--format", help="table or json.")] = Format.TABLE,
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
    limits: Annotated[
        bool, typer.Option("--limits", help="With the table, also one of the limits: what was counted, what is left.")
    ] = False,
    out_path: Annotated[
        Path | None, typer.Option("--out", help="Write to this file instead of standard output.")
    ] = None,
) -> None:
    """Decide encounters: each line as it should be billed, and what the payer would do with it."""
    check_out(out_path)
    engine = opened(policies, runtime, known_on, assume_history)
    tell([d for d in engine.diagnostics if d.severity is Severity.ERROR])
    encounters, unreadable = read(files, engine)
    decisions, kept = entered(engine, encounters, ledger) if ledger else (decided(engine, encounters), True)
    if format is Format.JSON:
        made: list[dict[str, Any]] = [decision.to_dict() for decision in decisions]
        text = json.dumps(made[0] if len(made) == 1 else made, indent=1, ensure_ascii=False)
        write(text, out_path)
    elif not decisions:
        err.print("no encounter was decided", markup=False)
    else:
        tables = [decision_table(decisions), *([limits_table(decisions)] if limits else [])]
        if out_path is None:
            out.print(*tables)
        else:
            with out_path.open("w", encoding="utf-8") as file:
                Console(file=file, width=140, highlight=False).print(*tables)
    if (note := missing_once(decisions, encounters)) and format is Format.TABLE:
        err.print(note, markup=False)
    raise typer.Exit(LEDGER if not kept else UNREADABLE if unreadable else DONE)


def decided(engine: Engine, encounters: list[Encounter]) -> list[Decision]:
    """The decisions on encounters, each by itself."""
    return [engine.decide(encounter) for encounter in bar(encounters, len(encounters), "deciding")]


@app.command()
def explain(
    file: Annotated[Path, typer.Argument(help="An encounter file.", show_default=False)],
    line: Annotated[int, typer.Option("--line", help="The number of the line.")],
    rule: Annotated[str, typer.Option("--rule", help="A rule, by its id or the end of it: why, or why not.")] = "",
    encounter: Annotated[
        str, typer.Option("--encounter", help="Which encounter of the file; left out: the first.")
    ] = "",
    policies: Policies = None,
    known_on: KnownOn = "",
    runtime: Runtime = "",
    assume_history: Assume = None,
) -> None:
    """Say why a line was decided so, and why a rule did not fire."""
    engine = opened(policies, runtime, known_on, assume_history)
    encounters, unreadable = read([file], engine)
    chosen = [one for one in encounters if not encounter or one.id == encounter]
    if not chosen:
        named = f"no encounter `{encounter}` in {file}" if encounter else f"no encounter in {file}"
        stop(named, UNREADABLE if unreadable else WRONG_USE)
    decision = engine.decide(chosen[0])
    numbers = [one.line for one in decision.lines]
    if line not in numbers:
        stop(f"encounter {decision.encounter} has no line {line}; it has {', '.join(map(str, numbers)) or 'none'}")
    try:
        text = explained(decision, line, rule, engine.library)
    except LookupError as error:
        stop(str(error.args[0]))
    out.print(text, markup=False, soft_wrap=True)
    raise typer.Exit(UNREADABLE if unreadable else DONE)


@app.command()
def check(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Policy files or folders; left out: those that ship.")
    ] = None,
    lock: Annotated[
        bool, typer.Option("--lock", help="Write payerrules.lock of the folder: its editions are released.")
    ] = False,
) -> None:
    """Check policies: structure, links, types, dates, overlaps, the lock. Exit code 1 on an error."""
    chosen = list(paths or [shipped_policies()])
    for path in chosen:
        if not path.exists():
            stop(f"{path}: there is no such file or folder")
    if lock:
        for path in chosen:
            if not (path / "vocabulary.yaml").is_file():
                stop(f"{path} is no folder of policies with a vocabulary.yaml")
            library, _ = Library.open([path])
            out.print(f"wrote {write_lock(path, library)}", markup=False)
    found = check_files(chosen)
    tell(found)
    errors = sum(d.severity is Severity.ERROR for d in found)
    out.print(f"{errors} error{'s' * (errors != 1)}, {len(found) - errors} warning{'s' * (len(found) - errors != 1)}")
    raise typer.Exit(FINDINGS if errors else DONE)


@app.command()
def test(
    paths: Annotated[list[Path] | None, typer.Argument(help="Golden files or folders; left out: tests/golden.")] = None,
    do_record: Annotated[bool, typer.Option("--record", help="Write what was decided into the files.")] = False,
    policies: Policies = None,
    runtime: Runtime = "",
) -> None:
    """Run golden files and the examples of policies. Exit code 1 on a difference."""
    engine = opened(policies, runtime, "", None)
    chosen = list(paths or [Path("tests/golden")])
    for path in chosen:
        if not path.exists():
            stop(f"{path}: there is no such file or folder")
    results: list[CaseResult] = []
    found: list[Diagnostic] = []
    for one in run_files(chosen, engine):
        if isinstance(one, CaseResult):
            results.append(one)
        else:
            found.append(one)
    results += examples(engine)
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
    failed = [result for result in results if not result.passed]
    for result in failed:
        err.print(result.report() + "\n", markup=False)
    counts = Counter(result.passed for result in results)
    out.print(f"{counts[True]} passed, {counts[False]} failed")
    if not results and not found:
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


@app.command()
def plugins() -> None:
    """List the plugins that are installed, what each does, and what is wrong with them."""
    engine = Engine.open()
    for name, version in sorted(engine.plugins.versions.items()):
        plugin = engine.plugins.manager.get_plugin(name)
        hooks = sorted(caller.name for caller in engine.plugins.manager.get_hookcallers(plugin) or ())
        out.print(f"{name} {version}: {', '.join(hooks)}", markup=False)
    for fault in engine.plugins.faults:
        err.print(fault, markup=False)
    raise typer.Exit(FINDINGS if engine.plugins.faults else DONE)


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
