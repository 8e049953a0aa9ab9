"""One listener's plays as columns: what was played, when by their own clock, how long, and in which sitting."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl
from numpy.typing import NDArray

from earmark.listening.evidence import EvidenceConfig, sounded

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
DAY_MS = 24 * HOUR_MS
SITTING_GAP_MS = 30 * MINUTE_MS
"""Half an hour of silence ends a sitting, as is usual for listening sessions."""
BEHIND_MS = 10_000
"""A play that begins so soon after the end of another came right behind it."""
UNTOLD_MS = 210_000
"""What a play is taken to have lasted where neither its length nor its track's is known: three and a half minutes."""


@dataclass(frozen=True)
class History:
    """Plays of one listener, oldest first; private plays, which teach nothing anyway, are not among them.

    ``ids`` ``(n_songs,)`` record ids, ascending; ``titles``, ``names`` (the artists') of the same, as lists; ``artist``
    ``(n_songs,)`` numbered from 0; ``song`` ``(n_plays,)`` positions in ``ids``; ``started``, ``ended`` ``(n_plays,)``
    unix ms; ``clock`` ``(n_plays,)`` ms since 1970-01-01T00:00 by the listener's own clock; ``skipped`` ``(n_plays,)``.
    """

    ids: NDArray[np.int32]
    titles: list[str]
    names: list[str]
    artist: Ints
    song: Ints
    started: Ints
    ended: Ints
    clock: Ints
    skipped: Bools

    @classmethod
    def of(
        cls, listens: pl.DataFrame, songs: pl.DataFrame, *, time_zone: str, evidence: EvidenceConfig
    ) -> History:
        """Read one listener's plays.

        Args:
            listens: ``Snapshot.listens`` of one listener.
            songs: ``Snapshot.songs`` of at least all songs in them.
            time_zone: an IANA name.
            evidence: says which plays sounded.

        Raises:
            ValueError: the listens are of several listeners.
        """
        if listens["listener"].n_unique() > 1:
            raise ValueError("listens: expected those of one listener.")
        at = pl.from_epoch("started_at", time_unit="ms").dt.replace_time_zone("UTC")
        local = at.dt.convert_time_zone(ZoneInfo(time_zone).key).dt.replace_time_zone(None)
        plays = (
            listens.filter(~pl.col("private"))
            .join(songs.select("song", "artist", "artist_name", "title", "duration_ms"), on="song")
            .select(
                "song",
                "artist",
                "artist_name",
                "title",
                "started_at",
                "item",
                lasted=pl.coalesce("ms_played", "duration_ms", pl.lit(UNTOLD_MS)).cast(pl.Int64),
                clock=local.dt.epoch("ms"),
                sounded=sounded(evidence),
            )
            .sort("started_at", "item")
        )
        ids, first, song = np.unique(plays["song"].to_numpy(), return_index=True, return_inverse=True)
        artists = plays["artist"].to_numpy()[first]
        started = plays["started_at"].to_numpy().astype(np.int64)
        return cls(
            ids.astype(np.int32),
            plays["title"].gather(first).to_list(),
            plays["artist_name"].gather(first).to_list(),
            np.unique(artists, return_inverse=True)[1].astype(np.int64),
            song.astype(np.int64),
            started,
            started + plays["lasted"].to_numpy(),
            plays["clock"].to_numpy().astype(np.int64),
            ~plays["sounded"].to_numpy(),
        )

    def __len__(self) -> int:
        return len(self.song)

    @cached_property
    def by(self) -> Ints:
        """Who made what was played, ``(n_plays,)``, numbered from 0."""
        return self.artist[self.song]

    @cached_property
    def plays(self) -> Ints:
        """How often each song was played, ``(n_songs,)``."""
        return np.bincount(self.song, minlength=len(self.ids))

    @cached_property
    def day(self) -> Ints:
        """Days since 1970 by the listener's clock, which for this turn at noon: a night is one day, ``(n_plays,)``."""
        return (self.clock - DAY_MS // 2) // DAY_MS

    @cached_property
    def only_that_day(self) -> Bools:
        """Whether the song of each play is played on no other day, ``(n_plays,)``."""
        first, last = (
            np.full(len(self.ids), self.day.max(initial=0)),
            np.full(len(self.ids), self.day.min(initial=0)),
        )
        np.minimum.at(first, self.song, self.day)
        np.maximum.at(last, self.song, self.day)
        return np.asarray((first == last)[self.song], np.bool_)

    def part(self, at: Ints) -> History:
        """Some of the plays, in order; songs keep their positions."""
        return replace(
            self,
            song=self.song[at],
            started=self.started[at],
            ended=self.ended[at],
            clock=self.clock[at],
            skipped=self.skipped[at],
        )

    @cached_property
    def hour(self) -> Floats:
        """Time of day by the listener's clock, from 0 to 24, ``(n_plays,)``."""
        return (self.clock % DAY_MS) / HOUR_MS

    @cached_property
    def behind(self) -> Ints:
        """Which play each came right behind: the one that ended when it began, ``(n_plays,)``; −1 where none did.

        By time and not by order: while something plays on one device, something else may begin on another.
        """
        by_end = np.argsort(self.ended, kind="stable")
        ends = self.ended[by_end]
        next_one = np.minimum(np.searchsorted(ends, self.started), len(self) - 1)
        last_one = np.maximum(next_one - 1, 0)
        nearer = np.abs(ends[last_one] - self.started) <= np.abs(ends[next_one] - self.started)
        nearest = np.where(nearer, last_one, next_one)
        return np.where(np.abs(ends[nearest] - self.started) <= BEHIND_MS, by_end[nearest], -1)

    @cached_property
    def sitting(self) -> Ints:
        """In which sitting each play fell, numbered from 0, ``(n_plays,)``."""
        return stretches(self.started, self.ended, SITTING_GAP_MS)


def stretches(started: Ints, ended: Ints, gap_ms: int) -> Ints:
    """Number plays, in order of their start, by stretches between which nothing sounds for ``gap_ms``, from 0."""
    if not len(started):
        return np.empty(0, np.int64)
    begins = np.zeros(len(started), np.int64)
    begins[1:] = started[1:] - np.maximum.accumulate(ended)[:-1] > gap_ms
    return np.cumsum(begins)


def linked(one: Ints, other: Ints) -> Ints:
    """Number pairs by what hangs together: those that share a ``one`` or an ``other``, or by way of others, from 0."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    if not len(one):
        return np.empty(0, np.int64)
    ones, others = np.unique(one, return_inverse=True)[1], np.unique(other, return_inverse=True)[1]
    size = int(ones.max()) + int(others.max()) + 2
    pairs = coo_array((np.ones(len(one), np.int8), (ones, others + ones.max() + 1)), shape=(size, size))
    groups = connected_components(pairs.tocsr(), directed=False)[1]
    return np.asarray(groups[ones], np.int64)
