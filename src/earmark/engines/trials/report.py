"""What a trial found: each system's scores with intervals, and by how much we lead, paired row by row."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from earmark.evaluation.intervals import Interval, paired_difference_interval
from earmark.evaluation.scores import Scores


class Line(msgspec.Struct, frozen=True):
    """One system: accuracy with 95 % intervals, what its lists are like, and our lead on it.

    ``ahead`` is our score by the trial's judge minus this system's, paired (so below 0 where less is better and we
    have less); None for our own lines.
    """

    system: str
    scores: dict[str, Interval]
    character: dict[str, float]
    ahead: Interval | None


class Report(msgspec.Struct, frozen=True):
    """One task, tried once."""

    task: str
    setting: str
    """What was held out, in words."""
    seed: int
    rows: int
    """Listeners, playlists or moments that the scores are means over."""
    judge: str
    """The score that systems are compared by."""
    lines: tuple[Line, ...]
    notes: tuple[str, ...]


def compared(
    scores: Mapping[str, Scores],
    character: Mapping[str, Mapping[str, float]],
    *,
    ours: tuple[str, ...],
    judge: str,
    seed: int,
) -> tuple[Line, ...]:
    """A line for each system, the first of ``ours`` being the one that others are compared with."""
    best = scores[ours[0]].values[judge]
    return tuple(
        Line(
            system,
            found.intervals(seed),
            dict(character.get(system, {})),
            None if system in ours else paired_difference_interval(best, found.values[judge], seed=seed),
        )
        for system, found in scores.items()
    )
