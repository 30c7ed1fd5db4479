"""The database of a ledger: opened, brought to this version's schema, and used one transaction at a time."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from payerrules.decide.engine import engine_version
from payerrules.ledger import faults
from payerrules.ledger.migrate import SCHEMA, VERSION, migrate
from payerrules.ledger.services import RECORDS
from payerrules.ledger.statements import Ready
from payerrules.ledger.tables import meta

WAIT_SECONDS = 60
"""How long to wait for other work on the database before saying that it is locked."""
TRIES = 20
READ = "payerrules_read"
T = TypeVar("T")


@dataclass(frozen=True)
class Settings:
    """What is fixed when a ledger is made."""

    records: str
    complete_from: int | None


def version_key(version: str) -> tuple[int, ...]:
    """A version as numbers, so that two can be put in order.

    >>> version_key("1.10.0") > version_key("1.9.2")
    True
    """
    head = version.partition("+")[0]
    return tuple(int(part) for part in head.split(".") if part.isdigit())


def parsed(given: str) -> tuple[URL, dict[str, str], str]:
    """A URL or path as a URL without our own settings, the settings, and the name by which it is called in messages.

    >>> parsed("claims.db?records=as_submitted")[1:]
    ({'records': 'as_submitted'}, 'claims.db')
    """
    text = given if "://" in given else f"sqlite:///{given}"
    try:
        url = make_url(text)
    except (SQLAlchemyError, ValueError) as error:
        raise faults.unreachable(given, "this is no URL") from error
    asked = {key: str(url.query[key]) for key in ("records", "complete_from") if key in url.query}
    unknown = sorted(set(url.query) - {"timeout", *asked}) if url.get_backend_name() == "sqlite" else []
    if unknown:
        raise faults.wrong_setting(str(url.database), f"there is no setting {unknown[0]}")
    url = url.difference_update_query(["records", "complete_from"])
    if url.drivername in ("postgresql", "postgres"):
        url = url.set(drivername="postgresql+psycopg")
    plain = url.get_backend_name() == "sqlite" and url.database
    return url, asked, str(url.database) if plain else url.render_as_string(hide_password=True)


class Store:
    """One connection to a ledger's database. `settings` are those it was made with.

    Raises LedgerError where the database cannot be opened, is no ledger, or is kept by a later version.
    """

    def __init__(self, given: str, *, make: bool = True) -> None:
        self.url, asked, self.name = parsed(given)
        self.sqlite = self.url.get_backend_name() == "sqlite"
        if not self.sqlite and self.url.get_backend_name() != "postgresql":
            raise faults.unreachable(self.name, "ledgers are kept in SQLite or PostgreSQL")
        wanted = self.wanted(asked)
        path = self.path()
        if path is not None and not path.exists() and not make:
            raise faults.unreachable(self.name, "there is no such file")
        with self.understanding():
            self.engine = self.connected()
            self.connection = self.retried(self.engine.connect)
            self.ready = Ready(self.connection)
            self.version = engine_version()
            self.settings = self.retried(lambda: self.prepared(wanted, make))
            self.connection.rollback()

    def path(self) -> Path | None:
        """The file of a SQLite database; None where it has none of its own."""
        found = self.url.database
        return Path(found) if self.sqlite and found and not found.startswith((":", "file:")) else None

    def wanted(self, asked: dict[str, str]) -> dict[str, Any]:
        """The settings that a URL asks for."""
        records, day = asked.get("records"), asked.get("complete_from")
        if records is not None and records not in RECORDS:
            raise faults.wrong_setting(self.name, f"records may be as_corrected or as_submitted, and not `{records}`")
        if self.sqlite and not str(self.url.query.get("timeout", "0")).isdigit():
            raise faults.wrong_setting(self.name, f"timeout={self.url.query['timeout']} is no number of seconds")
        try:
            return {"records": records, "complete_from": None if day is None else date.fromisoformat(day).toordinal()}
        except ValueError:
            raise faults.wrong_setting(self.name, f"complete_from={day} is no date") from None

    def connected(self) -> Engine:
        """An engine of SQLAlchemy whose transactions begin as they have to."""
        if not self.sqlite:
            # a lock that is waited for longer than this is said to be one
            options = {"connect_timeout": 10, "options": f"-c lock_timeout={WAIT_SECONDS}s"}
            return sa.create_engine(self.url, poolclass=sa.NullPool, connect_args=options)
        waits = {} if "timeout" in self.url.query else {"timeout": WAIT_SECONDS}
        engine = sa.create_engine(self.url, poolclass=sa.NullPool, connect_args=waits)
        event.listen(engine, "connect", opened_sqlite)
        event.listen(engine, "begin", self.begun_sqlite)
        return engine

    @property
    def wait(self) -> int:
        """How many seconds to wait for a SQLite database that somebody else is writing."""
        return int(str(self.url.query.get("timeout", WAIT_SECONDS)))

    def begun_sqlite(self, connection: Connection) -> None:
        """Begin a transaction: one that writes takes the only place for writing at once, so it never finds it taken later.

        SQLite itself asks ever more seldom for a place that is taken, so that of many who write one may wait for ever; here
        all who wait ask equally often.
        """
        if connection.get_execution_options().get(READ, False):
            connection.exec_driver_sql("BEGIN")
            return
        connection.exec_driver_sql("PRAGMA busy_timeout=0")
        until = time.monotonic() + self.wait
        while True:
            try:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                break
            except DBAPIError as error:
                busy = faults.understood(error, self.name)
                if busy is None or busy.diagnostic.code != "ledger-locked" or time.monotonic() > until:
                    raise
                time.sleep(random.randint(1, 5) / 1000)
        connection.exec_driver_sql(f"PRAGMA busy_timeout={self.wait * 1000}")

    def prepared(self, wanted: dict[str, Any], make: bool) -> Settings:
        """The settings of the ledger, after its schema was made or brought to this version."""
        with self.connection.begin():
            migrate(self.connection, self.name, make)
            row = self.connection.execute(sa.select(meta)).first()
            if row is None:
                row_values = {"records": wanted["records"] or RECORDS[0], "complete_from": wanted["complete_from"]}
                self.connection.execute(sa.insert(meta).values(id=1, engine=self.version, **row_values))
                return Settings(**row_values)
            self.refuse_newer(row.engine)
            for key, value in wanted.items():
                fixed = getattr(row, key)
                if value is not None and value != fixed:
                    raise faults.other_settings(self.name, key, shown(key, fixed), shown(key, value))
            if version_key(row.engine) < version_key(self.version):
                self.connection.execute(sa.update(meta).values(engine=self.version))
            return Settings(row.records, row.complete_from)

    def refuse_newer(self, kept_by: str) -> None:
        """Go no further on a ledger that a later version keeps."""
        if version_key(kept_by) > version_key(self.version):
            raise faults.newer(self.name, kept_by, self.version)

    # --- transactions ---------------------------------------------------------------------------
    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A transaction that writes: all of it or nothing, and only while this version keeps the ledger."""
        with self.understanding(), self.connection.begin():
            self.check_version()
            yield self.connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only reads, and sees the ledger as it is at one moment."""
        with self.understanding():
            self.connection.execution_options(**{READ: True})
            try:
                with self.connection.begin():
                    if not self.sqlite:
                        self.connection.execute(sa.text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY"))
                    yield self.connection
            finally:
                self.connection.execution_options(**{READ: False})

    def work(self, of: Callable[[Ready], T]) -> T:
        """The result of some work, done in a transaction; done anew where another one stood in its way."""
        for tried in range(TRIES):
            try:
                with self.understanding(), self.connection.begin():
                    self.check_version()
                    self.ready.begin()
                    return of(self.ready)
            except faults.LedgerError:
                raise
            except DBAPIError as error:
                if faults.sqlstate(error.orig) not in faults.RETRIED or tried == TRIES - 1:
                    raise
        raise AssertionError("the last try returns or raises")

    def check_version(self) -> None:
        """Refuse to go on where a later version has taken the ledger over since we opened it."""
        kept_by, schema = self.connection.execute(VERSIONS).one()
        if kept_by != self.version or schema != SCHEMA:
            self.refuse_newer(kept_by)
            if schema != SCHEMA:
                raise faults.newer(self.name, f"{kept_by} (schema {schema})", f"{self.version} (schema {SCHEMA})")

    @contextmanager
    def understanding(self) -> Iterator[None]:
        """Turn what the database raises into what a person can act on."""
        try:
            yield
        except (SQLAlchemyError, ModuleNotFoundError) as error:
            said = faults.understood(error, self.name)
            if said is None:
                raise
            raise said from error

    def retried(self, of: Callable[[], T]) -> T:
        """The result of opening, tried for a while: several who make one new file together stand in each other's way."""
        until = time.monotonic() + (self.wait if self.sqlite else 0)
        while True:
            try:
                return of()
            except DBAPIError as error:
                busy = faults.understood(error, self.name)
                if busy is None or busy.diagnostic.code != "ledger-locked" or time.monotonic() > until:
                    raise
                time.sleep(1 / 50)

    def close(self) -> None:
        """Give the connection back."""
        self.ready.close()
        self.connection.close()
        self.engine.dispose()


VERSIONS = sa.select(meta.c.engine, VERSION.scalar_subquery())


def opened_sqlite(connection: Any, record: Any) -> None:
    """Settings of a new connection to SQLite: transactions are begun by us, a commit is on the disk when it returns."""
    connection.isolation_level = None
    cursor = connection.cursor()
    if cursor.execute("PRAGMA journal_mode").fetchone()[0] != "wal" and not read_only(cursor):
        cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def read_only(cursor: Any) -> bool:
    """Whether a database was opened so that it cannot be written."""
    return bool(cursor.execute("PRAGMA query_only").fetchone()[0])


def shown(key: str, value: Any) -> str:
    """A setting as it is written in a URL."""
    if value is None:
        return "nothing"
    return date.fromordinal(value).isoformat() if key == "complete_from" else str(value)
