"""Formats come through the hook, the engine's own too: chosen by name, by ending, and by how a file begins."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from payerrules import Diagnostic, Encounter, Engine
from tests.payers.made import CLAIM, Install, decided, engine_of, installed_engine, needs

X12 = Path(__file__).parents[2] / "examples" / "claims" / "speech_clinic.837"


def csv_reader(content: bytes, name: str) -> Any:
    for number, row in enumerate(content.decode().splitlines(), 1):
        if not row.strip():
            yield {"problem": "the row is empty", "line": number, "hint": "Write one."}
        else:
            yield {**CLAIM, "encounter": row}


def abc(**more: Any) -> Any:
    return lambda: {"abc": {"says": "Letters", "endings": [".abc"], "read": csv_reader, **more}}


@pytest.fixture(scope="module")
def engine() -> Engine:
    def write(decisions: Any, encounters: Any) -> str:
        return "".join(
            f"{d['encounter']} {d['outcome']} {e['patient']}\n" for d, e in zip(decisions, encounters, strict=True)
        )

    return engine_of(formats=abc(write=write))


def file(folder: Path, name: str, content: str) -> Path:
    path = folder / name
    path.write_text(content)
    return path


def test_a_plugin_reads_files_of_its_ending(engine: Engine, tmp_path: Path) -> None:
    one, problem, two = engine.read(file(tmp_path, "claims.ABC", "X\n\nY\n"))
    assert isinstance(one, Encounter) and isinstance(two, Encounter) and isinstance(problem, Diagnostic)
    assert (one.id, two.id) == ("X", "Y")
    assert problem.text().endswith("claims.ABC:2:1: error[format-problem]: the row is empty\n  = Write one.")


def test_a_format_is_read_by_name_whatever_the_file_is_called(engine: Engine, tmp_path: Path) -> None:
    path = file(tmp_path, "claims.json", "X\n")
    assert [one.id for one in engine.read(path, "abc") if isinstance(one, Encounter)] == ["X"]
    with pytest.raises(LookupError, match=r"no format `abd` to read. Did you mean `abc`"):
        list(engine.read(path, "abd"))


def test_the_engine_s_own_formats_are_told_by_ending_and_by_how_they_begin(engine: Engine, tmp_path: Path) -> None:
    claim = json.dumps(CLAIM)
    for name, content in (("a.json", claim), ("a.txt", claim), ("a.ndjson", claim + "\n"), ("a.yaml", claim)):
        assert [one.id for one in engine.read(file(tmp_path, name, content)) if isinstance(one, Encounter)] == ["P-1"]
    assert [
        one.id for one in engine.read(file(tmp_path, "b", claim + "\n"), "ndjson") if isinstance(one, Encounter)
    ] == ["P-1"]
    renamed = file(tmp_path, "claims.json", X12.read_text())
    assert {type(one) for one in engine.read(renamed)} == {Encounter}
    (missing,) = engine.read(tmp_path / "nowhere.abc")
    assert isinstance(missing, Diagnostic) and missing.code == "file-unreadable"


def test_a_plugin_writes_decisions(engine: Engine, tmp_path: Path) -> None:
    encounters = [one for one in engine.read(file(tmp_path, "a.abc", "X\n")) if isinstance(one, Encounter)]
    decisions = [engine.decide(one) for one in encounters]
    assert engine.formats.write("abc", decisions, encounters) == b"X pay P-1\n"
    (line,) = bytes(engine.formats.write("ndjson", decisions, encounters)).splitlines()
    assert json.loads(line) == json.loads(engine.formats.write("json", decisions, encounters))


@pytest.mark.parametrize(
    ("read", "said"),
    [
        (lambda content, name: 1 / 0, "read of the format abc of the plugin one raised ZeroDivisionError"),
        (lambda content, name: 7, "it gave no list of encounters"),
    ],
)
def test_a_reader_that_fails_is_named(tmp_path: Path, read: Any, said: str) -> None:
    (found,) = engine_of(formats=abc(read=read)).read(file(tmp_path, "a.abc", "X"))
    assert isinstance(found, Diagnostic) and found.code == "format-failed"
    assert said in found.message


def test_a_record_that_is_no_encounter_is_named_and_the_others_are_read(tmp_path: Path) -> None:
    engine = engine_of(formats=abc(read=lambda content, name: [7, CLAIM, {"problem": "odd", "line": "x"}]))
    wrong, right, odd = engine.read(file(tmp_path, "a.abc", "X"))
    assert isinstance(wrong, Encounter) and engine.decide(wrong).outcome == "pend"
    assert isinstance(right, Encounter) and engine.decide(right).outcome == "pay"
    assert isinstance(odd, Diagnostic) and odd.at is not None and odd.at.line == 1


@pytest.mark.parametrize("given", [{"json": {"read": csv_reader}}, {"mine": {"read": csv_reader, "endings": ["json"]}}])
def test_a_name_or_ending_that_is_taken_pends(given: Any) -> None:
    found = decided(engine_of(formats=lambda: given))
    assert "of the plugin one has the name or an ending of json, of payerrules" in needs(found)


@pytest.mark.parametrize("given", [{"abc": {}}, {"abc": 7}, 7])
def test_formats_that_make_no_sense_pend(given: Any) -> None:
    assert "payerrules_formats of the plugin one raised" in needs(decided(engine_of(formats=lambda: given)))


def test_an_installed_plugin_reads_and_writes_in_its_process(install: Install, tmp_path: Path) -> None:
    source = f"""
CLAIM = {CLAIM!r}
def read(content, name):
    return [{{**CLAIM, "encounter": content.decode()}}]
def write(decisions):
    return bytes([0, 255])
@hookimpl
def payerrules_formats():
    return {{"made": {{"endings": [".made"], "read": read, "write": write}}}}
@hookimpl
def payerrules_add_facts(encounter):
    if encounter["id"] == "hang":
        while True: pass
"""
    install("made", source)
    engine = installed_engine(seconds=1)
    (first,) = engine.read(file(tmp_path, "a.made", "hang"))
    assert isinstance(first, Encounter)
    assert engine.formats.write("made", [engine.decide(first)], [first]) != b"\x00\xff", "off since it hung"
    again = installed_engine()
    (second,) = again.read(file(tmp_path, "b.made", "X"))
    assert isinstance(second, Encounter)
    assert again.formats.write("made", [again.decide(second)], [second]) == b"\x00\xff"
