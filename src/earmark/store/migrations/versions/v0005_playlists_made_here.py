"""Playlists may be made and edited here: what is said of them, who may see them, when they came about.

Rows are inserted by place, and SQLite cannot put a column between others, so the table is made anew.
"""

from __future__ import annotations

import time

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Make the table of playlists anew; what is in it was imported, and is taken to be made now."""
    op.execute("CREATE TEMP TABLE imported AS SELECT * FROM playlist")
    op.drop_table("playlist")
    op.create_table(
        "playlist",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("listener_id", sa.Integer, sa.ForeignKey("listener.id")),
        sa.Column("community_id", sa.Integer, sa.ForeignKey("community.id")),
        sa.Column("name", TEXT, nullable=False),
        sa.Column("imported_as", TEXT),
        sa.Column("namesake", sa.Integer, nullable=False),
        sa.Column("followers", sa.Integer),
        sa.Column("fingerprint", sa.LargeBinary),
        sa.Column("annotation", TEXT),
        sa.Column("public", sa.Boolean, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("changed_at", sa.BigInteger, nullable=False),
    )
    op.execute(
        sa.text("""
        INSERT INTO playlist
        SELECT id, listener_id, community_id, name, CASE WHEN community_id IS NULL THEN name END, namesake,
            followers, fingerprint, NULL, FALSE, :now, :now
        FROM imported""").bindparams(sa.bindparam("now", time.time_ns() // 1_000_000, sa.BigInteger))
    )
    op.execute("DROP TABLE imported")
    op.create_index(
        "playlist_of_listener",
        "playlist",
        ["listener_id", "imported_as", "namesake"],
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
