"""Boosted trees: the sum of their leaves for many rows at once.

A tree is told as it grew: it begins with one leaf, 0, and split i moves the rows of one leaf so far whose feature is
above a threshold to leaf i + 1. Any leaf so far may be split, so every such list is a tree. Replaying splits on rows
side by side needs one comparison a split and neither branches nor look-ups, where walking from node to node, a row at a
time, waits for memory and mispredicts; thresholds become places among all thresholds of their feature, one byte each,
as for QuickScorer (Lucchese et al. 2015, "QuickScorer: a fast algorithm to rank documents with additive ensembles of
regression trees") and its successors.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from earmark.kernels import _core
from earmark.kernels.sparse import checked_ids
from earmark.threads import over_blocks

ROWS_PER_BLOCK = 16_384
MOST_LEAVES = 256
"""Of a tree: leaves are counted in bytes."""
MOST_CUTS = 255
"""Different thresholds of a feature: places among them are bytes too."""
TYPES: Final[dict[str, type[np.generic]]] = {
    "starts": np.int64,
    "leaves": np.uint8,
    "features": np.int32,
    "thresholds": np.float32,
    "values": np.float64,
}
"""Of the arrays of `Trees`."""


@dataclass(frozen=True, eq=False)
class Trees:
    """Trees as lists of splits, one tree after the other, and the values of their leaves.

    Raises:
        ValueError: the arrays do not tell of trees, or of trees too large for bytes.
    """

    starts: NDArray[np.int64]
    """(n_trees + 1,), where the splits of each tree begin and the last tree's end."""
    leaves: NDArray[np.uint8]
    """(n_splits,), the leaf that is split: at most i for split i of a tree."""
    features: NDArray[np.int32]
    """(n_splits,), the feature that is looked at."""
    thresholds: NDArray[np.float32]
    """(n_splits,); rows above it move to the new leaf, i + 1 for split i of a tree."""
    values: NDArray[np.float64]
    """(n_splits + n_trees,), what the leaves of each tree add, by number."""
    n_features: int
    """How many features a row has."""
    _cuts: tuple[NDArray[np.int8], NDArray[np.int64], NDArray[np.float32]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        for name, dtype in TYPES.items():
            array = getattr(self, name)
            if array.ndim != 1 or array.dtype != dtype:
                raise ValueError(
                    f"trees: {name}: expected one dimension of {np.dtype(dtype)}, got {array!r}."
                )
        n_splits, sizes = len(self.leaves), np.diff(self.starts)
        if not (
            len(self.starts) and self.starts[0] == 0 and self.starts[-1] == n_splits and (sizes >= 0).all()
        ):
            raise ValueError(f"trees: starts do not divide {n_splits} splits.")
        lengths = (len(self.features), len(self.thresholds), len(self.values))
        if lengths != (n_splits, n_splits, n_splits + len(self)):
            raise ValueError(
                f"trees: {lengths} features, thresholds and values do not fit {len(self)} trees of {n_splits} splits."
            )
        if (sizes >= MOST_LEAVES).any():
            raise ValueError(f"trees: a tree has more than {MOST_LEAVES} leaves.")
        if (self.leaves > np.arange(n_splits) - np.repeat(self.starts[:-1], sizes)).any():
            raise ValueError("trees: a leaf is split before there is one.")
        if not (np.isfinite(self.thresholds).all() and np.isfinite(self.values).all()):
            raise ValueError("trees: thresholds and values must be finite.")
        checked_ids(self.features, self.n_features, "trees: features")
        object.__setattr__(self, "_cuts", self._found_cuts())

    def __len__(self) -> int:
        return len(self.starts) - 1

    def _found_cuts(self) -> tuple[NDArray[np.int8], NDArray[np.int64], NDArray[np.float32]]:
        """Each split's place among the cuts of its feature, less 128; where each feature's cuts begin; all cuts.

        The cuts of a feature are its different thresholds, ascending.
        """
        ranks = np.empty(len(self.leaves), np.int8)
        starts, cuts = np.zeros(self.n_features + 1, np.int64), [np.empty(0, np.float32)]
        for feature in range(self.n_features):
            own = self.features == feature
            different, places = np.unique(self.thresholds[own], return_inverse=True)
            if len(different) > MOST_CUTS:
                raise ValueError(
                    f"trees: feature {feature} has {len(different)} thresholds, more than {MOST_CUTS}."
                )
            ranks[own] = places - 128
            starts[feature + 1] = starts[feature] + len(different)
            cuts.append(different)
        return ranks, starts, np.concatenate(cuts)


def score_trees(
    trees: Trees, features: NDArray[np.float32], *, threads: int | None = None
) -> NDArray[np.float64]:
    """For each row the sum over trees, in their order, of the values of its leaves: ``(n_rows,)`` float64.

    Args:
        trees: the trees.
        features: (n_rows, n_features) float32.
        threads: as for `over_blocks`; it does not change the result.

    Raises:
        ValueError: the features are of another shape or type, or one that a tree looks at is not a number.
    """
    if features.dtype != np.float32:
        raise ValueError(f"expected float32 features, got {features.dtype}.")
    if features.ndim != 2 or features.shape[1] != trees.n_features:
        raise ValueError(f"expected rows of {trees.n_features} features, got {features.shape}.")
    scores = np.empty(len(features), np.float64)
    ranks, cut_starts, cuts = trees._cuts

    def block(start: int, stop: int) -> None:
        # A block's features, feature by feature, stay in a near cache however the whole lies in memory.
        columns = np.ascontiguousarray(features[start:stop].T)
        _core.score_trees(
            stop - start, trees.n_features, len(trees), trees.starts, trees.leaves, trees.features,
            ranks, trees.values, cut_starts, cuts, columns, scores[start:stop],
        )  # fmt: skip

    over_blocks(block, len(scores), ROWS_PER_BLOCK, threads)
    if len(unknown := np.flatnonzero(np.isnan(scores))):
        raise ValueError(f"features: row {unknown[0]} holds what is not a number (NaN).")
    return scores
