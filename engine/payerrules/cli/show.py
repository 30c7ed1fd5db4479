"""`payerrules show`: a policy as a page of English, or as a flowchart."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from payerrules.cli.common import DONE, FINDINGS, Policies, Without, check_out, day_of, err, opened, stop, write
from payerrules.decide.engine import Engine
from payerrules.language.policy import PolicyText
from payerrules.language.spelling import remedy
from payerrules.show.flow import flow_of
from payerrules.show.html import as_html
from payerrules.show.mermaid import as_mermaid
from payerrules.show.page import page
from payerrules.show.subject import Subject
from payerrules.show.svg import as_svg


class As(StrEnum):
    """How a policy is shown."""

    PAGE = "page"
    HTML = "html"
    FLOWCHART = "flowchart"
    MERMAID = "mermaid"


def show(
    policy: Annotated[
        str, typer.Argument(help="A policy by its name, such as medicare/outpatient-therapy, or a file.")
    ],
    form: Annotated[
        As,
        typer.Option(
            "--as", help="page: Markdown; html: the same for a browser; flowchart: a picture in SVG; mermaid: its text."
        ),
    ] = As.PAGE,
    as_of: Annotated[str, typer.Option("--as-of", help="Only what is in force on this day, YEAR-MONTH-DAY.")] = "",
    rule: Annotated[
        list[str] | None,
        typer.Option("--rule", help="In a flowchart: only this rule or limit; may be given several times."),
    ] = None,
    out_path: Annotated[
        Path | None, typer.Option("--out", help="Write to this file instead of standard output.")
    ] = None,
    policies: Policies = None,
    without: Without = None,
) -> None:
    """Read a policy back as English sentences, or draw it, to be held against the payer's manual."""
    day = day_of("--as-of", as_of)
    check_out(out_path)
    picture = form in (As.FLOWCHART, As.MERMAID)
    if rule and not picture:
        stop("--rule is for pictures: give --as flowchart or --as mermaid with it")
    engine = opened(policies, "reference", "", None, without)
    if policy.endswith(".yaml"):
        if not Path(policy).is_file():
            stop(f"{policy}: there is no such file")
        engine = engine.with_policy(Path(policy))
        chosen = [t for e in engine.library.shelf.values() for t in e if Path(t.path) == Path(policy)]
    else:
        chosen = list(engine.library.shelf.get(policy, ()))
    if not chosen:
        stop(f"there is no policy `{policy}`. {remedy(policy, engine.library.shelf, 'There are')}")
    subjects = list(subjects_of(chosen, engine, day))
    if not subjects:
        stop(f"no edition of `{policy}` is in force on {as_of}")
    if picture:
        subject = subjects[-1]
        if len(subjects) > 1:
            err.print(f"drawn is the last of {len(subjects)} editions; --as-of DATE draws another", markup=False)
        try:
            flow = flow_of(subject, tuple(rule or ()))
        except LookupError as error:
            stop(str(error.args[0]))
        text = as_svg(flow) if form is As.FLOWCHART else as_mermaid(flow)
    else:
        text = "\n".join(page(subject) for subject in subjects)
        if form is As.HTML:
            text = as_html(text, subjects[0].meaning.title)
    write(text.rstrip("\n"), out_path)
    raise typer.Exit(DONE)


def subjects_of(chosen: list[PolicyText], engine: Engine, day: int | None) -> Iterator[Subject]:
    """The editions to be shown, in the order of their dates; with a day only what is in force on it."""
    for text in chosen:
        if text.label in engine.library.broken:
            stop(f"{text.label} has errors: run `payerrules check`", FINDINGS)
        for composed in engine.library.composed[text.label]:
            for window in composed.windows:
                if day is None or window.holds(day):
                    meaning = engine.library.meaning(composed, window)
                    yield Subject(meaning, composed, engine.vocabulary, day)
