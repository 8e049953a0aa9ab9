"""A learned order of candidates: LambdaMART over what is known about them.

Boosted trees whose gradients are swaps of two candidates weighed by what the swap does to nDCG (Burges 2010, "From
RankNet to LambdaRank to LambdaMART"), as LightGBM grows them (Ke et al. 2017). Fusion orders the whole pool first; the
trees put the best of it into a better order, where there was enough to learn one from.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from pydantic import Field

from earmark.ranking.features import Feature
from earmark.ranking.pools import Pools
from earmark.ranking.signals import Floats
from earmark.signals.collaborative.boosters import Boosted, GrowthConfig, lambdamart
from earmark.threads import default_threads

FILE = "ranker.txt"
JUDGED = 100
"""Places of a list that count."""
VALIDATED = 5
"""One list in so many says how many trees are enough."""
PAIRS_PER_THREAD = 50_000
"""With fewer candidates to a thread, threads spend more time waiting for each other than working."""


class RankerConfig(GrowthConfig):
    """How trees are grown, and from how much."""

    reranked: int = Field(1_000, ge=30, le=10_000)
    """So many of the best of the fused order are put into the learned order."""
    taught: int = Field(500, ge=30, le=10_000)
    """So many of the best of the fused order of each list are learned from."""
    least_lists: int = Field(100, ge=2)
    """With fewer lists that hold something loved no trees are grown, and rank fusion has the last word."""
    trees: int = Field(200, ge=1)
    """Trees at most; fewer where held-out lists say that more do not help."""
    patience: int = Field(15, ge=1)
    """Growing stops when so many trees in a row have not helped lists that were held out."""


class Ranker:
    """Trees that score candidates; scores are comparable within one list only."""

    def __init__(self, boosted: Boosted) -> None:
        self._boosted = boosted

    @property
    def trees(self) -> int:
        """How many trees there are."""
        return len(self._boosted.trees)

    @classmethod
    def fit(cls, pools: Pools, config: RankerConfig, *, seed: int) -> Ranker | None:
        """Learn from lists of candidates that each hold something loved; None where they are too few.

        Args:
            pools: the lists.
            config: how trees are grown.
            seed: which lists are held out, and all that is drawn in growing.
        """
        import lightgbm

        if len(pools) < config.least_lists:
            return None
        judged = np.random.default_rng(seed).permutation(len(pools)) % VALIDATED == 0
        growing, judging = _dataset(pools.take(~judged)), _dataset(pools.take(judged))
        judging.reference = growing
        parameters = _parameters(config, len(pools.songs), seed)
        stop = lightgbm.early_stopping(config.patience, verbose=False)
        booster = lightgbm.train(parameters, growing, config.trees, valid_sets=[judging], callbacks=[stop])
        # Without the trees grown while patience lasted.
        return cls(Boosted.of(booster))

    def score(self, features: Floats, *, threads: int | None = None) -> Floats:
        """``(n_pairs,)`` float32; the number of threads changes no bit."""
        corrections = self._boosted.score(features, threads=threads).astype(np.float32)
        return features[:, Feature.FUSED] + corrections

    def gains(self) -> dict[Feature, float]:
        """Share of the trees' gain that each feature brought."""
        gain = self._boosted.gains
        return {
            feature: float(share)
            for feature, share in zip(Feature, gain / max(gain.sum(), 1e-12), strict=True)
        }

    def save(self, folder: Path) -> None:
        """Write the trees; the same trees give the same bytes."""
        self._boosted.save(folder / FILE)

    @classmethod
    def load(cls, folder: Path) -> Ranker:
        """Read what ``save`` wrote.

        Raises:
            NotLearnedError: the file is missing or damaged.
        """
        return cls(Boosted.load(folder / FILE))


def _dataset(pools: Pools) -> Any:
    import lightgbm

    return lightgbm.Dataset(
        pools.features,
        pools.loved.astype(np.int8),
        group=pools.sizes,
        # Trees correct what fusion says: little data makes small corrections, where a blank start would have to learn
        # again what fusion knows.
        init_score=pools.features[:, Feature.FUSED].astype(np.float64),
        feature_name=[feature.name.lower() for feature in Feature],
        # As good as four times as many, and grown faster.
        params={"max_bin": 63, "verbose": -1},
    )


def _threads_for(n_pairs: int) -> int:
    return min(default_threads(), 1 + n_pairs // PAIRS_PER_THREAD)


def _parameters(config: RankerConfig, n_pairs: int, seed: int) -> dict[str, Any]:
    growth = lambdamart(config, depth=JUDGED, seed=seed, threads=_threads_for(n_pairs))
    return growth | {"metric": "ndcg", "eval_at": [JUDGED]}
