"""Exchanging entries of mixes for songs from further down the rankings, many listeners at a time.

Everything is an array over ``m`` listeners: mixes of ``k`` entries, and ``n`` songs that may come in.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from earmark.mixes.selection import MINUTE_MS, WeeklyConfig
from earmark.ranking.breadth import Directions
from earmark.ranking.recommender import Ranked
from earmark.ranking.signals import Floats

ROUNDING: Final = 1e-5
"""An excess so small is none."""
LEAST_COST: Final = 1e-4
"""In nDCG's discount: deep down the ranking, places cost nearly nothing."""
FAR: Final = np.float32(1e9)
"""In ms, from an unknown duration to any known one."""
APART: Final = np.float32(64)
"""More than the blame of any two songs can differ by."""

Int64s = NDArray[np.int64]
Marks = NDArray[np.bool_]


@dataclass(frozen=True)
class Catalogue:
    """What the choice looks at, by column, ``(n_songs,)`` each. ``new`` are songs that nobody has played yet.

    ``durations`` are ms, 0 where unknown; ``popularity`` is log₂ of the rows that hold the song.
    """

    artists: NDArray[np.integer]
    hit: Marks
    new: Marks
    durations: Int64s
    popularity: Floats
    directions: Directions


@dataclass(frozen=True)
class Songs:
    """Songs at places of rankings, ``(m, n)``; what is absent, at place −1, is zero.

    ``popularity`` is log₂ of the rows that hold the song, ``durations`` are ms, 0 where unknown. ``kinds`` has
    a bit each for a known artist, for a hit, and for not being new: a song may replace one that has all its bits.
    """

    places: Int64s
    there: Marks
    artists: Int64s
    popularity: Floats
    vectors: Floats
    kinds: NDArray[np.int8]
    durations: Floats

    @classmethod
    def at(cls, places: Int64s, rows: Int64s, ranked: Ranked, catalogue: Catalogue) -> Self:
        """Those at ``places`` of the rankings of ``rows``."""
        there = places >= 0
        columns = np.where(there, ranked.songs[rows[:, None], places], 0)
        return cls(
            places,
            there,
            np.where(there, catalogue.artists[columns], -1),
            catalogue.popularity[columns] * there,
            catalogue.directions[np.where(there, columns, -1)],
            _kinds(
                ranked.known_artist[rows[:, None], places], catalogue.hit[columns], catalogue.new[columns]
            ),
            (catalogue.durations[columns] * there).astype(np.float32),
        )


class Mixes:
    """Mixes and their bounds, ``(m,)`` each; what any exchange would make of them.

    ``excess`` is how far a mix lies beyond its bounds: score and doublings, added up. It is too ``narrow``
    where its generalist–specialist score is beyond the bound, and too ``popular`` where its popularity is;
    ``centre`` ``(m, f)`` is the direction of its sum of unit vectors.
    """

    def __init__(
        self, entries: Songs, *, most_score: Floats, most_popularity: Floats, config: WeeklyConfig
    ) -> None:
        self.entries, self.config = entries, config
        self.most_score, self.most_popularity = most_score, most_popularity
        self.sizes = entries.there.sum(axis=1, dtype=np.float32)
        self._sum = entries.vectors.sum(axis=1)
        self._squared = np.einsum("mf,mf->m", self._sum, self._sum)
        self._held = entries.popularity.sum(axis=1)
        length = np.sqrt(self._squared)
        self.narrow = length > most_score * self.sizes
        self.popular = self._held > most_popularity * self.sizes
        self.centre = self._sum / np.maximum(length, ROUNDING)[:, None]
        self.excess = self._excess(self._squared[:, None, None], self._held[:, None, None])[:, 0, 0]

    def best_exchange(self, coming: Songs) -> tuple[Int64s, Int64s, Marks]:
        """Which entry should go, at which position what should come stands, and whether that serves, ``(m,)``.

        The best exchange brings the most for the rank that it costs. It serves if it makes up at least one
        entry's share of the excess: small steps would lead far down the ranking.
        """
        entries, excess = self.entries, self.excess[:, None, None]
        # ‖sum − gone + come‖², term by term; all tables are (m, k, n).
        gone, come = (
            np.einsum("mnf,mnf->mn", songs.vectors, songs.vectors)
            + sign * 2 * np.einsum("mnf,mf->mn", songs.vectors, self._sum)
            for songs, sign in ((entries, -1), (coming, 1))
        )
        cosines = entries.vectors @ coming.vectors.swapaxes(1, 2)
        squared = (self._squared[:, None] + gone)[:, :, None] + come[:, None, :] - 2 * cosines
        held = (self._held[:, None] - entries.popularity)[:, :, None] + coming.popularity[:, None, :]
        gain = excess - self._excess(squared, held)
        gain[(gain < excess / self.sizes[:, None, None]) | ~self._allowed(coming)] = 0
        cost = _worth(entries.places)[:, :, None] - _worth(coming.places)[:, None, :]
        best = (gain / np.maximum(cost, LEAST_COST)).reshape(len(gain), -1).argmax(axis=1)
        goes, comes = np.divmod(best, gain.shape[2])
        return goes, comes, gain[np.arange(len(gain)), goes, comes] > 0

    def _excess(self, squared: Floats, held: Floats) -> Floats:
        sizes, score, popularity = (
            each[:, None, None] for each in (self.sizes, self.most_score, self.most_popularity)
        )
        narrow = np.sqrt(np.maximum(squared, 0)) / sizes - score
        both: Floats = np.maximum(narrow, 0) + np.maximum(held / sizes - popularity, 0)
        return both

    def _allowed(self, coming: Songs) -> Marks:
        """Which exchanges keep the limits on hits, on known artists and on the length."""
        entries = self.entries
        allowed = coming.there[:, None, :] & entries.there[:, :, None]
        allowed &= (coming.kinds[:, None, :] & ~entries.kinds[:, :, None]) == 0
        if entries.durations.any():
            least, most = self._longer()
            gone, come = (np.where(songs.durations > 0, songs.durations, -FAR) for songs in (entries, coming))
            longer = come[:, None, :] - gone[:, :, None]
            allowed &= (longer >= least[:, None, None]) & (longer <= most[:, None, None])
        return allowed

    def _longer(self) -> tuple[Floats, Floats]:
        """By how many ms a song may be longer than the one that it replaces, at least and at most, ``(m,)``.

        The mix comes no further off what its length should be, an unknown duration counted as the mean of
        the known. So an unknown one only replaces another.
        """
        durations = self.entries.durations
        timed = np.count_nonzero(durations, axis=1)
        stretch = self.sizes / np.maximum(timed, 1)
        total = durations.sum(axis=1, dtype=np.float64) * stretch
        shortest, longest = self.config.shortest_minutes * MINUTE_MS, self.config.longest_minutes * MINUTE_MS
        least, most = np.minimum(shortest - total, 0), np.maximum(longest - total, 0)
        return np.where(timed > 0, least / stretch, -np.inf), np.where(timed > 0, most / stretch, np.inf)


class Spare:
    """The rankings of ``m`` listeners, in which songs alike stand together, better-ranked ones first.

    Alike are songs in being hits, new, by known artists, and long, so that whatever the limits ask for is among
    those that are tried.
    """

    def __init__(self, rows: Int64s, ranked: Ranked, catalogue: Catalogue) -> None:
        songs = ranked.songs[rows]
        columns = np.maximum(songs, 0)
        durations = catalogue.durations[columns]
        kinds = _kinds(ranked.known_artist[rows], catalogue.hit[columns], catalogue.new[columns])
        kinds += np.int8(8) * (durations > durations.mean(axis=1, keepdims=True))
        self._places = np.argsort(kinds, axis=1, kind="stable").astype(np.int32)
        in_order = np.arange(len(rows))[:, None], self._places
        self._columns = columns[in_order]
        self._popularity = catalogue.popularity[self._columns]
        self._apart = APART * kinds[in_order]
        self._directions = catalogue.directions
        # A song without a vector is far from everything only because nothing is known of it.
        there = (songs[in_order] >= 0) & (self._directions.scale[self._columns] > 0)
        self._artists = np.where(there, catalogue.artists[self._columns], -1)
        self._n_artists = int(catalogue.artists.max(initial=0)) + 1

    def of(self, mixes: Marks) -> Self:
        """Those of some of the listeners."""
        some = copy(self)
        for name in ("_places", "_columns", "_popularity", "_apart", "_artists"):
            setattr(some, name, getattr(self, name)[mixes])
        return some

    def least_to_blame(self, mixes: Mixes) -> Int64s:
        """Places, ``(m, n)`` padded with −1, of songs less to blame than all alike that are ranked higher.

        The blame of a song is the part that it would have in the mix's excess: its popularity if the mix is
        too popular, its cosine with the mix's centre if that is too narrow. Whatever is left out here costs
        more rank for less. Songs by the mix's artists stay out.
        """
        m = len(self._places)
        each = np.arange(m)[:, None]
        in_mix = np.zeros((m, self._n_artists + 1), np.bool_)
        in_mix[each, mixes.entries.artists] = in_mix[:, -1:] = True
        blame = self._popularity * mixes.popular[:, None] - self._apart
        narrow = np.flatnonzero(mixes.narrow)
        blame[narrow] += self._directions.cosines(mixes.centre[narrow], self._columns[narrow])
        blame[in_mix[each, self._artists]] = np.inf
        least = np.minimum.accumulate(blame, axis=1)
        tried = np.concatenate([least[:, :1] < np.inf, least[:, 1:] < least[:, :-1]], axis=1)
        mix_of, at = np.nonzero(tried)
        among = np.arange(len(at)) - np.searchsorted(mix_of, np.arange(m))[mix_of]
        places = np.full((m, int(among.max(initial=0)) + 1), -1, np.int64)
        places[mix_of, among] = self._places[mix_of, at]
        return places


def _kinds(known: Marks, hit: Marks, new: Marks) -> NDArray[np.int8]:
    return known.astype(np.int8) + np.int8(2) * hit.astype(np.int8) + np.int8(4) * ~new


def _worth(places: Int64s) -> NDArray[np.floating]:
    """What a place in the ranking is worth: nDCG's discount."""
    return 1 / np.log2(np.maximum(places, 0).astype(np.float32) + 2)
