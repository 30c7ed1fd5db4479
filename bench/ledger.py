"""Measures the ledger and writes the figures into docs/ledger.md. Called by `make bench-ledger`.

Everything is measured in turn, three times, and the best is kept, which other work on the machine touches least; what is quoted
are ratios to deciding without a ledger.
"""

from __future__ import annotations

import argparse
import itertools
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tests.ledger.claims import claim
from tests.ledger.postgres import Cluster, programs

from payerrules import Encounter, Engine, encounter_from_dict
from payerrules.ledger.ledger import BATCH, Ledger

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "ledger.md"
BEGIN, END = "<!-- figures: made by make bench-ledger -->", "<!-- end of figures -->"
PAYER = {"id": "medicare", "program": "part_b"}
ROUNDS = 3
WRITERS = 8
HISTORIES = (10, 100, 1000)
GIVEN = "no ledger, the same past given as history"
BY_ITSELF = ", each claim recorded by itself"
Urls = Callable[[], str]


def engine_of() -> Engine:
    """The engine that everything is measured with."""
    return Engine.open(runtime="reference", plugins=False, assume_history_none=True)


def read(engine: Engine, data: list[dict[str, Any]]) -> list[Encounter]:
    """Claims, read before anything is timed."""
    return [encounter_from_dict(one, engine.vocabulary) for one in data]


def claims_of(count: int, patients: int, name: str = "B") -> list[dict[str, Any]]:
    """Claims of several patients, one after the other, through a year."""
    return [
        claim(f"{name}-{n}", f"2026-{1 + n * 12 // count:02d}-{1 + n % 28:02d}", patient=f"{name}-P-{n % patients}", modifiers=("GN", "KX"), payer=PAYER)
        for n in range(count)
    ]  # fmt: skip


def per_second(of: Callable[[Encounter], object], encounters: list[Encounter]) -> float:
    """How many encounters something does in a second."""
    start = time.perf_counter()
    for encounter in encounters:
        of(encounter)
    return len(encounters) / (time.perf_counter() - start)


def with_past(data: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The claims, each with the lines of those before it of the same patient as history: what a ledger hands to the engine."""
    past: dict[str, list[dict[str, Any]]] = {}
    found = []
    for one in data:
        before = past.setdefault(one["patient"]["id"], [])
        found.append({**one, "history": list(before)})
        before += [{**line, "outcome": "pay"} for line in one["lines"]]
    return found


def alone(engine: Engine, encounters: list[Encounter], urls: Urls | None, batch: int = BATCH) -> float:
    """One process: by a new ledger, or by none."""
    if urls is None:
        return per_second(engine.decide, encounters)
    with Ledger(urls()) as ledger:
        start = time.perf_counter()
        done = sum(1 for _ in ledger.decide_all(engine, encounters, batch))
        return done / (time.perf_counter() - start)


def with_history(engine: Engine, urls: Urls, services: int) -> float:
    """Claims of a patient who had so many services before, one every four days; the opening is not timed."""
    first = date(2026, 6, 1)
    past = [
        {"date": (first - timedelta(days=4 * n)).isoformat(), "code": "92507", "modifiers": ["GN"], "units": 1, "allowed": "7.40"}
        for n in range(1, services + 1)
    ]  # fmt: skip
    opening = read(engine, [{**claim("H-0", first.isoformat(), payer=PAYER), "history": past}])[0]
    more = read(
        engine, [claim(f"H-{n}", f"2026-06-{1 + n:02d}", modifiers=("GN", "KX"), payer=PAYER) for n in range(1, 25)]
    )
    with Ledger(urls()) as ledger:
        ledger.decide(engine, opening)
        start = time.perf_counter()
        done = sum(1 for _ in ledger.decide_all(engine, more))
        return done / (time.perf_counter() - start)


def together(urls: Urls, each: int) -> float:
    """Claims a second of several processes that write to one ledger, from the first to start to the last to end."""
    url = urls()
    Ledger(url).close()
    with tempfile.TemporaryDirectory() as folder:
        go = Path(folder) / "go"
        command = [sys.executable, __file__, "--url", url, "--go", str(go), "--count", str(each)]
        children = [
            subprocess.Popen([*command, "--name", f"W{n}"], stdout=subprocess.PIPE, text=True) for n in range(WRITERS)
        ]
        for child in children:
            assert child.stdout is not None
            child.stdout.readline()
        start = time.perf_counter()
        go.touch()
        assert [child.wait() for child in children] == [0] * WRITERS
        taken = time.perf_counter() - start
    with Ledger(url) as ledger, ledger.store.reading() as connection:
        held = connection.exec_driver_sql("SELECT count(*) FROM claim").scalar_one()
        assert held == WRITERS * each
    return WRITERS * each / taken


def write_as_child(url: str, go: Path, name: str, count: int) -> None:
    """One of the processes that write together: ready, it waits for the others."""
    engine = engine_of()
    data = claims_of(count, 8, name)
    for one in data:
        one["patient"]["id"] = one["patient"]["id"].partition("-")[2]  # all write to the same patients
    encounters = read(engine, data)
    with Ledger(url) as ledger:
        engine.decide(encounters[0])
        print("ready", flush=True)
        while not go.exists():
            time.sleep(0.005)
        assert len(list(ledger.decide_all(engine, encounters))) == count


def measured(count: int) -> dict[str, Any]:
    """All figures."""
    engine = engine_of()
    data = claims_of(count, count // 10)
    encounters, with_history_given = read(engine, data), read(engine, with_past(data))
    numbers = itertools.count()
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        kinds: dict[str, Urls | None] = {
            "no ledger": None,
            "SQLite": lambda: str(Path(folder) / f"{next(numbers)}.db"),
        }
        if programs() is not None:
            kinds["PostgreSQL"] = stack.enter_context(Cluster()).database
        alone(engine, encounters[:50], None)
        runs: dict[str, list[float]] = {kind: [] for kind in kinds}
        past: dict[tuple[str, int], list[float]] = {}
        many: dict[str, list[float]] = {}
        for _ in range(ROUNDS):
            for kind, urls in kinds.items():
                runs[kind].append(alone(engine, encounters, urls))
                if urls is None:
                    runs.setdefault(GIVEN, []).append(alone(engine, with_history_given, None))
                else:
                    runs.setdefault(f"{kind}{BY_ITSELF}", []).append(alone(engine, encounters, urls, 1))
                    for services in HISTORIES:
                        past.setdefault((kind, services), []).append(with_history(engine, urls, services))
                    many.setdefault(kind, []).append(together(urls, count // WRITERS))
        return {
            "count": count,
            "alone": {kind: max(found) for kind, found in runs.items()},
            "past": {key: max(found) for key, found in past.items()},
            "many": {kind: max(found) for kind, found in many.items()},
        }


def table(head: list[str], rows: list[list[str]]) -> str:
    """A Markdown table."""
    return "\n".join("| " + " | ".join(line) + " |" for line in [head, ["---"] * len(head), *rows])


def page(found: dict[str, Any]) -> str:
    """The figures as a section of the page."""
    base, given = found["alone"]["no ledger"], found["alone"][GIVEN]
    machine = f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    one = [
        [kind, f"{found['alone'][kind]:,.0f}", f"{found['alone'][kind] / base:.2f} x", f"{found['alone'][kind] / given:.2f} x"]
        for kind in sorted(found["alone"], key=lambda kind: ("no ledger" not in kind, kind))
    ]  # fmt: skip
    kinds = list(found["many"])
    past = [
        [f"{n:,}", *(f"{found['past'][kind, n] / found['past'][kind, 10]:.2f} x" for kind in kinds)] for n in HISTORIES
    ]
    many = [
        [kind, f"{found['many'][kind]:,.0f}", f"{found['many'][kind] / found['alone'][kind]:.2f} x"] for kind in kinds
    ]
    return "\n\n".join(
        [
            BEGIN,
            f"Best of {ROUNDS} rounds, {found['count']:,} one-line Medicare encounters of {found['count'] // 10} patients with the reference "
            f"runtime, {BATCH} claims a batch where nothing is said; each is decided on the services of the patient before it, without a ledger "
            f"on none. Quote the ratios: the machine ({machine}) is shared, its load average was {os.getloadavg()[2]:.0f} meanwhile.",
            table(["one process", "encounters/s", "to no ledger", "to the same past given"], one),
            "Speed with so many past services of the patient, one every four days, to that with 10. Of 100 and of 1,000 the 37 of this year are "
            "read, as no limit of the policies looks further back: what a claim costs grows with the services of the period, and not with the "
            "years before it.",
            table(["past services", *kinds], past),
            f"{WRITERS} processes that write about the same 8 patients; every claim is counted afterwards:",
            table(["8 processes", "encounters/s in all", "to one process"], many),
            END,
        ]
    )


def main() -> None:
    """Measure, and put the figures into the page."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=400)
    for name in ("--url", "--go", "--name"):
        parser.add_argument(name, default="")
    asked = parser.parse_args()
    if asked.url:
        write_as_child(asked.url, Path(asked.go), asked.name, asked.count)
        return
    text = PAGE.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN)
    PAGE.write_text(before + page(measured(asked.count)) + rest.split(END)[1], encoding="utf-8")
    print(PAGE.read_text(encoding="utf-8").split(BEGIN)[1].split(END)[0])


if __name__ == "__main__":
    main()
