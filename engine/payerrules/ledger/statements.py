"""Statements made ready: written once for a database by SQLAlchemy, then run by its driver without being made again.

To build and compile them claim by claim costs many times what the database itself needs for them.
"""

from __future__ import annotations

from collections import namedtuple
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.engine import Connection
from sqlalchemy.exc import DBAPIError

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Made:
    """A statement as its driver takes it: its text, values that are part of it, and how a row of its result is read."""

    statement: Any  # kept, so that its id stays its own
    text: str
    fixed: Values
    row: Callable[[Iterable[Any]], Any] | None


class Ready:
    """Runs statements on the connection of a ledger, within the transaction that it is in.

    Raises DBAPIError, as SQLAlchemy does, without the statement and its values.
    """

    def __init__(self, connection: Connection) -> None:
        self.connection = connection
        self.postgresql = connection.dialect.name == "postgresql"
        self.dialect = connection.dialect if self.postgresql else sqlite.dialect(paramstyle="named")
        self.made: dict[int, Made] = {}
        self.cursor: Any = None

    def begin(self) -> None:
        """Go by the driver's connection of the transaction that has begun."""
        self.close()
        self.cursor = self.connection.connection.cursor()

    def close(self) -> None:
        """Let go of the connection, which else keeps the file of SQLite open after it was closed."""
        if self.cursor is not None:
            self.cursor.close()
            self.cursor = None

    def make(self, statement: Any, names: Sequence[str]) -> Made:
        """A statement made ready; `names` are those of an insert's columns."""
        compiled = statement.compile(dialect=self.dialect, column_keys=list(names) if statement.is_insert else None)
        fixed = {name: value for name, value in compiled.params.items() if value is not None}
        columns = statement.exported_columns.keys() if statement.is_select or statement._returning else ()
        kind: Any = namedtuple("Found", columns) if columns else None
        row = None if kind is None else kind._make
        made = self.made[id(statement)] = Made(statement, str(compiled), fixed, row)
        return made

    def run(self, statement: Any, values: Values) -> list[Any]:
        """What a statement finds, its columns by name; nothing for one that only writes."""
        made = self.made.get(id(statement)) or self.make(statement, tuple(values))
        try:
            self.cursor.execute(made.text, {**made.fixed, **values} if made.fixed else values)
            return [] if made.row is None else [made.row(found) for found in self.cursor.fetchall()]
        except self.connection.dialect.loaded_dbapi.Error as error:
            raise self.failed(error) from error

    def first(self, statement: Any, values: Values) -> Any:
        """The first thing that a statement finds; None where it finds nothing."""
        found = self.run(statement, values)
        return found[0] if found else None

    def many(self, statement: Any, rows: Sequence[Values]) -> None:
        """Write the same for several rows; they have the same columns."""
        if not rows:
            return
        made = self.made.get(id(statement)) or self.make(statement, tuple(rows[0]))
        try:
            self.cursor.executemany(made.text, rows)
        except self.connection.dialect.loaded_dbapi.Error as error:
            raise self.failed(error) from error

    def failed(self, error: Exception) -> DBAPIError:
        """An error of the driver as one of SQLAlchemy; a connection that is lost is not used again."""
        if self.connection.dialect.is_disconnect(error, None, None):  # type: ignore[arg-type]  # told by the error alone
            self.connection.invalidate(error)
        return DBAPIError(None, None, error)


def bound(names: Iterable[str]) -> dict[str, Any]:
    """Values of a statement that are given when it is run, by the names of their columns."""
    return {name: sa.bindparam(name) for name in names}
