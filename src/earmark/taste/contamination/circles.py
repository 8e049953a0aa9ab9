"""Circles of songs that play with one another and hardly ever beside anything else.

Method: songs are linked where one plays next to the other in a sitting, the more often the stronger. Labels spread
along the links until they settle (label propagation; Raghavan, Albert & Kumara 2007), half of the songs at a time. A
circle is closed as far as the links of its songs stay inside. What is one's own mixes: favourites play beside anything;
what serves somebody else (a child) or something else (work) does not.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import scipy.sparse as sp

from earmark.taste.contamination.config import CirclesConfig
from earmark.taste.contamination.history import Bools, Floats, History, Ints
from earmark.taste.contamination.suspicion import Figures


def closed_circles(history: History, config: CirclesConfig) -> Iterator[Ints]:
    """Plays that may be suspected, as positions in the history: an array for each circle, the most closed first."""
    links = _links(history)
    days = np.unique(history.song * (int(history.day.max()) + 1) + history.day) // (
        int(history.day.max()) + 1
    )
    known = (history.plays >= config.plays) & (np.bincount(days, minlength=len(history.ids)) >= config.days)
    among, of_artist = np.flatnonzero(known), np.bincount(history.by)
    labels = _settled(sp.csr_array(links[among][:, among]), config.rounds)
    found = []
    for label in np.flatnonzero(np.bincount(labels) >= config.songs):
        core = np.zeros(len(known), np.bool_)
        core[among[labels == label]] = True
        circle = _with_company(links, core, config)
        at = np.flatnonzero(circle[history.song])
        if len(at) > config.most * len(history):
            continue
        closed = _closed(links, circle)
        theirs = of_artist[np.unique(history.artist[circle])].sum()
        if closed >= config.closed and len(at) >= (1 - config.artists_elsewhere) * theirs:
            found.append((closed, at))
    # Whoever always plays albums whole lives in closed circles.
    if sum(len(at) for _, at in found) <= config.most * len(history):
        yield from (at for _, at in sorted(found, key=lambda one: (-one[0], one[1][0])))


def confidence(figures: Figures) -> float:
    """How sure it is that a circle is not one's own taste, 0 to 1: the more artists, unheard else, and returning."""
    points = -1 - 8 * figures.artists_elsewhere + float(np.clip(4 * np.log2(figures.artists / 2), -4, 2))
    points += float(
        np.clip(np.log2(figures.plays_per_song / 2), -2, 2) + np.clip(np.log2(figures.days / 6), -2, 2)
    )
    points += 2 * figures.named - 3 * figures.elsewhere
    if figures.apart is not None and figures.usually_apart is not None:
        points += float(np.clip(2 * (figures.apart - figures.usually_apart), -1, 1))
    return float(1 / (1 + np.exp(-points)))


def _links(history: History) -> sp.csr_array:
    """How often songs play next to each other in a sitting, ``(n_songs, n_songs)``; a repeat links nothing."""
    size = len(history.ids)
    next_to = (history.sitting[1:] == history.sitting[:-1]) & (history.song[1:] != history.song[:-1])
    one, other = history.song[:-1][next_to], history.song[1:][next_to]
    links = sp.coo_array((np.ones(len(one)), (one, other)), shape=(size, size)).tocsr()
    return sp.csr_array(links + links.T)


def _settled(links: sp.csr_array, rounds: int) -> Ints:
    """A label for each song: that of most of its links, its own counting half; of equals the lowest, ``(n_songs,)``."""
    size = links.shape[0]
    songs, labels = np.arange(size), np.arange(size)
    linked = np.diff(links.indptr) > 0
    for turn in range(rounds):
        held = sp.csr_array((np.ones(size), (songs, labels)), shape=(size, size))
        votes = sp.coo_array(links @ held + 0.5 * held)
        order = np.lexsort((votes.col, -votes.data, votes.row))
        first = order[np.searchsorted(votes.row[order], songs)]
        labels = np.where(linked & (songs % 2 == turn % 2), votes.col[first], labels)
    return labels.astype(np.int64)


def _with_company(links: sp.csr_array, circle: Bools, config: CirclesConfig) -> Bools:
    """The circle, and the songs of too few plays to be sure of that link to hardly anything else."""
    every = _sums(links, np.ones(len(circle), np.bool_))
    return circle | ((_sums(links, circle) >= config.closed * every) & (every > 0))


def _closed(links: sp.csr_array, circle: Bools) -> float:
    """Share of the links of a circle's songs that stay inside."""
    every = _sums(links, np.ones(len(circle), np.bool_))[circle].sum()
    return float(_sums(links, circle)[circle].sum() / every) if every else 0.0


def _sums(links: sp.csr_array, among: Bools) -> Floats:
    return np.asarray(links @ among.astype(np.float64))
