"""The second schema: replacements and voids of an account are found without a look at its other claims."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the index."""
    undoing = sa.text("frequency <> '1'")
    op.create_index("claim_undoing", "claim", ["account"], sqlite_where=undoing, postgresql_where=undoing)


def downgrade() -> None:
    """Take the index away."""
    op.drop_index("claim_undoing", "claim")
