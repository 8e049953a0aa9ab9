"""The tasks that can be tried, by name."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Protocol

from earmark.engines.local import LearnSettings
from earmark.engines.progress import Progress
from earmark.engines.trials.artists import try_artists
from earmark.engines.trials.cold_start import try_cold_listeners, try_cold_songs
from earmark.engines.trials.continuation import try_continuation
from earmark.engines.trials.new_tracks import try_new_tracks
from earmark.engines.trials.next_track import try_next_track
from earmark.engines.trials.report import Report
from earmark.engines.trials.weekly import try_weekly
from earmark.mixes.selection import WeeklyConfig
from earmark.store.snapshot import Frames


class Task(Protocol):
    """A trial on a snapshot."""

    def __call__(
        self, frames: Frames, settings: LearnSettings, weekly: WeeklyConfig, progress: Progress
    ) -> Report:
        """Hold something out, learn from the rest, and compare with peers.

        Raises:
            TooLittleError: the record holds too little for the task.
        """


def _try_next(frames: Frames, settings: LearnSettings, weekly: WeeklyConfig, progress: Progress) -> Report:
    del weekly
    return try_next_track(
        frames, settings.next_track, settings.evidence, progress, cut=settings.cut, seed=settings.seed
    )


TASKS: Mapping[str, Task] = {
    "weekly": try_weekly,
    "continuation": try_continuation,
    "artists": try_artists,
    "next": _try_next,
    "cold-songs": try_cold_songs,
    "cold-listeners": try_cold_listeners,
    "new-tracks": try_new_tracks,
    "new-artists": partial(try_new_tracks, by_new_artists=True),
}
