"""Deciding holds one encounter at a time: lines are read as they are asked for, and decisions written as they are made."""

from __future__ import annotations

import gc
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from payerrules.cli.main import stream, tabulate
from payerrules.cli.reading import Reading
from payerrules.decide.engine import Engine
from payerrules.formats.files import lines_of
from payerrules.model.decision import Decision
from payerrules.model.diagnostic import Diagnostic
from payerrules.model.encounter import Encounter

MANY = 12


@pytest.fixture(scope="module")
def engine() -> Iterator[Engine]:
    made = Engine.open(runtime="reference", plugins=False)
    gc.collect()
    gc.freeze()  # what is there already is not looked at
    yield made
    gc.unfreeze()


def claim(number: int) -> str:
    line = {"line": 1, "date": "2026-05-11", "code": "92507", "modifiers": ["GN"], "units": 1}
    payer = {"id": "medicare", "program": "part_b"}
    return json.dumps(
        {"encounter": f"E-{number}", "payer": payer, "patient": {"id": "P"}, "history": [], "lines": [line]}
    )


@pytest.fixture
def claims(tmp_path: Path) -> Path:
    path = tmp_path / "claims.ndjson"
    path.write_text("".join(claim(number) + "\n" for number in range(MANY)), encoding="utf-8")
    return path


def alive(kind: type) -> int:
    gc.collect()
    return sum(type(one) is kind for one in gc.get_objects())


def test_a_line_is_read_when_its_encounter_is_asked_for(engine: Engine) -> None:
    taken = 0

    def lines() -> Iterator[bytes]:
        nonlocal taken
        for number in range(MANY):
            taken += 1
            yield f"{claim(number)}\n".encode()

    found = lines_of(lines(), "claims.ndjson", engine.vocabulary)
    assert [(getattr(next(found), "id", ""), taken) for _ in range(3)] == [("E-0", 1), ("E-1", 2), ("E-2", 3)]


def watched(
    engine: Engine, claims: Path, seen: list[tuple[int, int, int]], out: Path
) -> Iterator[tuple[Encounter, Decision]]:
    """Decides, and notes at each encounter how many others and decisions are alive, and how many lines are written."""
    others, decided = alive(Encounter), alive(Decision)
    for encounter in Reading([claims], engine):
        decision = engine.decide(encounter)
        written = out.read_text(encoding="utf-8").count("\n") if out.is_file() else 0
        seen.append((alive(Encounter) - others, alive(Decision) - decided, written))
        yield encounter, decision
        del decision


def test_decisions_are_written_as_they_are_made_and_let_go(engine: Engine, claims: Path, tmp_path: Path) -> None:
    seen: list[tuple[int, int, int]] = []
    out = tmp_path / "out.ndjson"
    stream(engine, watched(engine, claims, seen, out), out)
    assert [written for _, _, written in seen] == list(range(MANY))
    assert max(max(others, decided) for others, decided, _ in seen) <= 2
    assert [json.loads(line)["encounter"] for line in out.read_text().splitlines()] == [f"E-{n}" for n in range(MANY)]


def test_the_table_keeps_rows_and_no_decisions(engine: Engine, claims: Path, tmp_path: Path) -> None:
    seen: list[tuple[int, int, int]] = []
    out = tmp_path / "out.txt"
    tabulate(watched(engine, claims, seen, tmp_path / "none"), False, out, lambda: None)
    assert max(max(others, decided) for others, decided, _ in seen) <= 2
    assert all(f"E-{number} " in out.read_text() for number in range(MANY))


def test_a_line_that_is_no_utf8_is_named_and_the_others_are_decided(engine: Engine) -> None:
    lines = [claim(0).encode(), '{"encounter": "\xe9"}'.encode("latin-1"), claim(2).encode()]
    found = list(lines_of(lines, "claims.ndjson", engine.vocabulary))
    assert [one.code if isinstance(one, Diagnostic) else one.id for one in found] == ["E-0", "not-utf8", "E-2"]
    assert isinstance(found[1], Diagnostic) and found[1].at is not None and found[1].at.line == 2
