"""One listener's plays in order of time, in the form that a moment is looked at from.

Whatever may not teach is not among them: private plays, and plays of songs that the listener hates, hides or excludes.
So nothing of it can be proposed, lead to a proposal, or be named in a reason.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from earmark.listening.evidence import EvidenceConfig, judged, sounded
from earmark.listening.feedback import Verdict
from earmark.signals.collaborative.columns import Int32s

Seconds = NDArray[np.float64]
"""Unix time, or a span of it, in seconds."""
Ints = NDArray[np.int64]

SITTING_GAP_S = 30 * 60.0
"""Half an hour of silence ends a sitting, as is usual for listening sessions."""
UNTOLD_LENGTH_S = 210.0
"""What a play of unknown length is taken to have lasted: three and a half minutes."""


@dataclass(frozen=True)
class Plays:
    """Plays of one listener, oldest first.

    ``songs`` ``(n_songs,)`` record ids, ascending, and ``artists`` ``(n_songs,)`` the record ids of who made them;
    ``song`` ``(n_plays,)`` positions in ``songs``; ``started``, ``ended`` ``(n_plays,)``; ``sounded`` ``(n_plays,)``
    whether a play was long enough to count: the others are skips.
    """

    songs: Int32s
    artists: Int32s
    song: Ints
    started: Seconds
    ended: Seconds
    sounded: NDArray[np.bool_]

    @classmethod
    def none(cls) -> Plays:
        """Of somebody who has not played anything yet."""
        ids, at, moments = np.empty(0, np.int32), np.empty(0, np.int64), np.empty(0)
        return cls(ids, ids, at, moments, moments, np.empty(0, np.bool_))

    def __len__(self) -> int:
        return len(self.song)

    @cached_property
    def artist(self) -> Ints:
        """Which artist made each song, numbered from 0, ``(n_songs,)``."""
        return np.unique(self.artists, return_inverse=True)[1].astype(np.int64)

    @cached_property
    def sitting(self) -> Ints:
        """In which sitting each play fell, numbered from 0, ``(n_plays,)``."""
        begins = np.ones(len(self), np.int64)
        begins[1:] = self.started[1:] - self.ended[:-1] > SITTING_GAP_S
        return np.cumsum(begins) - 1

    @cached_property
    def heard(self) -> Heard:
        """The plays that sounded, as a sequence of their own."""
        at = np.flatnonzero(self.sounded)
        return Heard(at, self.song[at], self.started[at], self.sitting[at], self.artist[self.song[at]])

    @cached_property
    def skipped(self) -> Ints:
        """Positions of the plays that did not sound."""
        return np.flatnonzero(~self.sounded)

    def n_heard(self, before: int) -> int:
        """How many of the first ``before`` plays sounded."""
        return int(np.searchsorted(self.heard.at, before))

    @cached_property
    def occurrences(self) -> Occurrences:
        """Where each song was played, skips included."""
        return Occurrences.of(self.song)

    def first(self, n: int) -> Plays:
        """The first ``n`` plays; songs keep their positions."""
        return Plays(
            self.songs, self.artists, self.song[:n], self.started[:n], self.ended[:n], self.sounded[:n]
        )

    def asked_at(self, play: int) -> float:
        """When play number ``play`` was called for: the whole minute in which it began, in Unix seconds.

        Not the second: where only the end of a play is on record, and to the minute, its start says how long it was.
        """
        minute = self.started[play] // 60 * 60
        return float(max(minute, self.started[play - 1]) if play else minute)


@dataclass(frozen=True)
class Heard:
    """The plays that sounded: ``at`` their positions among all plays; the rest as in `Plays`; all ``(n_heard,)``."""

    at: Ints
    song: Ints
    started: Seconds
    sitting: Ints
    artist: Ints

    @cached_property
    def occurrences(self) -> Occurrences:
        """Where each song stands in this sequence."""
        return Occurrences.of(self.song)

    @cached_property
    def traits(self) -> NDArray[np.float64]:
        """What is true of each, ``(n_heard, 4)`` as 0 and 1.

        It came right behind the same song before; it was the first play of its song; it repeated the song before it; it
        was by the artist of the song before it.
        """
        traits = np.zeros((len(self.at), 4))
        traits[:, 1] = self.occurrences.earlier == 0
        if len(self.at) > 1:
            steps = self.song[:-1] * (self.song.max() + 1) + self.song[1:]
            seen_before = np.ones(len(steps))
            seen_before[np.unique(steps, return_index=True)[1]] = 0
            traits[1:, 0] = seen_before
            traits[1:, 2] = self.song[1:] == self.song[:-1]
            traits[1:, 3] = self.artist[1:] == self.artist[:-1]
        return traits


@dataclass(frozen=True)
class Occurrences:
    """Positions in a sequence by what stands there: ``order`` holds those of ``x`` from ``starts[x]``, ascending.

    ``earlier`` ``(n,)`` is how often what stands at a position stood in the sequence before.
    """

    order: Ints
    starts: Ints
    earlier: Ints

    @classmethod
    def of(cls, sequence: Ints) -> Occurrences:
        """Index a sequence of small whole numbers."""
        order = np.argsort(sequence, kind="stable")
        starts = np.searchsorted(sequence[order], np.arange(int(sequence.max(initial=-1)) + 2))
        earlier = np.empty(len(sequence), np.int64)
        earlier[order] = np.arange(len(sequence)) - starts[sequence[order]]
        return cls(order, starts, earlier)


def read_plays(
    listens: pl.DataFrame, feedback: pl.DataFrame, songs: pl.DataFrame, config: EvidenceConfig
) -> Iterator[tuple[int, Plays]]:
    """Each listener (record id, ascending) who has plays that may teach, with these plays.

    Args:
        listens: ``Snapshot.listens`` of the listeners concerned.
        feedback: ``Snapshot.feedback`` of the same.
        songs: ``song`` and ``artist`` of at least all songs in them.
        config: says which plays sounded.
    """
    shut = judged((Verdict.HATE, Verdict.HIDE, Verdict.EXCLUDE), feedback, songs)
    teaching = (
        listens.filter(~pl.col("private"))
        .join(shut, on=["listener", "song"], how="anti")
        .join(songs.select("song", "artist"), on="song")
        .select(
            "listener",
            "song",
            "artist",
            "item",
            started=pl.col("started_at") / 1_000,
            lasted=pl.col("ms_played").cast(pl.Float64).fill_null(UNTOLD_LENGTH_S * 1_000) / 1_000,
            sounded=sounded(config),
        )
        .sort("listener", "started", "item")
    )
    for (listener,), mine in teaching.group_by("listener", maintain_order=True):
        ids, first, song = np.unique(mine["song"].to_numpy(), return_index=True, return_inverse=True)
        started = mine["started"].to_numpy()
        yield (
            int(str(listener)),
            Plays(
                ids.astype(np.int32),
                mine["artist"].to_numpy()[first].astype(np.int32),
                song.astype(np.int64),
                started,
                started + mine["lasted"].to_numpy(),
                mine["sounded"].to_numpy(),
            ),
        )
