"""Trying a policy: one file checked and encounters decided by it, again on every save, and what came out otherwise."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from payerrules.analysis.impact import told
from payerrules.decide.engine import Engine
from payerrules.language.policy import read_policy
from payerrules.library.check import check_meanings
from payerrules.library.compose import compositions
from payerrules.model.decision import Decision
from payerrules.model.diagnostic import Diagnostic, has_error, in_order
from payerrules.model.encounter import Encounter


@dataclass(slots=True)
class Attempt:
    """What one reading of the files came to: what is wrong, and the decisions where the policy can be used."""

    found: list[Diagnostic] = field(default_factory=list)
    decisions: list[Decision] = field(default_factory=list)
    usable: bool = True

    def data(self) -> dict[str, dict[str, Any]]:
        """The decisions as data, by encounter, without how near a limit is."""
        return {one.encounter: {**one.to_dict(), "limits": []} for one in self.decisions}


class Trial:
    """Keeps the policies there are; only the file that is tried is read again."""

    def __init__(self, engine: Engine, policy: Path, encounters: Iterable[Path], read_as: str = "") -> None:
        self.engine = engine
        self.policy = policy
        self.files = list(encounters)
        self.read_as = read_as

    def attempt(self) -> Attempt:
        """Check the policy, and decide by it in place of all editions of the same name."""
        made = Attempt()
        library = copy.copy(self.engine.library)
        library.shelf, library.composed = dict(library.shelf), dict(library.composed)
        library.broken, library.diagnostics = set(library.broken), []
        library.meanings, library.programs, library.selected = {}, {}, {}
        folder = Path(self.engine.folders[0]) if self.engine.folders else self.policy.parent
        try:
            written = self.policy.read_bytes()
        except OSError as error:  # an editor may take a file away for a moment while it saves
            hint = "It is read again when it is there."
            made.found = [Diagnostic("file-unreadable", f"{self.policy}: {error.strerror}", None, hint)]
            made.usable = False
            return made
        text, made.found = read_policy(written, str(self.policy), folder, library.vocabulary)
        if text is None or has_error(made.found):
            made.usable = False
            return made
        for other in library.shelf.get(text.policy, ()):
            library.composed.pop(other.label, None)
            library.broken.discard(other.label)
        library.shelf[text.policy] = [text]
        library.composed[text.label], wrong = compositions(text, library.shelf)
        alone = copy.copy(library)
        alone.composed = {text.label: library.composed[text.label]}
        beside = [d for d in check_meanings(alone) if d.at is None or d.at.file in (str(self.policy), text.path)]
        made.found = in_order([*made.found, *wrong, *beside])
        made.usable = not has_error(made.found)
        if made.usable:
            engine = copy.copy(self.engine)
            engine.library = library
            made.decisions = [engine.decide(one) for one in self.encounters(made)]
        return made

    def encounters(self, made: Attempt) -> Iterator[Encounter]:
        """The encounters of the files; what cannot be read is among what was found."""
        for path in self.files:
            for one in self.engine.read(path, self.read_as):
                if isinstance(one, Encounter):
                    made.found += one.unread
                    yield one
                else:
                    made.found.append(one)


def what_changed(before: Attempt, after: Attempt) -> list[str]:
    """What came out otherwise, encounter by encounter."""
    old, new = before.data(), after.data()
    lines = []
    for name in dict.fromkeys([*old, *new]):
        if name not in new:
            lines.append(f"{name}: is not decided any more")
        elif name not in old:
            lines.append(f"{name}: is decided now")
        elif len(old[name]["lines"]) != len(new[name]["lines"]):
            lines.append(f"{name}: has {len(new[name]['lines'])} lines now")
        else:
            lines += [f"{name}, {one}" for one in told(old[name], new[name])]
    return lines
