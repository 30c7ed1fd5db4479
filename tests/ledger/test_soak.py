"""Nothing lost, nothing twice: processes that are killed, and processes that write together. `make soak` runs the long ones."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from payerrules import Engine
from payerrules.ledger.ledger import Ledger
from tests.ledger.claims import differences, everything, post, stream
from tests.ledger.postgres import Cluster
from tests.ledger.work import claims_for, decide, kill, totals, write, write_together

Urls = Callable[[], str]


def killed_and_resumed(urls: Urls, undisturbed: str, folder: Path, rounds: int, kills: int, claims: int) -> None:
    """Decide a file by one ledger undisturbed, and by others under kills; in the end all hold and say the same."""
    path = write(folder / "claims.ndjson", stream(claims, 7))
    expected = decide(undisturbed, path)
    with Ledger(undisturbed) as ledger:
        held = everything(ledger)
    chance, landed, lost = random.Random(rounds), 0, 0
    for _ in range(rounds):
        url = urls()
        for number in range(kills):
            landed += kill(url, path, chance, while_writing=number > 0)
        lost += decide(url, path) != expected
        with Ledger(url) as ledger:
            lost += everything(ledger) != held
            assert differences(ledger) == []
    print(f"{landed} of {rounds * kills} kills found a process at work; {lost} ledgers or outputs differed")
    assert (lost, landed >= rounds * (kills - 1)) == (0, True)


def files(folder: Path) -> Urls:
    """The names of new SQLite files."""
    numbers = itertools.count()
    return lambda: str(folder / f"killed-{next(numbers)}.db")


def written_together(url: str, alone: str, folder: Path, writers: int, each: int, engine: Engine) -> None:
    """Decide streams by one ledger together, and by another one after the other; the totals are the same."""
    streams = claims_for(writers, each, 12)
    write_together(url, folder, streams)
    with Ledger(url) as one, Ledger(alone) as other:
        for claims in streams:
            for data in claims:
                post(other, engine, data)
        assert totals(one) == totals(other)
        assert totals(one)["claims"].total() == writers * each
        assert differences(one) == []


def test_a_process_that_is_killed_loses_nothing_and_counts_nothing_twice(tmp_path: Path) -> None:
    killed_and_resumed(files(tmp_path), str(tmp_path / "whole.db"), tmp_path, 1, 3, 150)


def test_processes_that_write_together_come_to_the_totals_of_one(tmp_path: Path, engine: Engine) -> None:
    written_together(str(tmp_path / "many.db"), str(tmp_path / "one.db"), tmp_path, 4, 15, engine)


@pytest.mark.slow
def test_200_kills_lose_nothing_in_sqlite(tmp_path: Path) -> None:
    killed_and_resumed(files(tmp_path), str(tmp_path / "whole.db"), tmp_path, 40, 5, 250)


@pytest.mark.slow
def test_200_kills_lose_nothing_in_postgresql(tmp_path: Path, cluster: Cluster) -> None:
    killed_and_resumed(cluster.database, str(tmp_path / "whole.db"), tmp_path, 40, 5, 250)


@pytest.mark.slow
def test_8_writers_come_to_the_totals_of_one_in_sqlite(tmp_path: Path, engine: Engine) -> None:
    written_together(str(tmp_path / "many.db"), str(tmp_path / "one.db"), tmp_path, 8, 250, engine)


@pytest.mark.slow
def test_8_writers_come_to_the_totals_of_one_in_postgresql(tmp_path: Path, cluster: Cluster, engine: Engine) -> None:
    written_together(cluster.database(), str(tmp_path / "one.db"), tmp_path, 8, 250, engine)
