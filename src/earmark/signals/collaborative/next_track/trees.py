"""Boosted trees that put candidates in order, and the file they are kept in.

LambdaMART: gradients are swaps of two candidates, weighed by what the swap does to nDCG (Burges 2010), grown by
LightGBM (Ke et al. 2017).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from earmark.signals.collaborative.boosters import Boosted, GrowthConfig, lambdamart
from earmark.signals.collaborative.next_track.features import Floats
from earmark.threads import default_threads

FILE = "trees.txt"


class TreesConfig(GrowthConfig):
    """How trees are grown."""

    trees: int = Field(100, ge=1)
    """How many."""
    depth: int = Field(20, ge=1)
    """Places of the list that count."""


class Trees:
    """Scores for candidates, comparable within one list only."""

    def __init__(self, boosted: Boosted) -> None:
        self._boosted = boosted

    @property
    def features(self) -> tuple[str, ...]:
        """What the trees look at, in order."""
        return self._boosted.names

    @classmethod
    def grow(
        cls,
        features: Floats,
        chosen: NDArray[np.bool_],
        sizes: NDArray[np.integer],
        names: tuple[str, ...],
        config: TreesConfig,
        *,
        seed: int,
        threads: int | None = None,
    ) -> Trees:
        """Learn from lists of candidates; the number of threads changes no bit.

        Args:
            features: ``(n_candidates, n_features)``, one list after the other.
            chosen: ``(n_candidates,)``, which candidate was chosen, one in each list.
            sizes: ``(n_lists,)``.
            names: of the features.
            config: how.
            seed: of what is drawn in growing.
            threads: all processors by default.
        """
        import lightgbm

        parameters = lambdamart(config, depth=config.depth, seed=seed, threads=threads or default_threads())
        lists = lightgbm.Dataset(
            features,
            chosen.astype(np.int8),
            group=sizes,
            feature_name=list(names),
            params={"verbose": -1},
        )
        return cls(Boosted.of(lightgbm.train(parameters, lists, config.trees)))

    def score(self, features: Floats) -> Floats:
        """``(n_candidates,)``. On one thread: for one list, waking others takes longer than the work."""
        return self._boosted.score(features, threads=1).astype(np.float32)

    def save(self, folder: Path) -> None:
        """Write the trees; the same trees give the same bytes."""
        self._boosted.save(folder / FILE)

    @classmethod
    def load(cls, folder: Path) -> Trees:
        """Read what ``save`` wrote.

        Raises:
            NotLearnedError: the file is missing or damaged.
        """
        return cls(Boosted.load(folder / FILE))
