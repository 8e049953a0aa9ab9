"""What the world says, learned from a snapshot."""

from __future__ import annotations

from typing import Final

import polars as pl

from earmark.signals.culture.signal import Culture, CultureConfig
from earmark.store.snapshot import Frames

FOLDER: Final = "culture"
"""Within a build."""


def learn_culture(frames: Frames, config: CultureConfig) -> Culture:
    """Learn it from the texts, tags and lyrics of a snapshot, as of the moment of `present`."""
    return Culture.fit(frames.mentions, frames.tags, frames.lyrics, config, now=present(frames))


def present(frames: Frames) -> int:
    """The latest moment that a snapshot knows of (unix ms): of its texts, or else of its listens; 0 if it knows none.

    A clock would make two builds of one snapshot differ.
    """
    latest = frames.mentions["published_at"].max()
    if latest is None:
        latest = frames.listens.select(pl.col("started_at").max()).item()
    return int(str(latest or 0))
