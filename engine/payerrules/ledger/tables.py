"""The tables of the ledger, as the engine of this version reads and writes them; migrations make them."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)

metadata = MetaData()
UNDOES = text("frequency <> '1'")
"""Replacements and voids, which are few."""

meta = Table(
    "ledger_meta",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),  # 1: there is one row
    Column("engine", Text, nullable=False),  # the version of the engine that keeps the ledger
    Column("records", Text, nullable=False),  # as_corrected | as_submitted
    Column("complete_from", Integer),  # day from which the ledger holds every service of its patients; NULL: not said
)
account = Table(
    "account",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("patient", Text, nullable=False),
    Column("payer", Text, nullable=False),
    Column("last_receipt", Integer, nullable=False),  # claims of an account are numbered as they are received
    Column("last_date", Integer, nullable=False),  # the latest date of service so far
    Column("touched", Boolean, nullable=False),  # something came late or was undone since the account was last rebuilt
    Column("opened_at", Integer),  # the receipt of the claim that gave the opening
    Column("opening", Text),  # what that claim said of the time before: counters, since when history is known
    UniqueConstraint("patient", "payer", name="account_of"),
)
claim = Table(
    "claim",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account", Integer, ForeignKey("account.id", name="claim_account"), nullable=False),
    Column("receipt", Integer, nullable=False),
    Column("encounter", Text, nullable=False),
    Column("frequency", Text, nullable=False),  # 7 replacement, 8 void, else 1
    Column("number", Text),  # claim.id
    Column("original", Text),  # claim.original: what it replaces or voids
    Column("content", Text, nullable=False),  # SHA-256 of the encounter, without what it says of the past
    Column("first_date", Integer, nullable=False),
    Column("known_through", Integer, nullable=False),  # the last receipt that its decision knew of
    Column("undone_at", Integer),  # the receipt that replaced or voided it
    Column("undone_by", Text),
    Column("outcome", Text, nullable=False),
    Column("asked", Text, nullable=False),  # the encounter, as JSON
    Column("decided", Text, nullable=False),  # the decision without its trace, as JSON
    UniqueConstraint("account", "receipt", name="claim_receipt"),
    UniqueConstraint("account", "encounter", "frequency", "content", name="claim_once"),
    Index("claim_encounter", "encounter"),
    Index("claim_number", "number"),
    Index("claim_undoing", "account", sqlite_where=UNDOES, postgresql_where=UNDOES),
)
service = Table(
    "service",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("account", Integer, ForeignKey("account.id", name="service_account"), nullable=False),
    Column("claim", Integer, ForeignKey("claim.id", name="service_claim")),  # NULL: of the opening
    Column("line", Integer, nullable=False),
    Column("receipt", Integer, nullable=False),
    Column("undone_at", Integer),
    Column("date", Integer, nullable=False),  # day number of the date of service
    Column("code", Text, nullable=False),
    Column("modifiers", Text, nullable=False),
    Column("outcome", Text),
    Column("allowed", BigInteger),  # cents
    Column("units", BigInteger),  # payable
    Column("facts", Text, nullable=False),  # everything else that was given of it, as JSON
    UniqueConstraint("claim", "line", name="service_once"),
    Index("service_past", "account", "date"),
)
