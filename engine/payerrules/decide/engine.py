"""The engine: policies, plugins and a runtime; an encounter goes in, a decision comes out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from importlib import metadata
from pathlib import Path
from typing import Any

from payerrules.decide.corrections import Corrected, correct
from payerrules.decide.detail import detail
from payerrules.decide.notes import note
from payerrules.decide.verdict import actions_of, flags_of, is_complete, line_decision, strongest
from payerrules.language.effect import Flag
from payerrules.language.expression import UNKNOWN
from payerrules.language.vocabulary import Vocabulary
from payerrules.library.library import Library, Selected
from payerrules.library.shipped import shipped_policies
from payerrules.model.decision import Decision, LineDecision, Override, VerdictOnLine
from payerrules.model.diagnostic import Diagnostic
from payerrules.model.encounter import Encounter
from payerrules.payers.manager import Plugins
from payerrules.program.canonical import combined
from payerrules.program.program import Program
from payerrules.runtimes.conclusions import Conclusions, LineConclusion
from payerrules.runtimes.judge import Judge

__all__ = ["Engine", "engine_version", "flags_of"]


def engine_version() -> str:
    """The version of the engine, as installed."""
    try:
        return metadata.version("payerrules")
    except metadata.PackageNotFoundError:
        return "0+checkout"


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
        places = list(folders) if folders else [shipped_policies()]
        shipped = [] if folders and any((f / "vocabulary.yaml").is_file() for f in folders) else [shipped_policies()]
        files = [path for path in [*places, *made.policies()] if path.is_file()]
        all_folders = list(dict.fromkeys([*shipped, *(p for p in [*places, *made.policies()] if p.is_dir())]))
        vocabularies, wrong = made.vocabularies()
        library, _ = Library.open(all_folders, [*files, *extra], vocabularies)
        library.diagnostics += wrong
        engine = cls(library, Judge(runtime), made, known_on, assume_history_none)
        engine.folders, engine.extra = all_folders, [*files, *extra]
        return engine

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
        vocabularies, _ = self.plugins.vocabularies()
        library, _ = Library.open(self.folders, [*self.extra, path], vocabularies)
        made = Engine(library, self.judge, self.plugins, self.known_on, self.assume_no_history)
        made.folders, made.extra = self.folders, [*self.extra, path]
        return made

    def decide(self, encounter: Encounter) -> Decision:
        """Decide one encounter: both verdicts on every line, with what a person still has to do.

        Never raises for what is in the encounter: what cannot be read or decided pends, and says why.
        """
        encounter = self.assumed(encounter)
        encounter, faults, _ = self.plugins.add_facts(encounter, self.vocabulary)
        faults = [*self.plugins.faults, *faults]
        days = {line.date for line in encounter.lines}
        selected = self.library.program_for(encounter.payer, encounter.facts, days, self.known_on)
        if selected.program is None:
            return self.undecided(encounter, selected, faults)
        program = selected.program
        doubts = doubts_of(encounter, faults, selected)
        corrected = correct(encounter, lambda one: self.judged(program, one, doubts))
        decision = self.decision(encounter, corrected, program)
        self.override(decision, encounter)
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
        presumable = frozenset(plan.opening.presumed)
        return Decision(
            encounter=encounter.id,
            outcome=strongest([line.as_corrected.outcome for line in lines]) if lines else "pend",
            complete=is_complete(first) and not encounter.unread and not encounter.unreadable_lines,
            lines=lines,
            flags=sorted({one.effect.flag for one in whole if isinstance(one.effect, Flag)}),
            actions=actions_of(whole),
            presumed=sorted(encounter.presumed),
            unread=[d.message if d.at is None else f"{d.at}: {d.message}" for d in encounter.unread],
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
        needs += faults
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

    def override(self, decision: Decision, encounter: Encounter) -> None:
        """Apply what plugins override, on the record; what cannot be applied pends the lines and says so."""
        if not self.plugins.manager.hook.payerrules_override.get_hookimpls():
            return
        asked, faults = self.plugins.overrides(encounter, decision.to_dict(), self.vocabulary)
        lines = {line.line: line for line in decision.lines}
        for one in asked:
            for name in ("as_submitted", "as_corrected"):
                if one.verdict in (name, "both"):
                    verdict: VerdictOnLine = getattr(lines[one.line], name)
                    record = Override(one.plugin, one.line, name, verdict.outcome, one.outcome, one.reason)
                    decision.overrides.append(record)
                    verdict.outcome = one.outcome
        for fault in faults:
            for line in decision.lines:
                line.needs = sorted({*line.needs, fault})
                for verdict in (line.as_submitted, line.as_corrected):
                    verdict.outcome = "pend" if verdict.outcome == "pay" else verdict.outcome
            decision.complete = False
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
