"""What is like a song or an artist, for whoever asks: read off what a build learned, with no listener in it.

Two signals know which songs go with a song: the neighbours' lists (who holds one holds the other) and the angle between
vectors (who likes one likes what the other is like). Neither's numbers can be added to the other's, so their orders are
fused: a song stands by the sum of 1 / (60 + place) over the lists that name it (reciprocal-rank fusion, Cormack et al.
2009). Artists have vectors in the space of the songs, and stand by the cosine alone.

What no listener, no playlist and no library holds is never named: it is known only because somebody played it in
private, or broke it off.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from earmark.ranking.signals import Floats, Signals

SOFTENING: Final = 60
DEPTH: Final = 500
"""Places of each list that are fused; more are looked at if more are asked for."""

Order = tuple[NDArray[np.intp], NDArray[np.float64]]
"""Columns or artist indices, best first, and how near each is, ``(n,)`` both; fewer where fewer are like it."""


def songs_like(signals: Signals, column: int, n: int) -> Order:
    """The ``n`` songs most like the song in a column, and their fused scores; 1 is the first by both signals."""
    depth = max(n, DEPTH)
    lists = signals.neighbours.lists
    near = lists.ids[lists.starts[column] : lists.starts[column + 1]][:depth]
    angles = _cosines(signals.factors.item_factors, signals.song_lengths, column)
    angles[signals.renown == 0] = 0
    angles[column] = 0
    scores = np.zeros(len(angles))
    for named in (near, _best(angles, depth)):
        scores[named] += (SOFTENING + 1) / (SOFTENING + 1 + np.arange(len(named))) / 2
    found = _best(scores, n)
    return found, scores[found]


def artists_like(signals: Signals, artist: int, n: int) -> Order:
    """The ``n`` artists most like the one at an index, and the cosines of their vectors."""
    angles = _cosines(signals.artist_factors, signals.artist_lengths, artist)
    angles[signals.discographies.log_held == 0] = 0
    angles[artist] = 0
    found = _best(angles, n)
    return found, angles[found].astype(np.float64)


def _cosines(vectors: Floats, lengths: Floats, at: int) -> Floats:
    """The cosine of each vector with the one at a place; 0 for vectors of zeros."""
    products = lengths * lengths[at]
    cosines: Floats = np.divide(
        vectors @ vectors[at], products, out=np.zeros_like(products), where=products > 0
    )
    return cosines


def _best(scores: NDArray[np.floating], n: int) -> NDArray[np.intp]:
    """The places of the ``n`` highest scores above 0, highest first, then in order."""
    n = min(n, len(scores))
    some = np.sort(np.argpartition(-scores, n - 1)[:n]) if n else np.zeros(0, np.intp)
    ordered = some[np.argsort(-scores[some], kind="stable")]
    return ordered[scores[ordered] > 0]
