"""The command `new`: a payer to begin with, as a folder of YAML or as a plugin package; both pass their tests as they are."""

from __future__ import annotations

import re
from pathlib import Path
from string import Template
from typing import Annotated, Final

import typer

from payerrules.cli.common import DONE, out, stop
from payerrules.cli.over import SKELETON, applies, engine_over, write_over
from payerrules.language.vocabulary import ENTITIES

NAME: Final = re.compile(r"[a-z][a-z0-9_]*\Z")
app = typer.Typer(no_args_is_help=True, help="Begin something new.")


@app.callback()
def group() -> None:
    """Begin something new."""


@app.command()
def payer(
    name: Annotated[str, typer.Argument(help="The payer's id, as encounters name it: small letters, digits and _.")],
    plugin: Annotated[bool, typer.Option("--plugin", help="As a package that is installed with pip.")] = False,
    into: Annotated[Path, typer.Option("--into", help="The folder to make it in.")] = Path("."),
    extends: Annotated[
        str,
        typer.Option(
            "--extends", help="A base that the payer lies over, or the policy of a payer whose plan NAME is then."
        ),
    ] = "",
    program: Annotated[str, typer.Option("--program", help="With --extends: the program, as encounters name it.")] = "",
    state: Annotated[str, typer.Option("--state", help="With --extends: the state, two letters.")] = "",
) -> None:
    """Make a payer to begin with: a commented policy and a golden file, or a plugin package with both.

    With --extends the policy lies over one that is there: of a base NAME is the payer, of a payer's policy a plan of that payer.
    """
    if not NAME.match(name) or name in ENTITIES:
        stop(f"`{name}` cannot be a payer's id here: write small letters, digits and _, such as my_plan")
    if not into.is_dir():
        stop(f"--into {into}: there is no such folder")
    said = {key: value for key, value in (("state", state.upper()), ("program", program)) if value}
    if (plugin and extends) or (said and not extends):
        stop("--program and --state go with --extends, and --extends does not go with --plugin")
    engine = engine_over(extends) if extends else None
    applies_to = applies(name, engine, extends, said) if engine else {}
    of_state = f"_{state.lower()}" if state and "plan" not in applies_to else ""
    folder = into / (f"payerrules-{name.replace('_', '-')}" if plugin else name + of_state)
    if folder.exists():
        stop(f"{folder} is there already: take another name, or --into another folder")
    own = package(name, folder) if plugin else policy(name, folder)
    for path in write_over(name, folder, engine, extends, applies_to) if engine else written(own):
        out.print(f"wrote {path}", markup=False, soft_wrap=True)
    then = (
        [f"pip install {folder if folder.is_absolute() else f'./{folder}'}", f"pytest {folder}"]
        if plugin
        else [f"payerrules check {folder}", f"payerrules test {folder} --policies {folder}"]
    )
    out.print("then: " + ", and ".join(then), markup=False, soft_wrap=True)
    raise typer.Exit(DONE)


def written(files: dict[Path, str]) -> list[Path]:
    """Write files; their names."""
    for path, content in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    return list(files)


def policy(name: str, folder: Path) -> dict[Path, str]:
    """The files of a payer in YAML alone."""
    files = (("speech.yaml", "speech.yaml"), ("speech.golden.yaml", "speech.golden.yaml"))
    return {folder / path: filled(template, name, folder) for path, template in files}


def package(name: str, folder: Path) -> dict[Path, str]:
    """The files of a plugin package."""
    source, tests = folder / "src" / f"payerrules_{name}", folder / "tests"
    policies = source / "policies"
    return {
        folder / "pyproject.toml": filled("pyproject.toml", name, policies),
        folder / "README.md": filled("README.md", name, policies),
        source / "__init__.py": filled("plugin.py", name, policies),
        source / "network.csv": filled("network.csv", name, policies),
        policies / "speech.yaml": filled("speech.yaml", name, policies) + filled("network_rule.yaml", name, policies),
        tests / f"test_{name}.py": filled("test_plugin.py", name, policies),
        tests / f"{name}.golden.yaml": filled("speech.golden.yaml", name, policies)
        + filled("network_case.yaml", name, policies),
    }


def filled(template: str, name: str, folder: Path) -> str:
    """A file of the skeleton with the name put in."""
    text = (SKELETON / f"{template}.txt").read_text(encoding="utf-8")
    return Template(text).substitute(payer=name, dashed=name.replace("_", "-"), folder=folder)
