"""What a plugin has to keep, as tests that its own CI runs: subclass `Conformance` in a test module of the plugin.

    from payerrules.testing import Conformance

    class TestConformance(Conformance):
        plugin = "gold_card"                 # its name: that of its entry point
        encounters = [{"encounter": ...}]    # some that it speaks of
        golden = [Path("tests")]             # its golden files
        files = [Path("tests/claims.csv")]   # samples of the formats it reads

The plugin has to be installed; other plugins that are installed are switched off.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any, ClassVar

from payerrules.decide.engine import Engine
from payerrules.formats.encounter_reader import encounter_from_dict
from payerrules.golden.run import CaseResult, run_files
from payerrules.library.check import check_files
from payerrules.model.decision import Decision
from payerrules.model.diagnostic import Diagnostic, Severity
from payerrules.model.encounter import Encounter
from payerrules.model.values import DATE, show
from payerrules.payers.hookspecs import GROUP
from payerrules.payers.manager import Plugins

MOST_CODES = 3
"""How many codes of each catalogue the claims of other payers are made with."""


class Conformance:
    """The tests; each says in its name what a plugin has to keep."""

    plugin: ClassVar[str] = ""
    encounters: ClassVar[Sequence[Mapping[str, Any]]] = ()
    golden: ClassVar[Sequence[Path]] = ()
    files: ClassVar[Sequence[Path]] = ()

    def test_it_is_installed_loads_and_nothing_is_wrong_with_it(self) -> None:
        """Its vocabulary, policies and formats are what they should be, and take nothing that is another's."""
        engine = engine_with(self.plugin)
        assert engine.plugins.faults == []
        assert [one.text() for one in engine.formats.payers.wrong] == []
        assert engine.plugins.listed[self.plugin].hooks != (), "it has no hook"
        assert engine.plugins.listed[self.plugin].says != "", "its module says nothing: give it a docstring"

    def test_its_policies_have_no_errors(self) -> None:
        """`payerrules check` finds no error in them."""
        engine = engine_with(self.plugin)
        found = check_files(engine.guests.get(self.plugin, []), vocabularies=engine.vocabularies)
        assert [one.text() for one in found if one.severity is Severity.ERROR] == []

    def test_its_policies_say_whose_they_are(self) -> None:
        """A policy that names no payer would be in force for all of them."""
        engine = engine_with(self.plugin)
        places = [str(path) for path in engine.guests.get(self.plugin, [])]
        texts = [text for editions in engine.library.shelf.values() for text in editions]
        own = [text for text in texts if any(text.path.startswith(place) for place in places)]
        assert [text.label for text in own if text.kind != "base" and "payer" not in text.applies_to] == []

    def test_it_decides_its_encounters_without_a_fault_and_twice_alike(self) -> None:
        """No hook fails on them, and what it says depends on nothing else."""
        engine = engine_with(self.plugin)
        for data in self.encounters:
            first, second = (decided(engine, data) for _ in range(2))
            assert named(first, self.plugin) == []
            assert without_plugins(first) == without_plugins(second)

    def test_its_golden_files_pass(self) -> None:
        """What they expect is what is decided."""
        results = list(run_files(self.golden, engine_with(self.plugin)))
        assert [one.text() for one in results if isinstance(one, Diagnostic)] == []
        cases = [one for one in results if isinstance(one, CaseResult)]
        assert [one.report() for one in cases if not one.passed] == []
        assert cases or not self.golden, "there is no golden case in the places named"

    def test_other_payers_are_decided_as_without_it(self) -> None:
        """Claims of the payers that ship come out the same, whether it is installed or not."""
        engine, bare = engine_with(self.plugin), engine_with("")
        for data in claims_of_others(bare):
            with_it, without_it = decided(engine, data), decided(bare, data)
            assert without_plugins(with_it) == without_plugins(without_it), data

    def test_it_reads_its_samples_and_survives_what_is_cut_or_no_file_of_its_kind(self, tmp_path: Path) -> None:
        """A broken file is named record by record; the reader does not fail."""
        engine = engine_with(self.plugin)
        for path in self.files:
            content = path.read_bytes()
            assert any(isinstance(one, Encounter) for one in engine.read(path)), f"no encounter in {path}"
            for number, broken in enumerate((content[: len(content) // 2], content[:-1], b"", b"\xff\x00 nothing\n")):
                copy = tmp_path / f"{number}{path.name}"
                copy.write_bytes(broken)
                failed = [
                    one for one in engine.read(copy) if isinstance(one, Diagnostic) and one.code == "format-failed"
                ]
                assert [one.message for one in failed] == []


@cache
def engine_with(name: str) -> Engine:
    """An engine with one plugin of those that are installed, or with none for ""."""
    others = [point.name for point in metadata.entry_points(group=GROUP) if point.name != name]
    there = any(point.name == name for point in metadata.entry_points(group=GROUP))
    assert there or not name, f"the plugin {name} is not installed: pip install -e . first"
    return Engine.open(runtime="reference", plugins=Plugins(without=others))


def decided(engine: Engine, data: Mapping[str, Any]) -> Decision:
    """The decision on an encounter."""
    return engine.decide(encounter_from_dict(data, engine.vocabulary))


def without_plugins(decision: Decision) -> dict[str, Any]:
    """A decision as JSON, without the list of those who took part, and the facts they gave."""
    found = decision.to_dict()
    return {key: value for key, value in found.items() if key not in ("plugins", "plugin_facts")}


def named(decision: Decision, plugin: str) -> list[str]:
    """What lines need because a plugin failed."""
    return sorted({need for line in decision.lines for need in line.needs if f"plugin {plugin}" in need})


def claims_of_others(engine: Engine) -> Iterator[dict[str, Any]]:
    """A claim for each edition that ships, with codes of the catalogues, on its first day."""
    codes = [
        code for listed in engine.library.catalogues.values() for code in list(listed)[:MOST_CODES] if len(code) == 5
    ]
    for editions in engine.library.shelf.values():
        for text in editions:
            if text.kind == "base":
                continue
            payer = {"id" if key == "payer" else key: sorted(said)[0] for key, said in text.applies_to.items()}
            day = show(text.effective.first, DATE)
            yield {
                "encounter": text.label,
                "payer": {key: said for key, said in payer.items() if key in ("id", "program", "state", "plan")},
                "patient": {"id": "P-1"},
                "history": [],
                "lines": [{"line": n, "date": day, "code": code, "units": 1} for n, code in enumerate(codes, 1)],
            }
