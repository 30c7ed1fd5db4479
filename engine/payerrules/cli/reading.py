"""Reading encounters for a command: what is wrong is told, and the rest is there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from payerrules.cli.common import stop, tell
from payerrules.decide.engine import Engine
from payerrules.model.diagnostic import Diagnostic, Severity
from payerrules.model.encounter import Encounter


class Reading:
    """The encounters of files, read as they are asked for; of each no more than its id is kept, and what is wrong with it."""

    def __init__(self, files: list[Path], engine: Engine, read_as: str = "") -> None:
        if read_as:
            known(engine, read_as, "read")
        self.files = files
        self.engine = engine
        self.read_as = read_as
        self.found: list[Diagnostic] = []
        self.times: Counter[str] = Counter()

    def __iter__(self) -> Iterator[Encounter]:
        for path in self.files:
            for one in self.engine.read(path, self.read_as):
                if isinstance(one, Encounter):
                    self.found += one.unread
                    self.times[one.id] += 1
                    yield one
                else:
                    self.found.append(one)

    def tell(self) -> None:
        """Say what was wrong, once all is read."""
        tell([*self.found, *repeated(self.times)])

    @property
    def unreadable(self) -> bool:
        """Whether something could not be read."""
        return any(d.severity is Severity.ERROR for d in self.found)


def read(files: list[Path], engine: Engine, *, quiet: bool = False, read_as: str = "") -> tuple[list[Encounter], bool]:
    """The encounters of files, all of them, and whether something could not be read; what is wrong has been told."""
    reading = Reading(files, engine, read_as)
    encounters = list(reading)
    if not quiet:
        reading.tell()
    return encounters, reading.unreadable


def repeated(times: Counter[str]) -> list[Diagnostic]:
    """Encounters that come more than once in a run: each is decided, and a person should know."""
    hint = "Give each its own id; one that is sent anew replaces the one before."
    return [
        Diagnostic("encounter-repeated", f"encounter `{id_}` comes {count} times", None, hint, Severity.WARNING)
        for id_, count in times.items()
        if count > 1 and id_ != "?"
    ]


def known(engine: Engine, name: str, verb: str) -> None:
    """Stop where no format of this name is read (or written)."""
    try:
        engine.formats.by_name(name, verb)
    except LookupError as error:
        stop(str(error.args[0]))
