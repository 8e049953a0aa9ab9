"""How a pool is put in order: rank fusion over all of it, and trees over the best of that where they were learned."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from earmark.ranking.candidates import best_of_each
from earmark.ranking.features import Feature
from earmark.ranking.fusion import FUSED, Fusion, FusionConfig
from earmark.ranking.pools import Pools
from earmark.ranking.ranker import Ranker, RankerConfig
from earmark.ranking.signals import Floats
from earmark.signals.collaborative.arrays import damaged, load_array


class OrderConfig(BaseModel):
    """How candidates are put in order."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fusion: FusionConfig = FusionConfig()
    """Rank fusion."""
    ranker: RankerConfig = RankerConfig()
    """Trees."""


class Order:
    """A cascade: fusion scores every candidate; ``ranker``, if there is one, scores the best ``reranked`` anew."""

    def __init__(self, fusion: Fusion, ranker: Ranker | None = None, reranked: int = 1_000) -> None:
        self.fusion = fusion
        self.ranker = ranker
        self.reranked = reranked

    @classmethod
    def prior(cls, weights: Mapping[Feature, float]) -> Order:
        """The order before anything was learned about orders."""
        return cls(Fusion.prior(weights))

    def score(self, features: Floats, indptr: NDArray[np.int64]) -> Floats:
        """``(n_pairs,)`` scores, comparable within one row; ``indptr`` ``(n_rows + 1,)`` bounds the rows.

        The fused score is filled in among the features.
        """
        fused = self.fusion.score(features)
        features[:, Feature.FUSED] = fused
        if self.ranker is None or not len(fused):
            return fused
        best = best_of_each(indptr, fused, self.reranked)
        # Trees are faster on all candidates than the best ones could be gathered for them.
        learned = self.ranker.score(features)[best]
        sizes = np.diff(indptr)[np.diff(indptr) > 0]
        seen = np.minimum(sizes, self.reranked)
        # In each row, whatever the trees saw stands above whatever they did not.
        highest = np.maximum.reduceat(fused, np.cumsum(sizes) - sizes)
        lowest = np.minimum.reduceat(learned, np.cumsum(seen) - seen)
        scores = fused.copy()
        scores[best] = learned + np.repeat(highest - lowest + 1, seen)
        return scores

    def fit(self, pools: Pools, config: OrderConfig, *, seed: int) -> Order:
        """What is learned from pools, with the weights of this order's fusion as the prior.

        Args:
            pools: candidates and which of them were loved.
            config: how.
            seed: of the trees.
        """
        fusion = self.fusion.fit(pools, config.fusion)
        return Order(fusion, _ranker(pools, fusion, config.ranker, seed), config.ranker.reranked)

    def without_trees(self) -> Order:
        """Its rank fusion alone."""
        return Order(self.fusion)

    def save(self, folder: Path) -> None:
        """Write weights and trees."""
        folder.mkdir(parents=True, exist_ok=True)
        np.save(folder / "fusion.npy", self.fusion.weights)
        np.save(folder / "trees.npy", np.array([0 if self.ranker is None else self.ranker.trees]))
        if self.ranker is not None:
            self.ranker.save(folder)

    @classmethod
    def load(cls, folder: Path, config: OrderConfig) -> Order:
        """Read what ``save`` wrote.

        Raises:
            NotLearnedError: a file is missing or damaged.
        """
        weights, trees = load_array(folder, "fusion"), load_array(folder, "trees")
        if weights.shape != (FUSED,):
            error = ValueError(f"{weights.shape} weights, {FUSED} expected: another version learned them")
            raise damaged(folder / "fusion.npy", error)
        return cls(Fusion(weights), Ranker.load(folder) if trees.any() else None, config.ranker.reranked)


def _ranker(pools: Pools, fusion: Fusion, config: RankerConfig, seed: int) -> Ranker | None:
    taught = pools.best(fusion.score(pools.features), config.taught).teaching()
    taught.features[:, Feature.FUSED] = fusion.score(taught.features)
    return Ranker.fit(taught, config, seed=seed)
