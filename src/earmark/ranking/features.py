"""What is known about a candidate: a fixed set of numbers per pair of row and song."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from earmark.kernels.pairs import dot_pairs
from earmark.ranking.asked import Asked
from earmark.ranking.candidates import Candidates
from earmark.ranking.generators import Generator
from earmark.ranking.hearing import heard_by
from earmark.ranking.signals import Floats
from earmark.signals.collaborative.histories import Csr

SOFTENING = 20
"""Places further down a list than this begin to count for little (k in reciprocal-rank fusion)."""
LEAST = np.float32(1e-4)
"""Sums are compared on a logarithmic scale from here up."""


class Feature(IntEnum):
    """The features in their column order; all logarithms are natural."""

    ARTIST_PLAYS = 0
    """log(1 + the row's decayed plays of the artist)."""
    ARTIST_NOW = 1
    """The same with fast decay."""
    ARTIST_BREADTH = 2
    """log(1 + songs of the artist that the row holds)."""
    ARTIST_KNOWN = 3
    """1 if the row holds a song of the artist."""
    ARTIST_LEFT = 4
    """log(songs of the artist that the listener has not heard), if the artist is known."""
    ARTIST_SKIPS = 5
    """log(1 + the listener's skips of the artist)."""
    LISTENERS = 6
    """log(1 + listeners who play the song); of a new song, what its artist's songs have on average."""
    PLAYLISTS = 7
    """log(1 + playlists that hold the song), likewise."""
    NEIGHBOURS = 8
    """−log(place in the neighbours' list + 20)."""
    NEIGHBOURS_LATELY = 9
    """The same of the list by what was played lately."""
    FACTORS = 10
    """The same of the factors' list."""
    LIKE_MINDED = 11
    """The same of the like-minded rows' list."""
    WORDS = 12
    """The same of the words' list."""
    ARTISTS_ALIKE = 13
    """The same of the list by artists whose vectors fit."""
    SOUNDS = 14
    """The same of the list of songs that nobody holds yet."""
    NEW_ARTIST = 15
    """1 if nobody holds any song of the artist: that a song of theirs stands in no list of what is played together, and
    that nobody is bound to them, says nothing against it."""
    RISING = 16
    """log of how much more is said of the artist lately than expected; 0 where they are not rising."""
    ARTIST_SHARE = 17
    """Share of the row's songs that are by the artist."""
    ARTIST_HELD = 18
    """log(1 + holders of all the artist's songs)."""
    PLACE_IN_ARTIST = 19
    """log(1 + songs of the artist that more rows hold)."""
    MORE_HELD = 20
    """log(1 + rows that hold the song) less the mean of that over the row's own songs."""
    NEIGHBOUR_SUM = 21
    """log(sum of similarities to the row's songs, weighed, per unit of weight)."""
    NEIGHBOUR_BEST = 22
    """The greatest single similarity, weighed, per unit of weight."""
    NEIGHBOUR_COUNT = 23
    """Share of the row's songs that the song is a neighbour of."""
    NEIGHBOUR_SUM_LATELY = 24
    """As the sum, by what was played lately."""
    FIT = 25
    """Inner product of the row's vector and the song's."""
    ARTIST_FIT = 26
    """Inner product of the row's vector and the artist's."""
    LIKE_MINDED_SUM = 27
    """log(votes of the like-minded rows, per vote)."""
    LIKE_MINDED_COUNT = 28
    """Share of the like-minded rows that hold the song."""
    WORDS_SUM = 29
    """log(what playlists called alike say for the song)."""
    ROW_SONGS = 30
    """log(1 + songs that the row holds)."""
    ROW_HELD = 31
    """Mean over the row's songs of log(1 + rows that hold them)."""
    ROW_ARTISTS = 32
    """Artists per song of the row."""
    SOUND = 33
    """Cosine of the song's sound with the mean sound of the row's songs; 0 where either is unheard."""
    SOUND_APART = 34
    """log(1 + how far the song's figures (tempo, loudness, mood, ...) lie from the row's, in the row's deviations)."""
    HEARD = 35
    """1 if it is known what the song sounds like."""
    NEW = 36
    """1 if nobody holds the song yet."""
    FUSED = 37
    """The score of rank fusion, filled in by `earmark.ranking.order.Order`."""


ARTIST_FEATURES = slice(Feature.ARTIST_PLAYS, Feature.ARTIST_SKIPS + 1)
TOGETHER_FEATURES = slice(Feature.NEIGHBOURS, Feature.LIKE_MINDED + 1)
PLACES: dict[Feature, Generator] = {
    Feature.NEIGHBOURS: Generator.NEIGHBOURS,
    Feature.NEIGHBOURS_LATELY: Generator.NEIGHBOURS_LATELY,
    Feature.FACTORS: Generator.FACTORS,
    Feature.LIKE_MINDED: Generator.LIKE_MINDED,
    Feature.WORDS: Generator.WORDS,
    Feature.ARTISTS_ALIKE: Generator.ARTISTS_ALIKE,
    Feature.SOUNDS: Generator.SOUNDS,
}


def features(asked: Asked, candidates: Candidates) -> Floats:
    """The features of all pairs, ``(n_pairs, len(Feature))`` float32."""
    # Feature by feature in memory: each is written, and weighed by fusion, in one go.
    found = np.zeros((len(Feature), len(candidates)), np.float32).T
    _artists(asked, candidates, found)
    _holders(asked, candidates, found)
    worth = -np.log(np.arange(candidates.ranks.max(initial=0) + 1) + SOFTENING).astype(np.float32)
    for feature, generator in PLACES.items():
        found[:, feature] = worth[candidates.ranks[generator]]
    _sums(asked, candidates, found)
    _sounds(asked, candidates, found)
    return found


def _artists(asked: Asked, candidates: Candidates, found: Floats) -> None:
    discographies, bonds, rows = asked.signals.discographies, asked.bonds, candidates.rows
    artists = discographies.artist_of[candidates.songs]
    n_songs, n_artists = np.maximum(np.diff(asked.taste.indptr), 1), np.diff(bonds.breadth.indptr)
    # Logarithms of what few bonds are, not of what each of many candidates has of them.
    bond = bonds.find(rows, artists)
    found[:, ARTIST_FEATURES] = bonds.told(discographies)[:, bond].T
    found[:, Feature.ARTIST_SHARE] = bonds.values[2][bond] / n_songs[rows]
    found[:, Feature.ARTIST_HELD] = discographies.log_held[artists]
    found[:, Feature.PLACE_IN_ARTIST] = discographies.log_place[candidates.songs]
    found[:, Feature.ROW_ARTISTS] = (n_artists / n_songs)[rows]


def _holders(asked: Asked, candidates: Candidates, found: Floats) -> None:
    signals, rows, songs = asked.signals, candidates.rows, candidates.songs
    held = np.log1p(signals.popularity)
    n_songs = np.diff(asked.taste.indptr)
    own = _row_sums(held[asked.taste.indices], asked.taste.indptr) / np.maximum(n_songs, 1)
    found[:, Feature.LISTENERS], found[:, Feature.PLAYLISTS] = signals.log_holders[:, songs]
    found[:, Feature.NEW_ARTIST] = signals.by_new_artists[songs]
    found[:, Feature.RISING] = signals.pushes[songs]
    found[:, Feature.NEW] = signals.popularity[songs] == 0
    found[:, Feature.MORE_HELD] = held[songs] - own[rows]
    found[:, Feature.ROW_SONGS] = np.log1p(n_songs)[rows]
    found[:, Feature.ROW_HELD] = own[rows]


def _sums(asked: Asked, candidates: Candidates, found: Floats) -> None:
    signals, rows = asked.signals, candidates.rows
    pairs = (candidates.indptr, candidates.songs)
    n_songs = np.maximum(np.diff(asked.taste.indptr), 1)[rows]
    weight = _weights(asked.taste)[rows]
    near = signals.neighbours.score_pairs(asked.taste, *pairs)
    found[:, Feature.NEIGHBOUR_SUM] = np.log(near.sums / weight + LEAST)
    found[:, Feature.NEIGHBOUR_BEST] = near.greatest / weight
    found[:, Feature.NEIGHBOUR_COUNT] = near.counts / n_songs
    lately = signals.neighbours.score_pairs(asked.lately, *pairs)
    found[:, Feature.NEIGHBOUR_SUM_LATELY] = np.log(lately.sums / _weights(asked.lately)[rows] + LEAST)
    found[:, Feature.FIT] = dot_pairs(asked.vectors, signals.factors.item_factors, *pairs)
    artists = signals.discographies.artist_of[candidates.songs]
    found[:, Feature.ARTIST_FIT] = dot_pairs(
        asked.vectors, signals.artist_factors, candidates.indptr, artists
    )
    votes = signals.likeminded.score_pairs(asked.nearest, *pairs)
    voters = np.maximum(np.diff(asked.nearest.starts), 1)[rows]
    found[:, Feature.LIKE_MINDED_SUM] = np.log(votes.sums / voters + LEAST)
    found[:, Feature.LIKE_MINDED_COUNT] = votes.counts / voters
    found[:, Feature.WORDS_SUM] = np.log(signals.words.score_pairs(asked.namesakes, *pairs).sums + LEAST)


def _sounds(asked: Asked, candidates: Candidates, found: Floats) -> None:
    signals, rows, songs = asked.signals, candidates.rows, candidates.songs
    if not len(signals.sounds):
        return
    at = signals.sounds.row_of[songs]
    heard = np.flatnonzero(at >= 0)
    own = heard_by(asked.taste, signals.sounds, signals.space)
    found[heard, Feature.HEARD] = 1
    found[heard, Feature.SOUND] = np.einsum(
        "ij,ij->i", own.sound[rows[heard]], signals.space.vectors[at[heard]]
    )
    found[heard, Feature.SOUND_APART] = np.log1p(own.apart(rows[heard], signals.sounds.figures[at[heard]]))


def _row_sums(values: NDArray[np.floating], indptr: NDArray[np.integer]) -> NDArray[np.float64]:
    total = np.concatenate([[0.0], np.cumsum(values, dtype=np.float64)])
    sums: NDArray[np.float64] = total[indptr[1:]] - total[indptr[:-1]]
    return sums


def _weights(matrix: Csr) -> Floats:
    """Sum of each row's weights, where it is above 0; else 1."""
    sums = _row_sums(matrix.data, matrix.indptr)
    return np.where(sums > 0, sums, 1).astype(np.float32)
