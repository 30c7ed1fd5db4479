"""Plugins made for tests: of functions, registered by hand; and of source text, installed as a package would be."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import copy
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from payerrules import Engine, encounter_from_dict, hookimpl
from payerrules.payers import process
from payerrules.payers.formats import Formats
from payerrules.payers.hookspecs import GROUP
from payerrules.payers.manager import Plugins

CLAIM: dict[str, Any] = {
    "encounter": "P-1",
    "payer": {"id": "medicare", "program": "part_b"},
    "patient": {"id": "P-1", "birth_date": "1959-02-01"},
    "provider": {"role": "slp"},
    "history": [],
    "lines": [
        {"line": 1, "date": "2026-05-11", "code": "92507", "modifiers": ["GN"], "units": 1, "allowed": "74.00"},
    ],
}
INSTALLED = tuple(sorted({point.name for point in metadata.entry_points(group=GROUP)}))
"""The plugins that the environment has of itself."""


def engine_of(seconds: float | None = None, **hooks: Any) -> Engine:
    """An engine with plugins made of these functions: a name is HOOK or HOOK__PLUGIN."""
    plugins = Plugins(load=False, seconds=seconds)
    made: dict[str, dict[str, Any]] = {}
    for name, function in hooks.items():
        hook, _, plugin = name.partition("__")
        made.setdefault(plugin or "one", {})[f"payerrules_{hook}"] = staticmethod(hookimpl(function))
    for plugin, functions in made.items():
        plugins.register(type(plugin, (), functions)(), plugin)
    used = {hook for functions in made.values() for hook in functions}
    if used & {"payerrules_vocabulary", "payerrules_policies"}:
        return Engine.open(runtime="reference", plugins=plugins)
    engine = copy(plain_engine())
    engine.plugins = plugins
    engine.formats = Formats(plugins, engine.vocabulary, engine.formats.payers)
    return engine


@cache
def plain_engine() -> Engine:
    """The engine without plugins, opened once."""
    return Engine.open(runtime="reference", plugins=False)


def decided(engine: Engine, **changes: Any) -> dict[str, Any]:
    """The decision on the claim, with changes to it; None takes a key away."""
    data = {key: value for key, value in {**CLAIM, **changes}.items() if value is not None}
    return engine.decide(encounter_from_dict(data, engine.vocabulary)).to_dict()


def needs(found: dict[str, Any]) -> str:
    """What the first line needs, as one text."""
    return "; ".join(found["lines"][0]["needs"])


Install = Callable[..., None]


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Install a plugin of source text, with a process of plugins for this test alone."""
    monkeypatch.setattr(process, "_SHARED", {})
    monkeypatch.syspath_prepend(str(tmp_path))

    def put(name: str, source: str, package: str = "") -> None:
        package = package or f"made-{name}"
        module = package.replace("-", "_")
        (tmp_path / f"{module}.py").write_text(f'"""What {name} does."""\nfrom payerrules import hookimpl\n{source}\n')
        info = tmp_path / f"{module}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[{GROUP}]\n{name} = {module}\n")

    yield put
    for worker in process._SHARED.values():
        worker.stop(0)


def installed_engine(seconds: float | None = None, without: tuple[str, ...] = INSTALLED) -> Engine:
    """An engine with what is installed, but for what the environment has of itself."""
    return Engine.open(runtime="reference", plugins=Plugins(without=without, seconds=seconds))
