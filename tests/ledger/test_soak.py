"""Nothing lost, nothing twice: processes that are killed, and processes that write together. `make soak` runs the long ones."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from payerrules import Engine
from payerrules.ledger.ledger import Ledger
from tests.ledger.claims import differences, everything, read, stream
from tests.ledger.postgres import Cluster
from tests.ledger.work import Works, claims_for, totals, write

Urls = Callable[[], str]


@pytest.fixture(scope="module")
def works() -> Iterator[Works]:
    with Works() as found:
        yield found


def killed_and_resumed(works: Works, urls: Urls, undisturbed: str, folder: Path, rounds: int, kills: int, claims: int) -> None:  # fmt: skip
    """Decide a file by one ledger undisturbed, and by others under kills; in the end all hold and say the same."""
    path = write(folder / "claims.ndjson", stream(claims, 7))
    expected = works.decide(undisturbed, path)
    with Ledger(undisturbed) as ledger:
        held = everything(ledger)
    chance, landed, lost = random.Random(rounds), 0, 0
    for _ in range(rounds):
        url = urls()
        for number in range(kills):
            landed += works.kill(url, path, chance, while_writing=number > 0)
        lost += works.decide(url, path) != expected
        with Ledger(url) as ledger:
            lost += everything(ledger) != held
            assert differences(ledger) == []
    print(f"{landed} of {rounds * kills} kills found a process at work; {lost} ledgers or outputs differed")
    assert (lost, landed >= rounds * (kills - 1)) == (0, True)


def files(folder: Path) -> Urls:
    """The names of new SQLite files."""
    numbers = itertools.count()
    return lambda: str(folder / f"killed-{next(numbers)}.db")


def written_together(works: Works, url: str, alone: str, folder: Path, writers: int, each: int, engine: Engine) -> None:
    """Decide streams by one ledger together, and by another one after the other; the totals are the same."""
    streams = claims_for(writers, each, 12)
    assert works.together(url, folder, streams) == [0] * writers
    with Ledger(url) as one, Ledger(alone) as other:
        encounters = [read(data, engine) for claims in streams for data in claims]
        assert len(list(other.decide_all(engine, encounters))) == writers * each
        found = totals(one)
        assert found == totals(other)
        assert found["claims"].total() == writers * each
        assert differences(one) == []
    print(
        f"{writers} writers, {writers * each} claims: {found['claims'].total()} held, the totals are those of one writer"
    )


def test_a_process_that_is_killed_loses_nothing_and_counts_nothing_twice(works: Works, tmp_path: Path) -> None:
    killed_and_resumed(works, files(tmp_path), str(tmp_path / "whole.db"), tmp_path, 1, 3, 100)


def test_processes_that_write_together_come_to_the_totals_of_one(works: Works, any_url: str, tmp_path: Path, engine: Engine) -> None:  # fmt: skip
    written_together(works, any_url, str(tmp_path / "one.db"), tmp_path, 8, 8, engine)


@pytest.mark.slow
def test_200_kills_lose_nothing_in_sqlite(works: Works, tmp_path: Path) -> None:
    killed_and_resumed(works, files(tmp_path), str(tmp_path / "whole.db"), tmp_path, 40, 5, 250)


@pytest.mark.slow
def test_200_kills_lose_nothing_in_postgresql(works: Works, tmp_path: Path, cluster: Cluster) -> None:
    killed_and_resumed(works, cluster.database, str(tmp_path / "whole.db"), tmp_path, 40, 5, 250)


@pytest.mark.slow
def test_8_writers_come_to_the_totals_of_one_in_sqlite(works: Works, tmp_path: Path, engine: Engine) -> None:
    written_together(works, str(tmp_path / "many.db"), str(tmp_path / "one.db"), tmp_path, 8, 250, engine)


@pytest.mark.slow
def test_8_writers_come_to_the_totals_of_one_in_postgresql(works: Works, tmp_path: Path, cluster: Cluster, engine: Engine) -> None:  # fmt: skip
    written_together(works, cluster.database(), str(tmp_path / "one.db"), tmp_path, 8, 250, engine)
