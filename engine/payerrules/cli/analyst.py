"""Commands of the analyst's loop: what the golden files exercise, which changes they notice, what an edit does."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from payerrules.analysis.collect import collect, golden_text
from payerrules.analysis.exercise import exercise as exercised
from payerrules.analysis.exercise_page import exercise_page
from payerrules.analysis.holes import fill
from payerrules.analysis.mutants import CAUGHT, MISSED, REFUSED, SAME, Lab, run_mutants
from payerrules.analysis.seek import Seeker
from payerrules.analysis.study import Shelf, bench, decidable, golden_cases, studied, with_brought
from payerrules.cli.common import (
    DONE,
    FINDINGS,
    Policies,
    err,
    out,
    stop,
    tell,
)
from payerrules.decide.engine import Engine
from payerrules.golden.written import case_text, flow
from payerrules.language.spelling import remedy
from payerrules.model.diagnostic import Severity

commands = typer.Typer()
FailUnder = Annotated[
    int, typer.Option("--fail-under", min=0, max=100, help="Exit code 1 where fewer of a hundred are reached.")
]
Html = Annotated[Path | None, typer.Option("--html", help="Write a page to this file as well.")]
GoldenPaths = Annotated[
    list[Path] | None, typer.Argument(help="Golden files or folders; left out: tests/golden.", show_default=False)
]
Named = Annotated[
    list[str] | None,
    typer.Option("--policy", help="Only what this policy or base says itself; may be given several times."),
]


def golden_paths(paths: list[Path] | None) -> list[Path]:
    """The golden files or folders that a command is about."""
    chosen = list(paths or [Path("tests/golden")])
    for path in chosen:
        if not path.exists():
            stop(f"{path}: there is no such file or folder")
    return chosen


def benched(policies: Path | None, names: list[str] | None) -> Engine:
    """An engine for studies; a name that no policy has ends the command."""
    try:
        engine = bench(policies)
    except FileNotFoundError as error:
        stop(str(error))
    tell([d for d in engine.diagnostics if d.severity is Severity.ERROR])
    for name in names or ():
        if name not in engine.library.shelf:
            stop(f"there is no policy `{name}`. {remedy(name, engine.library.shelf, 'There are')}")
    return engine


@commands.command()
def exercise(
    paths: GoldenPaths = None,
    fail_under: FailUnder = 0,
    html: Html = None,
    policy: Named = None,
    cases: Annotated[bool, typer.Option("--cases", help="Print the encounters that would fill the holes.")] = False,
    policies: Policies = None,
) -> None:
    """Tell what the golden files exercise of the policies, by meaning, and which holes they leave. Plugins take no part."""
    golden, wrong = golden_cases(golden_paths(paths))
    engine, brought = with_brought(benched(policies, policy), golden)
    tell(wrong)
    found = list(studied(engine, decidable(engine, golden)))
    if not found:
        stop("no golden case was found: golden files end in .golden.yaml")
    result = exercised(engine, found, policy or (), brought)
    fill(result, found, Seeker(engine))
    for target in result.holes:
        where = f"{target.at.file}:{target.at.line}: " if target.at else ""
        out.print(
            f"{where}{target.text()}{'' if target in result.fills else ' (no encounter found)'}",
            markup=False,
            soft_wrap=True,
        )
        if cases and target in result.fills:
            out.print(case_text(target.text(), result.fills[target], {}), markup=False, soft_wrap=True)
    if html is not None:
        titles = {r.id: r.title for m in Shelf.of(engine).meanings.values() for r in m.rules}
        html.write_text(exercise_page(result, titles), encoding="utf-8")
        err.print(f"wrote {html}", markup=False)
    kinds = Counter(target.kind for target in result.holes)
    listed = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
    out.print(
        f"{result.percent}% exercised: {len(result.reached)} reached, {len(result.holes)} holes{f' ({listed})' if listed else ''}, "
        f"{len(result.impossible)} that nothing can reach",
        soft_wrap=True,
    )
    raise typer.Exit(FINDINGS if result.percent < fail_under else DONE)


@commands.command()
def mutants(
    paths: GoldenPaths = None,
    fail_under: FailUnder = 0,
    policy: Named = None,
    cases: Annotated[bool, typer.Option("--cases", help="Print the golden cases that would notice.")] = False,
    write: Annotated[
        Path | None,
        typer.Option(
            "--write", help="Write the few golden cases that notice all that can be, to be held against the manual."
        ),
    ] = None,
    jobs: Annotated[int, typer.Option("--jobs", min=1, help="So many processes.")] = 2,
    memory: Annotated[
        Path, typer.Option("--memory", help="What earlier runs found; only what has changed since is run again.")
    ] = Path(".payerrules/mutants.json"),
    fresh: Annotated[bool, typer.Option("--fresh", help="Run everything again.")] = False,
    suggest: Annotated[
        bool, typer.Option("--suggest/--no-suggest", help="Look for a case that would notice each missed mutant.")
    ] = True,
    proofs: Annotated[
        bool, typer.Option("--proofs", help="Print the mutants that mean the same as the policy, each with the proof.")
    ] = False,
    policies: Policies = None,
) -> None:
    """Change one thing in a policy at a time, and tell which changes no golden case notices. Plugins take no part."""
    benched(policies, policy)
    golden = golden_paths(paths)
    if fresh and memory.is_file():
        memory.unlink()
    report = run_mutants(policies, golden, policy or (), jobs, memory, suggest=suggest)
    for number, one in enumerate(report.of(MISSED), 1):
        where = f"{one.place}: " if one.place else ""
        rest = "" if one.suggestion or not suggest else " (no encounter was found that tells it)"
        if one.suggestion and one.suggestion.case:
            rest = f" (would be noticed if {one.suggestion.case} expected {flow(one.suggestion.expect)})"
        out.print(f"{where}{one.name}{rest}", markup=False, soft_wrap=True)
        if cases and one.suggestion:
            named = {**one.suggestion.encounter, "encounter": f"mutant-{number}"}
            out.print(case_text(one.name, named, one.suggestion.expect), markup=False, soft_wrap=True)
    for one in report.of(SAME) if proofs else ():
        where = f"{one.place}: " if one.place else ""
        out.print(f"{where}{one.name} [means the same: {one.by}]", markup=False, soft_wrap=True)
    if write is not None:
        collected = collect(Lab.open(policies, golden, policy or ()), report.of(MISSED))
        write.write_text(golden_text(collected, write.name.partition(".")[0]), encoding="utf-8")
        err.print(
            f"wrote {write}: {len(collected)} cases as the policies decide them; hold each against the manual",
            markup=False,
        )
    ends = {end: len(report.of(end)) for end in (CAUGHT, REFUSED, MISSED, SAME)}
    out.print(
        f"{report.percent}% noticed: {ends[CAUGHT] + ends[REFUSED]} of {len(report.judged) - ends[SAME]} mutants "
        f"({ends[REFUSED]} refused by the check), {ends[MISSED]} missed; {ends[SAME]} mean the same as the policy; "
        f"{report.kept} known from an earlier run",
        soft_wrap=True,
    )
    raise typer.Exit(FINDINGS if report.percent < fail_under else DONE)
