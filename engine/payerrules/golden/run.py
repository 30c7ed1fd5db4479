"""Running golden cases: each decided by the engine and compared; what differs is told with the rules that did it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from payerrules.decide.engine import Engine
from payerrules.formats.encounter_reader import encounter_from_dict
from payerrules.formats.native import place
from payerrules.golden.cases import GoldenCase, golden_files, read_cases
from payerrules.golden.compare import Difference, compare, shown
from payerrules.language.nodes import Mapping, plain
from payerrules.library.check import check_files
from payerrules.model.diagnostic import Diagnostic, Severity


@dataclass(frozen=True, slots=True)
class CaseResult:
    """How one case came out: it passed where nothing differs and nothing is wrong."""

    case: GoldenCase
    differences: tuple[Difference, ...] = ()
    wrong: tuple[Diagnostic, ...] = ()
    decision: dict[str, Any] = field(default_factory=dict)
    unread: tuple[Diagnostic, ...] = ()  # what of the encounter could not be read

    @property
    def passed(self) -> bool:
        """Whether the decision is what the case expects."""
        return not self.differences and not self.wrong

    def report(self) -> str:
        """What differs, line by line, with the rules that struck or fired there, and the case's own remarks."""
        place = f"{self.case.file}:{self.case.line}"
        lines = [f"{place}: {self.case.name}"]
        lines += [f"  {difference}" for difference in self.differences]
        lines += ["  " + one.text().replace("\n", "\n  ") for one in self.wrong]
        lines += ["  " + one.text().replace("\n", "\n  ") for one in self.unread if one not in self.wrong]
        numbers = sorted({difference.line for difference in self.differences if difference.line})
        needs = {line["line"]: line.get("needs", ()) for line in self.decision.get("lines", ())}
        for number in numbers:
            lines += [f"  line {number}: needs {need}" for need in needs.get(number, ())]
            lines += [f"  line {number}: {told}" for told in self.rules(number)]
        lines += [f"  {key}: {shown(value)}" for key, value in self.case.remarks.items()]
        return "\n".join(lines)

    def rules(self, number: int) -> Iterator[str]:
        """The rules that fired on a line or could not be evaluated, as a person needs them to find what did it."""
        for entry in self.decision.get("trace", ()):
            quiet = entry["verdict"] == "not fired" or entry.get("struck") is False or "#derive/" in entry["rule"]
            if entry["line"] == number and not quiet:
                read = ", ".join(f"{name} = {shown(value)}" for name, value in entry.get("read", {}).items())
                yield f"{entry['verdict']}: {entry['rule']} ({read})"


def run_case(case: GoldenCase, engine: Engine) -> CaseResult:
    """Decide one case and compare; a case that only names a policy is checked for the diagnostics it expects."""
    if case.policy and not (Path(case.file).parent / case.policy).is_file():
        hint = "Name a policy file, as seen from the golden file."
        gone = Diagnostic("file-unreadable", f"there is no policy file `{case.policy}`", case.node.at, hint)
        return CaseResult(case, wrong=(gone,))
    if case.policy and case.encounter is None:
        return run_check(case)
    if case.expect is None:
        gone = Diagnostic(
            "missing-expectation", "the case expects nothing", case.node.at, "Add `expect:`, or --record."
        )
        return CaseResult(case, wrong=(gone,), decision=decided(case, engine)[0])
    decision, unread = decided(case, engine)
    misspelt = [found for found in unread if found.code == "encounter-unknown-key"]
    differences, wrong = compare(case.expect, decision)
    return CaseResult(case, tuple(differences), (*faults(case, engine), *misspelt, *wrong), decision, tuple(unread))


def with_policy_of(case: GoldenCase, engine: Engine) -> Engine:
    """The engine that a case is decided by: with its own policy, where it names one; read once for all its cases."""
    if not case.policy:
        return engine
    path = Path(case.file).parent / case.policy
    key = (id(engine), str(path))
    if key not in _ENGINES:
        _ENGINES[key] = (engine, engine.with_policy(path))
    return _ENGINES[key][1]


_ENGINES: dict[tuple[int, str], tuple[Engine, Engine]] = {}


def faults(case: GoldenCase, engine: Engine) -> list[Diagnostic]:
    """The errors of a case's own policy, which would not be used."""
    if not case.policy:
        return []
    name = Path(case.policy).name
    found = with_policy_of(case, engine).diagnostics
    return [d for d in found if d.severity is Severity.ERROR and d.at is not None and Path(d.at.file).name == name]


def decided(case: GoldenCase, engine: Engine) -> tuple[dict[str, Any], list[Diagnostic]]:
    """The decision of a case's encounter, as JSON would have it, and what of the encounter could not be read."""
    engine = with_policy_of(case, engine)
    node = case.node.get("encounter") or case.node
    encounter = encounter_from_dict(case.encounter, engine.vocabulary, case.file, lambda path: place(node, path))
    return engine.decide(encounter).to_dict(), list(encounter.unread)


def run_check(case: GoldenCase) -> CaseResult:
    """A case about a policy alone: the diagnostics its check must give."""
    codes = [found.code for found in check_files([Path(case.file).parent / case.policy])]
    differences = []
    wanted = case.expect.get("diagnostics_include") if isinstance(case.expect, Mapping) else None
    for code in plain(wanted) or ():
        if code not in codes and wanted is not None:
            differences.append(Difference("diagnostics_include", code, codes, wanted))
    return CaseResult(case, tuple(differences))


def run_files(
    paths: Iterable[Path], engine: Engine, chosen: Callable[[GoldenCase], bool] | None = None
) -> Iterator[CaseResult | Diagnostic]:
    """Run every case of the golden files among paths, or those chosen; what is wrong with a file comes as a diagnostic."""
    for path in golden_files(paths):
        cases, found = read_cases(path)
        ends = [case.line for case in cases[1:]] + [None] if cases else []
        for case, end in zip(cases, ends, strict=True):
            own = [d for d in found if d.at and d.at.line >= case.line and (end is None or d.at.line < end)]
            found = [d for d in found if d not in own]
            if chosen is not None and not chosen(case):
                continue
            result = run_case(case, engine)
            yield replace(result, wrong=(*own, *result.wrong))
        yield from found
