"""One listener at one moment, and what is known of every song that they might play then."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from earmark.signals.collaborative.next_track.echoes import Echoes, Nearness
from earmark.signals.collaborative.next_track.following import AfterAny, Following
from earmark.signals.collaborative.next_track.habits import Habits, habits
from earmark.signals.collaborative.next_track.manner import Manner, manner
from earmark.signals.collaborative.next_track.plays import Ints, Plays

LAST_ARTISTS: Final = 8
"""The share of a song's artist is taken over so many plays that sounded."""


@dataclass(frozen=True)
class Moment:
    """What the first ``before`` of a listener's plays say at ``now`` (Unix seconds)."""

    plays: Plays
    before: int
    now: float
    last: Ints
    """The last songs that sounded, the latest first, at most `LAST_ARTISTS`."""
    habits: Habits
    echoes: Echoes
    nearness: Nearness
    following: Following
    after_any: AfterAny
    manner: Manner

    @classmethod
    def of(cls, plays: Plays, before: int, now: float) -> Moment:
        """Look at the past of a moment; nothing that came after it is seen. No moment lies before its last play."""
        heard, n_songs = plays.heard, len(plays.songs)
        now = max(now, plays.started[before - 1]) if before else now
        end = plays.n_heard(before)
        echoes = Echoes.of(heard, end, now)
        return cls(
            plays=plays,
            before=before,
            now=now,
            last=heard.song[max(0, end - LAST_ARTISTS) : end][::-1],
            habits=habits(plays, before, now),
            echoes=echoes,
            nearness=Nearness.of(heard, echoes, n_songs),
            following=Following.of(heard, echoes, n_songs),
            after_any=AfterAny.of(plays, before, now),
            manner=manner(plays, before, now),
        )

    @property
    def by_last_artist(self) -> NDArray[np.bool_]:
        """Whether a song is by the artist of the last song, ``(n_songs,)``."""
        artist = self.plays.artist
        return artist == artist[self.last[0]] if len(self.last) else np.zeros(len(artist), np.bool_)

    def of_artists(self, worth: NDArray[np.float64]) -> NDArray[np.float64]:
        """What all songs of each song's artist are worth together, ``(n_songs,)``."""
        artist = self.plays.artist
        return np.bincount(artist, worth).astype(np.float64)[artist]
