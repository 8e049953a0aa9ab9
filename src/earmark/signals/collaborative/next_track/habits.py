"""How often and how lately a listener played each song: frequency, recency and satiation at one moment.

Memory makes available what the past says will be needed: the odds that something is called for again fall with the
square root of the time since each use, and add up over uses (base-level activation, Anderson & Schooler 1991; for
listening again, Reiter-Haas et al. 2021). Repetition raises interest and then wears it out (the inverted U, Berlyne
1970; measured on music by Sguerra et al. 2023), so plays are counted over several spans: many this hour say another
thing than many this year.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from earmark.signals.collaborative.next_track.plays import Ints, Plays, Seconds

HOUR_S: Final = 3_600.0
DAY_S: Final = 86_400.0
HALF_LIVES_S: Final = (HOUR_S, DAY_S, 10 * DAY_S, 120 * DAY_S)
"""A play counts half after such a span: what this sitting, this day, this week or two and this season hold."""
RECENT: Final = 2
"""Place of the ten days among `HALF_LIVES_S`."""
SKIP_HALF_LIFE_S: Final = 30 * DAY_S
NEVER_S: Final = 1e9
"""Stands for the time since something that never was: thirty years."""
SAME_HOUR_H: Final = 2.0
"""Hours of the day that lie so near to each other count as one."""

Counts = NDArray[np.float64]


@dataclass(frozen=True)
class Habits:
    """What a listener's plays before a moment say of each song; all ``(n_songs,)`` but ``decayed``.

    ``base_level`` is Σ age in hours ^ −1/2 over plays that sounded; ``decayed`` ``(n_half_lives, n_songs)`` plays that
    sounded, each halved every half-life; ``total`` their plain number; ``at_hour`` those at about this hour of the
    day; ``since``, ``since_sounded`` seconds since the last play and the last that sounded; ``known_for`` since
    the first play; ``plays_since`` how many other plays lie between; ``skips`` and ``late_skips`` (decayed) plays that
    were broken off.
    """

    base_level: Counts
    decayed: Counts
    total: Counts
    at_hour: Counts
    since: Seconds
    since_sounded: Seconds
    known_for: Seconds
    plays_since: Counts
    skips: Counts
    late_skips: Counts

    @property
    def known(self) -> NDArray[np.bool_]:
        """Songs that sounded at least once: what may be proposed again."""
        return self.total > 0


def habits(plays: Plays, before: int, now: float) -> Habits:
    """The habits that the first ``before`` plays show at ``now`` (Unix seconds, not before they began)."""
    n_songs = len(plays.songs)
    end = plays.n_heard(before)
    song, age = plays.song[:before], np.maximum(now - plays.started[:before], 1.0)
    heard, heard_age = plays.heard.song[:end], np.maximum(now - plays.heard.started[:end], 1.0)
    skipped = plays.skipped[: before - end]

    def count(songs: Ints, worth: Counts | None = None) -> Counts:
        return np.bincount(songs, worth, n_songs).astype(np.float64)

    since, since_sounded, known_for = (np.full(n_songs, NEVER_S) for _ in range(3))
    plays_since = np.full(n_songs, float(before))
    # Of many plays of a song the last is written last, and stays; from behind, the first.
    since[song] = age
    since_sounded[heard] = heard_age
    known_for[song[::-1]] = age[::-1]
    plays_since[song] = np.arange(before - 1, -1, -1)
    hours_apart = np.abs((heard_age / HOUR_S + 12) % 24 - 12)
    return Habits(
        base_level=count(heard, np.sqrt(HOUR_S / heard_age)),
        decayed=np.stack([count(heard, np.exp2(-heard_age / half_life)) for half_life in HALF_LIVES_S]),
        total=count(heard),
        at_hour=count(heard[hours_apart <= SAME_HOUR_H]),
        since=since,
        since_sounded=since_sounded,
        known_for=known_for,
        plays_since=plays_since,
        skips=count(song[skipped]),
        late_skips=count(song[skipped], np.exp2(-age[skipped] / SKIP_HALF_LIFE_S)),
    )
