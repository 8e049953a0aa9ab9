"""Weighted draws from many groups at once, each draw one binary search."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Places = npt.NDArray[np.int32]
"""Tracks, as places in the catalogue."""

_BELOW_ONE = 1.0 - 1e-9
"""Keeps ``group + u`` below ``group + 1`` after rounding, for thousands of groups."""


class GroupedDraw:
    """Draws members of a group in proportion to their weights.

    Method: inverse transform sampling with all groups in one array. Group ``g`` owns the stretch from g to
    g + 1 of a single ascending array, so drawing from any mixture of groups is one ``searchsorted``.
    """

    def __init__(self, groups: npt.NDArray[np.integer], weights: Floats, n_groups: int) -> None:
        """Prepare the table.

        Args:
            groups: group of each member, ``(n_members,)``; every group has at least one.
            weights: weight of each member, positive, ``(n_members,)``.
            n_groups: how many groups there are.
        """
        order = np.argsort(groups, kind="stable")
        sizes = np.bincount(groups, minlength=n_groups)
        last = np.cumsum(sizes) - 1
        running = np.cumsum(weights[order])
        before = np.concatenate(([0.0], running[last[:-1]]))
        self._upper = (running - np.repeat(before, sizes)) / np.repeat(running[last] - before, sizes)
        self._upper += np.repeat(np.arange(n_groups, dtype=np.float64), sizes)
        self._upper[last] = np.arange(1, n_groups + 1)
        self._members: Places = order.astype(np.int32)

    def __call__(self, groups: npt.NDArray[np.integer], uniform: Floats) -> Places:
        """One member for each group named, ``uniform`` being in [0, 1)."""
        found = self._upper.searchsorted(groups + uniform * _BELOW_ONE, side="right")
        members: Places = self._members[found]
        return members


def roots(parents: Ints) -> Ints:
    """Follow each element's parent to the end; an element that is its own parent is a root.

    Pointer jumping: each pass doubles the distance covered, so n elements take log2(n) + 1 at most.
    """
    while True:
        further = parents[parents]
        if np.array_equal(further, parents):
            return parents
        parents = further


def held(values: npt.NDArray[np.generic], keep: npt.NDArray[np.bool_]) -> Ints:
    """Index of the latest element at or before each place where ``keep`` is false (or the first element)."""
    return np.maximum.accumulate(np.where(keep, 0, np.arange(len(values))))
