"""The record as it was first laid down."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Create every table, and what their ids come from."""
    if op.get_bind().dialect.supports_sequences:
        for table in ("community", "listener", "artist", "song", "item", "origin", "playlist", "edition"):
            op.execute(sa.schema.CreateSequence(sa.Sequence(f"{table}_ids")))
    else:
        op.create_table(
            "counter",
            sa.Column("name", TEXT, primary_key=True),
            sa.Column("last", sa.Integer, nullable=False),
        )
    op.create_table(
        "community",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("name", TEXT, nullable=False, unique=True),
    )
    op.create_table(
        "listener",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("name", TEXT, nullable=False, unique=True),
        sa.Column("community_id", sa.Integer, sa.ForeignKey("community.id")),
        sa.Column("revision", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("time_zone", TEXT, nullable=False, server_default=sa.text("'UTC'")),
    )
    op.create_table(
        "artist",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("key", TEXT, nullable=False, unique=True),
        sa.Column("name", TEXT, nullable=False),
    )
    op.create_table(
        "song",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("artist_id", sa.Integer, sa.ForeignKey("artist.id"), nullable=False),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("title", TEXT, nullable=False),
        sa.UniqueConstraint("artist_id", "key"),
    )
    op.create_table(
        "item",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("song_id", sa.Integer, sa.ForeignKey("song.id")),
        sa.Column("key", TEXT, nullable=False),
        sa.Column("creator", TEXT),
        sa.Column("title", TEXT, nullable=False),
        sa.Column("release", TEXT),
        sa.Column("uri", TEXT),
        sa.Column("duration_ms", sa.Integer),
    )
    op.create_index(
        "item_of_song",
        "item",
        ["song_id", "key"],
        unique=True,
        sqlite_where=sa.text("song_id IS NOT NULL"),
        postgresql_where=sa.text("song_id IS NOT NULL"),
    )
    op.create_index(
        "item_spoken",
        "item",
        ["kind", "key"],
        unique=True,
        sqlite_where=sa.text("song_id IS NULL"),
        postgresql_where=sa.text("song_id IS NULL"),
    )
    op.create_table(
        "origin",
        sa.Column("id", sa.SmallInteger, primary_key=True, autoincrement=False),
        sa.Column("name", TEXT, nullable=False, unique=True),
        sa.Column("resolution_ms", sa.Integer, nullable=False),
    )
    op.create_table(
        "listen",
        sa.Column("listener_id", sa.Integer, primary_key=True),
        sa.Column("started_at", sa.BigInteger, primary_key=True),
        sa.Column("item_id", sa.Integer, primary_key=True),
        sa.Column("ms_played", sa.Integer),
        sa.Column("ending", sa.SmallInteger, nullable=False),
        sa.Column("private", sa.Boolean, nullable=False),
        sa.Column("origin_id", sa.SmallInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "playlist",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("listener_id", sa.Integer, sa.ForeignKey("listener.id")),
        sa.Column("community_id", sa.Integer, sa.ForeignKey("community.id")),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("namesake", sa.Integer, nullable=False),
        sa.Column("followers", sa.Integer),
        sa.Column("fingerprint", sa.LargeBinary, nullable=False),
    )
    op.create_index(
        "playlist_of_listener",
        "playlist",
        ["listener_id", "name", "namesake"],
        unique=True,
        sqlite_where=sa.text("listener_id IS NOT NULL"),
        postgresql_where=sa.text("listener_id IS NOT NULL"),
    )
    op.create_index(
        "playlist_of_community",
        "playlist",
        ["community_id", "fingerprint"],
        unique=True,
        sqlite_where=sa.text("community_id IS NOT NULL"),
        postgresql_where=sa.text("community_id IS NOT NULL"),
    )
    op.create_table(
        "playlist_item",
        sa.Column("playlist_id", sa.Integer, primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("item_id", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "feedback",
        sa.Column("listener_id", sa.Integer, sa.ForeignKey("listener.id"), nullable=False),
        sa.Column("verdict", TEXT, nullable=False),
        sa.Column("song_id", sa.Integer, sa.ForeignKey("song.id")),
        sa.Column("artist_id", sa.Integer, sa.ForeignKey("artist.id")),
        sa.Column("at", sa.BigInteger),
        sa.UniqueConstraint("listener_id", "verdict", "song_id"),
        sa.UniqueConstraint("listener_id", "verdict", "artist_id"),
    )
    op.create_index("feedback_song", "feedback", ["song_id"])
    op.create_index("feedback_artist", "feedback", ["artist_id"])
    op.create_table(
        "edition",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("listener_id", sa.Integer, sa.ForeignKey("listener.id"), nullable=False),
        sa.Column("mix", TEXT, nullable=False),
        sa.Column("week", TEXT, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("build", TEXT, nullable=False),
        sa.Column("still_learning", sa.Boolean, nullable=False),
        sa.UniqueConstraint("listener_id", "mix", "week"),
    )
    op.create_index("edition_of_week", "edition", ["week", "mix"])
    op.create_table(
        "entry",
        sa.Column("edition_id", sa.Integer, primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True),
        sa.Column("item_id", sa.Integer, nullable=False),
        sa.Column("song_id", sa.Integer, nullable=False),
        sa.Column("reason", TEXT, nullable=False),
        sqlite_with_rowid=False,
    )
