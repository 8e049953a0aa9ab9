"""Files of the house's own music, what each sound is like, and lyrics."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Create the three tables."""
    if op.get_bind().dialect.supports_sequences:
        op.execute(sa.schema.CreateSequence(sa.Sequence("file_ids")))
    op.create_table(
        "file",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("path", TEXT, nullable=False, unique=True),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("mtime_ns", sa.BigInteger, nullable=False),
        sa.Column("beside", sa.BigInteger, nullable=False),
        sa.Column("digest", sa.LargeBinary),
        sa.Column("duration_ms", sa.BigInteger),
        sa.Column("item_id", sa.Integer),
        sa.Column("song_id", sa.Integer),
        sa.Column("cover", TEXT),
        sa.Column("genres", TEXT, nullable=False),
        sa.Column("mbid", TEXT),
        sa.Column("isrc", TEXT),
        sa.Column("added_at", sa.BigInteger, nullable=False),
        sa.Column("fault", TEXT),
    )
    op.create_index("file_digest", "file", ["digest"])
    op.create_index("file_song", "file", ["song_id"])
    op.create_table(
        "sound",
        sa.Column("digest", sa.LargeBinary, primary_key=True),
        sa.Column("heard_by", TEXT, nullable=False),
        sa.Column("figures", TEXT, nullable=False),
        sa.Column("embedding", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "lyrics",
        sa.Column("file_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("item_id", sa.Integer, nullable=False),
        sa.Column("text", TEXT, nullable=False),
        sa.Column("timed", sa.Boolean, nullable=False),
        sa.Column("language", TEXT),
    )
    op.create_index("lyrics_item", "lyrics", ["item_id"])
