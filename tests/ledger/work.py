"""Processes that decide claims by one ledger: several at once, and one that is killed again and again.

`python -m tests.ledger.work URL FILE` decides the claims of a file, for those who start it as a child.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from payerrules import Engine
from payerrules.ledger.ledger import Ledger
from payerrules.ledger.tables import claim as claims
from tests.ledger.claims import POLICY, claim, everything, post

ROOT = Path(__file__).parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT / "engine"), str(ROOT)])}


def write(path: Path, claims: Iterable[dict[str, Any]]) -> Path:
    """Claims as a file of NDJSON."""
    path.write_text("".join(json.dumps(one) + "\n" for one in claims))
    return path


def command(url: str, path: Path) -> list[str]:
    """The command that decides a file by a ledger, as a person would run it."""
    options = ["--format", "json", "--assume-history", "none", "--runtime", "reference", "--policies", str(POLICY)]
    return [sys.executable, "-m", "payerrules", "decide", str(path), "--ledger", url, *options]


def decide(url: str, path: Path) -> list[dict[str, Any]]:
    """The decisions on a file, made by a process that nobody disturbs."""
    done = subprocess.run(command(url, path), env=ENVIRONMENT, capture_output=True, text=True, check=False, timeout=600)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    return found if isinstance(found, list) else [found]


def kill(url: str, path: Path, chance: random.Random, while_writing: bool) -> bool:
    """Start the deciding of a file and kill it at a random moment, of its writing or of its whole run; whether it was at work."""
    ledger = Ledger(url) if while_writing else None
    before = recorded(ledger) if ledger else 0
    child = subprocess.Popen(command(url, path), env=ENVIRONMENT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while ledger and child.poll() is None and recorded(ledger) == before:
        time.sleep(0.001)
    time.sleep(chance.uniform(0, 0.05 if ledger else 1.5))
    at_work = child.poll() is None
    child.send_signal(signal.SIGKILL)
    child.wait()
    if ledger:
        ledger.close()
    return at_work


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


def write_together(url: str, folder: Path, streams: list[list[dict[str, Any]]]) -> None:
    """Decide several streams of claims by one ledger at the same time, each in a process of its own."""
    files = [write(folder / f"stream-{place}.ndjson", one) for place, one in enumerate(streams)]
    children = [
        subprocess.Popen([sys.executable, "-m", "tests.ledger.work", url, str(path)], env=ENVIRONMENT, cwd=ROOT, stderr=subprocess.PIPE, text=True)
        for path in files
    ]  # fmt: skip
    failed = [child.communicate(timeout=1800)[1] for child in children]
    if any(child.returncode for child in children):
        raise AssertionError("\n".join(failed))


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


if __name__ == "__main__":
    engine = Engine.open([POLICY], runtime="reference", plugins=False, assume_history_none=True)
    with Ledger(sys.argv[1]) as ledger, open(sys.argv[2], encoding="utf-8") as lines:
        for line in lines:
            post(ledger, engine, json.loads(line))
