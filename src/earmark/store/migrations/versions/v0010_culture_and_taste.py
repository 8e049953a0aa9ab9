"""Texts about music and what they say, tags, and a listener's own edits of their taste with its versions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    """Create the tables."""
    if op.get_bind().dialect.supports_sequences:
        for name in ("device", "feed", "document", "taste_edit", "taste_version"):
            op.execute(sa.schema.CreateSequence(sa.Sequence(f"{name}_ids")))
    op.create_table(
        "device",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("name", TEXT, nullable=False, unique=True),
    )
    op.add_column("listen", sa.Column("device_id", sa.Integer, nullable=False, server_default=sa.text("0")))
    op.create_table(
        "feed",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("address", TEXT, nullable=False, unique=True),
        sa.Column("etag", TEXT),
        sa.Column("modified", TEXT),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("read_at", sa.BigInteger),
        sa.Column("fault", TEXT),
        sa.Column("keep_text", sa.Boolean, nullable=False),
    )
    op.create_table(
        "document",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("address", TEXT, nullable=False, unique=True),
        sa.Column("source", TEXT, nullable=False),
        sa.Column("title", TEXT, nullable=False),
        sa.Column("published_at", sa.BigInteger),
        sa.Column("read_at", sa.BigInteger, nullable=False),
        sa.Column("read_by", TEXT, nullable=False),
        sa.Column("language", TEXT, nullable=False),
        sa.Column("words", sa.Integer, nullable=False),
        sa.Column("sketch", sa.LargeBinary, nullable=False),
        sa.Column("same_as", sa.Integer),
        sa.Column("text", TEXT),
    )
    op.create_index("document_source", "document", ["source"])
    op.create_table(
        "mention",
        sa.Column("document_id", sa.Integer, primary_key=True),
        sa.Column("artist_id", sa.Integer, primary_key=True),
        sa.Column("song_id", sa.Integer, primary_key=True),
        sa.Column("release", TEXT, primary_key=True),
        sa.Column("times", sa.Integer, nullable=False),
        sa.Column("probability", sa.Double, nullable=False),
        sa.Column("opinion", sa.Double),
        sa.Column("quote", TEXT, nullable=False),
        sa.Column("terms", TEXT, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("mention_artist", "mention", ["artist_id"])
    op.create_table(
        "tag",
        sa.Column("source", TEXT, primary_key=True),
        sa.Column("artist_id", sa.Integer, primary_key=True),
        sa.Column("song_id", sa.Integer, primary_key=True),
        sa.Column("tag", TEXT, primary_key=True),
        sa.Column("weight", sa.Double, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("tag_artist", "tag", ["artist_id"])
    op.create_table(
        "lyrics_said",
        sa.Column("file_id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("read_by", TEXT, nullable=False),
        sa.Column("figures", TEXT, nullable=False),
    )
    op.create_table(
        "taste_edit",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("listener_id", sa.Integer, sa.ForeignKey("listener.id"), nullable=False),
        sa.Column("kind", TEXT, nullable=False),
        sa.Column("about", TEXT, nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("undone_at", sa.BigInteger),
    )
    op.create_index("taste_edit_of_listener", "taste_edit", ["listener_id", "id"])
    op.create_table(
        "taste_version",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("listener_id", sa.Integer, sa.ForeignKey("listener.id"), nullable=False),
        sa.Column("made_at", sa.BigInteger, nullable=False),
        sa.Column("cause", TEXT, nullable=False),
        sa.Column("build", TEXT),
        sa.Column("profile", sa.LargeBinary, nullable=False),
    )
    op.create_index("taste_version_of_listener", "taste_version", ["listener_id", "made_at"])
