"""A guard against narrowness: a mix is no narrower, and not much more popular, than what the listener plays.

A ranker that is right about somebody's middle gives them thirty songs from the middle. Where a mix would be
narrower than as many songs from the listener's own plays (`earmark.ranking.breadth`), or more widely held,
entries are exchanged for songs from further down the ranking, one at a time: the exchange that brings the most
for the rank that it costs, with the discount of nDCG as a rank's worth. (Greedy re-ranking: Carbonell &
Goldstein 1998; for popularity, Abdollahpouri, Burke & Mobasher 2019.)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self

import numpy as np

from earmark.mixes.exchanges import ROUNDING, Catalogue, Int64s, Marks, Mixes, Songs, Spare
from earmark.mixes.selection import WeeklyConfig
from earmark.ranking.breadth import OwnLevel
from earmark.ranking.recommender import Ranked
from earmark.ranking.signals import Floats

AT_ONCE: Final = 64
"""Mixes worked on together."""


@dataclass(frozen=True)
class Bounds:
    """The most that mixes may have, ``(n_listeners,)``; infinite for an empty one, or where too little is
    known of the listener.

    ``score`` is the generalist–specialist score, ``popularity`` the mean log₂ of the rows that hold an entry.
    """

    score: Floats
    popularity: Floats

    @classmethod
    def of(cls, level: OwnLevel, sizes: Int64s, config: WeeklyConfig) -> Self:
        """For mixes of ``sizes`` songs, ``(n_listeners,)``."""
        enough = (level.songs >= max(config.learning_songs, 2)) & (sizes > 0)
        score, popularity = level.score(sizes) + config.narrowing, level.popularity + config.popularity_lift
        return cls(*(np.where(enough, most, np.inf).astype(np.float32) for most in (score, popularity)))


def guarded(
    places: Int64s, ranked: Ranked, level: OwnLevel, catalogue: Catalogue, config: WeeklyConfig
) -> Int64s:
    """The mixes, with entries exchanged until their bounds hold or no exchange helps.

    A song comes in only by an artist who is not in the mix, only for one alike in being a hit, new or by a
    known artist, and only where the mix's length comes no further off what it should be: so the limits by which the
    places were chosen stay kept.

    Args:
        places: ``(n_listeners, entries)`` chosen places in the ranking, ascending, padded with −1.
        ranked: the ranking.
        level: what the listeners play.
        catalogue: what is known of the ranked songs.
        config: the bounds, and the limits on length.

    Returns:
        As ``places``.
    """
    places, bounds = places.copy(), Bounds.of(level, (places >= 0).sum(axis=1), config)
    known = np.flatnonzero(np.isfinite(bounds.score))
    for start in range(0, len(known), AT_ONCE):
        rows = known[start : start + AT_ONCE]
        spare = Spare(rows, ranked, catalogue)
        while len(rows):
            mixes = Mixes(
                Songs.at(places[rows], rows, ranked, catalogue),
                most_score=bounds.score[rows],
                most_popularity=bounds.popularity[rows],
                config=config,
            )
            going_on: Marks = mixes.excess > ROUNDING
            if going_on.all():
                coming = Songs.at(spare.least_to_blame(mixes), rows, ranked, catalogue)
                goes, comes, going_on = mixes.best_exchange(coming)
                changed = np.flatnonzero(going_on)
                places[rows[changed], goes[changed]] = coming.places[changed, comes[changed]]
            rows, spare = rows[going_on], spare.of(going_on)
    absent = places < 0
    return np.where(absent, -1, np.sort(np.where(absent, ranked.songs.shape[1], places), axis=1))
