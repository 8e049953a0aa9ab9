"""What a made listener likes, how they listen, and how both change: the planted truth.

A taste is a Dirichlet mixture over a few micro-genres, most of them under the same parents, with a mood
preferred throughout. The mixture drifts from one set of weights to another, and late in the history one
micro-genre is newly discovered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from earmark.world.catalogue import MAINSTREAM_EXPONENTS, Catalogue
from earmark.world.config import WorldConfig
from earmark.world.draws import Floats, Ints

ACTIVITY_SPREAD: Final = 0.9
"""Standard deviation of the log of plays per listener."""

_MOST_PLAYS_PER_WEEK: Final = 300
_MOOD_TOLERANCE: Final = 0.22
_CONCENTRATION: Final = np.array([3.0, 1.6, 1.0, 0.8, 0.6, 0.5])


@dataclass(frozen=True, slots=True)
class Taste:
    """The planted truth about one listener.

    Attributes:
        genres: the micro-genres liked, ``(k,)``; one may stand there twice.
        weights: their shares at the beginning and at the end, ``(2, k)``, each row summing to 1.
        discovered: the micro-genre found late.
        discovered_at: when, as a share of the history in [0, 1].
        discovered_share: its share of the taste from then on.
        mood: preferred energy and valence, ``(2,)``.
        mainstream: index into ``MAINSTREAM_EXPONENTS``; higher keeps closer to the hits.
        novelty: chance that a play explores instead of repeating.
        loyalty: chance that an exploration stays with an artist explored before.
        straying: chance that an exploration is whatever is popular (a chart, a friend's car).
        impatience: factor on the chance of a skip, about 1.
        session_length: mean plays in a row.
        habit: which pattern of hours.
        first_week: week of the first play, counted from the beginning of the world.
        plays: how many plays in all.
    """

    genres: Ints
    weights: Floats
    discovered: int
    discovered_at: float
    discovered_share: float
    mood: Floats
    mainstream: int
    novelty: float
    loyalty: float
    straying: float
    impatience: float
    session_length: float
    habit: int
    first_week: int
    plays: int

    def affinity(self, n_genres: int) -> Floats:
        """Share of each micro-genre in the taste at the end of the history, ``(n_genres,)``, summing to 1."""
        shares: Floats = np.bincount(self.genres, self.weights[1], n_genres).astype(np.float64)
        shares *= 1.0 - self.discovered_share
        shares[self.discovered] += self.discovered_share
        return shares

    def mood_fit(self, moods: Floats) -> Floats:
        """How well moods ``(n, 2)`` suit this listener, in (0, 1]: a Gaussian around the preferred one."""
        away = moods - self.mood
        fit: Floats = np.exp(np.einsum("ij,ij->i", away, away) * (-0.5 / _MOOD_TOLERANCE**2))
        return fit


def draw_taste(rng: np.random.Generator, catalogue: Catalogue, config: WorldConfig, habits: int) -> Taste:
    """One listener's taste; the first thing drawn from their generator."""
    u = rng.random(24).tolist()
    audience = catalogue.genre_weight.cumsum()
    audience /= audience[-1]
    home = int(audience.searchsorted(u[0], side="right"))
    siblings = np.arange(home % catalogue.n_parents, catalogue.n_genres, catalogue.n_parents)
    count = 3 + int(u[1] * 4)
    near = siblings[(rng.random(count) * len(siblings)).astype(np.int64)]
    far = audience.searchsorted(rng.random(count), side="right")
    genres = np.where(rng.random(count) < 0.5, near, far).astype(np.int64)
    genres[0] = home
    start = rng.standard_gamma(_CONCENTRATION[:count])
    end = start * np.exp(0.6 * rng.standard_normal(count))
    active_weeks = max(1, round(config.weeks * (1.0 - 0.85 * u[2] * u[2])))
    mean = np.log(config.plays_per_listener) - ACTIVITY_SPREAD**2 / 2
    activity = np.exp(mean + ACTIVITY_SPREAD * rng.standard_normal())
    mood = np.clip(
        catalogue.genre_mood[genres[: min(2, count)]].mean(axis=0) + 0.12 * rng.standard_normal(2), 0.05, 0.95
    )
    return Taste(
        genres=genres,
        weights=np.stack((start / start.sum(), end / end.sum())),
        discovered=int(audience.searchsorted(u[3], side="right")),
        discovered_at=0.55 + 0.25 * u[4],
        discovered_share=0.1 + 0.2 * u[5],
        mood=mood,
        mainstream=int(u[6] * len(MAINSTREAM_EXPONENTS)),
        novelty=0.12 + 0.22 * u[7],
        loyalty=0.15 + 0.35 * u[8],
        straying=0.08 + 0.14 * u[9],
        impatience=0.5 + u[10],
        session_length=5.0 + 20.0 * u[11] * u[12],
        habit=int(u[13] * habits),
        first_week=config.weeks - active_weeks,
        plays=int(np.clip(round(activity), 1, active_weeks * _MOST_PLAYS_PER_WEEK)),
    )


def fits(taste: Taste, catalogue: Catalogue, tracks: npt.NDArray[np.integer]) -> Floats:
    """How well tracks suit a taste at the end of its history, relative to the average track of the catalogue.

    The density of liking with popularity left out: the share of the track's micro-genre in the taste over
    its share of the catalogue, times the fit of the mood, scaled so that the whole catalogue averages 1.
    """
    sizes = np.bincount(catalogue.micro_genre, minlength=catalogue.n_genres)
    by_genre = taste.affinity(catalogue.n_genres) / sizes
    density: Floats = by_genre[catalogue.micro_genre] * taste.mood_fit(catalogue.mood)
    density /= density.mean()
    chosen: Floats = density[tracks]
    return chosen
