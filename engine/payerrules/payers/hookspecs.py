"""The hooks a plugin may implement. Each returns data; the engine applies it, checks it, and records who gave it.

A hook may leave out arguments it does not need. What it returns is plain data: maps, lists, texts, whole numbers, yes/no; dates,
decimals and paths are taken as text. None always means: nothing to say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pluggy

GROUP = "payerrules"
"""The entry point group, and the name of the project to pluggy."""
hookspec = pluggy.HookspecMarker(GROUP)
hookimpl = pluggy.HookimplMarker(GROUP)
"""Marks a function of a plugin as an implementation of a hook."""


class Hooks:
    """Every hook. The first sentence of each is what docs/hooks.md says of it."""

    @hookspec
    def payerrules_vocabulary(self) -> Mapping[str, Any] | None:
        """Facts of the plugin's own, each under its prefix.

        Gives {"vocabulary": PREFIX, "facts": {"PREFIX.name": {type, from, if_missing, seen_by, meaning}}}, the shape of a
        vocabulary file. A fact outside the prefix, or a prefix that is taken, is a fault. Asked once, when the engine opens.
        None: the plugin adds no facts. Since 1.0.
        """

    @hookspec
    def payerrules_policies(self) -> Iterable[Path] | None:
        """Folders or files of policies that the plugin ships.

        Gives paths that are there. A policy whose name another package ships is a fault and is not used. Asked once, when the
        engine opens. None: the plugin ships no policies. Since 1.0.
        """

    @hookspec
    def payerrules_history(self, patient: str, period: tuple[str, str]) -> Iterable[Mapping[str, Any]] | None:
        """Earlier services of a patient between two dates, both included.

        `patient` is the patient's id, `period` the first and last date as 2026-01-31. Gives entries as `history` of an encounter
        holds them, each dated in the period; an empty list says that there were none. Asked only for what the encounter leaves
        unknown. Two plugins that answer differently are a fault. None: the plugin does not know the patient. Since 1.0.
        """

    @hookspec
    def payerrules_add_facts(self, encounter: Mapping[str, Any], facts: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """Facts of the encounter that nobody gave, by vocabulary name.

        `encounter` is {id, payer, patient, facts, lines}, read-only; `facts` are its facts. Gives {name: value}, and where wanted
        `counters`, `coverage.authorizations` and `coverage.other_payers` as an encounter holds them, and `lines`: {number: {name: value}}. Only what is
        unknown is filled; a contradiction pends. None: the plugin has nothing to add. Since 1.0.
        """

    @hookspec
    def payerrules_override(
        self, encounter: Mapping[str, Any], decision: Mapping[str, Any]
    ) -> Iterable[Mapping[str, Any]] | None:
        """Overrides of the finished decision, each with its reason.

        `decision` is what `--format json` writes. Gives [{line, verdict: as_submitted / as_corrected / both, outcome, reason}], and
        for a denial or return, where wanted, group, carc and rarc. Nothing is judged again. Two that disagree are refused and pend.
        None: the plugin overrides nothing. Since 1.0.
        """

    @hookspec
    def payerrules_formats(self) -> Mapping[str, Mapping[str, Any]] | None:
        """Formats of files, by name, with their endings.

        Gives {NAME: {"says": sentence, "endings": [".csv"], "read": read, "write": write}}. `read(content, name)` takes the bytes
        of a file and gives encounters as native files hold them, and for what it cannot read {"problem", "line", "column", "hint"};
        `write(decisions, encounters)` gives text or bytes. A name or ending that is taken is a fault. Asked once, when the engine
        opens. None: the plugin knows no format. Since 1.0.
        """


HOOKS = tuple(name for name in vars(Hooks) if name.startswith("payerrules_"))
"""The names of the hooks, in the order in which the engine comes to them."""

__all__ = ["GROUP", "HOOKS", "Hooks", "hookimpl", "hookspec"]
