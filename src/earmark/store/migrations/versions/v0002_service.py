"""People who may sign in, the tokens of their players, and what these say beside plays."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Create the tables, and the index by which an item is found by what a player calls it."""
    if op.get_bind().dialect.supports_sequences:
        op.execute(sa.schema.CreateSequence(sa.Sequence("token_ids")))
    op.create_table(
        "account",
        sa.Column(
            "listener_id", sa.Integer, sa.ForeignKey("listener.id"), primary_key=True, autoincrement=False
        ),
        sa.Column("role", TEXT, nullable=False),
        sa.Column("password", TEXT),
        sa.Column("epoch", sa.Integer, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "token",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("listener_id", sa.Integer, sa.ForeignKey("account.listener_id"), nullable=False),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.UniqueConstraint("listener_id", "name"),
    )
    op.create_table(
        "playing",
        sa.Column(
            "listener_id", sa.Integer, sa.ForeignKey("listener.id"), primary_key=True, autoincrement=False
        ),
        sa.Column("told", TEXT, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "import_mark",
        sa.Column(
            "listener_id", sa.Integer, sa.ForeignKey("listener.id"), primary_key=True, autoincrement=False
        ),
        sa.Column("service", TEXT, primary_key=True),
        sa.Column("at", sa.BigInteger, nullable=False),
    )
    op.create_index(
        "item_uri",
        "item",
        ["uri"],
        sqlite_where=sa.text("uri IS NOT NULL"),
        postgresql_where=sa.text("uri IS NOT NULL"),
    )
