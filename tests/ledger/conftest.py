"""An engine and empty ledgers: in SQLite, and in PostgreSQL where its programs are installed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from payerrules import Engine
from payerrules.ledger.ledger import Ledger
from tests.ledger.claims import POLICY
from tests.ledger.postgres import Cluster, programs


@pytest.fixture(scope="session")
def engine() -> Engine:
    return Engine.open([POLICY], runtime="reference", plugins=False, assume_history_none=True)


@pytest.fixture
def url(tmp_path: Path) -> str:
    return str(tmp_path / "claims.db")


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    with Ledger(url) as found:
        yield found


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    if programs() is None:
        pytest.skip("PostgreSQL is not installed: apt-get install postgresql, or make soak")
    with Cluster() as found:
        yield found


@pytest.fixture(params=["sqlite", "postgresql"])
def any_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A ledger that is not there yet, in each of the two databases."""
    if request.param == "sqlite":
        return str(tmp_path / "claims.db")
    cluster: Cluster = request.getfixturevalue("cluster")
    return cluster.database()
