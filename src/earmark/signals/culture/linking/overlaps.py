"""Of names that share a word, which stays: the longest, then the first."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]


def without_overlaps(
    begins: Ints, ends: Ints, weights: NDArray[np.float64] | None = None
) -> NDArray[np.bool_]:
    """Which stretches stay, when the heaviest of those that overlap are taken first.

    Args:
        begins: ``(n,)``, ascending; of stretches that begin together the longest comes first.
        ends: ``(n,)``, each above its ``begins``.
        weights: ``(n,)``, by default the stretches' lengths. Of two that weigh the same the first is taken.
    """
    n = len(begins)
    if n < 2:
        return np.ones(n, np.bool_)
    reached = np.maximum.accumulate(ends)
    fresh = np.concatenate([[True], begins[1:] >= reached[:-1]])
    firsts = np.flatnonzero(fresh)
    sizes = np.diff(np.append(firsts, n))
    heavy = (ends - begins).astype(np.float64) if weights is None else weights
    kept = fresh.copy()
    kept[firsts[sizes > 1]] = False
    for first, size in zip(firsts[sizes > 1].tolist(), sizes[sizes > 1].tolist(), strict=True):
        group = range(first, first + size)
        taken: list[tuple[int, int]] = []
        spans = list(
            zip(begins[first : first + size].tolist(), ends[first : first + size].tolist(), strict=True)
        )
        weigh = heavy[first : first + size].tolist()
        for at in sorted(range(size), key=lambda place: -weigh[place]):
            begin, end = spans[at]
            if all(end <= other or begin >= last for other, last in taken):
                taken.append((begin, end))
                kept[group[at]] = True
    return kept
