"""A cut in time, each listener at their own moment, and what they came to love after it.

Known limits: other listeners' histories are cut at their own moments, not at this one's; playlists carry no
dates and stay whole, except those that the listeners own, which would give away what they found later.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import polars as pl
import scipy.sparse as sp
from numpy.typing import NDArray

from earmark.listening.evidence import EvidenceConfig, sounded
from earmark.signals.collaborative.columns import Columns
from earmark.signals.collaborative.histories import Csr
from earmark.store.snapshot import Frames

LEAST_SONGS = 10
"""Shorter playlists leave too little to continue with."""
SPREAD: Final = 0.05
"""In a trial, a listener's cut lies at most so far from the share asked for, evenly drawn: each seed is a trial of its
own."""
LEAST_LISTENS = 50
"""With fewer listens on record a listener cannot be cut in two."""


def drawn_from(fit: NDArray[np.integer], *, most: int, seed: int) -> NDArray[np.int64]:
    """At most so many of ``fit`` ``(n,)``, without replacement, ascending."""
    chosen = np.random.default_rng(seed).choice(fit, min(most, len(fit)), replace=False)
    return np.sort(chosen).astype(np.int64)


@dataclass(frozen=True)
class FoundLater:
    """Songs that each listener first heard after the cut and that then sounded at least twice.

    ``listeners`` are record ids, ascending; ``songs`` record ids, ragged by ``indptr``,
    ``(n_listeners + 1,)``.
    """

    listeners: NDArray[np.int32]
    indptr: NDArray[np.int64]
    songs: NDArray[np.int32]

    def without(self, songs: NDArray[np.integer]) -> FoundLater:
        """The same, but for ``songs`` (record ids)."""
        keep = ~np.isin(self.songs, songs)
        indptr = np.concatenate([[0], np.cumsum(keep)])[self.indptr]
        return FoundLater(self.listeners, indptr, self.songs[keep])

    def matrix(self, columns: Columns) -> Csr:
        """The truth as ones, ``(n_listeners, n_songs)``."""
        at = columns.find(self.songs)
        rows = np.repeat(np.arange(len(self.listeners), dtype=np.int32), np.diff(self.indptr))
        found = sp.csr_array(
            (np.ones(int((at >= 0).sum()), np.int8), (rows[at >= 0], at[at >= 0])),
            shape=(len(self.listeners), len(columns)),
        )
        found.sort_indices()
        return found


def cut(
    frames: Frames,
    at: float,
    config: EvidenceConfig,
    *,
    most_listeners: int,
    seed: int,
    spread: float = 0.0,
) -> tuple[Frames, FoundLater]:
    """What was known when each listener had played a share of their listens, and what they found later.

    Args:
        frames: a snapshot, or the past of one.
        at: share of each listener's own listens that lies before the cut, between 0 and 1.
        config: says which plays sounded.
        most_listeners: hold out at most so many, drawn by ``seed``; the others keep their whole history.
        seed: for what is drawn.
        spread: each listener's share lies at most so far from ``at``, evenly drawn.
    """
    listener = frames.listens["listener"].to_numpy()
    known, first, plays = np.unique(listener, return_index=True, return_counts=True)
    able = plays >= LEAST_LISTENS
    held_out, first, plays = known[able], first[able], plays[able]
    if len(held_out) > most_listeners:
        drawn = np.sort(np.random.default_rng(seed).choice(len(held_out), most_listeners, replace=False))
        held_out, first, plays = held_out[drawn], first[drawn], plays[drawn]
    chosen = pl.Series("listener", held_out, dtype=pl.Int32)
    shares = np.random.default_rng([seed, 1]).uniform(at - spread, at + spread, len(held_out))
    # Listens are sorted by listener and time: whatever comes later is a range of rows.
    kept = np.floor(plays * np.clip(shares, 0.0, 1.0)).astype(np.int64)
    theirs, later = (np.zeros(len(listener), np.bool_) for _ in range(2))
    for start, n_kept, n in zip(first.tolist(), kept.tolist(), plays.tolist(), strict=True):
        theirs[start : start + n] = True
        later[start + n_kept : start + n] = True
    before = frames.listens.filter(pl.Series(~later))
    placed = frames.listens.filter(pl.Series(theirs)).with_columns(later=pl.Series(later[theirs]))
    moments = placed.filter("later").group_by("listener").agg(moment=pl.col("started_at").min())
    feedback = (
        frames.feedback.join(moments, on="listener", how="left")
        .filter(pl.col("moment").is_null() | (pl.col("at").fill_null(pl.col("moment")) < pl.col("moment")))
        .drop("moment")
        .sort("listener", "verdict", "song", "artist")
    )
    playlists = frames.playlists.filter(
        pl.col("listener").is_null() | ~pl.col("listener").is_in(chosen.implode())
    )
    past = Frames(
        listens=before,
        playlists=playlists,
        playlist_songs=frames.playlist_songs.join(playlists.select("playlist"), on="playlist", how="semi"),
        songs=frames.songs,
        listeners=frames.listeners,
        feedback=feedback,
        sounds=frames.sounds,
    )
    judged_before = feedback.filter(pl.col("song").is_not_null()).select("listener", "song")
    return past, _found_later(placed, judged_before, held_out, config)


@dataclass(frozen=True)
class HeldOutPlaylists:
    """Playlists that the past does not know: their ``names``, and ``songs`` (record ids) in order, a list for each."""

    names: list[str]
    songs: list[NDArray[np.int32]]

    def __len__(self) -> int:
        return len(self.names)


def hold_out(frames: Frames, *, most: int, seed: int) -> tuple[Frames, HeldOutPlaylists]:
    """Take playlists that nobody here owns out of the frames: at most so many, and at most a fifth of them.

    Args:
        frames: a snapshot, or the past of one.
        most: how many playlists at most.
        seed: for the draw.
    """
    sizes = frames.playlist_songs.group_by("playlist").agg(pl.col("song").n_unique())
    long = sizes.filter(pl.col("song") >= LEAST_SONGS).select("playlist")
    free = frames.playlists.filter(pl.col("listener").is_null()).join(long, on="playlist", how="semi")[
        "playlist"
    ]
    n = min(most, len(free) // 5)
    drawn = np.sort(np.random.default_rng(seed).choice(free.to_numpy(), n, replace=False))
    chosen = pl.col("playlist").is_in(pl.Series(drawn, dtype=pl.Int32).implode())
    held = frames.playlist_songs.filter(chosen).group_by("playlist", maintain_order=True).agg("song")
    names = frames.playlists.filter(chosen)["name"].to_list()
    past = replace(
        frames,
        playlists=frames.playlists.filter(~chosen),
        playlist_songs=frames.playlist_songs.filter(~chosen),
    )
    return past, HeldOutPlaylists(names, [one.to_numpy() for one in held["song"]])


def _found_later(
    placed: pl.DataFrame, judged_before: pl.DataFrame, held_out: NDArray[np.int32], config: EvidenceConfig
) -> FoundLater:
    pairs = ["listener", "song"]
    # A private play says that the song was known; it does not say that it was loved.
    known = pl.concat([placed.filter(~pl.col("later")).select(pairs), judged_before]).unique()
    found = (
        placed.filter(pl.col("later") & ~pl.col("private") & sounded(config))
        .group_by(pairs)
        .len()
        .filter(pl.col("len") >= 2)
        .join(known, on=pairs, how="anti")
        .sort(pairs)
    )
    rows = np.searchsorted(held_out, found["listener"].to_numpy())
    return FoundLater(
        held_out.astype(np.int32),
        np.searchsorted(rows, np.arange(len(held_out) + 1)),
        found["song"].to_numpy().astype(np.int32),
    )
