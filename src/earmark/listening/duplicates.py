"""One play, told twice, is one listen.

Within one origin a play is a *repeat* if it is the same item by the same listener and its time lies within
another's: the same row again, the same start or the same end with a longer count, or a stray second in the
middle of a play. The longest is kept. Lying within is transitive, so what is kept does not depend on how the
rows were batched. Two plays that merely overlap, or follow each other within a minute, are two plays. An
origin that does not write seconds repeats itself only at the same start: there, all plays that end in one
minute look nested.

Across origins two tellings of a song that start within 90 s of each other, or overlap, are the *same play*
(`earmark.listening.matching`). The telling that says more takes the place of the other.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from earmark.listening.matching import matching
from earmark.listening.plays import Int64, Plays, joined, packed

__all__ = ["Fate", "Fates", "Plays", "running_maximum", "settle"]

FINE_MS: Final = 1_000
"""An origin that tells time at least this finely can be trusted to nest plays rightly."""


class Fate(IntEnum):
    """What becomes of an incoming play."""

    NEW = 0
    REPEATED = 1
    """Its own origin told of it already."""
    SAME_PLAY = 2
    """Another origin told of it already."""


@dataclass(frozen=True, eq=False)
class Fates:
    """What becomes of each incoming play; all of shape ``(n_incoming,)``.

    A play that is not NEW stands in the record as the stored row ``stored[i]``, or, where that is −1, as the
    incoming row ``incoming[i]``, which is NEW. Where ``replaces[i]``, the incoming row says more than the
    stored one: it takes its place whole (item, origin, start, length and ending), or the next import of
    either origin could not find it again. No two rows replace the same one.
    """

    fate: NDArray[np.uint8]
    stored: Int64
    incoming: Int64
    replaces: NDArray[np.bool_]


def settle(stored: Plays, incoming: Plays) -> Fates:
    """Decide for every incoming play whether the record holds it already.

    Origins are taken in order of first appearance, each against all that is kept so far. For two origins the
    number of plays does not depend on which came first, and settling the same rows again yields nothing new.

    Args:
        stored: what the record holds of these listeners (of all their origins).
        incoming: what is to be added, in any order.
    """
    plays = joined([stored, incoming])
    n_stored, n = len(stored), len(plays)
    longest = _longest_tellings(plays)
    fate = np.where(longest == np.arange(n), Fate.NEW, Fate.REPEATED).astype(np.uint8)
    place = np.arange(n)  # where the play that a row tells of stands
    teller = np.arange(n)  # whose words stand at a place

    outgrown = np.flatnonzero(longest[:n_stored] >= n_stored)[::-1]
    place[longest[outgrown]] = outgrown  # a row that outgrows several takes the place of the first
    outgrown = outgrown[place[longest[outgrown]] == outgrown]
    teller[outgrown] = longest[outgrown]
    fate[longest[outgrown]] = Fate.REPEATED

    fresh = n_stored + np.flatnonzero(fate[n_stored:] == Fate.NEW)
    kept = np.arange(n_stored)
    for origin in _in_order_of_appearance(incoming.origin):
        ours = fresh[plays.origin[fresh] == origin]
        others = kept[plays.origin[kept] != origin]
        if len(ours) and len(others):
            told, known = matching(plays.take(ours), plays.take(teller[others]))
            told, known = ours[told], others[known]
            place[told] = known
            fate[told] = Fate.SAME_PLAY
            richer = _says_more(plays, told, teller[known])
            teller[known[richer]] = told[richer]
        kept = np.concatenate([kept, ours[fate[ours] == Fate.NEW]])

    displaced = n_stored + np.flatnonzero(teller[n_stored:] != np.arange(n_stored, n))
    fate[displaced] = Fate.SAME_PLAY
    fate[teller[displaced]] = Fate.NEW
    rows = np.arange(n_stored, n)
    at = place[longest[rows]]
    words = teller[at]
    return Fates(
        fate=fate[rows],
        stored=np.where(at < n_stored, at, -1),
        incoming=np.where((at >= n_stored) & (words != rows), words - n_stored, -1),
        replaces=(at < n_stored) & (words == rows),
    )


def _longest_tellings(plays: Plays) -> Int64:
    """For each row the row of the same origin whose time holds its own: itself, if there is no longer one.

    An unknown length counts as just less than none. Sorted by start, then longest first, a row lies within
    another exactly if it ends no later than something before it; the last row that set a new latest end is
    one that holds it.
    """
    if not len(plays):
        return np.empty(0, np.int64)
    thing = packed([plays.listener, plays.item, plays.origin])
    end = plays.started_at + plays.ms_played
    order = np.lexsort((-end, plays.started_at, thing))
    thing, start, end = thing[order], plays.started_at[order], end[order]
    opens = np.ones(len(order), np.bool_)
    coarse = plays.resolution_ms[order][1:] > FINE_MS
    opens[1:] = (thing[1:] != thing[:-1]) | (coarse & (start[1:] != start[:-1]))
    latest = running_maximum(end, opens)
    kept = opens
    kept[1:] |= end[1:] > latest[:-1]
    holder = np.maximum.accumulate(np.where(kept, np.arange(len(order)), 0))
    longest = np.empty(len(order), np.int64)
    longest[order] = order[holder]
    return longest


def running_maximum(values: Int64, opens: NDArray[np.bool_]) -> Int64:
    """The largest value so far in each group of consecutive rows; ``opens`` marks where a group begins."""
    low = int(values.min())
    span = int(values.max()) - low + 1
    group = np.cumsum(opens) - 1
    at_once = max(1, 2**62 // span)
    highest = np.empty(len(values), np.int64)
    for first in range(0, int(group[-1]) + 1, at_once):
        rows = slice(*np.searchsorted(group, [first, first + at_once]))
        floor = (group[rows] - first) * span
        highest[rows] = np.maximum.accumulate(values[rows] - low + floor) - floor + low
    return highest


def _in_order_of_appearance(origins: NDArray[np.int16]) -> NDArray[np.int16]:
    values, first = np.unique(origins, return_index=True)
    return values[np.argsort(first)]


def _says_more(plays: Plays, rows: Int64, than: Int64) -> NDArray[np.bool_]:
    """Whether a row knows its length where the other does not, or else tells time more finely."""
    knows, other_knows = plays.ms_played[rows] >= 0, plays.ms_played[than] >= 0
    finer = plays.resolution_ms[rows] < plays.resolution_ms[than]
    more: NDArray[np.bool_] = (knows & ~other_knows) | ((knows == other_knows) & finer)
    return more
