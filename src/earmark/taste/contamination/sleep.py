"""Nights of sound to fall asleep by: long stretches without a pause or a skip of few tracks that play at no other time.

Method: a fixed point over songs. Begin with those that are hardly ever broken off. String their plays together,
whatever else played meanwhile; keep the stretches that are long and mostly theirs; keep the songs of which most plays
lie there, which return there, and which come right behind their like; begin again with these alone until nothing
changes. Then all of their plays are suspected, those of a night that was soon over too. The hour of the day is told,
and asked for nothing: clocks are often set to another zone than the sleeper's.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from earmark.taste.contamination.config import SleepConfig
from earmark.taste.contamination.history import HOUR_MS, MINUTE_MS, Bools, History, Ints, linked, stretches
from earmark.taste.contamination.suspicion import Figures

ROUNDS = 20
"""A bound: each round but the last leaves fewer songs."""


def nights(history: History, config: SleepConfig) -> Iterator[Ints]:
    """Plays that may be suspected, as positions in the history: an array for each set of songs and span of nights."""
    skips = np.bincount(history.song, history.skipped, len(history.ids))
    kept = skips <= config.skipped * history.plays
    for _ in range(ROUNDS):
        before = kept.sum()
        kept &= _looped(history, kept[history.song], config)
        if kept.sum() == before:
            break
    at = np.flatnonzero(kept[history.song])
    stretch = stretches(history.started[at], history.ended[at], int(config.pause_minutes * MINUTE_MS))
    together = linked(history.song[at], stretch)
    for one in np.unique(together):
        some = at[together == one]
        yield from np.split(some, np.flatnonzero(np.diff(history.day[some]) > config.apart_days) + 1)


def confidence(figures: Figures) -> float:
    """How sure it is that nights are of sleep, 0 to 1: the longer, the more in a loop, the more a world of their own.

    Points are log-odds; docs/decisions/contamination.md says how they were set.
    """
    length = min(1.3 * figures.hours / figures.days, figures.longest_hours)
    points = -4.0 + float(np.clip(length - 2.5, -2, 3.5))
    points += float(np.clip(np.log2(figures.plays_per_song), 0, 4))
    points += 1.5 * figures.foreign - 6 * figures.elsewhere + 2 * figures.named
    if figures.energy is not None and figures.energy_elsewhere is not None:
        points += float(np.clip(4 * (figures.energy_elsewhere - figures.energy), -1.5, 1.5))
    if figures.apart is not None and figures.usually_apart is not None:
        points += float(np.clip(2 * (figures.apart - figures.usually_apart), -1, 1))
    return float(1 / (1 + np.exp(-points)))


def _looped(history: History, among: Bools, config: SleepConfig) -> Bools:
    """Which songs have most of these plays in long stretches, and return there, ``(n_songs,)``."""
    at = np.flatnonzero(among)
    n_songs = len(history.ids)
    if not len(at):
        return np.zeros(n_songs, np.bool_)
    started, ended, song = history.started[at], history.ended[at], history.song[at]
    stretch = stretches(started, ended, int(config.pause_minutes * MINUTE_MS))
    n = int(stretch[-1]) + 1
    first = np.searchsorted(stretch, np.arange(n))
    span = np.maximum.reduceat(ended, first) - started[first]
    long = (span >= config.hours * HOUR_MS) & (
        np.bincount(stretch, ended - started, n) >= config.filled * span
    )
    inside = long[stretch]
    minutes = np.bincount(song[inside], (ended - started)[inside], n_songs) / MINUTE_MS
    plays = np.bincount(song[inside], minlength=n_songs)
    all_plays = np.bincount(song, minlength=n_songs)
    returns = (plays >= config.returns) | (minutes >= config.long_track_minutes)
    lengths = np.bincount(song, ended - started, n_songs) / MINUTE_MS
    alone = lengths >= config.alone_minutes * all_plays
    return (
        (plays >= config.in_stretches * all_plays)
        & returns
        & (plays > 0)
        & (alone | _among(history, among, config))
    )


def _among(history: History, among: Bools, config: SleepConfig) -> Bools:
    """Which songs mostly come right behind one of these plays, not behind what plays beside, ``(n_songs,)``."""
    behind = history.behind
    followers = np.flatnonzero(among & (behind >= 0))
    led = np.bincount(history.song[followers], among[behind[followers]], len(history.ids))
    follows = np.bincount(history.song[followers], minlength=len(history.ids))
    return led >= config.behind * follows
