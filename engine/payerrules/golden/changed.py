"""Which golden cases a change can touch: those in changed files, and those that changed policies decide."""

from __future__ import annotations

import subprocess
from collections.abc import Iterable
from pathlib import Path

from payerrules.decide.engine import Engine
from payerrules.formats.encounter_reader import encounter_from_dict
from payerrules.golden.cases import SUFFIX, GoldenCase


def changed_files(since: str, folder: Path | None = None) -> set[Path]:
    """The files that differ from a commit (staged, not staged and new ones alike), as whole paths.

    Raises LookupError with a text for people where there is no git, no repository or no such commit.
    """
    top = git(["rev-parse", "--show-toplevel"], folder)[0]
    named = git(["diff", "--name-only", "-z", since, "--"], folder)
    new = git(["ls-files", "--others", "--exclude-standard", "--full-name", "-z", top], folder)
    return {(Path(top) / name).resolve() for name in (*named, *new)}


def git(arguments: list[str], folder: Path | None) -> list[str]:
    """What git lists."""
    try:
        done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True, check=True)
    except FileNotFoundError:
        raise LookupError("git was not found: run without --changed") from None
    except subprocess.CalledProcessError as error:
        raise LookupError(f"git says: {error.stderr.strip().splitlines()[0]}") from None
    return [name for name in done.stdout.replace("\n", "\0").split("\0") if name]


class Touched:
    """Tells for each case whether some changed files can touch it."""

    def __init__(self, engine: Engine, files: Iterable[Path]) -> None:
        self.engine = engine
        self.files = {path.resolve() for path in files}
        known = {Path(text.path).resolve(): text for texts in engine.library.shelf.values() for text in texts}
        self.labels = {text.label for path, text in known.items() if path in self.files}
        folders = [Path(folder).resolve() for folder in engine.folders]
        inside = {path for path in self.files if any(path.is_relative_to(folder) for folder in folders)}
        self.everything = any(path not in known and not path.name.endswith(SUFFIX) for path in inside)
        """Whether something all policies may rest on has changed: the vocabulary, a catalogue, a table's file, a policy that is gone."""

    def __call__(self, case: GoldenCase) -> bool:
        """Whether a case's file, its own policy or a policy that decides it has changed."""
        file = Path(case.file)
        if self.everything or file.resolve() in self.files or not isinstance(case.encounter, dict):
            return True
        if case.policy and (file.parent / case.policy).resolve() in self.files:
            return True
        if not self.labels:
            return False
        encounter = encounter_from_dict(case.encounter, self.engine.vocabulary)
        days = {line.date for line in encounter.lines}
        selected = self.engine.library.program_for(encounter.payer, encounter.facts, days, self.engine.known_on)
        if selected.program is None:
            return True
        layers = {layer for meaning in selected.program.editions for layer in meaning.layers}
        return bool(self.labels & layers) or bool(selected.broken)
