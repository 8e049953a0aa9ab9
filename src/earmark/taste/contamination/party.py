"""An evening on which others chose the music: hours of songs of many artists that play on no other day.

Method: within each sitting, the stretch that gains most, where a play of a song that is played on no other day gains
and any other costs (the maximum-sum segment; Bentley 1984).
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from earmark.taste.contamination.config import PartyConfig
from earmark.taste.contamination.history import HOUR_MS, History, Ints
from earmark.taste.contamination.suspicion import Figures


def evenings(history: History, config: PartyConfig) -> Iterator[Ints]:
    """Plays that may be suspected, as positions in the history: an array for each evening."""
    only = history.only_that_day
    begins = np.flatnonzero(np.diff(history.sitting, prepend=-1))
    for first, last in zip(begins, np.append(begins[1:], len(history)), strict=True):
        if last - first < config.plays:
            continue
        gain = np.concatenate([[0.0], np.cumsum(only[first:last] - config.known)])
        lowest = np.minimum.accumulate(gain)
        end = int(np.argmax(gain - lowest))
        start = int(np.flatnonzero(gain[:end] == lowest[end])[-1]) if end else 0
        at = np.arange(first + start, first + end)
        if len(at) < config.plays:
            continue
        hours = (history.ended[at].max() - history.started[at[0]]) / HOUR_MS
        evening = (history.hour[at[0]] - config.begins) % 24 < config.begins_within
        if hours >= config.hours and evening:
            yield at


def confidence(figures: Figures) -> float:
    """How sure it is that an evening is a party, 0 to 1: the more songs of that day alone, artists, and haste."""
    points = -2.75 + 6 * (figures.only_then - 0.5) + 4 * (figures.artists / figures.listens - 0.5)
    points += 1.5 * float(np.clip(np.log2(figures.listens / 50), -2, 1.5))
    points += float(np.clip(10 * (figures.short - 0.2), -1.5, 1.5))
    if figures.apart is not None and figures.usually_apart is not None:
        points += float(np.clip(2 * (figures.apart - figures.usually_apart), -1, 1))
    return float(1 / (1 + np.exp(-points)))
