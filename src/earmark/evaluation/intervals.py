"""How far chance alone moves a mean over listeners: seeded percentile bootstrap (Efron 1979).

Listeners are drawn with replacement; the interval spans the middle of the means so drawn. Two systems are
compared on the same draws (paired), which takes out how hard a listener is to please.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

_DRAWN_AT_ONCE: Final = 4_000_000


@dataclass(frozen=True)
class Interval:
    """A mean and the bounds that hold it at the asked-for level; all NaN if nobody has a value."""

    mean: float
    low: float
    high: float

    def excludes_zero(self) -> bool:
        """Whether a difference is more than chance would bring about."""
        return self.low > 0 or self.high < 0


def mean_interval(
    values: NDArray[np.floating], *, level: float = 0.95, draws: int = 2_000, seed: int = 0
) -> Interval:
    """Bootstrap interval of the mean of one value a listener, ``(n_listeners,)``; NaN values are left out."""
    known = np.asarray(values, np.float64)
    known = known[~np.isnan(known)]
    if not len(known):
        return Interval(float("nan"), float("nan"), float("nan"))
    generator = np.random.default_rng(seed)
    means = np.empty(draws)
    at_once = max(1, _DRAWN_AT_ONCE // len(known))
    for first in range(0, draws, at_once):
        size = min(at_once, draws - first)
        means[first : first + size] = known[generator.integers(0, len(known), (size, len(known)))].mean(1)
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    return Interval(float(known.mean()), float(low), float(high))


def paired_difference_interval(
    ours: NDArray[np.floating],
    theirs: NDArray[np.floating],
    *,
    level: float = 0.95,
    draws: int = 2_000,
    seed: int = 0,
) -> Interval:
    """Bootstrap interval of the mean of ``ours − theirs`` over listeners with a value in both.

    Raises:
        ValueError: the two do not speak of the same number of listeners.
    """
    if len(ours) != len(theirs):
        raise ValueError(
            f"{len(ours)} values against {len(theirs)}: a paired comparison needs the same listeners."
        )
    difference = np.asarray(ours, np.float64) - np.asarray(theirs, np.float64)
    return mean_interval(difference, level=level, draws=draws, seed=seed)
