"""Spherical k-means (Dhillon & Modha 2001): each point to the centre of the nearest direction.

Centres begin spread out (k-means++, Arthur & Vassilvitskii 2007), or where an earlier build had them.
"""

from __future__ import annotations

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from earmark.taste.microgenres.views import Floats, directions

TRIALS = 4
ROWS_AT_ONCE = 16_384
ROUNDING = 1e-6
"""A point nearer than this to a centre is the centre."""
Ints = NDArray[np.int64]


def clustered(
    points: Floats,
    weight: Floats,
    n_clusters: int,
    *,
    start: Floats | None = None,
    rounds: int,
    least: int,
    seed: int,
) -> tuple[Floats, Ints]:
    """Centres ``(n, n_columns)`` of length 1, and the cluster of each point ``(n_points,)``.

    Args:
        points: directions, none of them zeros.
        weight: how much each point counts for a centre, ``(n_points,)``, above 0.
        n_clusters: how many are wanted; fewer are found where points are fewer, or a cluster holds too few.
        start: centres to begin from, which come first; more are added up to ``n_clusters``.
        rounds: at most so many.
        least: a cluster of fewer points is dissolved among the others.
        seed: where k-means++ draws from.
    """
    centres = np.empty((0, points.shape[1]), np.float32) if start is None else start[:n_clusters]
    centres = _spread(points, weight, min(n_clusters, len(points)), centres, np.random.default_rng(seed))
    place = _settled(points, weight, centres, rounds)
    while len(centres) > 1:
        sizes = np.bincount(place, minlength=len(centres))
        if sizes.min() >= least:
            break
        # The smallest half of those that are too small: their points may fill up the rest.
        small = np.flatnonzero(sizes < least)
        gone = small[
            np.argsort(sizes[small], kind="stable")[: max(1, min(len(small), len(centres) - 1) // 2)]
        ]
        centres = np.delete(centres, gone, axis=0)
        place = _settled(points, weight, centres, max(1, rounds // 4))
    return centres, place


def nearest(points: Floats, centres: Floats) -> Ints:
    """The centre nearest to each point by cosine; the first of equals."""
    place = np.empty(len(points), np.int64)
    for start in range(0, len(points), ROWS_AT_ONCE):
        some = slice(start, start + ROWS_AT_ONCE)
        place[some] = np.argmax(points[some] @ centres.T, axis=1)
    return place


def means(points: Floats, weight: Floats, place: NDArray[np.integer], n: int) -> Floats:
    """The direction of the weighted mean of the points of each of ``n`` clusters; zeros for one that has none."""
    inside = np.flatnonzero(place >= 0)
    membership = sp.csr_array((weight[inside], (place[inside], inside)), shape=(n, len(points)))
    return directions(membership @ points)


def _settled(points: Floats, weight: Floats, centres: Floats, rounds: int) -> Ints:
    """Move ``centres`` in place until no point changes its cluster; the clusters of the points."""
    place = nearest(points, centres)
    for _ in range(rounds):
        moved = means(points, weight, place, len(centres))
        held = moved.any(axis=1)
        centres[held] = moved[held]
        before, place = place, nearest(points, centres)
        if np.array_equal(before, place):
            break
    return place


def _spread(points: Floats, weight: Floats, n: int, centres: Floats, random: np.random.Generator) -> Floats:
    """``centres`` and more of them up to ``n``: points drawn by weight and distance from those already there.

    Of `TRIALS` points that are drawn each time, the one is taken that leaves all points nearest to a centre.
    """
    chosen = list(centres)
    away = 1 - (points @ centres.T).max(axis=1) if chosen else np.ones(len(points), np.float32)
    while len(chosen) < n:
        chance = np.cumsum(np.where(away > ROUNDING, away * weight, 0), dtype=np.float64)
        if not chance[-1] > 0:
            break
        drawn = np.searchsorted(chance, random.random(TRIALS) * chance[-1], side="right")
        tried = points[np.minimum(drawn, len(points) - 1)]
        left = np.minimum(away[:, None], 1 - points @ tried.T)
        best = int(np.argmin(weight @ left))
        chosen.append(tried[best])
        away = left[:, best]
    return np.array(chosen, np.float32).reshape(-1, points.shape[1])
