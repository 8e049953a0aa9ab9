"""Weeks in which somebody else played music on the same account.

Method: a guest brings artists who are played in these weeks and never before or after. First, spans of weeks are found
in which such artists have more plays than is usual for this listener in spans of that length. Then plays within a span
are told apart as the owner's or the guest's by a mixture of two: the owner plays artists as in the weeks around, and
some new ones; the guest plays what these weeks hold beside that. What speaks for either is summed up over a play's
neighbours in its sitting, for people take turns by sittings and not by songs; the guest's artists are learned from the
plays that are the guest's, again and again (expectation and maximisation; Dempster, Laird & Rubin 1977).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from earmark.taste.contamination.config import SharedConfig
from earmark.taste.contamination.history import DAY_MS, Floats, History, Ints
from earmark.taste.contamination.suspicion import Figures

WEEK_MS = 7 * DAY_MS
MOST_SAID = 4.0
"""What one play says for either side is held within this, in log-odds."""


def weeks(history: History, config: SharedConfig) -> Iterator[Ints]:
    """Plays that may be suspected, as positions in the history: an array for each span of weeks."""
    taken = np.zeros(len(history), np.bool_)
    for first, n_weeks in _spans(history, config):
        at = max(
            (
                _guests(history, first + early, n_weeks + longer, config)
                for early in (-1, 0)
                for longer in (0, 1)
            ),
            key=lambda found: found.gain,
        )
        if at.gain > 0 and not taken[at.plays].any():
            taken[at.plays] = True
            yield at.plays


def confidence(figures: Figures) -> float:
    """How sure it is that plays are another person's, 0 to 1: the more there are, and of artists unheard else."""
    if figures.artists < 8 or figures.days < 3:
        return 0.0
    points = -1.3 + 10 * (figures.foreign - 0.4) + float(np.clip(np.log2(figures.listens / 500), -2, 2))
    points += float(np.clip(np.log2(figures.listens / figures.days / 25), -1.5, 1.5))
    if figures.apart is not None and figures.usually_apart is not None:
        points += float(np.clip(2 * (figures.apart - figures.usually_apart), -1, 1))
    return float(1 / (1 + np.exp(-points)))


def _spans(history: History, config: SharedConfig) -> Iterator[tuple[int, int]]:
    """Spans (weeks since the first play, number of weeks), those with most foreign plays beyond the usual first."""
    by, week = history.by, (history.started - history.started[0]) // WEEK_MS
    n_weeks = int(week[-1]) + 1
    n_artists = int(by.max()) + 1
    first, last = np.full(n_artists, n_weeks), np.zeros(n_artists, np.int64)
    np.minimum.at(first, by, week)
    np.maximum.at(last, by, week)
    mass = np.bincount(by)
    # Plays of artists who are first played in one week and last in another, summed up over both.
    longest = max(config.spans)
    by_length = np.zeros((n_weeks, longest), np.int64)
    short = (mass > 0) & (last - first < longest)
    np.add.at(by_length, (first[short], (last - first)[short]), mass[short])
    plays = np.concatenate([[0], np.cumsum(np.bincount(week, minlength=n_weeks))])
    found = []
    for length in config.spans:
        starts = np.arange(n_weeks - length + 1)
        if not len(starts):
            continue
        inside = np.zeros(len(starts), np.int64)
        for later in range(length):
            inside += by_length[later : later + len(starts), : length - later].sum(axis=1)
        all_plays = plays[starts + length] - plays[starts]
        share = inside / np.maximum(all_plays, 1)
        active = all_plays >= config.least
        usual = float(np.quantile(share[active], config.usual)) if active.any() else 1.0
        excess = inside - usual * all_plays
        found += [(excess[at], int(at), length) for at in np.flatnonzero(active & (inside >= config.least))]
    taken = np.zeros(n_weeks + 1, np.bool_)
    tried = 0
    for excess_, at, length in sorted(found, key=lambda one: (-one[0], one[1], one[2])):
        if excess_ <= 0 or tried == config.tries:
            return
        if not taken[at : at + length].any():
            taken[at : at + length] = True
            tried += 1
            yield at, length


@dataclass(frozen=True)
class _Guest:
    """Positions of a guest's plays, and what they gain: plays by artists of nobody else, less what mixed ones cost."""

    plays: Ints
    gain: float


def _guests(history: History, first: int, n_weeks: int, config: SharedConfig) -> _Guest:
    begins = history.started[0] + max(first, 0) * WEEK_MS
    ends = history.started[0] + (first + n_weeks) * WEEK_MS
    low, high = np.searchsorted(history.started, [begins, ends])
    by = history.by
    artists, here = np.unique(by[low:high], return_inverse=True)
    if not len(here):
        return _Guest(np.empty(0, np.int64), 0.0)
    around = _owner(history, int(low), int(high), config)[artists]
    inside = (around == 0)[here]
    times = np.bincount(here)
    owner = config.new * times / len(here) + (1 - config.new) * around / max(around.sum(), 1e-12)
    sitting, at = history.sitting[low:high], np.arange(len(here))
    left = np.maximum(at - config.reach, np.searchsorted(sitting, sitting))
    right = np.minimum(at + config.reach + 1, np.searchsorted(sitting, sitting, side="right"))
    guest = inside.astype(np.float64)
    for _ in range(config.rounds):
        theirs = np.bincount(here, guest) + 0.02 * times
        says = np.clip(np.log(theirs / theirs.sum()) - np.log(owner), -MOST_SAID, MOST_SAID)[here]
        prior = float(np.clip(guest.mean(), 0.02, 0.98))
        sums = np.concatenate([[0.0], np.cumsum(says)])
        guest = 1 / (1 + np.exp(-(np.log(prior / (1 - prior)) + sums[right] - sums[left])))
    chosen = guest > 0.5
    return _Guest(low + np.flatnonzero(chosen), float((inside[chosen] - config.mixed).sum()))


def _owner(history: History, low: int, high: int, config: SharedConfig) -> Floats:
    """How much each artist is played outside of a span, the nearer in time the more, as shares, ``(n_artists,)``."""
    started, by = history.started, history.by
    apart = np.concatenate([started[low] - started[:low], started[high:] - started[high - 1]]) / DAY_MS
    weight = np.exp(-apart / config.near_days) + config.far
    outside = np.bincount(np.concatenate([by[:low], by[high:]]), weight, int(by.max()) + 1)
    return np.asarray(outside / max(outside.sum(), 1e-12))
