"""The command `new`: a payer to begin with, as a folder of YAML or as a plugin package; both pass their tests as they are."""

from __future__ import annotations

import re
from pathlib import Path
from string import Template
from typing import Annotated, Final

import typer

from payerrules.cli.common import DONE, out, stop
from payerrules.language.vocabulary import ENTITIES

SKELETON: Final = Path(__file__).parent / "skeleton"
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
) -> None:
    """Make a payer to begin with: a commented policy and a golden file, or a plugin package with both."""
    if not NAME.match(name) or name in ENTITIES:
        stop(f"`{name}` cannot be a payer's id here: write small letters, digits and _, such as my_plan")
    if not into.is_dir():
        stop(f"--into {into}: there is no such folder")
    folder = into / (f"payerrules-{name.replace('_', '-')}" if plugin else name)
    if folder.exists():
        stop(f"{folder} is there already: take another name, or --into another folder")
    for path, content in (package(name, folder) if plugin else policy(name, folder)).items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
        out.print(f"wrote {path}", markup=False, soft_wrap=True)
    then = (
        [f"pip install {folder if folder.is_absolute() else f'./{folder}'}", f"pytest {folder}"]
        if plugin
        else [f"payerrules check {folder}", f"payerrules test {folder} --policies {folder}"]
    )
    out.print("then: " + ", and ".join(then), markup=False, soft_wrap=True)
    raise typer.Exit(DONE)


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
