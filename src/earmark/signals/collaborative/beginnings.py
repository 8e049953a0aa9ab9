"""Where vectors begin before anything is learned: at random, but each by what it is a vector of.

Drawn in the order of columns, all vectors would begin elsewhere once a single song goes, and end elsewhere too: the
mixes of everybody would change because one listener left a song out. So each is drawn from a key that stays.
Method: SplitMix64 (Steele, Lea & Flood 2014, "Fast splittable pseudorandom number generators").
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

GAMMA: Final = np.uint64(0x9E3779B97F4A7C15)
REACH: Final = np.float32(0.01)
"""First entries are below this."""
ROWS_AT_ONCE: Final = 65_536


def beginnings(keys: NDArray[np.uint64], n_factors: int, seed: int) -> NDArray[np.float32]:
    """A first vector for each key, ``(len(keys), n_factors)`` float32 from 0 to `REACH`; the same key, the same vector.

    Args:
        keys: ``(n,)``, whatever tells one from the others.
        n_factors: length of a vector.
        seed: another one gives other vectors.
    """
    steps = np.arange(1, n_factors + 1, dtype=np.uint64) * GAMMA
    begun = _mixed(_mixed(np.array([seed + 1], np.uint64) * GAMMA) ^ keys)
    found = np.empty((len(keys), n_factors), np.float32)
    for start in range(0, len(keys), ROWS_AT_ONCE):
        some = slice(start, start + ROWS_AT_ONCE)
        bits = _mixed(begun[some, None] + steps)
        found[some] = (bits >> np.uint64(40)).astype(np.float32) * np.float32(REACH / (1 << 24))
    return found


def _mixed(state: NDArray[np.uint64]) -> NDArray[np.uint64]:
    mixed = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
