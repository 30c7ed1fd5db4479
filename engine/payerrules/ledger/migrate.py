"""The schema of a ledger's database, brought to the one that this version of the engine writes."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic.config import Config
from alembic.runtime.environment import EnvironmentContext
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.engine import Connection

from payerrules.ledger import faults
from payerrules.ledger.tables import metadata

ADVISORY_LOCK = 7_305_992_507
"""Held while a schema is made or changed in PostgreSQL, so that two who open a new ledger together make it once."""


@cache
def scripts() -> ScriptDirectory:
    """The migrations, which are part of the package."""
    return ScriptDirectory(str(Path(__file__).parent), version_locations=[str(Path(__file__).parent / "versions")])


@cache
def schema_of() -> str:
    """The version of the schema that this engine writes.

    >>> schema_of()
    '0001'
    """
    return scripts().get_current_head() or ""


def migrate(connection: Connection, name: str, make: bool = True) -> None:
    """Make the tables, or change those of an earlier version; within the transaction that the connection is in.

    Raises LedgerError for a database of something else, and for the schema of a later version.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
    present = MigrationContext.configure(connection).get_current_revision()
    if present == schema_of():
        return
    there = set(sa.inspect(connection).get_table_names())
    if present is None and there - {"alembic_version"}:
        raise faults.no_ledger(name, f"it holds other tables, such as {min(there)}")
    if present is None and not make:
        raise faults.no_ledger(name, "there is nothing in it")
    known = {script.revision for script in scripts().walk_revisions()}
    if present is not None and present not in known:
        raise faults.newer(name, f"of a later version (schema {present})", f"of schema {schema_of()}")

    def upgrade(revision: Any, context: MigrationContext) -> Any:
        return scripts()._upgrade_revs("head", revision)

    with EnvironmentContext(Config(), scripts(), fn=upgrade) as environment:
        environment.configure(connection=connection, target_metadata=metadata, transactional_ddl=True)
        environment.run_migrations()
