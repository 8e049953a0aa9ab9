"""From rows of the database to Polars frames in the columns that the port promises."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

LISTEN_COLUMNS: Final = """
    l.listener_id * 4294967296 + l.item_id, l.started_at,
    l.device_id * 1099511627776 + CAST(coalesce(l.ms_played, -1) + 1 AS BIGINT) * 256
        + l.ending * 2 + CAST(l.private AS INTEGER)"""
"""A listen in three integers: the time it takes to read one grows with the number of its columns."""


def items_of(packed: NDArray[np.int64]) -> NDArray[np.int64]:
    """Item id of each listen, ``(n_listens,)``."""
    items: NDArray[np.int64] = packed[0] & 0xFFFFFFFF
    return items


def listens_frame(packed: NDArray[np.int64], songs: NDArray[np.integer]) -> pl.DataFrame:
    """Track listens in the columns of ``Snapshot.listens``, and ``device`` (0: unknown).

    Args:
        packed: what `LISTEN_COLUMNS` select, ``(3, n_listens)``.
        songs: ``(n_listens,)`` song id of each; 0 for what is no track.
    """
    who_what, started_at, how = packed
    ms_played = pl.col("ms_played")
    return (
        pl.DataFrame(
            {
                "listener": (who_what >> 32).astype(np.int32),
                "song": songs.astype(np.int32),
                "item": items_of(packed).astype(np.int32),
                "started_at": np.ascontiguousarray(started_at),
                "ms_played": (((how >> 8) & 0xFFFFFFFF) - 1).astype(np.int32),
                "ending": ((how & 0xFF) >> 1).astype(np.uint8),
                "private": (how & 1).astype(np.bool_),
                "device": (how >> 40).astype(np.int32),
            }
        )
        .filter(pl.col("song") > 0)
        .with_columns(pl.when(ms_played >= 0).then(ms_played))
    )


def table(rows: Sequence[tuple[Any, ...]], schema: Mapping[str, type[pl.DataType]]) -> pl.DataFrame:
    """Rows as a frame of this schema."""
    columns = zip(*rows, strict=True) if rows else ([] for _ in schema)
    return pl.DataFrame(
        [
            pl.Series(name, values, dtype)
            for (name, dtype), values in zip(schema.items(), columns, strict=True)
        ]
    )


PLAYLISTS: Final = {"playlist": pl.Int32, "listener": pl.Int32, "followers": pl.Int32, "name": pl.String}
PLAYLIST_SONGS: Final = {"playlist": pl.Int32, "position": pl.Int32, "song": pl.Int32}
OWNED_SONGS: Final = {"listener": pl.Int32, **PLAYLIST_SONGS}
LISTENERS: Final = {"listener": pl.Int32, "community": pl.Boolean}
FEEDBACK: Final = {
    "listener": pl.Int32,
    "song": pl.Int32,
    "artist": pl.Int32,
    "verdict": pl.String,
    "at": pl.Int64,
}
SONGS_GIVEN: Final = {"listener": pl.Int32, "song": pl.Int32, "week": pl.String}
ITEMS: Final = {
    "item": pl.Int32,
    "kind": pl.String,
    "artist": pl.String,
    "title": pl.String,
    "release": pl.String,
    "uri": pl.String,
    "duration_ms": pl.Int32,
}
SONGS: Final = {"song": pl.Int32, "artist": pl.Int32, "artist_name": pl.String, "title": pl.String}
ARTISTS: Final = {"artist": pl.Int32, "artist_name": pl.String}
TRACKS: Final = {"item": pl.Int32, "song": pl.Int32, "release": pl.String, "duration_ms": pl.Int32}
