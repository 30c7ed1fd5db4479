"""The hooks a plugin may implement. Each returns data; the engine applies it, checks it, and records who gave it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import pluggy

hookspec = pluggy.HookspecMarker("payerrules")
hookimpl = pluggy.HookimplMarker("payerrules")
"""Marks a function of a plugin as an implementation of a hook."""


class Hooks:
    """Since 1.0. A hook that gives None has nothing to say."""

    @hookspec
    def payerrules_vocabulary(self) -> Mapping[str, Any] | None:
        """Facts of the plugin's own, each under its prefix: {"vocabulary": PREFIX, "facts": {"PREFIX.name": {...}}}."""

    @hookspec
    def payerrules_policies(self) -> Iterable[Path] | None:
        """Folders or files of policies that the plugin ships."""

    @hookspec
    def payerrules_add_facts(self, encounter: Mapping[str, Any], facts: Mapping[str, Any]) -> Mapping[str, Any] | None:
        """Facts of the encounter by vocabulary name; only unknown ones, or those under the plugin's own prefix."""

    @hookspec
    def payerrules_override(
        self, encounter: Mapping[str, Any], decision: Mapping[str, Any]
    ) -> Iterable[Mapping[str, Any]] | None:
        """Overrides of the finished decision: {line, verdict: as_submitted|as_corrected|both, outcome, reason}."""

    @hookspec
    def payerrules_history(self, patient: str, period: tuple[str, str]) -> Iterable[Mapping[str, Any]] | None:
        """Earlier services of a patient between two dates, as history entries; asked only where the encounter has none."""

    @hookspec
    def payerrules_formats(self) -> Mapping[str, Callable[[str, str], Iterable[Mapping[str, Any]]]] | None:
        """Readers by file ending, such as {".csv": read}; read(text, name) gives encounters as plain data."""
