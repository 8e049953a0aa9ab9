"""Where the last songs stood before, and what stood around them there.

The last songs of the sequence are looked up at their earlier places; whatever lies near in the same sittings is
recalled with them: a nearest-neighbour vote of past contexts, as session-based kNN takes it (Jannach & Ludewig 2017),
and the spreading activation of memory (Anderson & Pirolli 1984).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from earmark.signals.collaborative.next_track.habits import DAY_S, NEVER_S, Counts
from earmark.signals.collaborative.next_track.plays import Heard, Ints, Seconds

CONTEXT: Final = 8
"""So many of the last songs are looked up."""
LOOKED_UP: Final = 100
"""Each at so many of its latest earlier places."""
AHEAD: Final = 8
"""Songs up to so far behind such a place are recalled, …"""
BEHIND: Final = 3
"""… and up to so far before it, half as loud."""
HALF_LIFE_S: Final = 30 * DAY_S
"""An earlier place counts half after so long, where counts are decayed."""

_OFFSETS: Final = np.concatenate([np.arange(1, AHEAD + 1), -np.arange(1, BEHIND + 1)])
_LOUDNESS: Final = np.where(_OFFSETS > 0, 1.0, 0.5) / np.abs(_OFFSETS)


@dataclass(frozen=True)
class Echoes:
    """Earlier places of the last songs, the last song first, the latest place first.

    ``places`` and ``there`` (whether there is one) ``(n_last, LOOKED_UP)``, positions in the sequence of plays that
    sounded; ``ages`` the same shape; ``counts`` ``(n_last,)``; ``end`` how long the sequence is at this moment.
    """

    places: Ints
    there: NDArray[np.bool_]
    ages: Seconds
    counts: Ints
    end: int

    @classmethod
    def of(cls, heard: Heard, end: int, now: float) -> Echoes:
        """Look up the last of the first ``end`` plays that sounded, at ``now`` (Unix seconds)."""
        last = np.arange(end - 1, max(end - 1 - CONTEXT, -1), -1)
        earlier = heard.occurrences.earlier[last]
        back = np.arange(1, LOOKED_UP + 1)
        there = back <= earlier[:, None]
        index = heard.occurrences.starts[heard.song[last]][:, None] + earlier[:, None] - back
        places = np.where(there, heard.occurrences.order[np.where(there, index, 0)], 0)
        ages = np.where(there, now - heard.started[places], NEVER_S)
        return cls(places, there, ages, np.minimum(earlier, LOOKED_UP), end)

    @property
    def worth(self) -> Counts:
        """What each place counts, decayed, ``(n_last, LOOKED_UP)``; next to nothing where there is none."""
        return np.exp2(-self.ages / HALF_LIFE_S)


@dataclass(frozen=True)
class Nearness:
    """How near each song stood to the last songs in the same sittings; all ``(n_songs,)``.

    A song at distance d counts 1/d, a share of the places looked up. ``plain`` sums these shares over the last songs,
    ``late`` the same with decayed places, ``most`` is the largest decayed share, ``songs`` how many of the last
    songs it ever stood near.
    """

    plain: Counts
    late: Counts
    most: Counts
    songs: Counts

    @classmethod
    def of(cls, heard: Heard, echoes: Echoes, n_songs: int) -> Nearness:
        """Gather what lies around the echoes."""
        spots = echoes.places[:, :, None] + _OFFSETS
        within = echoes.there[:, :, None] & (spots >= 0) & (spots < echoes.end)
        spots = np.where(within, spots, 0)
        within &= heard.sitting[spots] == heard.sitting[echoes.places][:, :, None]
        songs = heard.song[spots]
        loud = np.where(within, _LOUDNESS, 0.0)
        worth = echoes.worth
        late = loud * worth[:, :, None]
        found = cls(*(np.zeros(n_songs) for _ in range(4)))
        for row in np.flatnonzero(echoes.counts):
            near = songs[row].ravel()
            share = np.bincount(near, loud[row].ravel(), n_songs) / (echoes.counts[row] + 2)
            late_share = np.bincount(near, late[row].ravel(), n_songs) / (worth[row].sum() + 1)
            np.add(found.plain, share, out=found.plain)
            np.add(found.late, late_share, out=found.late)
            np.maximum(found.most, late_share, out=found.most)
            np.add(found.songs, share > 0, out=found.songs)
        return found
