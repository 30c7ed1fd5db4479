"""The schema of a ledger's database, brought to the one that this version of the engine writes.

alembic is imported where there is something to migrate: most commands find nothing to do.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from payerrules.ledger import faults
from payerrules.ledger.tables import metadata

if TYPE_CHECKING:
    from alembic.runtime.migration import MigrationContext
    from alembic.script import ScriptDirectory

SCHEMA: Final = "0002"
"""The version of the schema that this engine writes: the last of the migrations."""
ADVISORY_LOCK: Final = 7_305_992_507
"""Held while a schema is made or changed in PostgreSQL, so that two who open a new ledger together make it once."""


def scripts() -> ScriptDirectory:
    """The migrations, which are part of the package.

    >>> scripts().get_current_head() == SCHEMA
    True
    """
    from alembic.script import ScriptDirectory

    here = Path(__file__).parent
    return ScriptDirectory(str(here), version_locations=[str(here / "versions")])


def migrate(connection: Connection, name: str, make: bool = True) -> None:
    """Make the tables, or change those of an earlier version; within the transaction that the connection is in.

    Raises LedgerError for a database of something else, and for the schema of a later version.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:key)"), {"key": ADVISORY_LOCK})
    there = set(sa.inspect(connection).get_table_names())
    present = connection.execute(VERSION).scalar() if "alembic_version" in there else None
    if present == SCHEMA:
        return
    if present is None and there - {"alembic_version"}:
        raise faults.no_ledger(name, f"it holds other tables, such as {min(there)}")
    if present is None and not make:
        raise faults.no_ledger(name, "there is nothing in it")
    upgrade(connection, name, present)


VERSION: sa.Select[Any] = sa.select(sa.column("version_num")).select_from(sa.table("alembic_version"))


def upgrade(connection: Connection, name: str, present: str | None) -> None:
    """Run the migrations that a database lacks."""
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext

    folder = scripts()
    if present is not None and present not in {script.revision for script in folder.walk_revisions()}:
        raise faults.newer(name, f"of a later version (schema {present})", f"of schema {SCHEMA}")

    def steps(revision: Any, context: MigrationContext) -> Any:
        return folder._upgrade_revs("head", revision)

    with EnvironmentContext(Config(), folder, fn=steps) as environment:
        environment.configure(connection=connection, target_metadata=metadata, transactional_ddl=True)
        environment.run_migrations()
