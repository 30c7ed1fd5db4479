"""The first schema: accounts, the claims received for them, and the services that count."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    op.create_table(
        "ledger_meta",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("engine", sa.Text, nullable=False),
        sa.Column("records", sa.Text, nullable=False),
        sa.Column("complete_from", sa.Integer),
    )
    op.create_table(
        "account",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("patient", sa.Text, nullable=False),
        sa.Column("payer", sa.Text, nullable=False),
        sa.Column("last_receipt", sa.Integer, nullable=False),
        sa.Column("last_date", sa.Integer, nullable=False),
        sa.Column("touched", sa.Boolean, nullable=False),
        sa.Column("opened_at", sa.Integer),
        sa.Column("opening", sa.Text),
        sa.UniqueConstraint("patient", "payer", name="account_of"),
    )
    op.create_table(
        "claim",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("account", sa.Integer, sa.ForeignKey("account.id", name="claim_account"), nullable=False),
        sa.Column("receipt", sa.Integer, nullable=False),
        sa.Column("encounter", sa.Text, nullable=False),
        sa.Column("frequency", sa.Text, nullable=False),
        sa.Column("number", sa.Text),
        sa.Column("original", sa.Text),
        sa.Column("content", sa.Text, nullable=False),
        sa.Column("first_date", sa.Integer, nullable=False),
        sa.Column("known_through", sa.Integer, nullable=False),
        sa.Column("undone_at", sa.Integer),
        sa.Column("undone_by", sa.Text),
        sa.Column("outcome", sa.Text, nullable=False),
        sa.Column("asked", sa.Text, nullable=False),
        sa.Column("decided", sa.Text, nullable=False),
        sa.UniqueConstraint("account", "receipt", name="claim_receipt"),
        sa.UniqueConstraint("account", "encounter", "frequency", "content", name="claim_once"),
    )
    op.create_index("claim_encounter", "claim", ["encounter"])
    op.create_index("claim_number", "claim", ["number"])
    op.create_table(
        "service",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("account", sa.Integer, sa.ForeignKey("account.id", name="service_account"), nullable=False),
        sa.Column("claim", sa.Integer, sa.ForeignKey("claim.id", name="service_claim")),
        sa.Column("line", sa.Integer, nullable=False),
        sa.Column("receipt", sa.Integer, nullable=False),
        sa.Column("undone_at", sa.Integer),
        sa.Column("date", sa.Integer, nullable=False),
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("modifiers", sa.Text, nullable=False),
        sa.Column("outcome", sa.Text),
        sa.Column("allowed", sa.BigInteger),
        sa.Column("units", sa.BigInteger),
        sa.Column("facts", sa.Text, nullable=False),
        sa.UniqueConstraint("claim", "line", name="service_once"),
    )
    op.create_index("service_past", "service", ["account", "date"])


def downgrade() -> None:
    """Take the tables away."""
    for table in ("service", "claim", "account", "ledger_meta"):
        op.drop_table(table)
