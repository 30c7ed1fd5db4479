"""Checking: everything that can be known to be wrong with policies before any claim, in one sorted list."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path

from payerrules.findings.all import all_findings, with_examples
from payerrules.findings.names import unread, yet_to_come
from payerrules.findings.study import Study
from payerrules.findings.waivers import read_waivers, waived
from payerrules.language.checks import run_checks
from payerrules.language.meaning import read_meaning
from payerrules.language.policy import PolicyText
from payerrules.language.vocabulary import Vocabulary
from payerrules.library.compose import compositions
from payerrules.library.faults import Faults
from payerrules.library.library import Library, policy_files
from payerrules.library.lock import check_lock
from payerrules.library.shipped import shipped_policies
from payerrules.model.diagnostic import Diagnostic, Severity, has_error, in_order
from payerrules.program.build import build


def check_files(
    paths: Sequence[Path],
    folder: Path | None = None,
    vocabularies: Sequence[Vocabulary] = (),
    today: int | None = None,
) -> list[Diagnostic]:
    """What is wrong with policy files or folders, bases found in `folder` (the shipped policies, if left out).

    `vocabularies` are those of plugins, whose facts policies may read. `today`, a day number, is what dates of the past are held to.
    Folders that have a vocabulary are checked as libraries of their own; single files beside the shipped policies.
    """
    found: list[Diagnostic] = []
    base = folder or shipped_policies()
    files = []
    for path in paths:
        if (path / "vocabulary.yaml").is_file():
            found += check_library(path, vocabularies, today)
        else:
            files += policy_files(path) if path.is_dir() else [path]
    if files:
        known = {path.resolve() for path in policy_files(base)}
        extra = [path for path in files if path.resolve() not in known]
        names = {str(path) for path in files} | {str(path.resolve()) for path in files}
        library, wrong = Library.open([base], extra, vocabularies)
        meant = check_meanings(library, names, today)
        found += [
            d for d in [*wrong, *meant] if d.at is None or is_among(d.at.file, names) or d.at.file.endswith(".csv")
        ]
        found += [d for d in meant if d.severity is Severity.ERROR]  # in a layer below too: it stops the policy on it
    return in_order(found)


def check_library(folder: Path, vocabularies: Sequence[Vocabulary] = (), today: int | None = None) -> list[Diagnostic]:
    """What is wrong with a whole folder of policies: structure, links, types, dates, checks, findings, and the lock."""
    library, found = Library.open([folder], vocabularies=vocabularies)
    return in_order([*found, *check_meanings(library, today=today), *check_lock(folder, library)])


def check_meanings(library: Library, only: Collection[str] = (), today: int | None = None) -> list[Diagnostic]:
    """Read and link every composition, and look for what nobody can have meant; what is waived is left out.

    `only` names the files to look into, with all that is built on them; left out: every file.
    """
    found: list[Diagnostic] = []
    studies: list[Study] = []
    found += beside_faults(library, only)
    broken = set(library.broken)
    for label, composed_editions in sorted(library.composed.items()):
        if label in library.broken:
            continue
        for composed in composed_editions:
            if only and not any(is_named(layer, only) for layer in composed.layers):
                continue  # all that it could say is of files that nobody asked about
            meaning, wrong = read_meaning(composed, library.vocabulary, library.catalogues)
            if not has_error(wrong):
                program, more = build([meaning], library.vocabulary)
                study = Study(composed, meaning, program, library.vocabulary)
                wrong = [*wrong, *with_examples(more, study), *run_checks(composed, meaning)]
                studies.append(study)
            found += wrong
            if has_error(wrong):
                broken.add(label)
    texts = [t for editions in library.shelf.values() for t in editions if not only or is_named(t, only)]
    labels = {text.label for text in texts}
    policies = {text.policy for text in texts}
    found += all_findings(
        [
            study
            for study in studies
            if study.composed.top.label not in broken
            and (study.meaning.policy in policies or labels & set(study.meaning.layers))
        ]
    )
    found += unread([text for text in texts if text.label not in broken], library.composed)
    found += [late for text in texts if today is not None for late in yet_to_come(text, today)]
    waivers = [w for text in texts for w in read_waivers(Path(text.path).read_text("utf-8"), text.path)]
    first: dict[tuple[object, ...], Diagnostic] = {}
    for one in found:  # a base's fault shows in each policy on it, in each with another example
        first.setdefault((one.code, one.at, one.message), one)
    faulty = [text for editions in library.shelf.values() for text in editions if text.label in broken]
    in_doubt = {name for text in faulty for name in (text.policy, *library.names_below(text))}
    return waived(first.values(), waivers, {text.path for text in texts if text.policy in in_doubt})


def beside_faults(library: Library, only: Collection[str]) -> list[Diagnostic]:
    """What is wrong besides, with the policies that cannot be used: all that mending the known errors would not mend."""
    texts = [text for editions in library.shelf.values() for text in editions if text.label in library.broken]
    faults = Faults.of((text for text in texts if text.label in library.misshapen), library.diagnostics)
    found: list[Diagnostic] = []
    for text in texts:
        if only and not is_named(text, only):
            continue
        made, wrong = compositions(text, library.shelf)
        baseless = any(finding.code == "unknown-base" for finding in wrong)
        known = replace(faults, in_doubt=faults.in_doubt | {"extends"}) if baseless else faults
        for composed in made:
            wrong = [*wrong, *read_meaning(composed, library.vocabulary, library.catalogues)[1]]
        found += [finding for finding in wrong if known.leave_true(finding)]
    return found


def is_named(text: PolicyText, names: Collection[str]) -> bool:
    """Whether a policy's file is among those that are named."""
    return is_among(text.path, names)


def is_among(file: str, names: Collection[str]) -> bool:
    """Whether a file is among those that are named, as they were written or resolved."""
    return file in names or str(Path(file).resolve()) in names
