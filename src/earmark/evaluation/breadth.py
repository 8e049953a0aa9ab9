"""More than accuracy: are lists narrower, more popular or by fewer artists than what the listener plays?

Each measure compares the first ``k`` of a list with as many songs from the same listener's plays, so that a
generalist may be given much and a specialist little; 0 is no difference. One value a listener,
``(n_listeners,)``, NaN where it is undefined: an empty list, or nothing to compare with.

Sources: Waller & Anderson 2019 and Anderson et al. 2020 (generalist–specialist score); Abdollahpouri, Mansoury,
Burke & Mobasher 2020 (popularity lift; here of the geometric mean, in doublings); Jost 2006 (effective numbers);
Efraimidis & Spirakis 2006 (weighted sampling).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from earmark.evaluation.metrics import Lists, PerListener
from earmark.ranking.breadth import Directions, OwnLevel, generalist_specialist
from earmark.ranking.recommender import Recommender
from earmark.signals.collaborative.histories import Csr, Histories

DRAWS: Final = 20


@dataclass(frozen=True)
class OwnPlays:
    """What lists for some listeners are compared with: their plays, and what is known of the songs."""

    plays: Csr
    level: OwnLevel
    directions: Directions
    popularity: NDArray[np.floating]
    artists: NDArray[np.integer]

    @classmethod
    def of(cls, model: Recommender, histories: Histories) -> Self:
        """The plays of ``histories`` in the eyes of ``model``."""
        directions = Directions.of(model.factors.item_factors)
        level = OwnLevel.of(histories, model.members, model.popularity, directions)
        return cls(histories.plays, level, directions, model.popularity, model.columns.artist_of)

    def compare(self, lists: Lists, k: int, *, seed: int) -> dict[str, PerListener]:
        """All measures of this module, by name, for lists of columns."""
        return {
            "narrowing": narrowing(lists, self.level, self.directions, k),
            "popularity_lift": popularity_lift(lists, self.level, self.popularity, k),
            "artists": artist_spread(lists, self.artists, k),
            "artists_beyond_plays": artist_spread_beyond_plays(lists, self.plays, self.artists, k, seed=seed),
        }


def narrowing(lists: Lists, level: OwnLevel, directions: Directions, k: int) -> PerListener:
    """Generalist–specialist score of the list less that of as many songs drawn from the plays.

    Above 0 the list is narrower than what the listener plays, below 0 broader.
    """
    shown = lists[:, :k]
    rows, place = np.nonzero(shown >= 0)
    ones = np.ones(len(rows), np.float32)
    held = directions.known(
        sp.csr_array((ones, (rows, shown[rows, place])), shape=(len(lists), len(directions.scale)))
    )
    return generalist_specialist(held, directions) - level.score(np.diff(held.indptr))


def popularity_lift(lists: Lists, level: OwnLevel, popularity: NDArray[np.floating], k: int) -> PerListener:
    """How many times as widely held the listed songs are as the played ones, in doublings: 1 is twice.

    Args:
        lists: ranked columns.
        level: what the listeners play.
        popularity: ``(n_songs,)`` rows that hold each song; one that none holds counts as held by one.
        k: how deep to look.
    """
    shown = lists[:, :k]
    there = shown >= 0
    doublings = np.where(there, np.log2(np.maximum(popularity, 1))[shown], 0)
    return _mean_of(doublings.sum(axis=1), there.sum(axis=1)) - level.popularity


def artist_spread(lists: Lists, artists: NDArray[np.integer], k: int) -> PerListener:
    """Effective number of artists: exp of the entropy of their shares in the list.

    Args:
        lists: ranked columns.
        artists: ``(n_songs,)`` the artist of each column, from 0.
        k: how deep to look.
    """
    shown = lists[:, :k]
    rows, place = np.nonzero(shown >= 0)
    sizes = np.bincount(rows, minlength=len(lists))
    span = int(artists.max(initial=0)) + 1
    pairs, songs = np.unique(rows * span + artists[shown[rows, place]], return_counts=True)
    of = pairs // span
    share = songs / sizes[of]
    entropy = -np.bincount(of, share * np.log(share), len(lists))
    return np.where(sizes > 0, np.exp(entropy), np.nan)


def artist_spread_beyond_plays(
    lists: Lists, plays: Csr, artists: NDArray[np.integer], k: int, *, seed: int
) -> PerListener:
    """Effective artists of the list less those of as many songs drawn from the plays, the mean of 20 draws.

    NaN for listeners with fewer songs than the list.
    """
    sizes = (lists[:, :k] >= 0).sum(axis=1)
    generator = np.random.default_rng(seed)
    spreads = [artist_spread(drawn_by_play(plays, sizes, generator), artists, k) for _ in range(DRAWS)]
    enough = np.diff(plays.indptr) >= sizes
    return artist_spread(lists, artists, k) - np.where(enough, np.mean(spreads, axis=0), np.nan)


def drawn_by_play(plays: Csr, sizes: NDArray[np.integer], generator: np.random.Generator) -> Lists:
    """``sizes`` different songs of each listener, one after another by their plays, ``(n_listeners, most)``.

    Padded with −1. The songs with the smallest of exponential times at the rate of their plays are such a
    draw (Efraimidis & Spirakis 2006).
    """
    n_songs = np.diff(plays.indptr)
    rows = np.repeat(np.arange(len(n_songs)), n_songs)
    order = np.lexsort((generator.standard_exponential(plays.nnz) / plays.data, rows))
    place = np.arange(plays.nnz) - plays.indptr[rows]
    drawn = np.full((len(n_songs), int(sizes.max(initial=0))), -1, np.int64)
    kept = place < sizes[rows]
    drawn[rows[kept], place[kept]] = plays.indices[order[kept]]
    return drawn


def _mean_of(total: NDArray[np.floating], n: NDArray[np.integer]) -> PerListener:
    means = np.full(len(n), np.nan)
    np.divide(total, n, out=means, where=n > 0)
    return means
