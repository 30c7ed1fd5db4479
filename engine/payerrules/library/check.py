"""Checking: everything that can be known to be wrong with policies before any claim, in one sorted list."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from payerrules.language.checks import run_checks
from payerrules.language.meaning import read_meaning
from payerrules.library.library import Library, policy_files
from payerrules.library.lock import check_lock
from payerrules.library.shipped import shipped_policies
from payerrules.model.diagnostic import Diagnostic, has_error, in_order
from payerrules.program.build import build


def check_files(paths: Sequence[Path], folder: Path | None = None) -> list[Diagnostic]:
    """What is wrong with policy files or folders, bases found in `folder` (the shipped policies, if left out).

    Folders that have a vocabulary are checked as libraries of their own; single files beside the shipped policies.
    """
    found: list[Diagnostic] = []
    base = folder or shipped_policies()
    files = []
    for path in paths:
        if (path / "vocabulary.yaml").is_file():
            found += check_library(path)
        else:
            files += policy_files(path) if path.is_dir() else [path]
    if files:
        known = {path.resolve() for path in policy_files(base)}
        extra = [path for path in files if path.resolve() not in known]
        names = {str(path) for path in files} | {str(path.resolve()) for path in files}
        library, wrong = Library.open([base], extra)
        wrong = [*wrong, *check_meanings(library)]
        found += [d for d in wrong if d.at is None or d.at.file in names or str(Path(d.at.file).resolve()) in names]
        found += [d for d in wrong if d.at is not None and d.at.file.endswith(".csv")]
    return in_order(found)


def check_library(folder: Path) -> list[Diagnostic]:
    """What is wrong with a whole folder of policies: structure, links, types, dates, checks, and the lock."""
    library, found = Library.open([folder])
    return in_order([*found, *check_meanings(library), *check_lock(folder, library)])


def check_meanings(library: Library) -> list[Diagnostic]:
    """Read and link every composition, alone and beside those that can be in force with it."""
    found: list[Diagnostic] = []
    for label, compositions in sorted(library.composed.items()):
        if label in library.broken:
            continue
        for composed in compositions:
            meaning, wrong = read_meaning(composed, library.vocabulary, library.catalogues)
            found += wrong
            if not has_error(wrong):
                found += build([meaning], library.vocabulary)[1]
                found += run_checks(composed, meaning)
    return found
