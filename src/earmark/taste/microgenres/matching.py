"""Which micro-genres of a build are those of the last one: matched by their artists.

Method: the assignment that keeps most artists together (Kuhn 1955), of pairs that share enough of them.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def matched(
    place: NDArray[np.integer], place_before: NDArray[np.integer], n: int, n_before: int, alike: float
) -> dict[int, int]:
    """The cluster of the last build that each cluster continues, for those that continue one.

    Args:
        place: the cluster of each artist known to both builds, −1 for none; ``(n_shared,)``.
        place_before: the same in the last build.
        n, n_before: how many clusters there are in each.
        alike: least share of artists in both among those in either.
    """
    from scipy.optimize import linear_sum_assignment

    both = (place >= 0) & (place_before >= 0)
    together = np.zeros((n, n_before))
    np.add.at(together, (place[both], place_before[both]), 1)
    either = (
        np.bincount(place[place >= 0], minlength=n)[:, None]
        + np.bincount(place_before[place_before >= 0], minlength=n_before)
        - together
    )
    share = together / np.maximum(either, 1)
    pairs = zip(*linear_sum_assignment(-share), strict=True)
    return {int(now): int(then) for now, then in pairs if share[now, then] >= alike}


def rows_of(artists: NDArray[np.integer], among: NDArray[np.integer]) -> NDArray[np.intp]:
    """Where each of ``artists`` stands ``among`` others (record ids, each once); −1 for those who do not."""
    if not len(among):
        return np.full(len(artists), -1)
    order = np.argsort(among, kind="stable")
    row = order[np.minimum(np.searchsorted(among, artists, sorter=order), len(among) - 1)]
    return np.where(among[row] == artists, row, -1)
