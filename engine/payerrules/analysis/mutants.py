"""Mutants judged: which of them a golden case notices, which mean the same as the policy, which nobody noticed. Kept between runs, shared by processes."""

from __future__ import annotations

import gc
import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import payerrules
from payerrules.analysis.mutations import Mutant, mutants_of
from payerrules.analysis.proof import same_meaning
from payerrules.analysis.study import (
    MeaningKey,
    Shelf,
    Studied,
    bench,
    chosen,
    decidable,
    golden_cases,
    studied,
    with_brought,
)
from payerrules.analysis.suggest import Suggester, Suggestion
from payerrules.analysis.trial import Altered, Ground, fails, refused
from payerrules.language.items import EditionMeaning
from payerrules.language.nodes import plain
from payerrules.program.canonical import canonical, digest

CAUGHT, REFUSED, SAME, MISSED = "caught", "refused", "same", "missed"


@dataclass(frozen=True, slots=True)
class Judged:
    """A mutant's end: caught (by which case), refused (it does not build), same (it means the same, and why) or missed."""

    name: str
    kind: str
    policy: str
    end: str
    by: str = ""
    place: str = ""
    suggestion: Suggestion | None = None


@dataclass(slots=True)
class Report:
    """All mutants of a run, in the order of the policies; `kept` of them were known from an earlier run."""

    judged: list[Judged] = field(default_factory=list)
    kept: int = 0

    def of(self, end: str) -> list[Judged]:
        """Those that ended so."""
        return [one for one in self.judged if one.end == end]

    @property
    def percent(self) -> int:
        """How many of a hundred mutants that mean something else are noticed, rounded down."""
        noticed = len(self.of(CAUGHT)) + len(self.of(REFUSED))
        total = noticed + len(self.of(MISSED))
        return 100 if not total else noticed * 100 // total


@dataclass(slots=True)
class Lab:
    """The policies, the golden cases on them, and all mutants: what each process that judges needs."""

    ground: Ground
    meanings: Mapping[MeaningKey, EditionMeaning]
    mutants: list[Mutant]
    suggester: Suggester
    catches: Counter[int] = field(default_factory=Counter)  # by case; those that caught the most are tried first
    of_item: Counter[tuple[str, int]] = field(default_factory=Counter)  # by what was changed and case, before those

    @classmethod
    def open(cls, policies: Path | None, golden: Sequence[Path], names: Collection[str]) -> Lab:
        """Read and judge everything as it is; the mutants are those of what these policies and bases say themselves, or all."""
        cases, _ = golden_cases(golden)
        engine, brought = with_brought(bench(policies), cases)
        ground = Ground(engine, list(studied(engine, decidable(engine, cases))))
        meanings = Shelf.of(engine).meanings
        mutants = [m for m in mutants_of(meanings) if chosen(m.policy, names, brought)]
        return cls(ground, meanings, mutants, Suggester(engine, ground, meanings))

    def judge(self, mutant: Mutant, *, suggest: bool) -> Judged:
        """Run the cases that can feel a mutant until one notices; else prove that it means the same, or look for a case."""
        made = Altered(self.ground.engine, mutant, self.ground.ready)
        place = f"{mutant.at.file}:{mutant.at.line}" if mutant.at else ""

        def ended(end: str, by: str = "", suggestion: Suggestion | None = None) -> Judged:
            return Judged(mutant.name, mutant.kind, mutant.policy, end, by, place, suggestion)

        shows: Suggestion | None = None
        item = mutant.part
        for number in self.ground.feel(mutant, self.meanings, lambda n: self.likely(item, n)):
            case = self.ground.cases[number]
            after = made.study(case.study) if case.study is not None else None
            if after is None:
                return ended(REFUSED)
            if fails(case, after):
                self.catches[number] += 1
                self.of_item[item, number] += 1
                return ended(CAUGHT, fingerprint(case))
            if suggest and shows is None:
                shows = self.suggester.of_case(case, after)
        if any(refused(program, mutant) for program in self.suggester.programs_of(mutant)):
            return ended(REFUSED)
        if reason := self.same(mutant):
            return ended(SAME, reason)
        if suggest and shows is None:
            shows = self.suggester.suggest(mutant, made)
        return ended(MISSED, "", shows)

    def likely(self, item: str, number: int) -> tuple[float, float, int]:
        """The order of cases: those first that caught what else was changed of an item, then what else was; those of few lines first."""
        size = len(self.ground.cases[number].encounter.lines)
        return -self.of_item[item, number] / size, -(self.catches[number] + 1) / size, number

    def same(self, mutant: Mutant) -> str:
        """Why a mutant means the same in every program that cases use; "" where it is not proved."""
        reasons = []
        for program in self.suggester.programs_of(mutant):
            reason = same_meaning(mutant, self.meanings, program, self.suggester.seeker.doubt(program))
            if not reason:
                return ""
            reasons.append(reason)
        return reasons[0] if reasons else ""


def fingerprint(one: Studied) -> str:
    """A case by its content."""
    text = json.dumps([one.case.encounter, plain(one.case.expect)], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


@cache
def engine_hash() -> str:
    """A hash of the engine's own code."""
    folder = Path(payerrules.__file__).parent
    made = hashlib.sha256()
    for path in sorted(folder.rglob("*.py")):
        made.update(path.read_bytes())
    return made.hexdigest()[:16]


# --- between runs -------------------------------------------------------------------------------------
class Memory:
    """What earlier runs found, by what it rests on: the engine, the editions a mutant touches, the change, and the cases."""

    def __init__(self, path: Path | None, lab: Lab) -> None:
        self.path = path
        self.cases = {fingerprint(lab.ground.cases[n]) for n in lab.ground.passing}
        self.all_cases = hashlib.sha256("".join(sorted(self.cases)).encode()).hexdigest()[:16]
        self.digests = {key: digest(meaning) for key, meaning in lab.meanings.items()}
        self.known: dict[str, Any] = {}
        if path is not None and path.is_file():
            try:
                self.known = json.loads(path.read_text(encoding="utf-8"))
            except ValueError:
                self.known = {}
        self.kept: dict[str, Any] = {}

    def key(self, mutant: Mutant) -> str:
        """What a mutant's end rests on, apart from the cases."""
        touched = sorted(self.digests[key] for key in {edit.key for edit in mutant.edits})
        changes = [str(canonical(edit.new)) if edit.section != "lookups" else mutant.name for edit in mutant.edits]
        text = json.dumps([engine_hash(), touched, mutant.name, changes])
        return hashlib.sha256(text.encode()).hexdigest()[:24]

    def recall(self, mutant: Mutant) -> Judged | None:
        """What is known of a mutant and still holds: the case that caught it is there, or no case has changed."""
        found = self.known.get(self.key(mutant))
        if found is None:
            return None
        judged = dict(found["judged"])
        if judged["end"] == CAUGHT and judged["by"] not in self.cases:
            return None
        if judged["end"] == MISSED and found["cases"] != self.all_cases:
            return None
        suggestion = judged.pop("suggestion")
        place = f"{mutant.at.file}:{mutant.at.line}" if mutant.at else ""
        return Judged(**{**judged, "place": place}, suggestion=None if suggestion is None else Suggestion(**suggestion))

    def keep(self, mutant: Mutant, judged: Judged) -> None:
        """Remember."""
        self.kept[self.key(mutant)] = {"cases": self.all_cases, "judged": asdict(judged)}

    def save(self) -> None:
        """Write what is known to the file."""
        if self.path is not None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self.path.write_text(json.dumps({**self.known, **self.kept}), encoding="utf-8")


# --- running ------------------------------------------------------------------------------------------
_LAB: list[Lab] = []


def prepare(policies: Path | None, golden: Sequence[Path], names: Sequence[str]) -> None:
    """Open the lab of a process; what it holds stays, and is not looked through for what could be let go of."""
    _LAB[:] = [Lab.open(policies, golden, names)]
    gc.collect()
    gc.freeze()


def judge_some(numbers: Sequence[int], suggest: bool) -> list[tuple[int, Judged]]:
    """Judge some mutants, in a process of its own."""
    return [(number, _LAB[0].judge(_LAB[0].mutants[number], suggest=suggest)) for number in numbers]


def run_mutants(
    policies: Path | None,
    golden: Sequence[Path],
    names: Sequence[str] = (),
    jobs: int = 1,
    memory: Path | None = None,
    suggest: bool = True,
) -> Report:
    """Judge every mutant: those known from an earlier run are not run again, the others by so many processes."""
    lab = Lab.open(policies, golden, names)
    known = Memory(memory, lab)
    found: dict[int, Judged] = {}
    for number, mutant in enumerate(lab.mutants):
        judged = known.recall(mutant)
        if judged is not None:
            found[number] = judged
    report = Report(kept=len(found))
    open_ = [number for number in range(len(lab.mutants)) if number not in found]
    for number, judged in judge_all(lab, open_, policies, golden, names, jobs, suggest):
        found[number] = judged
    for number, mutant in enumerate(lab.mutants):
        known.keep(mutant, found[number])
        report.judged.append(found[number])
    known.save()
    return report


def judge_all(
    lab: Lab,
    numbers: list[int],
    policies: Path | None,
    golden: Sequence[Path],
    names: Sequence[str],
    jobs: int,
    suggest: bool,
) -> Iterator[tuple[int, Judged]]:
    """Judge here, or in several processes, each of which takes a share of every part."""
    if jobs < 2 or len(numbers) < 50:
        for number in numbers:
            yield number, lab.judge(lab.mutants[number], suggest=suggest)
        return
    size = 20
    chunks = [numbers[start : start + size] for start in range(0, len(numbers), size)]
    with ProcessPoolExecutor(jobs, get_context("spawn"), prepare, (policies, tuple(golden), tuple(names))) as pool:
        for made in pool.map(judge_some, chunks, [suggest] * len(chunks)):
            yield from made
