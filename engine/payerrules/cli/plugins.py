"""The command `plugins`: what is installed, in the order in which it is asked, what it does, and what is wrong with it."""

from __future__ import annotations

from typing import Annotated

import typer

from payerrules.cli.common import DONE, FINDINGS, Without, err, opened, out
from payerrules.decide.engine import Engine
from payerrules.payers.builtin import BUILT_IN
from payerrules.payers.manager import Plugin


def list_plugins(
    without: Without = None,
    every: Annotated[bool, typer.Option("--all", help="Also what the engine brings itself.")] = False,
) -> None:
    """List the plugins that are installed, in the order they are asked: what each does, and what is wrong with it."""
    engine = opened(None, "reference", "", None, without)
    chosen = [one for one in engine.plugins.listed.values() if every or one.name != BUILT_IN]
    for number, plugin in enumerate(chosen, 1):
        out.print(f"{number}. {heading(plugin)}", markup=False, soft_wrap=True)
        for what, told in given(engine, plugin):
            out.print(f"     {what}: {told}", markup=False, soft_wrap=True)
    for name in engine.plugins.switched_off:
        out.print(f"-  {name}: switched off")
    if not chosen and not engine.plugins.switched_off:
        out.print("no plugin is installed")
    for fault in engine.plugins.faults:
        err.print(f"{fault}; every encounter pends until that is mended, or the plugin is switched off", markup=False)
    for one in engine.formats.payers.wrong:
        err.print(f"{one.message}; every claim of an 837P file pends until that is mended", markup=False)
    raise typer.Exit(FINDINGS if engine.plugins.faults or engine.formats.payers.wrong else DONE)


def heading(plugin: Plugin) -> str:
    """The name, version and package of a plugin, and what it says it is for."""
    where = f" ({plugin.package})" if plugin.package else ""
    return f"{plugin.name} {plugin.version}{where}".replace("  ", " ").strip() + (
        f": {plugin.says}" if plugin.says else ""
    )


def given(engine: Engine, plugin: Plugin) -> list[tuple[str, str]]:
    """What a plugin brings: its hooks, and the facts, policies and formats that came by them."""
    folders = engine.guests.get(plugin.name, [])
    prefixes = [prefix for prefix, owner in engine.plugins.prefixes.items() if owner == plugin.name]
    facts = [name for name in sorted(engine.vocabulary.facts) if name.partition(".")[0] in prefixes]
    policies = [
        text.label
        for texts in engine.library.shelf.values()
        for text in texts
        if any(text.path.startswith(str(folder)) for folder in folders)
    ]
    formats = [
        f"{one.name} ({', '.join(one.verbs)}; {', '.join(one.endings) or 'no ending'})"
        for one in engine.formats.named.values()
        if one.plugin == plugin.name
    ]
    hooks = [hook.removeprefix("payerrules_") for hook in plugin.hooks]
    told = (("hooks", hooks), ("facts", facts), ("policies", sorted(policies)), ("formats", formats))
    return [(what, ", ".join(names)) for what, names in told if names]
