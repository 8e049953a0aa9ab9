"""Who names candidates: each generator lists the songs that it would put first, and a pool joins the lists."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
import scipy.sparse as sp
from pydantic import BaseModel, ConfigDict, Field

from earmark.ranking.artists import songs_by_artists
from earmark.ranking.asked import Asked
from earmark.ranking.candidates import Candidates, pool
from earmark.signals.collaborative.columns import Int32s


class Generator(IntEnum):
    """The generators, in the order of ``Candidates.ranks``."""

    NEIGHBOURS = 0
    """Songs near the songs that the row holds."""
    NEIGHBOURS_LATELY = 1
    """Songs near those of late."""
    FACTORS = 2
    """Songs whose vectors fit the row's vector."""
    LIKE_MINDED = 3
    """Songs of the rows that are most alike."""
    KNOWN_ARTISTS = 4
    """The most held songs of artists whom the row holds."""
    ARTISTS_ALIKE = 5
    """The most held songs of artists whose vectors fit: popularity within taste."""
    WORDS = 6
    """Songs on playlists that are called alike."""
    POPULAR = 7
    """The most held songs."""
    SOUNDS = 8
    """Songs of the library that nobody holds yet, by what is known of them."""


class CandidatesConfig(BaseModel):
    """How wide the net is cast."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    depth: int = Field(500, ge=30)
    """Candidates that each generator may name for a listener or a playlist."""
    artists: int = Field(200, ge=1)
    """Artists of a listener's own whose other songs are looked at."""
    songs_each: int = Field(30, ge=1)
    """Songs of each such artist, beyond as many as the listener has heard."""
    artists_alike: int = Field(50, ge=1)
    """Artists that fit a listener's taste whose songs are looked at, known or not."""
    popular: int = Field(100, ge=30)
    """Songs most held of all that everyone's pool gets, for those of whom little is known."""


def candidates(asked: Asked, config: CandidatesConfig) -> Candidates:
    """The pool of every row.

    Songs that no row holds and no library has are known only because somebody broke them off or played them in
    private: they are nobody's candidates.

    Args:
        asked: the rows.
        config: how wide the net is cast.
    """
    signals, lists = asked.signals, named(asked, config)
    open_to_all = signals.renown > 0
    return pool(
        tuple(np.where(open_to_all[lists[generator]], lists[generator], -1) for generator in Generator),
        len(signals.columns),
    )


def named(asked: Asked, config: CandidatesConfig) -> dict[Generator, Int32s]:
    """What each generator names, ``(n_rows, depth)`` columns in order, padded with −1."""
    signals, closed, depth = asked.signals, asked.histories.closed, config.depth
    return {
        Generator.NEIGHBOURS: signals.neighbours.score(asked.taste, closed, depth)[0],
        Generator.NEIGHBOURS_LATELY: signals.neighbours.score(asked.lately, closed, depth)[0],
        Generator.FACTORS: signals.factors.score(asked.vectors, closed, depth)[0],
        Generator.LIKE_MINDED: signals.likeminded.score(asked.nearest, closed, depth)[0],
        Generator.KNOWN_ARTISTS: _of_known_artists(asked, config),
        Generator.ARTISTS_ALIKE: _of_artists_alike(asked, config),
        Generator.WORDS: signals.words.score(asked.namesakes, closed, depth)[0],
        Generator.POPULAR: _popular(asked, config.popular),
        Generator.SOUNDS: signals.score_placed(asked.vectors, closed, depth),
    }


def _of_known_artists(asked: Asked, config: CandidatesConfig) -> Int32s:
    """Songs by the artists whom a listener plays most, and plays of late."""
    bonds = asked.bonds
    # A play of today counts in both sums; what somebody is into now says most about what they will find next.
    return songs_by_artists(
        bonds.strength + bonds.recent,
        asked.histories.closed,
        bonds,
        asked.signals.discographies,
        asked.signals.renown,
        depth=config.depth,
        n_artists=config.artists,
        n_songs_each=config.songs_each,
    )


def _of_artists_alike(asked: Asked, config: CandidatesConfig) -> Int32s:
    """Songs by the artists nearest to the row's vector."""
    signals = asked.signals
    artists, fits = signals.artist_index.top(asked.vectors, None, config.artists_alike)
    rows, place = np.nonzero((artists >= 0) & (fits > 0))
    liking = sp.csr_array(
        (fits[rows, place], (rows, artists[rows, place])), shape=(len(asked), len(signals.artist_factors))
    )
    return songs_by_artists(
        liking,
        asked.histories.closed,
        asked.bonds,
        signals.discographies,
        signals.renown,
        depth=config.depth,
        n_artists=config.artists_alike,
        n_songs_each=config.songs_each,
    )


def _popular(asked: Asked, n: int) -> Int32s:
    """The most held songs that are open to each listener."""
    closed = asked.histories.closed
    # Four times as many, because a listener may know most hits; who knows them all has better candidates.
    reach = asked.signals.most_held[: 4 * n]
    is_open = closed[:, reach].toarray() == 0
    among = np.cumsum(is_open, axis=1) - 1
    rows, place = np.nonzero(is_open & (among < n))
    popular = np.full((closed.shape[0], n), -1, np.int32)
    popular[rows, among[rows, place]] = reach[place]
    return popular
