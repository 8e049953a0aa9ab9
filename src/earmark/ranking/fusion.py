"""Rank fusion: weights on places in lists and on bonds with artists, by a conditional logit over each row's candidates.

Within one row's pool, P(song) = exp(w·x) / Σ exp(w·x'); the weights maximise the likelihood of the songs that
listeners came to love after a cut in time (or that stood further down a playlist), drawn by a ridge towards
prior weights, so that little data moves them little (McFadden 1974; as a ranking loss it is ListNet's with
binary gains, Cao et al. 2007). A weight on the logarithm of a place is what reciprocal-rank fusion (Cormack
et al. 2009) has for each list, but learned.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from earmark.ranking.features import ARTIST_FEATURES, SOFTENING, TOGETHER_FEATURES, Feature
from earmark.ranking.pools import Pools
from earmark.ranking.signals import Floats

LISTENERS: Mapping[Feature, float] = {
    Feature.ARTIST_PLAYS: 0.07,
    Feature.ARTIST_NOW: 0.12,
    Feature.ARTIST_BREADTH: 0.11,
    Feature.ARTIST_KNOWN: 0.12,
    Feature.ARTIST_LEFT: 0.02,
    Feature.ARTIST_SKIPS: 0.09,
    Feature.LISTENERS: 0.5,
    Feature.PLAYLISTS: -0.01,
    Feature.NEIGHBOURS: 0.12,
    Feature.NEIGHBOURS_LATELY: 0.16,
    Feature.FACTORS: 0.19,
    Feature.LIKE_MINDED: 0.19,
    Feature.WORDS: 0.0,
    Feature.ARTISTS_ALIKE: -0.06,
    Feature.SOUNDS: 0.3,
    Feature.NEW_ARTIST: 1.2,
    Feature.RISING: 0.15,
}
"""Weights before any evidence, for what listeners find later; measured on validation cuts of real listening, that of
new artists, of whom nothing was heard there, in made worlds. That of who is rising is given: a doubled share of what is
said is worth as much as a place six further up in the list by factors."""

PLAYLISTS: Mapping[Feature, float] = {
    Feature.ARTIST_PLAYS: 0.33,
    Feature.ARTIST_NOW: 0.54,
    Feature.ARTIST_BREADTH: 0.43,
    Feature.ARTIST_KNOWN: 0.38,
    Feature.ARTIST_LEFT: -0.13,
    Feature.ARTIST_SKIPS: 0.0,
    Feature.LISTENERS: -0.13,
    Feature.PLAYLISTS: 0.11,
    Feature.NEIGHBOURS: 0.04,
    Feature.NEIGHBOURS_LATELY: -0.12,
    Feature.FACTORS: 0.78,
    Feature.LIKE_MINDED: 0.31,
    Feature.WORDS: 0.07,
    Feature.ARTISTS_ALIKE: -0.08,
    Feature.SOUNDS: 0.3,
    Feature.NEW_ARTIST: 1.2,
    Feature.RISING: 0.15,
}
"""The same for what stands further down a playlist."""

FUSED = len(LISTENERS)
"""The first so many features are fused; the others are for trees."""
PAIRS_AT_ONCE = 16_384
"""Few enough to stay near the processor while all features are added up."""


class FusionConfig(BaseModel):
    """How the weights are learned."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ridge: float = Field(100.0, gt=0)
    """How strongly the prior holds: a step of one standard deviation away from it costs so much
    log-likelihood."""
    least_hits: int = Field(20, ge=1)
    """With fewer songs to learn from than this, the prior is used as it is."""
    most_lists: int = Field(400, ge=1)
    """Of more lists than this, so many or a few less are learned from, evenly chosen."""


class Fusion:
    """Weights over the first features, ``(FUSED,)``; ``learned_from`` is how many later-loved songs moved them."""

    def __init__(self, weights: NDArray[np.float64], learned_from: int = 0) -> None:
        self.weights = np.asarray(weights, np.float64)
        self.learned_from = learned_from

    @classmethod
    def prior(cls, weights: Mapping[Feature, float]) -> Fusion:
        """Weights before any evidence."""
        return cls(np.array([weights[Feature(at)] for at in range(FUSED)]))

    def score(self, features: Floats) -> Floats:
        """``(n_pairs,)`` scores, comparable within one row; each pair's is the same among whichever others."""
        scores = np.zeros(len(features), np.float32)
        # A product of matrices would add up in another order at the edges of its blocks.
        for start in range(0, len(scores), PAIRS_AT_ONCE):
            some = slice(start, start + PAIRS_AT_ONCE)
            for at, weight in enumerate(self.weights.astype(np.float32)):
                scores[some] += features[some, at] * weight
        return scores

    def parts(self, features: Floats, depth: int) -> tuple[Floats, Floats]:
        """How much of each score is the bond with the artist, and how much songs played together.

        Each is counted from a song without that signal (an unknown artist; a place below ``depth``), never
        under 0.
        """
        weights = self.weights.astype(np.float32)
        bond = features[:, ARTIST_FEATURES] @ weights[ARTIST_FEATURES]
        floor = -np.log(np.float32(depth + SOFTENING))
        together = (features[:, TOGETHER_FEATURES] - floor) @ weights[TOGETHER_FEATURES]
        return np.maximum(bond, 0), np.maximum(together, 0)

    def fit(self, pools: Pools, config: FusionConfig) -> Fusion:
        """What is learned from pools, starting from these weights as the prior; these, where there is too little."""
        pools = pools.teaching()
        if pools.loved.sum() < config.least_hits:
            return self
        # Imported here, so that reading settings does not pay for it.
        from scipy.optimize import minimize

        # Few weights are known well from a few hundred lists; all of them would only take longer.
        taught = pools.take(np.arange(len(pools)) % -(-len(pools) // config.most_lists) == 0)
        known = taught.features[:, :FUSED]
        # Features brought to one scale: the search takes a fraction of the steps.
        scale = known.std(axis=0, dtype=np.float64) + 1e-6
        loss = penalised_loss(known / scale, taught.sizes, taught.loved, self.weights * scale, config.ridge)
        best = minimize(loss, self.weights * scale, jac=True, method="L-BFGS-B").x / scale
        return Fusion(best, int(taught.loved.sum()))


def penalised_loss(
    features: Floats,
    sizes: NDArray[np.integer],
    loved: NDArray[np.bool_],
    prior: NDArray[np.float64],
    ridge: float,
) -> Callable[[NDArray[np.float64]], tuple[float, NDArray[np.float64]]]:
    """What `Fusion.fit` minimises: weights to (loss, slope).

    Args:
        features: ``(n_pairs, n_weights)``, one listener's pairs after the other's.
        sizes: ``(n_rows,)``, pairs of each.
        loved: ``(n_pairs,)``; everyone loves at least one.
        prior: ``(n_weights,)`` weights.
        ridge: cost of a step of one standard deviation of a feature away from the prior.
    """
    x = features.astype(np.float64)
    scale = x.std(axis=0) + 1e-6
    starts = np.cumsum(sizes) - sizes
    hits = np.add.reduceat(loved, starts, dtype=np.int64)
    # Every listener has one voice, however much they found: so are they counted in the mean that judges us.
    target = loved / np.repeat(hits, sizes)

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        score = x @ weights
        peak = np.maximum.reduceat(score, starts)
        spread = np.exp(score - np.repeat(peak, sizes))
        mass = np.add.reduceat(spread, starts)
        unlikely = (peak + np.log(mass)).sum() - (target * score).sum()
        away = (weights - prior) * scale
        slope = x.T @ (spread / np.repeat(mass, sizes) - target)
        return unlikely + ridge * (away**2).sum(), slope + 2 * ridge * away * scale

    return loss
