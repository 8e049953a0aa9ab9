"""Music servers that listeners connected, what is in their libraries, and which playlists were pushed there."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Create the four tables."""
    if op.get_bind().dialect.supports_sequences:
        op.execute(sa.schema.CreateSequence(sa.Sequence("connection_ids")))
    op.create_table(
        "connection",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("listener_id", sa.Integer, sa.ForeignKey("listener.id"), nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("url", TEXT, nullable=False),
        sa.Column("username", TEXT, nullable=False),
        sa.Column("secret", sa.LargeBinary, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("read_at", sa.BigInteger),
        sa.UniqueConstraint("listener_id", "kind", "url"),
    )
    op.create_table(
        "library_track",
        sa.Column("connection_id", sa.Integer, primary_key=True),
        sa.Column("remote_id", TEXT, primary_key=True),
        sa.Column("item_id", sa.Integer, nullable=False),
        sa.Column("song_id", sa.Integer, nullable=False),
        sa.Column("path", TEXT),
        sa.Column("genres", TEXT, nullable=False),
        sa.Column("mbid", TEXT),
        sa.Column("isrc", TEXT),
        sa.Column("play_count", sa.Integer, nullable=False),
        sa.Column("starred_at", sa.BigInteger),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "pushed",
        sa.Column("connection_id", sa.Integer, primary_key=True),
        sa.Column("mix", TEXT, primary_key=True),
        sa.Column("playlist", TEXT, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "pushed_song",
        sa.Column("connection_id", sa.Integer, primary_key=True),
        sa.Column("mix", TEXT, primary_key=True),
        sa.Column("song_id", sa.Integer, primary_key=True),
        sa.Column("week", TEXT, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
