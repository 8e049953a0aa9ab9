"""Boosted trees that put lists in order: how LightGBM (Ke et al. 2017) grows them, and what is kept of them.

LambdaMART: gradients are swaps of two candidates, weighed by what the swap does to nDCG (Burges 2010). LightGBM is
needed for growing alone: grown trees become `Boosted`, whose scores are, bit for bit, those that LightGBM predicts.

The file holds the trees as JSON, below its SHA-256, so that no other trees are taken for those that were learned.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import msgspec
import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from earmark.kernels.tree_files import read_trees, write_trees
from earmark.kernels.trees import MOST_LEAVES, Trees, score_trees
from earmark.signals.collaborative.arrays import damaged

if TYPE_CHECKING:
    from lightgbm import Booster


class GrowthConfig(BaseModel):
    """How each tree is grown."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    leaves: int = Field(15, ge=2, le=MOST_LEAVES)
    """Leaves of a tree."""
    learning_rate: float = Field(0.1, gt=0, le=1)
    """How much each tree adds."""
    least_in_leaf: int = Field(100, ge=1)
    """Candidates that a leaf stands for at least."""
    ridge: float = Field(10.0, ge=0)
    """Pull of each leaf's value towards zero."""


def lambdamart(config: GrowthConfig, *, depth: int, seed: int, threads: int) -> dict[str, Any]:
    """LightGBM's parameters; places of a list below ``depth`` do not count, and threads change no tree."""
    return {
        "objective": "lambdarank",
        "lambdarank_truncation_level": depth,
        "num_leaves": config.leaves,
        "learning_rate": config.learning_rate,
        "min_data_in_leaf": config.least_in_leaf,
        "lambda_l2": config.ridge,
        "feature_fraction": 0.7,
        "seed": seed,
        "deterministic": True,
        "force_row_wise": True,
        "num_threads": threads,
        "verbose": -1,
    }


@dataclass(frozen=True, eq=False)
class Boosted:
    """Grown trees."""

    trees: Trees
    names: tuple[str, ...]
    """Of the features that the trees look at, in order."""
    gains: NDArray[np.float64]
    """``(n_features,)``, by how much splits by each feature lessened the loss."""

    @classmethod
    def of(cls, booster: Booster) -> Self:
        """What LightGBM grew, up to the best tree where it looked for one.

        Raises:
            ValueError: a split does more than compare a number that is known with a threshold.
        """
        model = booster.dump_model()
        grown = [_Tree.of(tree["tree_structure"]) for tree in model["tree_info"]]
        splits = [split for tree in grown for split in tree.splits]
        trees = Trees(
            np.cumsum([0, *(len(tree.splits) for tree in grown)]),
            np.array([leaf for leaf, _, _ in splits], np.uint8),
            np.array([feature for _, feature, _ in splits], np.int32),
            _for_floats(np.array([threshold for _, _, threshold in splits], np.float64)),
            np.array([value for tree in grown for value in tree.values], np.float64),
            len(model["feature_names"]),
        )
        return cls(trees, tuple(model["feature_names"]), booster.feature_importance("gain"))

    def score(self, features: NDArray[np.float32], *, threads: int | None = None) -> NDArray[np.float64]:
        """As `score_trees`."""
        return score_trees(self.trees, features, threads=threads)

    def save(self, path: Path) -> None:
        """Write the trees; the same trees give the same bytes."""
        path.write_bytes(write_trees(self.trees, self.names, self.gains.tolist()))

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what ``save`` wrote.

        Raises:
            NotLearnedError: the file is missing or damaged.
        """
        try:
            file = read_trees(path.read_bytes())
            trees = file.trees
        except (OSError, ValueError, OverflowError, msgspec.DecodeError) as error:
            raise damaged(path, error) from error
        return cls(trees, tuple(file.names), np.array(file.gains, np.float64))


_INFINITE = np.float32(np.inf)
_AS_GOOD_AS_ZERO = np.float32(1e-35)


@dataclass(frozen=True)
class _Tree:
    """A tree of LightGBM's."""

    splits: list[tuple[int, int, float]]
    """Leaf, feature and threshold of each split, in the order of growing."""
    values: list[float]
    """Of the leaves."""

    @classmethod
    def of(cls, root: dict[str, Any]) -> Self:
        nodes = list(_nodes(root))
        splits = {node["split_index"]: node for node in nodes if "split_index" in node}
        values = {_first_leaf(node): node["leaf_value"] for node in nodes if "leaf_value" in node}
        for at, node in splits.items():
            if (node["decision_type"], node["missing_type"]) != ("<=", "None"):
                raise ValueError(
                    f"split {at} compares by {node['decision_type']!r}, with missing values told "
                    f"as {node['missing_type']!r}: only numbers without missing values are understood."
                )
            if _first_leaf(node["right_child"]) != at + 1:
                raise ValueError(f"split {at} makes leaf {_first_leaf(node['right_child'])}, not {at + 1}.")
        return cls(
            [
                (_first_leaf(splits[at]), splits[at]["split_feature"], splits[at]["threshold"])
                for at in range(len(splits))
            ],
            [values[leaf] for leaf in range(len(values))],
        )


def _nodes(root: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """A node and all below it."""
    waiting = [root]
    while waiting:
        yield (node := waiting.pop())
        waiting.extend(node[side] for side in ("left_child", "right_child") if side in node)


def _first_leaf(node: dict[str, Any]) -> int:
    """The leaf that the node was before it was split: what stays on the left keeps its number, what moves is new."""
    while "left_child" in node:
        node = node["left_child"]
    # A tree of one leaf gives it no number.
    return int(node.get("leaf_index", 0))


def _for_floats(thresholds: NDArray[np.float64]) -> NDArray[np.float32]:
    """Thresholds that every float32 is above, or not, as LightGBM says: it takes what is as good as zero for zero."""
    nearest = thresholds.astype(np.float32)
    not_above = np.where(nearest > thresholds, np.nextafter(nearest, -_INFINITE), nearest)
    of_zero = np.where(thresholds < 0, np.nextafter(-_AS_GOOD_AS_ZERO, -_INFINITE), _AS_GOOD_AS_ZERO)
    return np.where(np.abs(thresholds) <= _AS_GOOD_AS_ZERO, of_zero, not_above)
