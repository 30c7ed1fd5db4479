"""A bench for policies: golden cases read into encounters, each judged with everything that was concluded on the way kept."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from payerrules.decide.corrections import Corrected, correct
from payerrules.decide.engine import Engine, doubts_of
from payerrules.formats.encounter_reader import encounter_from_dict
from payerrules.golden.cases import GoldenCase, cases_of, golden_files, read_cases
from payerrules.language.items import EditionMeaning, Window
from payerrules.language.policy import PolicyText, read_policy
from payerrules.library.library import Selected
from payerrules.model.decision import Decision
from payerrules.model.diagnostic import Diagnostic
from payerrules.model.encounter import Encounter
from payerrules.payers.facts import add_facts
from payerrules.payers.history import fill_history
from payerrules.program.program import Program
from payerrules.runtimes.conclusions import Conclusions

MeaningKey = tuple[str, Window]
"""An edition as composed on some dates: its label ("policy edition") and the dates."""


@dataclass(frozen=True, slots=True)
class Study:
    """One encounter judged by a program: every round of the correction loop, and the decision that came of it."""

    encounter: Encounter
    program: Program
    corrected: Corrected
    rounds: tuple[Conclusions, ...]
    decision: Decision


@dataclass(frozen=True, slots=True)
class Studied:
    """A golden case and its study; None where no program is for its encounter."""

    case: GoldenCase
    encounter: Encounter
    study: Study | None

    @property
    def name(self) -> str:
        """The case as a person finds it."""
        return f"{self.case.file}:{self.case.line} {self.case.name}"


def bench(policies: Path | None = None) -> Engine:
    """An engine for studies: the reference runtime, and no plugin, so that what is said is said of the policies alone.

    Raises FileNotFoundError where `policies` is not there.
    """
    if policies is not None and not policies.exists():
        raise FileNotFoundError(f"{policies}: there is no such folder or file")
    return Engine.open([policies] if policies is not None else None, runtime="reference", plugins=False)


def with_brought(engine: Engine, cases: Iterable[GoldenCase]) -> tuple[Engine, frozenset[str]]:
    """The engine with the policies that golden cases bring where these rest on a base of its own, and their names.

    Only such a case may reach what a base says of payers for which no policy ships. A policy for a payer that has one already
    is left out, as every case of that payer would be decided by it too.
    """
    there = [text for editions in engine.library.shelf.values() for text in editions if text.kind != "base"]
    brought: dict[Path, str] = {}
    for case in cases:
        path = (Path(case.file).parent / case.policy).resolve()
        if not case.policy or path in brought or not path.is_file():
            continue
        text, _ = read_policy(path.read_bytes(), str(path), path.parent)
        brought[path] = ""
        if text is None or not any(base in engine.library.shelf for base in text.extends):
            continue
        if not any(of_one_payer(text, other) for other in there):
            brought[path] = text.policy
            there.append(text)
    for path, name in brought.items():
        engine = engine.with_policy(path) if name else engine
    return engine, frozenset(brought.values()) - {""}


def chosen(policy: str, names: Collection[str], apart: Collection[str]) -> bool:
    """Whether something that a policy says itself is looked at: of a policy that is named, else of all but those apart."""
    return policy in names if names else policy not in apart


def of_one_payer(one: PolicyText, other: PolicyText) -> bool:
    """Whether one encounter can be of both policies: what both name of the payer has something in common."""
    both = one.applies_to.keys() & other.applies_to.keys()
    return all(set(one.applies_to[key]) & set(other.applies_to[key]) for key in both)


def cases_for(engine: Engine, paths: Iterable[Path]) -> tuple[list[GoldenCase], list[Diagnostic]]:
    """The golden cases of files and folders and of the policies' own examples; those with a policy that does not ship are left out."""
    found, wrong = golden_cases(paths)
    return decidable(engine, found), wrong


def golden_cases(paths: Iterable[Path]) -> tuple[list[GoldenCase], list[Diagnostic]]:
    """The golden cases of files and folders, and what is wrong with the files."""
    found: list[GoldenCase] = []
    wrong: list[Diagnostic] = []
    for path in golden_files(paths):
        cases, diagnostics = read_cases(path)
        found += cases
        wrong += diagnostics
    return found, wrong


def decidable(engine: Engine, cases: Iterable[GoldenCase]) -> list[GoldenCase]:
    """Those of the cases, and of the policies' own examples, that the policies at hand decide."""
    found = list(cases)
    for editions in engine.library.shelf.values():
        for text in editions:
            found += cases_of(text.examples, text.path)
    shipped = {Path(text.path).resolve() for editions in engine.library.shelf.values() for text in editions}
    return [case for case in found if case.encounter is not None and decides_by(case, shipped)]


def decides_by(case: GoldenCase, shipped: Collection[Path]) -> bool:
    """Whether a case is decided by the policies at hand: it names none of its own, or one of them."""
    return not case.policy or (Path(case.file).parent / case.policy).resolve() in shipped


def studied(engine: Engine, cases: Iterable[GoldenCase]) -> Iterator[Studied]:
    """Each case with its study."""
    for case in cases:
        encounter = encounter_from_dict(case.encounter, engine.vocabulary, case.file)
        yield Studied(case, encounter, study(engine, encounter))


def study_data(engine: Engine, data: Any) -> Study | None:
    """The study of an encounter as plain data."""
    return study(engine, encounter_from_dict(data, engine.vocabulary))


def study(engine: Engine, encounter: Encounter) -> Study | None:
    """Judge an encounter by the program in force for it, with what plugins know of it; None where there is none."""
    encounter = add_facts(
        engine.plugins, engine.assumed(fill_history(engine.plugins, encounter, engine.vocabulary)[0]), engine.vocabulary
    )[0]
    selected = selected_for(engine, encounter)
    return None if selected.program is None else study_by(engine, encounter, selected.program, selected)


def selected_for(engine: Engine, encounter: Encounter) -> Selected:
    """What decides an encounter."""
    days = {line.date for line in encounter.lines}
    return engine.library.program_for(encounter.payer, encounter.facts, days, engine.known_on)


def study_by(engine: Engine, encounter: Encounter, program: Program, selected: Selected) -> Study:
    """Judge an encounter by a given program, such as one with an edit."""
    kept: list[Conclusions] = []
    doubts = doubts_of(encounter, [], selected)

    def judged(one: Encounter) -> Conclusions:
        done = engine.judged(program, one, doubts)
        kept.append(done)
        return done

    corrected = correct(encounter, judged)
    return Study(encounter, program, corrected, tuple(kept), engine.decision(encounter, corrected, program))


def key_of(meaning: EditionMeaning) -> MeaningKey:
    """Under which key a library keeps a meaning."""
    return f"{meaning.policy} {meaning.edition}", meaning.effective


@dataclass(slots=True)
class Shelf:
    """The meanings of all policies of an engine that can be in force."""

    meanings: dict[MeaningKey, EditionMeaning] = field(default_factory=dict)

    @classmethod
    def of(cls, engine: Engine) -> Shelf:
        """Read them; policies with errors are left out, and `payerrules check` names them."""
        shelf = cls()
        library = engine.library
        for label, compositions in sorted(library.composed.items()):
            if label in library.broken:
                continue
            for composed in compositions:
                if composed.top.kind == "base":
                    continue
                for window in composed.windows:
                    shelf.meanings[label, window] = library.meaning(composed, window)
        return shelf
