"""A map of micro-genres in two dimensions, where near is alike.

Method: t-SNE (Van der Maaten & Hinton 2008), exact, on the distances between centres. It begins from classical scaling
(Torgerson 1952), or from where an earlier map had them, and nothing is drawn at random. A map that follows another is
turned to lie on it (Schönemann 1966). Distances on the map say who is near; how far the far are, they do not.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from earmark.taste.microgenres.views import Floats

NEIGHBOURS = 10.0
"""About so many are near to each: the perplexity."""
STEPS = 250
EXAGGERATION = 12.0
"""So many times attraction counts at first, while all are `GATHERED`, so that groups form before they are apart."""
GATHERED = 1e-2
UNFOLDED = 15.0
"""How far out a map of some hundreds grows."""
HALVINGS = 40
MOMENTUM = 0.8
LEAST = 1e-12
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
    squares = np.maximum(2 - 2 * (centres.astype(np.float64) @ centres.T), 0)
    np.fill_diagonal(squares, 0)
    follows = len(before) >= n / 2
    places = _as_before(squares, before) if follows else _scaled(squares)
    if n >= 4:
        nearness = _nearness(squares, min(NEIGHBOURS, (n - 1) / 3))
        if not follows:
            places = _drawn(places * (GATHERED / max(float(places.std()), LEAST)), nearness * EXAGGERATION)
        places = _drawn(places * (UNFOLDED if follows else 1), nearness)
    places = _turned(places - places.mean(axis=0), before)
    return np.asarray(places / max(np.abs(places).max(), LEAST))


def _scaled(squares: Doubles) -> Doubles:
    """Classical scaling: the two widest axes of the doubly centred squares, signs by their largest entry."""
    inner = -0.5 * (squares - squares.mean(axis=0) - squares.mean(axis=1)[:, None] + squares.mean())
    lengths, axes = np.linalg.eigh((inner + inner.T) / 2)
    axes = axes[:, ::-1][:, :2]
    sign = np.sign(axes[np.abs(axes).argmax(axis=0), np.arange(axes.shape[1])])
    return np.asarray(axes * np.where(sign == 0, 1, sign) * np.sqrt(np.maximum(lengths[::-1][:2], 0)))


def _as_before(squares: Doubles, before: dict[int, tuple[float, float]]) -> Doubles:
    """Where each was on the last map; a new one beside the one that is most like it."""
    known = np.array(sorted(before))
    there = np.array([before[row] for row in known.tolist()])
    places = there[squares[:, known].argmin(axis=1)]
    places[known] = there
    # Two on one place would draw and push each other nowhere.
    turn = np.arange(len(places)) * 2.4
    return np.asarray(places + 1e-3 * np.stack([np.cos(turn), np.sin(turn)], axis=1))


def _nearness(squares: Doubles, neighbours: float) -> Doubles:
    """How near each is to each, all adding up to 1: for each, in a circle in which there are about so many."""
    others = squares + np.diag(np.full(len(squares), np.inf))
    away = others - others.min(axis=1, keepdims=True)
    low, high = np.full(len(squares), 1e-3), np.full(len(squares), 1e6)
    for _ in range(HALVINGS):
        sharp = np.sqrt(low * high)
        part = np.exp(-sharp[:, None] * away)
        part /= part.sum(axis=1, keepdims=True)
        entropy = -(part * np.log(np.maximum(part, LEAST))).sum(axis=1)
        wide = entropy > np.log(neighbours)
        low, high = np.where(wide, sharp, low), np.where(wide, high, sharp)
    return np.asarray(np.maximum((part + part.T) / (2 * len(part)), LEAST))


def _drawn(places: Doubles, nearness: Doubles) -> Doubles:
    """Descent on the divergence of nearness on the map from nearness in fact, with momentum."""
    moving = np.zeros_like(places)
    rate = max(len(places) / EXAGGERATION, 50.0)
    for _ in range(STEPS):
        square = (places**2).sum(axis=1)
        close = 1 / (1 + np.maximum(square[:, None] + square - 2 * places @ places.T, 0))
        np.fill_diagonal(close, 0)
        force = (nearness - np.maximum(close / close.sum(), LEAST)) * close
        slope = 4 * (force.sum(axis=1)[:, None] * places - force @ places)
        moving = MOMENTUM * moving - rate * slope
        places = places + moving
    return places


def _turned(places: Doubles, before: dict[int, tuple[float, float]]) -> Doubles:
    """Places turned and mirrored to lie as close as can be to where they were."""
    if len(before) < 2:
        return places
    rows = sorted(before)
    there = np.array([before[row] for row in rows])
    left, _, right = np.linalg.svd(places[rows].T @ (there - there.mean(axis=0)))
    return np.asarray(places @ (left @ right))
