"""How often somebody tried to sign in, and the digest that opens the first set-up."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Create the two tables."""
    op.create_table(
        "attempt",
        sa.Column("digest", sa.LargeBinary, primary_key=True),
        sa.Column("free_at", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "set_up",
        sa.Column("id", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("digest", sa.LargeBinary, nullable=False),
    )
