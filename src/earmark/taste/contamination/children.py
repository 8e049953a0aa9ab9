"""Music for children: artists whose songs say so, who play in sittings of their own.

Method: an artist is for children where enough of their songs say so (title, name or tag); then the company they keep
is, too: artists who play almost only in sittings that are mostly for children. One song with such a word is no artist
for children, and nothing is where it plays among other music.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from earmark.taste.contamination import circles
from earmark.taste.contamination.config import ChildrenConfig
from earmark.taste.contamination.history import Bools, History, Ints
from earmark.taste.contamination.suspicion import Figures

ROUNDS = 10
NAMED_IN_CIRCLE = 0.15
"""Of the plays of a circle, the share that must say that they are for children."""


def sittings(history: History, words: list[list[str]], config: ChildrenConfig) -> Iterator[Ints]:
    """Plays that may be suspected, as positions in the history: an array for each span of days.

    Args:
        history: all plays.
        words: of children's vocabulary, by song.
        config: the bounds.
    """
    says = np.array([bool(said) for said in words], np.bool_)
    n_artists = int(history.artist.max(initial=-1)) + 1
    share = np.bincount(history.artist, says, n_artists) / np.maximum(
        np.bincount(history.artist, minlength=n_artists), 1
    )
    kept = share >= config.named
    seeds = kept.copy()
    for _ in range(ROUNDS):
        before = kept.sum()
        kept = seeds | _in_company(history, kept[history.by], config)
        if kept.sum() == before:
            break
    # A child's song among others is the child's, too, where its artist mostly plays among its like.
    among_its_like = np.bincount(
        history.by, _share_of_sitting(history, kept[history.by]) >= config.of_sitting
    )
    kept &= among_its_like >= config.among_its_like * np.bincount(history.by)
    at = np.flatnonzero(kept[history.by])
    if len(at):
        yield from np.split(at, np.flatnonzero(np.diff(history.day[at]) > config.apart_days) + 1)


def confidence(figures: Figures) -> float:
    """How sure it is that plays are for children, 0 to 1: the more say so and return, and the less is mixed."""
    points = -4.5 + 6 * figures.named + 2 * figures.foreign
    points += float(
        np.clip(np.log2(figures.songs) - 2, -2, 1.5) + np.clip(figures.plays_per_song - 2, -1, 2) / 2
    )
    points -= 3 * figures.elsewhere
    if figures.apart is not None and figures.usually_apart is not None:
        points += float(np.clip(2 * (figures.apart - figures.usually_apart), -1, 1))
    return float(1 / (1 + np.exp(-points)))


def confidence_of_circle(figures: Figures) -> float:
    """The same of a circle of songs that play with one another alone; nothing where too few of them say so."""
    return circles.confidence(figures) if figures.named >= NAMED_IN_CIRCLE else 0.0


def _in_company(history: History, mine: Bools, config: ChildrenConfig) -> Bools:
    """Which artists play almost only in sittings that are mostly made of these plays, ``(n_artists,)``."""
    inside = _share_of_sitting(history, mine) >= config.of_sitting
    plays, there = np.bincount(history.by), np.bincount(history.by, inside)
    return (there >= config.in_company * plays) & (plays >= config.least)


def _share_of_sitting(history: History, mine: Bools) -> NDArray[np.float64]:
    """Of the sitting of each play, the share of plays that are these, ``(n_plays,)``."""
    sitting = history.sitting
    return (np.bincount(sitting, mine) / np.bincount(sitting))[sitting]
