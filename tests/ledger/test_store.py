"""What can go wrong with a database is said once, with what to do; no claim is ever half written."""

from __future__ import annotations

import os
import sqlite3
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from payerrules import Engine
from payerrules.ledger.faults import LedgerError
from payerrules.ledger.ledger import Ledger
from payerrules.ledger.store import Store, parsed
from payerrules.ledger.tables import meta, metadata
from tests.ledger.claims import claim, differences, everything, post


def refused(url: str) -> str:
    """The code with which a ledger is refused."""
    with pytest.raises(LedgerError) as caught, Ledger(url):
        pass
    assert caught.value.diagnostic.hint
    return caught.value.diagnostic.code


def test_the_migrations_make_the_tables_that_the_engine_writes(any_url: str) -> None:
    with Ledger(any_url) as ledger, ledger.store.reading() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("/no/such/folder/claims.db", "ledger-unreachable"),
        ("mysql://somewhere/claims", "ledger-unreachable"),
        ("sqlite://claims.db/with/host", "ledger-unreachable"),
        ("postgresql://nobody@127.0.0.1:1/claims", "ledger-unreachable"),
        ("://", "ledger-unreachable"),
        ("claims.db?records=both", "ledger-settings"),
        ("claims.db?complete_from=yesterday", "ledger-settings"),
    ],
)
def test_a_url_that_leads_nowhere_is_refused(url: str, code: str) -> None:
    assert refused(url) == code


def test_a_password_is_never_shown() -> None:
    assert parsed("postgresql://me:secret@host/claims")[2] == "postgresql+psycopg://me:***@host/claims"


def test_a_file_of_something_else_is_no_ledger(tmp_path: Path) -> None:
    letter, other = tmp_path / "letter", tmp_path / "other.db"
    letter.write_text("Dear Sir or Madam, " * 200)
    with sqlite3.connect(other) as raw:
        raw.execute("CREATE TABLE songs (title TEXT)")
    raw.close()
    before = letter.read_bytes()
    assert [refused(str(path)) for path in (letter, other)] == ["ledger-not-one"] * 2
    assert letter.read_bytes() == before


def test_a_database_of_something_else_in_postgresql_is_no_ledger(any_url: str) -> None:
    store = Store(any_url)
    with store.transaction() as connection:
        for name in ("service", "claim", "account", "ledger_meta", "alembic_version"):
            connection.execute(sa.text(f"DROP TABLE {name}"))
        connection.execute(sa.text("CREATE TABLE songs (title TEXT)"))
    store.close()
    assert refused(any_url) == "ledger-not-one"


def test_a_file_that_is_not_there_is_made_only_by_those_who_write(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="there is no such file"):
        Ledger(str(tmp_path / "claims.db"), make=False)
    assert list(tmp_path.iterdir()) == []


def test_settings_are_fixed_when_a_ledger_is_made(any_url: str) -> None:
    more = "&" if "?" in any_url else "?"
    with Ledger(f"{any_url}{more}records=as_submitted&complete_from=2026-01-01") as ledger:
        assert ledger.records == "as_submitted"
    with Ledger(any_url) as ledger:
        assert ledger.records == "as_submitted"
    assert refused(f"{any_url}{more}records=as_corrected") == "ledger-settings"
    assert refused(f"{any_url}{more}complete_from=2025-01-01") == "ledger-settings"


def test_a_locked_database_is_named_and_the_claim_can_be_sent_again(url: str, engine: Engine) -> None:
    with Ledger(f"{url}?timeout=0") as ledger:
        post(ledger, engine, claim("E-1"))
        other = sqlite3.connect(url, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        before = everything(ledger)
        with pytest.raises(LedgerError) as caught:
            post(ledger, engine, claim("E-2"))
        assert caught.value.diagnostic.code == "ledger-locked"
        assert everything(ledger) == before
        other.execute("ROLLBACK")
        other.close()
        post(ledger, engine, claim("E-2"))
        assert len(everything(ledger)) == 3


def test_a_locked_account_of_postgresql_is_named(
    cluster: object, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("payerrules.ledger.store.WAIT_SECONDS", "0.2")
    url = cluster.database()  # type: ignore[attr-defined]  # the fixture gives a Cluster
    with Ledger(url) as ledger, Ledger(url) as other:
        post(ledger, engine, claim("E-1"))
        with other.store.transaction() as connection:
            connection.execute(sa.text("SELECT * FROM account FOR UPDATE"))
            with pytest.raises(LedgerError) as caught:
                post(ledger, engine, claim("E-2"))
    assert caught.value.diagnostic.code == "ledger-locked"


def test_a_full_disk_leaves_every_claim_whole_or_away(url: str, engine: Engine) -> None:
    with Ledger(url) as ledger:
        pages = ledger.store.connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        ledger.store.connection.rollback()
        ledger.store.connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 12}")
        ledger.store.connection.rollback()
        done = 0
        with pytest.raises(LedgerError) as caught:
            for number in range(500):
                post(ledger, engine, claim(f"E-{number}", lines=3))
                done += 1
        assert caught.value.diagnostic.code == "ledger-full"
        assert (len(everything(ledger)), differences(ledger)) == (1 + done, [])
    with Ledger(url) as ledger:
        post(ledger, engine, claim(f"E-{done}", lines=3))
        assert (len(everything(ledger)), differences(ledger)) == (2 + done, [])


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of half a megabyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=512k", "none", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a small file system can only be mounted by root")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


@pytest.mark.slow
def test_a_file_system_that_fills_up_leaves_every_claim_whole_or_away(small_disk: Path, engine: Engine) -> None:
    url = str(small_disk / "claims.db")
    done = 0
    with Ledger(url) as ledger, pytest.raises(LedgerError) as caught:
        for number in range(5000):
            post(ledger, engine, claim(f"E-{number}", lines=3))
            done += 1
    assert (caught.value.diagnostic.code, done > 5) == ("ledger-full", True)
    subprocess.run(["mount", "-o", "remount,size=8m", str(small_disk)], check=True)
    with Ledger(url) as ledger:
        assert (len(everything(ledger)), differences(ledger)) == (1 + done, [])
        post(ledger, engine, claim(f"E-{done}", lines=3))


def test_a_database_that_may_only_be_read_is_named(url: str, engine: Engine) -> None:
    with Ledger(url) as ledger:
        post(ledger, engine, claim("E-1"))
        ledger.store.connection.exec_driver_sql("PRAGMA query_only=ON")
        ledger.store.connection.rollback()
        with pytest.raises(LedgerError) as caught:
            post(ledger, engine, claim("E-2"))
    assert caught.value.diagnostic.code == "ledger-read-only"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write what nobody may")
def test_a_file_that_may_only_be_read_is_named(url: str, engine: Engine) -> None:
    with Ledger(url) as ledger:
        post(ledger, engine, claim("E-1"))
    Path(url).chmod(0o444)
    assert refused(url) == "ledger-read-only"


def kept_by(url: str, version: str) -> None:
    """Let another version of the engine have kept a ledger last."""
    store = Store(url)
    with store.transaction() as connection:
        connection.execute(sa.update(meta).values(engine=version))
    store.close()


def test_an_earlier_version_refuses_a_ledger_that_a_later_one_keeps(any_url: str) -> None:
    kept_by(any_url, "99.0.0")
    assert refused(any_url) == "ledger-newer"


def test_a_later_version_takes_a_ledger_over(any_url: str) -> None:
    kept_by(any_url, "0.9.0")
    with Ledger(any_url) as ledger, ledger.store.reading() as connection:
        assert connection.execute(sa.select(meta.c.engine)).scalar_one() == ledger.store.version


@pytest.mark.parametrize(
    "change", ["UPDATE ledger_meta SET engine = '99.0.0'", "UPDATE alembic_version SET version_num = '0099'"]
)
def test_a_version_at_work_stops_when_a_later_one_takes_the_ledger_over(
    any_url: str, engine: Engine, change: str
) -> None:
    with Ledger(any_url) as ledger:
        post(ledger, engine, claim("E-1"))
        before = everything(ledger)
        with ledger.store.transaction() as connection:
            connection.execute(sa.text(change))
        with pytest.raises(LedgerError) as caught:
            post(ledger, engine, claim("E-2"))
        assert (caught.value.diagnostic.code, everything(ledger)) == ("ledger-newer", before)


def test_the_schema_of_a_later_version_is_refused(any_url: str) -> None:
    store = Store(any_url)
    with store.transaction() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0099'"))
    store.close()
    assert refused(any_url) == "ledger-newer"
