"""What can go wrong with a database is said once, with what to do; no claim is ever half written."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from payerrules import Engine
from payerrules.ledger.faults import LedgerError
from payerrules.ledger.ledger import Ledger
from payerrules.ledger.migrate import SCHEMA, VERSION
from payerrules.ledger.store import Store, parsed
from payerrules.ledger.tables import meta, metadata
from tests.ledger.claims import POLICY, claim, differences, everything, post, read
from tests.ledger.postgres import Cluster
from tests.ledger.work import ENVIRONMENT


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
        ("claims.db?recrods=as_submitted", "ledger-settings"),
        ("claims.db?timeout=soon", "ledger-settings"),
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


def filled_up(
    url: str, engine: Engine, more_room: Callable[[Ledger], None], harm: Callable[[Ledger], None], claims: int = 120
) -> None:
    """Decide until there is no room: every batch is whole or away, and with more room the same claims go on after them."""
    encounters = [
        read(claim(f"E-{number}", patient=f"P-{number // 40:03d}", lines=3), engine) for number in range(claims)
    ]
    done: list[str] = []
    with Ledger(url) as ledger:
        harm(ledger)
        with pytest.raises(LedgerError) as caught:
            for entry in ledger.decide_all(engine, encounters, 4):
                done.append(entry.decision.encounter)
        assert caught.value.diagnostic.code == "ledger-full"
        assert 4 <= len(done) < len(encounters)
        assert (held_by(ledger), differences(ledger)) == (done, [])
        more_room(ledger)
    with Ledger(url) as ledger:
        assert len(list(ledger.decide_all(engine, encounters, 50))) == len(encounters)
        assert (held_by(ledger), differences(ledger)) == ([one.id for one in encounters], [])


def held_by(ledger: Ledger) -> list[str]:
    """The claims that a ledger holds, by account and receipt."""
    return [one["encounter"] for one in everything(ledger) if "encounter" in one]


def test_a_full_disk_leaves_every_batch_whole_or_away(url: str, engine: Engine) -> None:
    def only(more: int) -> Callable[[Ledger], None]:
        def limit(ledger: Ledger) -> None:
            connection = ledger.store.connection
            pages = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
            connection.rollback()
            connection.exec_driver_sql(f"PRAGMA max_page_count={pages + more}")
            connection.rollback()

        return limit

    filled_up(url, engine, only(100_000), only(20))


@pytest.fixture(params=["1m", pytest.param("12m", marks=pytest.mark.slow)])
def small_disk(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A file system of a megabyte, and of twelve, where pages go from the log to the file before it is full."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={request.param}", "none", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("a small file system can only be mounted by root; the file's own limit is tested in its place")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_file_system_that_fills_up_leaves_every_batch_whole_or_away(
    small_disk: Path, engine: Engine, request: pytest.FixtureRequest
) -> None:
    def more_room(ledger: Ledger) -> None:
        subprocess.run(["mount", "-o", "remount,size=64m", str(small_disk)], check=True)

    large = request.node.callspec.params["small_disk"] != "1m"
    filled_up(str(small_disk / "claims.db"), engine, more_room, lambda ledger: None, 2000 if large else 120)


SMALL = """
import resource, signal, sys
from payerrules.cli.main import run
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))
sys.argv = ["payerrules", *sys.argv[1:]]
run()
"""
"""A process that may write no file longer than 300,000 bytes: what a full disk says to it, without one."""


def test_a_process_that_may_write_no_more_ends_with_4_and_the_next_goes_on(url: str, tmp_path: Path, engine: Engine) -> None:  # fmt: skip
    claims = [claim(f"E-{number}", lines=3) for number in range(90)]
    path = tmp_path / "claims.ndjson"
    path.write_text("\n".join(json.dumps(one) for one in claims))
    options = ["--ledger", url, "--policies", str(POLICY), "--format", "json", "--batch", "10"]
    command = [sys.executable, "-c", SMALL, "decide", str(path), "--assume-history", "none", *options]
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=False, timeout=300)
    assert (done.returncode, "error[ledger-full]" in done.stderr) == (4, True)
    kept = [one["encounter"] for one in json.loads(done.stdout)]
    assert (len(kept) % 10, 0 < len(kept) < 90) == (0, True)
    with Ledger(url) as ledger:
        assert [one["encounter"] for one in everything(ledger)[1:]] == kept
        assert len(list(ledger.decide_all(engine, [read(one, engine) for one in claims]))) == 90
        assert (len(everything(ledger)), differences(ledger)) == (91, [])


@pytest.mark.parametrize("how", ["terminated", "restarted"])
def test_a_server_that_goes_away_is_named_and_the_same_claims_go_on_after_it(cluster: Cluster, engine: Engine, how: str) -> None:  # fmt: skip
    url = cluster.database()
    encounters = [read(claim(f"E-{number}"), engine) for number in range(30)]
    done = 0
    with Ledger(url) as ledger:
        with pytest.raises(LedgerError) as caught:
            for _ in ledger.decide_all(engine, encounters, 5):
                done += 1
                if done == 12:
                    gone(cluster, url, how)
        assert (caught.value.diagnostic.code, done) == ("ledger-unreachable", 15)
        assert caught.value.diagnostic.hint
    with Ledger(url) as ledger:
        assert (len(everything(ledger)), differences(ledger)) == (16, [])
        assert len(list(ledger.decide_all(engine, encounters, 5))) == 30
        assert (len(everything(ledger)), differences(ledger)) == (31, [])


def gone(cluster: Cluster, url: str, how: str) -> None:
    """Let a server drop its connections: of one database, or all as it is stopped at once and started anew."""
    if how == "restarted":
        cluster.restart()
        return
    with Ledger(url) as other, other.store.transaction() as connection:
        asked = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        assert connection.execute(sa.text(asked)).scalar_one()


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


def test_a_ledger_of_the_first_schema_is_migrated_with_all_that_it_holds(any_url: str, engine: Engine) -> None:
    with Ledger(any_url) as ledger:
        post(ledger, engine, claim("E-1"))
        before = everything(ledger)
        with ledger.store.transaction() as connection:
            connection.execute(sa.text("DROP INDEX claim_undoing"))
            connection.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))
    with Ledger(any_url) as ledger:
        with ledger.store.reading() as connection:
            names = [index["name"] for index in sa.inspect(connection).get_indexes("claim")]
            assert ("claim_undoing" in names, connection.execute(VERSION).scalar_one()) == (True, SCHEMA)
        assert everything(ledger) == before
        post(ledger, engine, claim("E-2"))
        assert differences(ledger) == []


def test_the_schema_of_a_later_version_is_refused(any_url: str) -> None:
    store = Store(any_url)
    with store.transaction() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '0099'"))
    store.close()
    assert refused(any_url) == "ledger-newer"
