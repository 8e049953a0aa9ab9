"""Beginnings: songs that nobody holds yet, and listeners of whom three songs are known.

Songs: some that are held are hidden from everyone, plays, playlists and verdicts alike, and are then ranked by what is
known of them for whoever held them. Listeners: of some listeners only the first three songs that they played are
shown, of some playlists three drawn from anywhere, as if somebody had played those; what else they hold is asked for.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray

from earmark.evaluation.metrics import Lists, Truth, ndcg, recall
from earmark.evaluation.scores import Scores
from earmark.evaluation.splits import drawn_from, hold_out
from earmark.listening.evidence import EvidenceConfig, sounded
from earmark.listening.listens import Ending
from earmark.signals.collaborative.columns import Int32s
from earmark.signals.collaborative.histories import Csr
from earmark.store.snapshot import Frames

LEAST_HOLDERS: Final = 3
"""A song that fewer rows hold says too little about who would like it to be hidden."""
SHOWN: Final = 3
"""Songs that are known of a cold listener."""
LEAST_LEFT: Final = 5
"""Songs that must be left to ask for."""


def drawn_to_hide(holders: NDArray[np.integer], *, share: float, most: int, seed: int) -> Int32s:
    """Columns to hide, ascending: a share of those that at least three rows hold, ``holders`` ``(n_songs,)``."""
    fit = np.flatnonzero(holders >= LEAST_HOLDERS)
    return drawn_from(fit, most=min(most, int(len(fit) * share)), seed=seed).astype(np.int32)


def all_by_some_artists(
    holders: NDArray[np.integer], artist_of: Int32s, *, share: float, most: int, seed: int
) -> Int32s:
    """Columns to hide, ascending: all songs of as many artists as have a share of those that at least three rows hold.

    Args:
        holders: ``(n_songs,)``, how many rows hold each song.
        artist_of: ``(n_songs,)``, an index.
        share: of the songs held by at least three.
        most: such songs are enough.
        seed: of the order in which artists are drawn, until they have as many.
    """
    fit = holders >= LEAST_HOLDERS
    of_artist = np.bincount(artist_of, weights=fit).astype(np.int64)
    drawn = np.random.default_rng(seed).permutation(np.flatnonzero(of_artist))
    before = np.cumsum(of_artist[drawn]) - of_artist[drawn]
    taken = drawn[before < min(most, int(fit.sum() * share))]
    return np.flatnonzero(np.isin(artist_of, taken)).astype(np.int32)


def without_songs(
    frames: Frames, songs: NDArray[np.integer], *, listeners: NDArray[np.integer] | None = None
) -> Frames:
    """The frames as if nobody had ever played, listed or judged ``songs`` (record ids); the songs stay known.

    With ``listeners`` (record ids), as if these had not; what others hold stays.
    """
    hidden = pl.col("song").is_in(pl.Series(songs, dtype=pl.Int32).implode()).fill_null(False)
    theirs = owned = pl.lit(True)
    if listeners is not None:
        theirs = pl.col("listener").is_in(pl.Series(listeners, dtype=pl.Int32).implode()).fill_null(False)
        owned = pl.col("playlist").is_in(frames.playlists.filter(theirs)["playlist"].implode())
    return replace(
        frames,
        listens=frames.listens.filter(~(hidden & theirs)),
        playlist_songs=frames.playlist_songs.filter(~(hidden & owned)),
        feedback=frames.feedback.filter(~(hidden & theirs)),
    )


def held_of(held: Csr, hidden: Int32s) -> Truth:
    """Which of the hidden columns each row of ``held`` ``(n_rows, n_songs)`` holds, as positions in ``hidden``."""
    among = held[:, hidden]
    among.sort_indices()
    return Truth(among.indptr.astype(np.int64), among.indices)


def score_songs(lists: Lists, truth: Truth) -> Scores:
    """nDCG@20 and recall@20 of lists of positions among the hidden songs, ``(n_rows, 20)`` or longer."""
    return Scores({"ndcg@20": ndcg(lists, truth, 20), "recall@20": recall(lists, truth, 20)})


@dataclass(frozen=True)
class ColdListeners:
    """Listeners of whom the past knows nothing.

    ``listeners`` ``(n,)`` ids, ascending, the first ``people`` of them real, the others playlists in a listener's
    place; ``listens`` up to three of each, in the columns of ``Snapshot.listens``; ``truth`` the songs (record ids)
    that they hold beside those.
    """

    listeners: NDArray[np.int32]
    people: int
    listens: pl.DataFrame
    truth: Truth

    def __len__(self) -> int:
        return len(self.listeners)


def hide_listeners(
    frames: Frames, config: EvidenceConfig, *, most: int, seed: int
) -> tuple[Frames, ColdListeners]:
    """Take listeners (at most half of them) and playlists that nobody here owns (at most a fifth) out of the frames.

    Args:
        frames: a snapshot, or the past of one.
        config: says which plays sounded.
        most: how many of either at most.
        seed: for the draws.
    """
    met = _songs_met(frames.listens, config)
    loved = met.filter((pl.col("place") >= SHOWN) & (pl.col("times") >= 2))
    enough = (
        loved.group_by("listener").len().filter(pl.col("len") >= LEAST_LEFT)["listener"].sort().to_numpy()
    )
    random = np.random.default_rng(seed)
    people = np.sort(random.choice(enough, min(most, len(frames.listeners) // 2, len(enough)), replace=False))
    drawn = pl.col("listener").is_in(pl.Series(people, dtype=pl.Int32).implode())
    past, lists = hold_out(_without_listeners(frames, drawn), most=most, seed=seed)

    mixed = [random.permutation(np.unique(songs)) for songs in lists.songs]
    stand_ins = 1 + frames.listeners["listener"].to_numpy().max(initial=0) + np.arange(len(mixed))
    songs = np.array([songs[:SHOWN] for songs in mixed], np.int32).ravel()
    listens = frames.listens
    latest = listens["started_at"].to_numpy().max(initial=0)
    played = pl.DataFrame(
        {
            "listener": np.repeat(stand_ins, SHOWN),
            "song": songs,
            "item": songs,
            "started_at": np.full(len(songs), latest),
            "ms_played": [None] * len(songs),
            "ending": np.full(len(songs), int(Ending.COMPLETED)),
            "private": np.zeros(len(songs), np.bool_),
        },
        schema=listens.schema,
    )
    shown = met.filter(drawn & (pl.col("place") < SHOWN)).select(listens.columns)
    asked = loved.filter(drawn).group_by("listener", maintain_order=True).agg("song")["song"]
    return past, ColdListeners(
        np.concatenate([people, stand_ins]).astype(np.int32),
        len(people),
        pl.concat([shown, played]),
        Truth.of([*asked.to_list(), *(songs[SHOWN:].tolist() for songs in mixed)]),
    )


def score_listeners(lists: Lists, truth: Truth) -> Scores:
    """Recall@100 and nDCG@100 of lists of songs (record ids), ``(n_listeners, 100)`` or longer."""
    return Scores({"recall@100": recall(lists, truth, 100), "ndcg@100": ndcg(lists, truth, 100)})


def _songs_met(listens: pl.DataFrame, config: EvidenceConfig) -> pl.DataFrame:
    """Of every listener and song the first listen that sounded and may teach, how many ``times`` it did, and its
    ``place`` among the listener's, by time."""
    return (
        listens.filter(~pl.col("private") & sounded(config))
        .group_by("listener", "song", maintain_order=True)
        .agg(pl.all().first(), times=pl.len())
        .with_columns(place=pl.int_range(pl.len()).over("listener"))
    )


def _without_listeners(frames: Frames, drawn: pl.Expr) -> Frames:
    """The frames as if these listeners had never been here: none of their listens, verdicts and playlists."""
    playlists = frames.playlists.filter(~drawn.fill_null(False))
    return replace(
        frames,
        listens=frames.listens.filter(~drawn),
        playlists=playlists,
        playlist_songs=frames.playlist_songs.join(playlists.select("playlist"), on="playlist", how="semi"),
        listeners=frames.listeners.filter(~drawn),
        feedback=frames.feedback.filter(~drawn),
    )
