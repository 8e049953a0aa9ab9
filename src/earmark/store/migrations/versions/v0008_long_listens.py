"""Plays that last long, found without reading all that were short; forgettings, which are counted."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Create the index and the sequence."""
    if op.get_bind().dialect.supports_sequences:
        op.execute(sa.schema.CreateSequence(sa.Sequence("forgetting_ids")))
    long = sa.text("ms_played > 900000")
    op.create_index(
        "listen_long", "listen", ["listener_id", "started_at"], sqlite_where=long, postgresql_where=long
    )
