"""The commands for policy files: check them, and write the schemas by which an editor completes them."""

from __future__ import annotations

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from payerrules.cli.common import DONE, FINDINGS, Without, err, out, stop, tell, write
from payerrules.cli.findings_output import as_json, as_sarif
from payerrules.decide.engine import engine_version
from payerrules.formats.payer_lists import payer_directory
from payerrules.language.schemas import publish
from payerrules.library.check import check_files
from payerrules.library.editor import write_schema
from payerrules.library.library import Library, policy_files
from payerrules.library.lock import write_lock
from payerrules.library.shipped import shipped_policies
from payerrules.model.diagnostic import Diagnostic, Severity, in_order
from payerrules.payers.manager import Plugins

commands = typer.Typer()


class FindingsFormat(StrEnum):
    """How `check` writes what it finds."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"


@commands.command()
def check(
    paths: Annotated[
        list[Path] | None, typer.Argument(help="Policy files or folders; left out: those that ship.")
    ] = None,
    lock: Annotated[
        bool, typer.Option("--lock", help="Write payerrules.lock of the folder: its editions are released.")
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit code 1 on a warning too.")] = False,
    format: Annotated[
        FindingsFormat, typer.Option("--format", help="text, json, or sarif for code hosts and editors.")
    ] = FindingsFormat.TEXT,
    out_path: Annotated[
        Path | None, typer.Option("--out", help="Write json or sarif to this file instead of standard output.")
    ] = None,
    without: Without = None,
) -> None:
    """Check policies: structure, links, types, dates, the lock, and what nobody can have meant. Exit code 1 on an error."""
    chosen = existing(paths or [shipped_policies()])
    if lock:
        for path in chosen:
            if not (path / "vocabulary.yaml").is_file():
                stop(f"{path} is no folder of policies with a vocabulary.yaml")
            library, _ = Library.open([path])
            (out if format is FindingsFormat.TEXT else err).print(f"wrote {write_lock(path, library)}", markup=False)
    found = checked(chosen, without)
    errors = sum(d.severity is Severity.ERROR for d in found)
    match format:
        case FindingsFormat.JSON:
            write(as_json(found), out_path)
        case FindingsFormat.SARIF:
            write(as_sarif(found, engine_version(), Path.cwd()), out_path)
        case FindingsFormat.TEXT:
            tell(found)
            warnings = len(found) - errors
            out.print(f"{errors} error{'s' * (errors != 1)}, {warnings} warning{'s' * (warnings != 1)}")
    raise typer.Exit(FINDINGS if errors or (strict and found) else DONE)


def checked(paths: list[Path], without: list[str] | None) -> list[Diagnostic]:
    """What is wrong with policies; plugins are asked for their facts where a policy names one that is not among the engine's."""
    lists = payer_directory(path for path in paths if path.is_dir()).wrong
    today = date.today().toordinal()
    found = in_order([*check_files(paths, today=today), *lists])
    if without or any(finding.code == "unknown-fact" for finding in found):
        try:
            vocabularies, wrong = Plugins(without=without or ()).vocabularies()
        except ValueError as error:
            stop(str(error))
        if vocabularies:
            return in_order([*check_files(paths, vocabularies=vocabularies, today=today), *wrong, *lists])
    return found


@commands.command()
def schema(
    paths: Annotated[list[Path], typer.Argument(help="Policy files, or folders of them.")],
    out_path: Annotated[
        Path | None, typer.Option("--out", help="Only write the schema of one policy, to this file, self-contained.")
    ] = None,
) -> None:
    """Write the schema by which an editor completes each policy with its own names, and name it in the policy's first line.

    Of a folder with a vocabulary the schemas of policies, encounters, decisions and golden files are written too.
    """
    chosen = [file for path in existing(paths) for file in (policy_files(path) if path.is_dir() else [path])]
    if out_path is not None and len(chosen) != 1:
        stop("--out takes the schema of one policy: name one file")
    for folder in [path for path in paths if out_path is None and (path / "vocabulary.yaml").is_file()]:
        for written in publish(folder):
            out.print(f"wrote {written}", markup=False)
    library = opened_with(chosen)
    texts = {Path(text.path).resolve(): text for editions in library.shelf.values() for text in editions}
    left = [path for path in chosen if path.resolve() not in texts]
    for path in chosen:
        if path.resolve() in texts:
            out.print(f"wrote {write_schema(texts[path.resolve()], library, out_path)}", markup=False)
    for path in left:
        err.print(f"{path} is no policy: run `payerrules check {path}`", markup=False)
    raise typer.Exit(FINDINGS if left else DONE)


def opened_with(files: list[Path]) -> Library:
    """A library that has the files: that of the folder they are in, else the shipped one with the files beside it."""
    roots = {up for file in files for up in file.resolve().parents if (up / "vocabulary.yaml").is_file()}
    folders = sorted(roots) or [shipped_policies()]
    known = {path.resolve() for folder in folders for path in policy_files(folder)}
    library, _ = Library.open(folders, [file for file in files if file.resolve() not in known])
    return library


def existing(paths: list[Path]) -> list[Path]:
    """The paths, each of which is there; another ends the command."""
    for path in paths:
        if not path.exists():
            stop(f"{path}: there is no such file or folder")
    return list(paths)
