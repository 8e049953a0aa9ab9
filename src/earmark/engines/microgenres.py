"""Micro-genres of a build: what listening, words and sound know of each artist, put together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import polars as pl
import scipy.sparse as sp
from numpy.typing import NDArray

from earmark.ranking.signals import Floats, Signals
from earmark.ranking.sound import Sounds
from earmark.signals.collaborative.columns import Columns
from earmark.signals.collaborative.histories import Csr
from earmark.signals.culture.genres import shipped
from earmark.store.snapshot import Frames
from earmark.taste.microgenres.config import MicroGenreConfig
from earmark.taste.microgenres.model import MicroGenres

SURE: Final = 0.5
"""What texts say counts for artists whom they mean with at least this probability."""


def find_microgenres(
    frames: Frames, signals: Signals, config: MicroGenreConfig, before: MicroGenres | None, *, seed: int
) -> MicroGenres:
    """Find the micro-genres among all artists of a snapshot.

    Args:
        frames: the snapshot.
        signals: learned from it.
        config: settings.
        before: those of an earlier build, whose ids and names go on.
        seed: what is random is drawn from it.
    """
    columns = signals.columns
    names = dict(frames.songs.select("artist", "artist_name").unique("artist").iter_rows())
    terms, called = artists_called(frames, columns.artist_ids)
    return MicroGenres.fit(
        columns.artist_ids,
        artist_names=[names[artist] for artist in columns.artist_ids.tolist()],
        listening=signals.artist_factors,
        terms=terms,
        term_names=called,
        tree=shipped(),
        sound=_artists_sound(signals.sounds, columns),
        weight=np.bincount(columns.artist_of, signals.popularity, len(columns.artist_ids)).astype(np.float32),
        before=before,
        config=config,
        seed=seed,
    )


def songs_in(microgenres: MicroGenres, signals: Signals) -> Csr:
    """How much each song belongs to each micro-genre, ``(n_songs, n_genres)``; rows sum to 1 or are empty."""
    sounds = signals.sounds
    sound = None
    if len(sounds):
        sound = np.zeros((len(signals.columns), sounds.vectors.shape[1]), np.float32)
        sound[sounds.columns] = sounds.vectors
    return microgenres.songs(signals.columns.artists, listening=signals.factors.item_factors, sound=sound)


def artists_called(frames: Frames, artists: NDArray[np.integer]) -> tuple[Csr, list[str]]:
    """What artists (record ids, ascending) are called, ``(n_artists, n_terms)``, and the terms.

    What tags say by how many hands, and what texts say by how near it stands, weigh by their logarithm: the hundredth
    to say so adds little.
    """
    by_tags = frames.tags.select("artist", term="tag", weight=pl.col("weight").cast(pl.Float64))
    by_texts = (
        frames.mentions.filter(pl.col("probability") >= SURE)
        .select("artist", pl.col("probability").cast(pl.Float64), "terms")
        .explode("terms")
        .unnest("terms")
        .drop_nulls("term")
        .select("artist", "term", weight=pl.col("weight") * pl.col("probability"))
    )
    told = (
        pl.concat([by_tags, by_texts])
        .filter(pl.col("weight") > 0)
        .group_by("artist", "term")
        .agg(pl.col("weight").sort().sum().log1p())
        .sort("artist", "term")
    )
    called = told["term"].unique().sort()
    rows = np.searchsorted(artists, told["artist"].to_numpy())
    at = called.search_sorted(told["term"]).to_numpy() if len(told) else np.empty(0, np.int64)
    return _csr(told["weight"].to_numpy(), rows, at, (len(artists), len(called))), called.to_list()


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
