"""Commands that compare: two editions in an analyst's words, and what the difference does to claims."""

from __future__ import annotations

import json
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from payerrules.analysis.edits import changes_between
from payerrules.analysis.impact import FIRST, Impact
from payerrules.analysis.impact import impact as impact_of
from payerrules.analysis.impact_page import impact_page, signed
from payerrules.analysis.sides import Side, open_side, open_sides
from payerrules.analysis.study import cases_for
from payerrules.cli.common import DONE, UNREADABLE, WIDTH, Desk, Policies, ReadAs, Without, err, out, stop, tell, write
from payerrules.cli.reading import read
from payerrules.formats.encounter_reader import encounter_from_dict
from payerrules.model.diagnostic import visible
from payerrules.model.encounter import Encounter
from payerrules.payers.formats import Formats
from payerrules.payers.manager import Plugins

commands = typer.Typer()
One = Annotated[str, typer.Argument(help="A folder, a policy file, or NAME@EDITION.", show_default=False)]
Other = Annotated[str, typer.Argument(help="The same, to compare with.", show_default=False)]


class Shape(StrEnum):
    """What a comparison is written as."""

    TABLE = "table"
    JSON = "json"
    HTML = "html"


def opened_side(text: str, policies: Path | None) -> Side:
    """A side; what cannot be opened ends the command."""
    try:
        return open_side(text, policies)
    except LookupError as error:
        stop(str(error.args[0]))


@commands.command()
def diff(one: One, other: Other, policies: Policies = None) -> None:
    """Tell in words what differs between two editions, files or folders of policies. Exit code 0 in any case."""
    sides = [opened_side(text, policies) for text in (one, other)]
    found = changes_between(sides[0].meanings, sides[1].meanings)
    for policy in dict.fromkeys(change.policy for change in found):
        out.print(policy, markup=False)
        for change in found:
            if change.policy == policy:
                out.print(f"  {change.name}", markup=False, soft_wrap=True)
    if not found:
        out.print("they say the same")
    raise typer.Exit(DONE)


@commands.command()
def impact(
    one: One,
    other: Other,
    claims: Annotated[
        list[Path] | None, typer.Option("--claims", help="Claims to decide by both, of any format that is read.")
    ] = None,
    golden: Annotated[
        list[Path] | None, typer.Option("--golden", help="Golden files whose encounters are claims too.")
    ] = None,
    format: Annotated[Shape, typer.Option("--format", help="table, json or html.")] = Shape.TABLE,
    out_path: Annotated[
        Path | None, typer.Option("--out", help="Write to this file instead of standard output.")
    ] = None,
    read_as: ReadAs = "",
    policies: Policies = None,
    without: Without = None,
) -> None:
    """Tell which claims change from one side to the other, by which edit, with counts, dollars and the first ten of each.

    Two editions of one policy each decide the days of both, as if the one had been in force in place of the other.
    Plugins read claims in their formats, and add nothing to them and override nothing: what is compared is the policies.
    """
    try:
        sides = open_sides(one, other, policies)
    except LookupError as error:
        stop(str(error.args[0]))
    if claims:
        sides[0].engine.formats = formats_with_plugins(sides[0], without or ())
    encounters, unreadable = claims_of(claims or [], golden or [], sides[0], read_as)
    if not encounters:
        stop("no claim was given: name files with --claims, or golden files with --golden")
    found = impact_of(sides[0], sides[1], encounters)
    match format:
        case Shape.JSON:
            write(json.dumps(found.to_dict(), indent=1, ensure_ascii=False), out_path)
        case Shape.HTML:
            write(impact_page(found), out_path)
        case _ if out_path is not None:
            with out_path.open("w", encoding="utf-8") as file:
                told(found, Desk(file=file, width=WIDTH))
        case _:
            told(found, out)
    raise typer.Exit(UNREADABLE if unreadable else DONE)


def formats_with_plugins(side: Side, without: Iterable[str]) -> Formats:
    """The formats that are built in and those of plugins, of which nothing else is used; one that cannot be used is told."""
    try:
        plugins = Plugins(without=without)
    except ValueError as error:
        stop(str(error))
    made = Formats(plugins, side.engine.vocabulary, side.engine.formats.payers)
    for fault in plugins.faults:
        err.print(f"{fault}; what it reads is not read", markup=False)
    return made


def claims_of(claims: list[Path], golden: list[Path], side: Side, read_as: str = "") -> tuple[list[Encounter], bool]:
    """The claims of files and of golden files, and whether something could not be read."""
    encounters, unreadable = read(claims, side.engine, read_as=read_as)
    for path in golden:
        if not path.exists():
            stop(f"{path}: there is no such file or folder")
    cases, wrong = cases_for(side.engine, golden)
    if golden:
        encounters += [encounter_from_dict(case.encounter, side.engine.vocabulary, case.file) for case in cases]
    tell(wrong)
    return encounters, unreadable


def told(found: Impact, console: Console) -> None:
    """The impact as tables."""
    for group in found.groups:
        table = Table(
            title=f"{group.words} ({len(group.claims)} claims, {signed(f'{group.dollars:.2f}')})", title_justify="left"
        )
        for name in ("claim", "what changes", "before", "after"):
            table.add_column(name, justify="right" if name in ("before", "after") else "left")
        for claim in group.claims[:FIRST]:
            table.add_row(
                visible(claim.id), visible("\n".join(claim.lines)), f"{claim.before:.2f}", f"{claim.after:.2f}"
            )
        console.print(table, markup=False)
        if len(group.claims) > FIRST:
            console.print(f"and {len(group.claims) - FIRST} more")
    dollars = signed(found.to_dict()["dollars"])
    console.print(
        f"{found.changed} of {found.total} claims change, by {len(found.changes)} differences; {dollars} allowed as submitted"
    )
