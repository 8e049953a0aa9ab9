"""What followed, in the listener's past, when they had just played what they have just played now.

A personal Markov chain of the first and the second order, and chains that skip one or two places: an album or a
playlist heard in its order is remembered by them even where a song was left out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from earmark.signals.collaborative.next_track.echoes import HALF_LIFE_S, LOOKED_UP, Echoes
from earmark.signals.collaborative.next_track.habits import NEVER_S, Counts
from earmark.signals.collaborative.next_track.plays import Heard, Ints, Plays, Seconds

ALIGNED: Final = 3
"""Followers of so many of the last songs are counted."""
NEVER_AGO: Final = 1e6
"""Stands for how many places ago something was that never was."""


@dataclass(frozen=True)
class Following:
    """How each song followed the last songs; all ``(n_songs,)`` but those with a row for each of three songs.

    - ``shares`` ``(3, n_songs)``: how often it came 1, 2, 3 places behind the song now 1, 2, 3 places back, as a share
      of that song's earlier places and one more; ``ages`` ``(3, n_songs)`` seconds since it last did.
    - ``late``: how often it came right behind the last song, decayed; ``places_ago`` at which place of the last
      song, counted back from 0.
    - ``after_two``: how often it came behind the last two songs; ``after_two_age`` seconds since.
    """

    shares: Counts
    ages: Seconds
    late: Counts
    places_ago: Counts
    after_two: Counts
    after_two_age: Seconds

    @classmethod
    def of(cls, heard: Heard, echoes: Echoes, n_songs: int) -> Following:
        """Count what stands behind the echoes."""
        found = cls(
            shares=np.zeros((ALIGNED, n_songs)),
            ages=np.full((ALIGNED, n_songs), NEVER_S),
            late=np.zeros(n_songs),
            places_ago=np.full(n_songs, NEVER_AGO),
            after_two=np.zeros(n_songs),
            after_two_age=np.full(n_songs, NEVER_S),
        )
        for lag in range(min(ALIGNED, len(echoes.counts))):
            spots = echoes.places[lag] + lag + 1
            back = np.flatnonzero(echoes.there[lag] & (spots < echoes.end))
            songs, ages = heard.song[spots[back]], echoes.ages[lag][back]
            found.shares[lag] = np.bincount(songs, minlength=n_songs) / (echoes.counts[lag] + 1)
            # The latest stands first: written last, it stays.
            found.ages[lag][songs[::-1]] = ages[::-1]
            if lag == 0:
                np.add.at(found.late, songs, np.exp2(-ages / HALF_LIFE_S))
                found.places_ago[songs[::-1]] = back[::-1]
                _count_after_two(found, heard, spots[back], ages, echoes.end)
        return found


def _count_after_two(found: Following, heard: Heard, spots: Ints, ages: Seconds, end: int) -> None:
    """``spots`` lie right behind the earlier places of the last song: where did the same song stand before that?"""
    if end < 2:
        return
    same = (spots >= 2) & (heard.song[spots - 2] == heard.song[end - 2])
    songs = heard.song[spots[same]]
    np.add.at(found.after_two, songs, 1)
    found.after_two_age[songs[::-1]] = ages[same][::-1]


@dataclass(frozen=True)
class AfterAny:
    """How each song followed the very last play, be it a skip; all ``(n_songs,)``.

    ``late`` counts the times that it sounded there, decayed, ``age`` is seconds since; ``skips`` and ``skip_age`` say
    the same of when it was skipped.
    """

    late: Counts
    age: Seconds
    skips: Counts
    skip_age: Seconds

    @classmethod
    def of(cls, plays: Plays, before: int, now: float) -> AfterAny:
        """Count what followed earlier plays of the last of the first ``before`` plays."""
        n_songs = len(plays.songs)
        found = cls(
            np.zeros(n_songs), np.full(n_songs, NEVER_S), np.zeros(n_songs), np.full(n_songs, NEVER_S)
        )
        if not before:
            return found
        where = plays.occurrences
        first, n_earlier = where.starts[plays.song[before - 1]], where.earlier[before - 1]
        after = where.order[first + max(0, n_earlier - LOOKED_UP) : first + n_earlier] + 1
        songs, ages, sounded = plays.song[after], now - plays.started[after], plays.sounded[after]
        np.add.at(found.late, songs[sounded], np.exp2(-ages[sounded] / HALF_LIFE_S))
        np.add.at(found.skips, songs[~sounded], 1)
        found.age[songs[sounded]] = ages[sounded]
        found.skip_age[songs[~sounded]] = ages[~sounded]
        return found
