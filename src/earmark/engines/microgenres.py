"""Micro-genres of a build: what listening, words and sound know of each artist, put together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import polars as pl
import scipy.sparse as sp
from numpy.typing import NDArray

from earmark.engines.called import artists_called
from earmark.ranking.signals import Floats, Signals
from earmark.ranking.sound import Sounds
from earmark.signals.collaborative.columns import Columns, Int32s
from earmark.signals.collaborative.histories import Csr
from earmark.signals.culture.genres import shipped
from earmark.store.snapshot import Frames
from earmark.taste.microgenres.config import MicroGenreConfig
from earmark.taste.microgenres.likely import Expected
from earmark.taste.microgenres.model import MicroGenres

HOLDERS: Final = 3
"""So many listeners and playlists must hold an artist, or a song, before these say what the music is: what a single
listener plays would otherwise be a micro-genre of its own, whatever it is."""


def find_microgenres(
    frames: Frames,
    signals: Signals,
    config: MicroGenreConfig,
    before: MicroGenres | None,
    expected: pl.DataFrame,
    *,
    sure: float,
    seed: int,
) -> MicroGenres:
    """Find the micro-genres among all artists of a snapshot.

    Args:
        frames: the snapshot.
        signals: learned from it.
        config: settings.
        before: those of an earlier build, whose ids and names go on.
        expected: genres of artists of whom nobody says any, as `earmark.engines.expected` tells them.
        sure: with this probability texts must mean an artist for what they say to count.
        seed: what is random is drawn from it.
    """
    columns = signals.columns
    names = dict(frames.songs.select("artist", "artist_name").unique("artist").iter_rows())
    tree = shipped()
    terms, called = artists_called(frames, columns.artist_ids, tree, sure=sure)
    return MicroGenres.fit(
        columns.artist_ids,
        artist_names=[names[artist] for artist in columns.artist_ids.tolist()],
        listening=_where(artist_holders(signals) >= HOLDERS, signals.artist_factors),
        terms=terms,
        term_names=called,
        tree=tree,
        sound=_artists_sound(signals.sounds, columns),
        weight=np.bincount(columns.artist_of, signals.popularity, len(columns.artist_ids)).astype(np.float32),
        expected=_by_artist(expected, columns.artist_ids),
        before=before,
        config=config,
        seed=seed,
    )


def genres_of_songs(microgenres: MicroGenres, signals: Signals) -> Int32s:
    """The micro-genre (id) that each song belongs to most, ``(n_songs,)``; −1 where none."""
    sounds, sound = signals.sounds, None
    if len(sounds):
        sound = np.zeros((len(signals.columns), sounds.vectors.shape[1]), np.float32)
        sound[sounds.columns] = sounds.vectors
    known = _where(signals.popularity >= HOLDERS, signals.factors.item_factors)
    belongs = microgenres.songs(signals.columns.artists, listening=known, sound=sound)
    most = np.full(belongs.shape[0], -1, np.int32)
    some = np.flatnonzero(np.diff(belongs.indptr))
    if len(some):
        ids = np.array([genre.id for genre in microgenres.genres], np.int32)
        most[some] = ids[np.asarray(belongs[some].argmax(axis=1)).ravel()]
    return most


def artist_holders(signals: Signals) -> NDArray[np.int64]:
    """How many listeners and playlists hold any song of each artist, ``(n_artists,)``."""
    by_artist, n_artists = signals.columns.by_artist, len(signals.columns.artist_ids)
    held = [sp.csr_array(rows @ by_artist) for rows in (signals.members.listeners, signals.members.playlists)]
    return sum((np.bincount(one.indices, minlength=n_artists) for one in held), np.zeros(n_artists, np.int64))


def _by_artist(expected: pl.DataFrame, artists: Int32s) -> Expected:
    genres = expected["genre"].unique().sort()
    at = genres.search_sorted(expected["genre"]).to_numpy() if len(expected) else np.empty(0, np.int64)
    rows = np.searchsorted(artists, expected["artist"].to_numpy())
    shape = (len(artists), len(genres))
    return Expected(_csr(expected["probability"].to_numpy(), rows, at, shape), genres.to_list())


def _where(known: NDArray[np.bool_], vectors: Floats) -> Floats:
    return np.where(known[:, None], vectors, np.float32(0))


def _artists_sound(sounds: Sounds, columns: Columns) -> Floats | None:
    """The mean of what each artist's songs sound like, ``(n_artists, n_dimensions)``; zeros where none was heard."""
    if not len(sounds):
        return None
    n_artists = len(columns.artist_ids)
    whose = columns.artist_of[sounds.columns]
    ones = np.ones(len(sounds), np.float32)
    summed = _csr(ones, whose, np.arange(len(sounds)), (n_artists, len(sounds))) @ sounds.vectors
    heard = np.bincount(whose, sounds.vectors.any(axis=1), n_artists)
    means: Floats = (summed / np.maximum(heard, 1)[:, None]).astype(np.float32)
    return means


def _csr(
    values: NDArray[Any], rows: NDArray[Any], at: NDArray[Any] | Sequence[int], shape: tuple[int, int]
) -> Csr:
    return sp.csr_array((values.astype(np.float32), (rows, at)), shape=shape)
