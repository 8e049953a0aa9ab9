"""The weights that fuse the signals: a conditional logit over each listener's candidates.

Within one listener's pool, P(song) = exp(w·x) / Σ exp(w·x'); the weights maximise the likelihood of the
songs that listeners came to love after a cut in time, drawn by a ridge towards prior weights, so that little
data moves them little (McFadden 1974; as a ranking loss it is ListNet's with binary gains, Cao et al. 2007).
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field
from scipy.optimize import minimize

from earmark.ranking.features import (
    ARTIST_FEATURES,
    COLLABORATIVE_FEATURES,
    SOFTENING,
    Feature,
    Floats,
)

PRIOR: dict[Feature, float] = {
    Feature.ARTIST_PLAYS: 0.08,
    Feature.ARTIST_NOW: 0.15,
    Feature.ARTIST_BREADTH: 0.12,
    Feature.ARTIST_KNOWN: 0.17,
    Feature.ARTIST_LEFT: 0.02,
    Feature.ARTIST_SKIPS: 0.11,
    Feature.LISTENERS: 0.3,
    Feature.PLAYLISTS: -0.05,
    Feature.NEIGHBOURS: 0.29,
    Feature.FACTORS: 0.19,
}
"""Weights before any evidence; measured on validation cuts of a household's listening."""


class BlendConfig(BaseModel):
    """How the weights are learned."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ridge: float = Field(30.0, gt=0)
    """How strongly the prior holds: a step of one standard deviation away from it costs so much
    log-likelihood."""
    least_hits: int = Field(20, ge=1)
    """With fewer songs to learn from than this, the prior is used as it is."""


class Blend:
    """Weights over `Feature`, ``(10,)``; ``learned_from`` is how many later-loved songs moved them."""

    def __init__(self, weights: NDArray[np.float64] | None = None, learned_from: int = 0) -> None:
        prior = np.array([PRIOR[feature] for feature in Feature])
        self.weights = prior if weights is None else np.asarray(weights, np.float64)
        self.learned_from = learned_from

    def score(self, features: Floats) -> Floats:
        """``(n_pairs,)`` scores, comparable within one listener."""
        return features @ self.weights.astype(np.float32)

    def parts(self, features: Floats, depth: int) -> tuple[Floats, Floats]:
        """How much of each score is the bond with the artist, and how much songs played together.

        Each is counted from a song without that signal (an unknown artist; a place below ``depth``), never
        under 0.
        """
        weights = self.weights.astype(np.float32)
        bond = features[:, ARTIST_FEATURES] @ weights[ARTIST_FEATURES]
        floor = -np.log(np.float32(depth + SOFTENING))
        together = (features[:, COLLABORATIVE_FEATURES] - floor) @ weights[COLLABORATIVE_FEATURES]
        return np.maximum(bond, 0), np.maximum(together, 0)

    @classmethod
    def fit(
        cls, features: Floats, indptr: NDArray[np.int64], loved: NDArray[np.bool_], config: BlendConfig
    ) -> Blend:
        """Learn from pools of candidates.

        Args:
            features: ``(n_pairs, 10)``.
            indptr: ``(n_listeners + 1,)``, bounds of each listener's pairs.
            loved: ``(n_pairs,)``, whether the listener came to love the song after the cut.
            config: ridge and the least number of loved songs.
        """
        pairs = np.diff(indptr)
        rows = np.repeat(np.arange(len(pairs)), pairs)
        teaching = np.bincount(rows[loved], minlength=len(pairs)) > 0
        hits = int(loved.sum())
        if hits < config.least_hits:
            return cls()
        used = teaching[rows]
        prior = cls().weights
        loss = penalised_loss(features[used], pairs[teaching], loved[used], prior, config.ridge)
        return cls(minimize(loss, prior, jac=True, method="L-BFGS-B").x, hits)


def penalised_loss(
    features: Floats,
    sizes: NDArray[np.integer],
    loved: NDArray[np.bool_],
    prior: NDArray[np.float64],
    ridge: float,
) -> Callable[[NDArray[np.float64]], tuple[float, NDArray[np.float64]]]:
    """What `Blend.fit` minimises: weights to (loss, slope).

    Args:
        features: ``(n_pairs, 10)``, one listener's pairs after the other's.
        sizes: ``(n_listeners,)``, pairs of each.
        loved: ``(n_pairs,)``; everyone loves at least one.
        prior: ``(10,)`` weights.
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
