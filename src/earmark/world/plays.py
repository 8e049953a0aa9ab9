"""What a made listener played: which tracks, when, how long, and how each play ended.

Method: a Simon process (Simon 1955, "On a class of skew distribution functions") in which each play either
explores the taste or repeats an earlier play, so that often-played tracks are repeated more; lags are
biased to recent plays and kept for runs, so that stretches come back in the same order, as albums and own
playlists do. Each repeat is a pointer to an earlier play, and following the pointers resolves a whole
history in a few array operations.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from earmark.listening.listens import Ending
from earmark.world.catalogue import Catalogue
from earmark.world.config import WEEK_MS, WorldConfig
from earmark.world.draws import Floats, Ints, held, roots
from earmark.world.hours import HOUR_MS, week_patterns
from earmark.world.tastes import Taste

_NEAREST_REPEAT: Final = 10
_PRIVATE_SESSIONS: Final = 0.015
_BREAK_MS: Final = 600_000
_MONDAY_MS: Final = 4 * 24 * HOUR_MS
"""1970-01-05, the first Monday of the clock."""


@dataclass(frozen=True, slots=True)
class Plays:
    """Plays in order of time, as columns of equal length.

    Attributes:
        track: place in the catalogue, int32.
        started_at: unix milliseconds, int64; a play begins after the one before has ended.
        ms_played: int32.
        ending: `Ending`, uint8.
        private: bool.
    """

    track: npt.NDArray[np.int32]
    started_at: Ints
    ms_played: npt.NDArray[np.int32]
    ending: npt.NDArray[np.uint8]
    private: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.track)


class Player:
    """Plays a taste against a catalogue."""

    def __init__(self, catalogue: Catalogue, config: WorldConfig) -> None:
        self._catalogue = catalogue
        self._config = config
        self._hours = week_patterns()
        self._world_start = (
            (config.ends_at - _MONDAY_MS) // WEEK_MS * WEEK_MS + _MONDAY_MS - config.weeks * WEEK_MS
        )

    def play(self, rng: np.random.Generator, taste: Taste) -> Plays:
        """The whole history of one listener."""
        n = taste.plays
        u = rng.random((8, n))
        origin, explores, strays = _repeats(u[:4], taste)
        fresh = explores.nonzero()[0]
        explored = self._explore(rng, taste, fresh / n, strays[fresh])
        track = explored[(explores.cumsum() - 1)[origin]]
        track = np.where(u[4] < 0.04, self._catalogue.next_version[track], track)

        begins = u[5] * taste.session_length < 1.0
        begins[0] = True
        ms_played, ending = self._endings(u[6:8], taste, track, explores, begins)
        started_at, session = self._clock(rng, taste, begins, ms_played)
        private = (rng.random(int(session[-1]) + 1) < _PRIVATE_SESSIONS)[session]
        return Plays(track, started_at, ms_played, ending, private)

    def _explore(
        self, rng: np.random.Generator, taste: Taste, when: Floats, strays: npt.NDArray[np.bool_]
    ) -> npt.NDArray[np.int32]:
        """Tracks for the explorations, made at moments ``when`` (share of the history), ``(m,)``."""
        catalogue = self._catalogue
        u = rng.random((10, len(when)))
        shares = taste.weights.cumsum(axis=1)
        shares /= shares[:, -1:]
        late = u[0] < when
        slot = np.where(
            late, shares[1].searchsorted(u[1], side="right"), shares[0].searchsorted(u[1], side="right")
        )
        genre = taste.genres[slot]
        genre[(when > taste.discovered_at) & (u[2] < taste.discovered_share)] = taste.discovered
        genre = genre[held(genre, u[3] < 0.5)]

        draw = catalogue.by_genre[taste.mainstream]
        one, other = draw(genre, u[4]), draw(genre, u[5])
        one_fit = taste.mood_fit(catalogue.mood[one])
        other_fit = taste.mood_fit(catalogue.mood[other])
        track = np.where(u[6] * (one_fit + other_fit) < one_fit, one, other)

        # Loyalty points back to an earlier exploration, whose artist may come from a yet earlier one.
        places = np.arange(len(when))
        loyal = (u[7] < taste.loyalty) & ~strays & (places > 0)
        back = np.maximum(places - 1 - (u[8] * u[8] * places).astype(np.int64), 0)
        led_by = roots(np.where(loyal, held(places, strays)[back], places))
        more = loyal.nonzero()[0]
        track[more] = catalogue.by_artist(catalogue.artist[track[led_by[more]]], u[9, more])

        astray = strays.nonzero()[0]
        track[astray] = catalogue.by_popularity(np.zeros(len(astray), np.int32), u[4, astray])
        return track

    def _endings(
        self,
        u: Floats,
        taste: Taste,
        track: npt.NDArray[np.int32],
        explores: npt.NDArray[np.bool_],
        begins: npt.NDArray[np.bool_],
    ) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.uint8]]:
        """How long each play sounded and how it ended; what suits the taste less is skipped more."""
        catalogue = self._catalogue
        liked = np.minimum(taste.affinity(catalogue.n_genres) * 8.0, 1.0)
        liking = liked[catalogue.micro_genre[track]] * (0.3 + 0.7 * taste.mood_fit(catalogue.mood[track]))
        skip_chance = taste.impatience * (0.05 + 0.55 * (1.0 - liking) * np.where(explores, 1.0, 0.25))
        skipped = u[0] < skip_chance
        closes = np.append(begins[1:], True)
        stopped = closes & ~skipped & (u[1] < 0.35)

        full = catalogue.duration_ms[track]
        ending = np.where(skipped, int(Ending.SKIPPED), int(Ending.COMPLETED)).astype(np.uint8)
        ending[stopped] = int(Ending.STOPPED)
        ms_played = np.where(skipped, 1_500.0 + u[1] * 28_000.0, full)
        ms_played[stopped] = 30_000.0 + (full[stopped] - 30_000.0) * (u[1, stopped] / 0.35)
        return ms_played.astype(np.int32), ending

    def _clock(
        self,
        rng: np.random.Generator,
        taste: Taste,
        begins: npt.NDArray[np.bool_],
        ms_played: npt.NDArray[np.int32],
    ) -> tuple[Ints, Ints]:
        """When each play started, and in which session it was."""
        session = begins.cumsum() - 1
        opening = begins.nonzero()[0]
        sessions = len(opening)
        week = taste.first_week + rng.random(sessions) * (self._config.weeks - taste.first_week)
        hour = self._hours[taste.habit].searchsorted(rng.random(sessions), side="right") + rng.random(
            sessions
        )
        wished = week.astype(np.int64) * WEEK_MS + (hour * HOUR_MS).astype(np.int64)
        wished.sort()

        taken = ms_played + rng.integers(300, 2_500, len(ms_played))
        before = taken.cumsum() - taken
        ahead = before[opening] + _BREAK_MS * np.arange(sessions)
        total = int(before[-1] + taken[-1]) + _BREAK_MS * sessions
        # Sessions that would overlap wait for the one before; the last must be over when the world ends.
        start = np.maximum.accumulate(wished - ahead) + ahead
        start = np.minimum(start, self._config.ends_at - self._world_start - total + ahead)
        return self._world_start + start[session] + before - before[opening][session], session


def _repeats(u: Floats, taste: Taste) -> tuple[Ints, npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    """For each play the exploration that it goes back to; which plays explore; which of these stray."""
    n = taste.plays
    places = np.arange(n)
    explores = u[0] < taste.novelty
    explores[0] = True
    strays = explores & (u[1] < taste.straying)
    strays[0] = False
    nearest = np.minimum(_NEAREST_REPEAT, places // 2) + 1
    lag = nearest + (u[2] ** 3 * (places - nearest + 1)).astype(np.int64)
    lag = lag[held(lag, (u[3] < 0.5) & (places > 2 * _NEAREST_REPEAT))]
    # What was played astray is not sought out again: repeats step back to the play before it.
    earlier = held(places, strays)[np.maximum(places - lag, 0)]
    return roots(np.where(explores, places, earlier)), explores, strays
