"""The columns in which a snapshot tells what the world says about music, and such frames with nothing in them."""

from __future__ import annotations

from typing import Final

import polars as pl

MENTIONS: Final = {
    "document": pl.Int32(),
    "source": pl.String(),
    "address": pl.String(),
    "published_at": pl.Int64(),
    "artist": pl.Int32(),
    "song": pl.Int32(),
    "release": pl.String(),
    "times": pl.Int32(),
    "probability": pl.Float32(),
    "opinion": pl.Float32(),
    "quote": pl.String(),
    "terms": pl.List(pl.Struct({"term": pl.String(), "weight": pl.Float32()})),
}
TAGS: Final = {
    "artist": pl.Int32(),
    "song": pl.Int32(),
    "source": pl.String(),
    "tag": pl.String(),
    "weight": pl.Float32(),
}
LYRICS: Final = {
    "song": pl.Int32(),
    "lines": pl.Int32(),
    "words": pl.Int32(),
    "language": pl.String(),
    "languages": pl.List(pl.Struct({"language": pl.String(), "share": pl.Float32()})),
    "themes": pl.List(pl.Struct({"theme": pl.String(), "share": pl.Float32()})),
    "moods": pl.List(pl.Struct({"mood": pl.String(), "share": pl.Float32()})),
    "valence": pl.Float32(),
    "explicit": pl.List(pl.String()),
    "judged": pl.Float32(),
}


def among(songs: pl.DataFrame, told: pl.DataFrame) -> pl.DataFrame:
    """What is told, by ``artist`` and ``song`` or null, of those that stand in a frame of ``Snapshot.songs``."""
    artists, known = songs["artist"].unique().implode(), songs["song"].implode()
    is_told_of = pl.col("song").is_null() | pl.col("song").is_in(known)
    return told.filter(pl.col("artist").is_in(artists) & is_told_of)


def no_mentions() -> pl.DataFrame:
    """The mentions of a record for which nothing was read."""
    return pl.DataFrame(schema=MENTIONS)


def no_tags() -> pl.DataFrame:
    """The tags of a record that has none."""
    return pl.DataFrame(schema=TAGS)


def no_lyrics() -> pl.DataFrame:
    """What lyrics say in a record that has none."""
    return pl.DataFrame(schema=LYRICS)
