"""What is known about a candidate: ten numbers per pair of listener and song."""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from earmark.ranking.artists import Bonds, Discographies
from earmark.ranking.candidates import Candidates

Floats = NDArray[np.float32]

SOFTENING = 20
"""Places further down a list than this begin to count for little (k in reciprocal-rank fusion)."""


class Feature(IntEnum):
    """The features in their column order; all logarithms are natural."""

    ARTIST_PLAYS = 0
    """log(1 + the listener's decayed plays of the artist)."""
    ARTIST_NOW = 1
    """The same with fast decay."""
    ARTIST_BREADTH = 2
    """log(1 + songs of the artist that the listener plays)."""
    ARTIST_KNOWN = 3
    """1 if the listener plays the artist."""
    ARTIST_LEFT = 4
    """log(songs of the artist that the listener has not heard), if the artist is known."""
    ARTIST_SKIPS = 5
    """log(1 + the listener's skips of the artist)."""
    LISTENERS = 6
    """log(1 + listeners who play the song)."""
    PLAYLISTS = 7
    """log(1 + playlists that hold the song)."""
    NEIGHBOURS = 8
    """−log(place in the neighbours' list + 20)."""
    FACTORS = 9
    """−log(place in the factors' list + 20)."""


ARTIST_FEATURES = slice(Feature.ARTIST_PLAYS, Feature.ARTIST_SKIPS + 1)
COLLABORATIVE_FEATURES = slice(Feature.NEIGHBOURS, Feature.FACTORS + 1)


def features(
    candidates: Candidates,
    bonds: Bonds,
    discographies: Discographies,
    listeners_holding: Floats,
    playlists_holding: Floats,
) -> Floats:
    """The features of all pairs, ``(n_pairs, 10)`` float32.

    Args:
        candidates: pairs whose ``ranks`` are of the neighbours' list, then the factors', then any others'.
        bonds: of the same listeners.
        discographies: of the same columns.
        listeners_holding: ``(n_songs,)``, listeners who play the song.
        playlists_holding: ``(n_songs,)``, playlists that hold it.
    """
    rows, songs = candidates.rows, candidates.songs
    artists = discographies.artist_of[songs]
    plays, recent, breadth, skips, closed = bonds.at(rows, artists)
    known = plays > 0
    left = discographies.sizes[artists] - closed
    found = np.empty((len(candidates), len(Feature)), np.float32)
    found[:, Feature.ARTIST_PLAYS] = np.log1p(plays)
    found[:, Feature.ARTIST_NOW] = np.log1p(recent)
    found[:, Feature.ARTIST_BREADTH] = np.log1p(breadth)
    found[:, Feature.ARTIST_KNOWN] = known
    found[:, Feature.ARTIST_LEFT] = np.log(np.maximum(left, 1)) * known
    found[:, Feature.ARTIST_SKIPS] = np.log1p(skips)
    found[:, Feature.LISTENERS] = np.log1p(listeners_holding[songs])
    found[:, Feature.PLAYLISTS] = np.log1p(playlists_holding[songs])
    found[:, Feature.NEIGHBOURS] = -np.log(candidates.ranks[0] + SOFTENING)
    found[:, Feature.FACTORS] = -np.log(candidates.ranks[1] + SOFTENING)
    return found
