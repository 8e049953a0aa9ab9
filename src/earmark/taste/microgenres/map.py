"""A map of micro-genres in two dimensions, where near is alike.

Method: distances between centres are laid out by classical scaling (Torgerson 1952), then moved until what is near
on the map is near in fact (stress majorisation, De Leeuw 1977, with weights of 1 / distance², by which small
distances count as much as large ones). No step draws at random; a map that follows another is turned to lie on it
(Schönemann 1966).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from earmark.taste.microgenres.views import Floats

STEPS = 200
LEAST_DISTANCE = 0.05
Doubles = NDArray[np.float64]


def laid_out(centres: Floats, before: dict[int, tuple[float, float]]) -> Doubles:
    """Places ``(n_centres, 2)`` within −1 to 1, the middle at 0.

    Args:
        centres: directions, ``(n_centres, n_columns)``.
        before: where those of them were on the last map that were on it.
    """
    n = len(centres)
    if n < 2:
        return np.zeros((n, 2))
    distance = np.sqrt(np.maximum(2 - 2 * (centres.astype(np.float64) @ centres.T), 0))
    np.fill_diagonal(distance, 0)
    places = _majorised(_scaled(distance), distance)
    places -= places.mean(axis=0)
    places = _turned(places, before)
    return np.asarray(places / max(np.abs(places).max(), 1e-12))


def _scaled(distance: Doubles) -> Doubles:
    """Classical scaling: the two widest axes of the doubly centred squares, signs by their largest entry."""
    squares = distance**2
    inner = -0.5 * (squares - squares.mean(axis=0) - squares.mean(axis=1)[:, None] + squares.mean())
    lengths, axes = np.linalg.eigh((inner + inner.T) / 2)
    axes = axes[:, ::-1][:, :2]
    sign = np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    return np.asarray(axes * np.where(sign == 0, 1, sign) * np.sqrt(np.maximum(lengths[::-1][:2], 0)))


def _majorised(places: Doubles, distance: Doubles) -> Doubles:
    """Places of less stress: each step solves the quadratic that lies above it."""
    weight = 1 / np.maximum(distance, LEAST_DISTANCE) ** 2
    np.fill_diagonal(weight, 0)
    laplacian = np.diag(weight.sum(axis=1)) - weight
    inverse = np.linalg.pinv(laplacian, hermitian=True)
    for _ in range(STEPS):
        apart = np.sqrt(((places[:, None] - places[None]) ** 2).sum(axis=2))
        ratio = -weight * distance / np.maximum(apart, 1e-9)
        np.fill_diagonal(ratio, 0)
        np.fill_diagonal(ratio, -ratio.sum(axis=1))
        moved = inverse @ (ratio @ places)
        still = np.abs(moved - places).max() < 1e-4
        places = moved
        if still:
            break
    return places


def _turned(places: Doubles, before: dict[int, tuple[float, float]]) -> Doubles:
    """Places turned and mirrored to lie as close as can be to where they were."""
    if len(before) < 2:
        return places
    rows = sorted(before)
    there = np.array([before[row] for row in rows])
    left, _, right = np.linalg.svd(places[rows].T @ (there - there.mean(axis=0)))
    return np.asarray(places @ (left @ right))
