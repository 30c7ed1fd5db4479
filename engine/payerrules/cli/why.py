"""The command `explain`: the shortest set of reasons for a line, and what would have to be otherwise."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from payerrules.analysis.counterfactual import WhatIf, settling
from payerrules.cli.common import (
    DONE,
    UNREADABLE,
    WRONG_USE,
    Assume,
    KnownOn,
    Policies,
    ReadAs,
    Runtime,
    Without,
    opened,
    out,
    stop,
)
from payerrules.cli.reading import read
from payerrules.decide.engine import Engine
from payerrules.decide.explain import explained, titles
from payerrules.model.decision import Decision
from payerrules.model.encounter import Encounter

commands = typer.Typer()


@commands.command()
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
    read_as: ReadAs = "",
    without: Without = None,
) -> None:
    """Say why a line was decided so, why a rule did not fire, and what would have to be otherwise."""
    engine = opened(policies, runtime, known_on, assume_history, without)
    encounters, unreadable = read([file], engine, read_as=read_as)
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
    told = otherwise(engine, chosen[0], line, rule) if rule else settled(engine, chosen[0], decision, line)
    out.print("\n\n".join([text, *told]), markup=False, soft_wrap=True)
    raise typer.Exit(UNREADABLE if unreadable else DONE)


def settled(engine: Engine, encounter: Encounter, decision: Decision, line: int) -> list[str]:
    """The one reason that is enough for the line's outcome, how many others there are, and what would lift it."""
    asked = WhatIf.of(engine, encounter)
    if asked.now is None:
        return []
    enough, others = settling(asked.now, line)
    outcome = next(one.as_submitted.outcome for one in decision.lines if one.line == line)
    if not enough or outcome == "pay":
        return []
    rule = enough[0].verdict.rule
    title = titles(engine.library).get(rule.id, "")
    head = f"Enough for {outcome}: {rule.id}{f': {title}' if title else ''}"
    head += f" (and {len(others)} other rule{'s' * (len(others) != 1)} as strong)" if others else ""
    found = asked.not_to_strike(line, rule)
    return [head + (f"\n  {found.text('It would not strike if it were otherwise:')}" if found else "")]


def otherwise(engine: Engine, encounter: Encounter, line: int, rule: str) -> list[str]:
    """For each rule that is asked about and did not fire: what would have to be otherwise, as deciding confirms."""
    asked = WhatIf.of(engine, encounter)
    told = []
    for one in asked.rules(line, rule):
        if asked.now is None or asked.comes_out(asked.now, line, one, fires=True):
            continue
        found = asked.to_fire(line, one)
        if found is None:
            told.append(f"Nothing was found that would make {one.id} apply.")
        else:
            told.append(found.text(f"{one.id} would apply if it were otherwise:"))
    return told
