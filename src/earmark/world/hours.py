"""When made listeners press play: patterns over the hours of a week."""

from __future__ import annotations

from typing import Final

import numpy as np

from earmark.world.draws import Floats

HOUR_MS: Final = 3_600_000

_WORKDAYS_AND_WEEKEND: Final = (
    (
        {7: 5, 8: 8, 9: 2, 16: 2, 17: 7, 18: 7, 19: 3, 20: 3, 21: 2},
        {10: 2, 11: 2, 14: 2, 18: 2, 20: 3, 21: 3},
    ),
    ({18: 2, 19: 4, 20: 7, 21: 8, 22: 6, 23: 3}, {11: 2, 13: 2, 16: 3, 19: 4, 20: 6, 21: 6, 22: 5, 23: 3}),
    ({8: 2, 9: 6, 10: 7, 11: 6, 13: 5, 14: 7, 15: 6, 16: 4, 20: 1}, {11: 1, 15: 1, 20: 1}),
    ({6: 6, 7: 6, 12: 4, 13: 3, 17: 4, 18: 5}, {8: 4, 9: 6, 10: 5, 17: 4, 18: 4}),
    ({0: 4, 1: 3, 15: 2, 20: 3, 21: 4, 22: 6, 23: 7}, {0: 7, 1: 6, 2: 3, 15: 3, 20: 4, 21: 5, 22: 7, 23: 8}),
)
"""Commuters, evenings, desk work, early risers, night owls: the hours that stand out, UTC, and how much."""

HABITS: Final = len(_WORKDAYS_AND_WEEKEND)


def week_patterns() -> Floats:
    """Cumulative chance of starting a session by hour of the week from Monday 00:00, ``(habits, 168)``."""
    rows = []
    for workday, weekend in _WORKDAYS_AND_WEEKEND:
        day = [0.15 + workday.get(hour, 0) for hour in range(24)]
        rest = [0.25 + 1.3 * weekend.get(hour, 0) for hour in range(24)]
        rows.append(day * 4 + [*day[:18], *rest[18:]] + rest * 2)
    cumulative = np.cumsum(np.array(rows), axis=1)
    cumulative /= cumulative[:, -1:]
    return cumulative
