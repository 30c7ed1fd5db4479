"""The command `try`: a policy on an encounter, again on every save."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

import typer

from payerrules.analysis.trying import Attempt, Trial, what_changed
from payerrules.cli.common import DONE, FINDINGS, Policies, ReadAs, Runtime, Without, err, opened, out, stop, tell
from payerrules.cli.reading import known
from payerrules.cli.tables import decision_table

commands = typer.Typer()


@commands.command("try")
def try_policy(
    policy: Annotated[Path, typer.Argument(help="A policy file.", show_default=False)],
    encounters: Annotated[
        list[Path], typer.Argument(help="Encounter files, of any format that is read.", show_default=False)
    ],
    watch: Annotated[bool, typer.Option("--watch", help="Go on: again on every save, until Ctrl-C.")] = False,
    read_as: ReadAs = "",
    policies: Policies = None,
    runtime: Runtime = "",
    without: Without = None,
) -> None:
    """Check a policy and decide encounters by it, in place of all editions of the same name; show what a save changes."""
    for path in (policy, *encounters):
        if not path.is_file():
            stop(f"{path}: there is no such file")
    engine = opened(policies, runtime, "", None, without)
    if read_as:
        known(engine, read_as, "read")
    trial = Trial(engine, policy, encounters, read_as)
    last = shown(trial.attempt(), None)
    if watch:
        with contextlib.suppress(KeyboardInterrupt):
            follow(trial, last, saves([policy, *encounters]))
        raise typer.Exit(DONE)
    raise typer.Exit(DONE if last.usable else FINDINGS)


def saves(paths: list[Path]) -> Iterable[object]:
    """One item each time that one of the files is saved."""
    try:
        from watchfiles import watch
    except ImportError:
        stop("--watch needs the package watchfiles: install payerrules[watch]")
    wanted = {path.resolve() for path in paths}
    folders = sorted({path.parent for path in wanted})
    return watch(
        *folders, watch_filter=lambda _, name: Path(name).resolve() in wanted, debounce=200, step=30, recursive=False
    )


def follow(trial: Trial, last: Attempt, saved: Iterable[object]) -> Attempt:
    """Try again on every save, and show what changed since the last time that the policy could be used."""
    for _ in saved:
        last = shown(trial.attempt(), last)
    return last


def shown(made: Attempt, before: Attempt | None) -> Attempt:
    """Show an attempt: all of it the first time, then what is otherwise; gives back the last one that could be used."""
    tell(made.found)
    if not made.usable:
        err.print("the policy has errors; the last decisions stand" if before else "the policy has errors")
        return before or made
    if before is None or not before.usable:
        out.print(decision_table(made.decisions))
        return made
    changes = what_changed(before, made)
    for line in changes:
        out.print(line, markup=False, soft_wrap=True)
    if not changes:
        out.print("nothing comes out otherwise")
    return made
