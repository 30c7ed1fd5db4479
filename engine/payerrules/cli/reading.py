"""Reading encounters for a command: what is wrong is told, and the rest is there."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from payerrules.cli.common import stop, tell
from payerrules.decide.engine import Engine
from payerrules.model.diagnostic import Diagnostic, Severity
from payerrules.model.encounter import Encounter


def read(files: list[Path], engine: Engine, *, quiet: bool = False, read_as: str = "") -> tuple[list[Encounter], bool]:
    """The encounters of files, and whether something could not be read; what is wrong has been told."""
    if read_as:
        known(engine, read_as, "read")
    encounters: list[Encounter] = []
    found: list[Diagnostic] = []
    for path in files:
        for one in engine.read(path, read_as):
            if isinstance(one, Encounter):
                encounters.append(one)
                found += one.unread
            else:
                found.append(one)
    found += repeated(encounters)
    if not quiet:
        tell(found)
    return encounters, any(d.severity is Severity.ERROR for d in found)


def repeated(encounters: list[Encounter]) -> list[Diagnostic]:
    """Encounters that come more than once in a run: each is decided, and a person should know."""
    counts = Counter(one.id for one in encounters)
    hint = "Give each its own id; one that is sent anew replaces the one before."
    return [
        Diagnostic("encounter-repeated", f"encounter `{id_}` comes {count} times", None, hint, Severity.WARNING)
        for id_, count in counts.items()
        if count > 1 and id_ != "?"
    ]


def known(engine: Engine, name: str, verb: str) -> None:
    """Stop where no format of this name is read (or written)."""
    try:
        engine.formats.by_name(name, verb)
    except LookupError as error:
        stop(str(error.args[0]))
