"""What listeners were shown, and what was answered to requests with a key."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Create the two tables."""
    op.create_table(
        "exposure",
        sa.Column("listener_id", sa.Integer, primary_key=True),
        sa.Column("shown_at", sa.BigInteger, primary_key=True),
        sa.Column("slot", TEXT, primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("item_id", sa.Integer, nullable=False),
        sa.Column("mix", TEXT, nullable=False),
        sa.Column("edition", TEXT),
        sa.Column("policy", TEXT, nullable=False),
        sa.Column("propensity", sa.Double),
        sa.Column("build", TEXT),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "receipt",
        sa.Column(
            "listener_id", sa.Integer, sa.ForeignKey("listener.id"), primary_key=True, autoincrement=False
        ),
        sa.Column("key", TEXT, primary_key=True),
        sa.Column("request", sa.LargeBinary, nullable=False),
        sa.Column("ticket", TEXT, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("free_at", sa.BigInteger, nullable=False),
        sa.Column("status", sa.SmallInteger),
        sa.Column("answer", sa.LargeBinary),
    )
    op.create_index("receipt_made", "receipt", ["made_at"])
