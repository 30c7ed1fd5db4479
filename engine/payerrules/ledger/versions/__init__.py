"""The schema of the ledger, one migration a version; alembic runs those that a database lacks."""
