"""Processes that decide claims by one ledger: several at once, and one that is killed again and again.

`python -m tests.ledger.work` loads the engine once and makes the processes, as it is told to by lines of JSON.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import signal
import subprocess
import sys
import time
import traceback
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from payerrules import Engine
from payerrules.ledger.ledger import Ledger
from payerrules.ledger.tables import claim as claims
from tests.ledger.claims import POLICY, claim, everything, read

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "engine"), str(ROOT)])}


def write(path: Path, claims: Iterable[dict[str, Any]]) -> Path:
    """Claims as a file of NDJSON."""
    path.write_text("".join(json.dumps(one) + "\n" for one in claims))
    return path


class Works:
    """Makes processes that decide files by ledgers; each is a process of its own, with the engine loaded before."""

    def __enter__(self) -> Works:
        command = [sys.executable, "-m", "tests.ledger.work"]
        self.child = subprocess.Popen(
            command, env=ENVIRONMENT, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        return self

    def __exit__(self, *exception: object) -> None:
        assert self.child.stdin is not None and self.child.stdout is not None
        self.child.stdin.close()
        self.child.wait()
        self.child.stdout.close()

    def ask(self, **what: Any) -> int:
        """Tell it one thing, and be told a number."""
        assert self.child.stdin is not None and self.child.stdout is not None
        self.child.stdin.write(json.dumps(what) + "\n")
        self.child.stdin.flush()
        return int(self.child.stdout.readline())

    def start(self, url: str, path: Path, batch: int) -> int:
        """Begin to decide a file; the id of the process."""
        return self.ask(url=url, file=str(path), batch=batch)

    def end(self, process: int) -> int:
        """Wait for a process; its exit code, -9 where it was killed at work."""
        return self.ask(wait=process)

    def decide(self, url: str, path: Path) -> list[dict[str, Any]]:
        """The decisions on a file, made by a process that nobody disturbs."""
        assert self.end(self.start(url, path, 100)) == 0
        found = json.loads(answers(path).read_text(encoding="utf-8"))
        assert isinstance(found, list)
        return found

    def kill(self, url: str, path: Path, chance: random.Random, while_writing: bool) -> bool:
        """Begin to decide a file and kill it at a random moment, of its writing or of its whole run; whether it was at work."""
        with Ledger(url) if while_writing else contextlib.nullcontext() as ledger:
            before = recorded(ledger) if ledger else 0
            process = self.start(url, path, chance.choice((1, 4, 20)))
            until = time.monotonic() + 60
            while ledger and recorded(ledger) == before and time.monotonic() < until:
                time.sleep(0.001)
        time.sleep(chance.uniform(0, 0.03 if while_writing else 0.2))
        os.kill(process, signal.SIGKILL)
        return self.end(process) == -signal.SIGKILL

    def together(self, url: str, folder: Path, streams: list[list[dict[str, Any]]]) -> list[int]:
        """Decide several streams of claims by one ledger at the same time; the exit codes of the processes."""
        files = [write(folder / f"stream-{place}.ndjson", one) for place, one in enumerate(streams)]
        return [self.end(process) for process in [self.start(url, path, 1 + 9 * (place % 2)) for place, path in enumerate(files)]]  # fmt: skip


def answers(path: Path) -> Path:
    """Where the decisions on a file are written."""
    return path.with_suffix(".answers")


def recorded(ledger: Ledger) -> int:
    """How many claims a ledger holds."""
    with ledger.store.reading() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(claims)).scalar_one()


def claims_for(writers: int, each: int, patients: int) -> list[list[dict[str, Any]]]:
    """Claims for several writers, all about the same few patients, small enough that the order of receipt changes no outcome."""
    return [
        [
            claim(f"W{writer}-{n}", f"2026-{1 + n % 12:02d}-{1 + writer:02d}", patient=f"P-{n % patients}", allowed=f"{10 + writer}.{n % 100:02d}",
                  modifiers=("GN", "KX"), documentation={"medically_necessary": True})
            for n in range(each)
        ]
        for writer in range(writers)
    ]  # fmt: skip


def totals(ledger: Ledger) -> dict[str, Any]:
    """What stands in each account, and how many of each claim there are; whatever the order in which they came."""
    records = everything(ledger)
    found: dict[str, Any] = {"claims": Counter(one["encounter"] for one in records if "encounter" in one)}
    for one in records:
        for service in one.get("services", ()):
            key = (one["patient"], service["outcome"])
            cents = int(service["allowed"].replace(".", ""))
            count, units, allowed = found.get(key, (0, 0, 0))
            found[key] = count + 1, units + service["units"], allowed + cents
    return found


def work() -> None:
    """Make processes and wait for them, as each line says."""
    # no plugins: the processes in which they run are not to be shared by those that are made here
    engine = Engine.open([POLICY], runtime="reference", plugins=False, assume_history_none=True)
    engine.decide(read(claim("W"), engine))
    for line in sys.stdin:
        asked = json.loads(line)
        if "wait" in asked:
            print(os.waitstatus_to_exitcode(os.waitpid(asked["wait"], 0)[1]), flush=True)
        elif process := os.fork():
            print(process, flush=True)
        else:
            decide_as_child(engine, asked["url"], Path(asked["file"]), asked["batch"])


def decide_as_child(engine: Engine, url: str, path: Path, batch: int) -> None:
    """What one of the processes does."""
    code = 1
    try:
        encounters = [read(json.loads(line), engine) for line in path.read_text(encoding="utf-8").splitlines()]
        with Ledger(url) as ledger:
            found = [entry.decision.to_dict() for entry in ledger.decide_all(engine, encounters, batch)]
        answers(path).write_text(json.dumps(found), encoding="utf-8")
        code = 0 if len(found) == len(encounters) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        os._exit(code)


if __name__ == "__main__":
    work()
