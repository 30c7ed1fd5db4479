"""The engine: policies, plugins and a runtime; an encounter goes in, a decision comes out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from importlib import metadata
from pathlib import Path
from typing import Any

from payerrules.decide.corrections import Corrected, correct
from payerrules.decide.detail import detail
from payerrules.decide.notes import note, unread_counters
from payerrules.decide.overrides import apply, hold
from payerrules.decide.verdict import actions_of, flags_of, is_complete, line_decision, strongest
from payerrules.formats.payer_lists import payer_directory
from payerrules.language.effect import Flag
from payerrules.language.expression import UNKNOWN
from payerrules.language.vocabulary import Vocabulary
from payerrules.library.library import Library, Selected
from payerrules.model.decision import Decision, LineDecision, VerdictOnLine
from payerrules.model.diagnostic import Diagnostic, Severity
from payerrules.model.encounter import Encounter
from payerrules.payers.builtin import BUILT_IN
from payerrules.payers.facts import add_facts
from payerrules.payers.formats import Formats
from payerrules.payers.history import fill_history
from payerrules.payers.manager import Plugins
from payerrules.payers.overrides import HOOK as OVERRIDE
from payerrules.payers.overrides import asked_for
from payerrules.program.canonical import combined
from payerrules.program.program import Program
from payerrules.runtimes.conclusions import Conclusions, LineConclusion
from payerrules.runtimes.judge import Judge

__all__ = ["Engine", "engine_version", "flags_of"]

CLASHES = ("policy-clash", "vocabulary-clash")
"""What is wrong between packages, and not within one: the fault of the plugin that came later."""


def engine_version() -> str:
    """The version of the engine, as installed."""
    try:
        return metadata.version("payerrules")
    except metadata.PackageNotFoundError:
        return "0+checkout"


@dataclass(frozen=True, slots=True)
class Filled:
    """An encounter with what plugins added to it, what was wrong with that, in words, and which plugin gave what."""

    encounter: Encounter
    faults: list[str]
    givers: dict[str, str]


class Engine:
    """Decides encounters by policies. Make one with `Engine.open`, and keep it: programs are made ready once."""

    def __init__(
        self, library: Library, judge: Judge, plugins: Plugins, known_on: int | None, assume_no_history: bool
    ) -> None:
        self.library = library
        self.judge = judge
        self.plugins = plugins
        self.known_on = known_on
        self.assume_no_history = assume_no_history
        self.folders: Sequence[Path] = ()
        self.extra: Sequence[Path] = ()
        self.guests: dict[str, list[Path]] = {}  # policies of plugins
        self.vocabularies: list[Vocabulary] = []
        self.formats: Formats
        self.version = engine_version()

    @classmethod
    def open(
        cls,
        folders: Sequence[Path] | None = None,
        runtime: str = "",
        known_on: int | None = None,
        plugins: bool | Plugins = True,
        assume_history_none: bool = False,
        extra: Sequence[Path] = (),
    ) -> Engine:
        """An engine on folders of policies (those that ship, if None), with the plugins that are installed.

        `known_on` is a day number: only what was published by then is used. `assume_history_none` takes an encounter
        without history to have none, and says so in every decision. Raises ValueError for a runtime that is not there.
        """
        made = plugins if isinstance(plugins, Plugins) else Plugins(load=plugins)
        shipped = made.policies()
        own = shipped.pop(BUILT_IN)
        places = list(folders or own)
        base = [] if any((folder / "vocabulary.yaml").is_file() for folder in places) else own
        guests = [path for paths in shipped.values() for path in paths]
        every = list(dict.fromkeys([*base, *places, *guests]))
        engine = cls(Library(Vocabulary({})), Judge(runtime), made, known_on, assume_history_none)
        engine.folders = [path for path in every if path.is_dir()]
        engine.extra = [*(path for path in every if path.is_file()), *extra]
        engine.guests = shipped
        engine.vocabularies, wrong = made.vocabularies()
        engine.library = engine.read_library(engine.extra)
        engine.library.diagnostics += wrong
        payers = payer_directory([path for path in dict.fromkeys([*base, *places]) if path.is_dir()], shipped)
        engine.library.diagnostics += payers.wrong
        engine.formats = Formats(made, engine.vocabulary, payers)
        return engine

    def read_library(self, extra: Sequence[Path]) -> Library:
        """The policies of the folders and single files; what plugins clash about is their fault."""
        guests = [path for paths in self.guests.values() for path in paths]
        library, found = Library.open(self.folders, extra, self.vocabularies, guests)
        for one in found:
            if one.code in CLASHES and one.at is not None and one.severity is Severity.ERROR:
                for plugin, paths in self.guests.items():
                    if any(one.at.file.startswith(str(path)) for path in paths):
                        self.plugins.fault(f"the plugin {plugin}: {one.message}")
                if one.at.file.startswith("plugin "):
                    self.plugins.fault(f"the {one.at.file}: {one.message}")
        return library

    @property
    def vocabulary(self) -> Vocabulary:
        """Every fact that encounters and policies may name."""
        return self.library.vocabulary

    @property
    def diagnostics(self) -> list[Diagnostic]:
        """What is wrong with the policies; those with errors are not used."""
        return self.library.diagnostics

    def with_policy(self, path: Path) -> Engine:
        """The same engine with one more policy file."""
        made = Engine(self.library, self.judge, self.plugins, self.known_on, self.assume_no_history)
        made.folders, made.extra = self.folders, [*self.extra, path]
        made.vocabularies, made.guests = self.vocabularies, self.guests
        made.library = made.read_library(made.extra)
        made.formats = self.formats
        return made

    def read(self, path: Path, format: str = "") -> Iterator[Encounter | Diagnostic]:
        """The encounters of a file, in the format named, else by its ending and how it begins; plugins' formats included.

        Raises LookupError where no format has that name.
        """
        return self.formats.read(path, format)

    def decide(self, encounter: Encounter) -> Decision:
        """Decide one encounter: both verdicts on every line, with what a person still has to do.

        Never raises for what is in the encounter: what cannot be read or decided pends, and says why.
        """
        return self.decide_filled(self.filled(encounter))

    def filled(self, encounter: Encounter, *, past: bool = True) -> Filled:
        """An encounter with what plugins add, and what an option presumes; without `past` no plugin is asked for its history."""
        faults: list[str] = []
        givers: dict[str, str] = {}
        if past:
            encounter, faults, givers = fill_history(self.plugins, encounter, self.vocabulary)
        encounter, more_faults, more_givers = add_facts(self.plugins, self.assumed(encounter), self.vocabulary)
        return Filled(encounter, [*faults, *more_faults], givers | more_givers)

    def decide_filled(self, filled: Filled) -> Decision:
        """Decide an encounter as plugins have filled it."""
        encounter, faults = filled.encounter, list(dict.fromkeys([*self.plugins.faults, *filled.faults]))
        days = {line.date for line in encounter.lines}
        selected = self.library.program_for(encounter.payer, encounter.facts, days, self.known_on)
        if selected.program is None:
            decision = self.undecided(encounter, selected, faults)
        else:
            program, doubts = selected.program, doubts_of(encounter, faults, selected)
            corrected = correct(encounter, lambda one: self.judged(program, one, doubts))
            decision = self.decision(encounter, corrected, program)
            self.override(decision, encounter, corrected, doubts)
        decision.plugin_facts = filled.givers
        return decision

    def assumed(self, encounter: Encounter) -> Encounter:
        """The encounter with what an option presumes of it."""
        if not self.assume_no_history or encounter.history is not None:
            return encounter
        return replace(encounter, history=(), presumed=(*encounter.presumed, "history"))

    def judged(self, program: Program, encounter: Encounter, doubts: dict[int, list[str]]) -> Conclusions:
        """The program's conclusions; a line of which something could not be read is never paid."""
        done = self.judge.judge(program, encounter)
        for line in done.lines:
            for doubt in [*doubts.get(0, ()), *doubts.get(line.line, ())]:
                doubt_line(line, doubt)
        return done

    def decision(self, encounter: Encounter, corrected: Corrected, program: Program) -> Decision:
        """The decision that conclusions come to."""
        lines = [line_decision(place, corrected, program) for place in range(len(corrected.submitted.lines))]
        for line in lines:
            note(line, self.library.modifiers)
        lines += [unreadable(number) for number in encounter.unreadable_lines]
        lines.sort(key=lambda line: line.line)
        first, last = corrected.submitted, corrected.corrected
        whole = [*first.benign, *last.benign]
        plan, _ = self.judge.plan(program)
        presumable = plan.opening.presumable
        unread = [d.message if d.at is None else f"{d.at}: {d.message}" for d in encounter.unread]
        unread += unread_counters(encounter, program)
        return Decision(
            encounter=encounter.id,
            outcome=strongest([line.as_corrected.outcome for line in lines]) if lines else "pend",
            complete=is_complete(first) and not unread and not encounter.unreadable_lines,
            lines=lines,
            flags=sorted({one.effect.flag for one in whole if isinstance(one.effect, Flag)}),
            actions=actions_of(whole),
            presumed=sorted(encounter.presumed),
            unread=unread,
            policies=[f"{m.policy} {m.edition}" for m in program.editions],
            program=program.hash,
            engine=self.version,
            runtime=self.judge.runtime,
            plugins=dict(self.plugins.versions),
            rounds=corrected.rounds,
            detail=lambda: detail(corrected, program, presumable),
        )

    def undecided(self, encounter: Encounter, selected: Selected, faults: list[str]) -> Decision:
        """The decision where no program is for the encounter: every line pends, and says why."""
        if selected.broken:
            needs = [f"the policy {label} without its errors (payerrules check)" for label in selected.broken]
        elif selected.undecided:
            needs = list(selected.undecided)
        else:
            needs = [f"policy for {payer_name(encounter)}"]
        needs += [*faults, *(message for number, message in encounter.doubtful if not number)]
        lines = []
        for line in encounter.lines:
            units = line.facts.get("line.units")
            shown = {"submitted": units if isinstance(units, int) else None, "payable": None}
            dated = [
                f"{need} on {date.fromordinal(line.date)}" if need.startswith("policy for") else need for need in needs
            ]
            lines.append(pending(line.number, line.code, list(line.modifiers), dated, shown))
        lines += [unreadable(number) for number in encounter.unreadable_lines]
        return Decision(
            encounter=encounter.id,
            outcome="pend",
            complete=False,
            lines=sorted(lines, key=lambda line: line.line),
            presumed=sorted(encounter.presumed),
            unread=[d.message if d.at is None else f"{d.at}: {d.message}" for d in encounter.unread],
            program=combined(()),
            engine=self.version,
            runtime=self.judge.runtime,
            plugins=dict(self.plugins.versions),
        )

    def override(
        self, decision: Decision, encounter: Encounter, corrected: Corrected, doubts: dict[int, list[str]]
    ) -> None:
        """Apply what plugins override, on the record; where a plugin failed, or a line was not read, nothing is paid by it."""
        if not self.plugins.having(OVERRIDE):
            return
        asked, faults = asked_for(self.plugins, encounter, decision.to_dict(whole=False), self.vocabulary)
        behind = {(line.line, "as_submitted"): line for line in corrected.submitted.lines}
        behind |= {(line.line, "as_corrected"): line for line in corrected.corrected.lines}
        apply(decision, asked, behind)
        if faults or doubts[0]:
            hold(decision, [*doubts[0], *faults])
            decision.complete = False
        for number, why in doubts.items():
            hold(decision, why, [number])
        decision.outcome = strongest([line.as_corrected.outcome for line in decision.lines])


def doubts_of(encounter: Encounter, faults: list[str], selected: Selected) -> dict[int, list[str]]:
    """Why lines may not be paid though every rule lets them: by line number, 0 for all lines."""
    found: dict[int, list[str]] = {
        0: [*faults, *(f"the policy {label} without its errors" for label in selected.broken)]
    }
    found[0] += selected.undecided
    for number, message in encounter.doubtful:
        found.setdefault(number, []).append(message)
    return found


def doubt_line(line: LineConclusion, doubt: str) -> None:
    """A line that would be paid pends, and says why."""
    line.pending.append(doubt)
    line.stands = min(line.stands, UNKNOWN)
    if line.outcome == "pay":
        line.outcome = "pend"


def pending(number: int, code: str, modifiers: list[str], needs: list[str], units: dict[str, Any]) -> LineDecision:
    """A line that pends because nothing can be said of it."""
    verdicts = [VerdictOnLine("pend", units=dict(units)) for _ in range(2)]
    billed = "-".join((code, *modifiers))
    return LineDecision(number, code, billed, modifiers, verdicts[0], verdicts[1], needs=sorted(needs))


def unreadable(number: int) -> LineDecision:
    """A line that could not be read."""
    return pending(number, "", [], ["a line that can be read"], {"submitted": None, "payable": None})


def payer_name(encounter: Encounter) -> str:
    """The payer of an encounter in words."""
    return (
        " ".join(encounter.payer.get(key, "") for key in ("id", "program", "state", "plan") if encounter.payer.get(key))
        or "no payer"
    )
