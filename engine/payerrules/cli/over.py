"""A payer that lies over a policy or base that is there: its files, with what comes of its claims today."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from string import Template
from typing import Final

from payerrules.cli.common import stop
from payerrules.decide.engine import Engine
from payerrules.golden.record import record
from payerrules.golden.run import CaseResult, run_files
from payerrules.language.spelling import remedy

SKELETON: Final = Path(__file__).parent / "skeleton"
OF_PAYER: Final = {"payer": "id", "program": "program", "state": "state", "plan": "plan"}
"""Keys of applies_to, and what they are called in an encounter's payer."""


def engine_over(extends: str) -> Engine:
    """An engine that has the policy; where there is none, the command ends."""
    engine = Engine.open(runtime="reference", plugins=False)
    if extends not in engine.library.shelf:
        stop(f"--extends {extends}: there is no such policy. {remedy(extends, engine.library.shelf, 'There are')}")
    return engine


def applies(name: str, engine: Engine, extends: str, said: Mapping[str, str]) -> dict[str, str]:
    """Whom it is for: over a base the payer NAME, over a payer's policy the plan NAME of that payer; `said` goes before."""
    below = engine.library.shelf[extends][-1]
    if below.kind == "base":
        return {"payer": name, **said}
    found: dict[str, str] = {}
    for key, values in below.applies_to.items():
        if len(values) > 1 and key not in (*said, "plan"):
            stop(
                f"--extends {extends}: it is for more than one {key} ({', '.join(sorted(values))}); say which with --{key}"
            )
        found[key] = said.get(key) or min(values)
    return {**found, **said, "plan": name}


def write_over(name: str, folder: Path, engine: Engine, extends: str, applies_to: Mapping[str, str]) -> list[Path]:
    """Write the files; the golden file expects what comes of its encounters today."""
    named = {OF_PAYER[key]: value for key, value in applies_to.items() if key in OF_PAYER}
    filled = {
        "payer": name,
        "policy": f"{folder.name.replace('_', '-')}/speech",
        "title": folder.name,
        "extends": extends,
        "folder": folder,
        "applies_to": flow(applies_to),
        "named": flow(named),
    }
    made = [folder / "speech.yaml", folder / "speech.golden.yaml"]
    folder.mkdir()
    for path in made:
        text = (SKELETON / f"over{path.name.removeprefix('speech')}.txt").read_text(encoding="utf-8")
        path.write_text(Template(text).substitute(filled), encoding="utf-8")
    record([one for one in run_files(made[1:], engine.with_policy(made[0])) if isinstance(one, CaseResult)])
    return made


def flow(items: Mapping[str, str]) -> str:
    """The inside of a map in one line."""
    return ", ".join(f"{key}: {value}" for key, value in items.items())
