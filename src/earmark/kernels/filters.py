"""Low-pass filters for sound at another rate: sinc functions under a Kaiser window, symmetric, so that they keep time.

J. F. Kaiser's window and his estimate of its length are those of "Nonrecursive digital filter design using the I0-sinh
window function" (1974).
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

STOP_DB: Final = 90.0
"""How far down all is that must not be heard: below what is lost in 16 bits."""
BETA: Final = 0.1102 * (STOP_DB - 8.7)
"""Of Kaiser's window."""
SHORTEST: Final = 8
"""Neighbours on each side."""
LANES: Final = 8
"""How many outputs `resample` makes side by side."""


def half_band(width: float) -> Floats:
    """Weights of the neighbours 1, 3, 5 … samples away, (reach,); the middle's is a half, all others' are zero.

    Args:
        width: from where the filter begins to fall to where it has, in cycles a sample, around a quarter.
    """
    # Of short filters the estimate is wrong, by up to a neighbour.
    reach = max(SHORTEST, math.ceil((n_taps(width) + 1) / 4) + 1)
    away = np.arange(1, 2 * reach, 2)
    weights = np.sinc(away / 2) * _window(away, 2 * reach)
    return np.asarray(weights / (4 * weights.sum()), np.float32)


def filter_bank(up: int, down: int, begin: float, end: float) -> Floats:
    """A filter for each of ``up`` outputs in a period of ``down`` samples, (up, taps).

    Their middle taps, taps / 2 - 1, are of the last samples that are not behind the outputs.

    Args:
        begin: where the filters begin to fall, in cycles a sample.
        end: from where on they let nothing pass.
    """
    half = -(-n_taps(end - begin) // 2)
    beyond = np.arange(up) * down % up / up
    away = np.arange(1 - half, half + 1) - beyond[:, None]
    filters = np.sinc((begin + end) * away) * _window(away, half)
    return np.asarray(filters / filters.sum(axis=1, keepdims=True), np.float32)


def side_by_side(filters: Floats, down: int) -> Floats:
    """Filters of `LANES` neighbouring outputs, by the samples that any of them looks at: (n_groups, width, LANES)."""
    up, taps = filters.shape
    phase = np.arange(up)
    first = phase * down // up
    later = first - first[phase // LANES * LANES]
    found = np.zeros((-(-up // LANES), int(later.max()) + taps, LANES), np.float32)
    at = later[:, None] + np.arange(taps)
    found[(phase // LANES)[:, None], at, (phase % LANES)[:, None]] = filters
    return found


def n_taps(width: float) -> int:
    """How many taps a filter needs that falls over so many cycles a sample."""
    return math.ceil((STOP_DB - 7.95) / (14.36 * width)) + 1


def _window(away: NDArray[np.float64] | NDArray[np.intp], half: int) -> NDArray[np.float64]:
    window: NDArray[np.float64] = np.i0(BETA * np.sqrt(np.maximum(0, 1 - (away / half) ** 2))) / np.i0(BETA)
    return window
