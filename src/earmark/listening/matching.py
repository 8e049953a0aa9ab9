"""Pair plays told by one origin with the same plays as told by others: at most one to one, as many as can be.

Two tellings of one song by one listener are near if they start within 90 s of each other, or if their known
intervals overlap. An origin that writes whole minutes blurs its starts by as much, so half of the coarser
resolution is added (120 s where one writes minutes). Tellings of one item at the very same moment are
certain, and paired first. The other near ones make a bipartite graph; of its largest matchings we take one
that grows from the nearest pairs, by augmenting paths (Berge 1957). Because it is a largest one, the number
of plays does not depend on which origin came first, and telling the same again finds a partner again.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from earmark.listening.plays import Int64, Plays, packed

NEAR_MS: Final = 90_000
_SECOND: Final = 1_000
_PAIRS_AT_ONCE: Final = 4_000_000


def matching(tellings: Plays, others: Plays) -> tuple[Int64, Int64]:
    """Rows of ``tellings`` and of ``others`` that tell of the same play, as two parallel index arrays."""
    rows, partners, distances = _near_pairs(tellings, others)
    certain = np.flatnonzero((distances == 0) & (tellings.item[rows] == others.item[partners]))
    certain = certain[np.unique(rows[certain], return_index=True)[1]]
    certain = certain[np.unique(partners[certain], return_index=True)[1]]
    open_ = ~(np.isin(rows, rows[certain]) | np.isin(partners, partners[certain]))
    lonely = open_ & _once(rows, open_) & _once(partners, open_)
    contested = np.flatnonzero(open_ & ~lonely)
    row, partner = rows[contested], partners[contested]
    nearest_first = np.lexsort((others.started_at[partner], tellings.started_at[row], distances[contested]))
    pairs = _largest_matching(row[nearest_first].tolist(), partner[nearest_first].tolist())
    return (
        np.concatenate([rows[certain], rows[lonely], np.array(list(pairs.keys()), np.int64)]),
        np.concatenate([partners[certain], partners[lonely], np.array(list(pairs.values()), np.int64)]),
    )


def _once(ends: Int64, open_: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Whether an edge is the only open one at this end of it."""
    once: NDArray[np.bool_] = np.bincount(ends[open_], minlength=int(ends.max(initial=0)) + 1)[ends] == 1
    return once


def are_near(tellings: Plays, others: Plays) -> NDArray[np.bool_]:
    """Whether two origins' plays of one song by one listener may be the same play, row by row."""
    start, other_start = tellings.started_at, others.started_at
    coarser = np.maximum(tellings.resolution_ms, others.resolution_ms).astype(np.int64)
    reach = NEAR_MS + np.where(coarser > _SECOND, coarser // 2, 0)
    known = (tellings.ms_played >= 0) & (others.ms_played >= 0)
    overlap = (start < other_start + others.ms_played) & (other_start < start + tellings.ms_played)
    near: NDArray[np.bool_] = (np.abs(start - other_start) <= reach) | (known & overlap)
    return near


def _near_pairs(tellings: Plays, others: Plays) -> tuple[Int64, Int64, Int64]:
    """All near pairs of one song and listener: rows of both sides, and ms between their starts."""
    n = len(tellings)
    person_song = packed(
        [np.concatenate([tellings.listener, others.listener]), np.concatenate([tellings.song, others.song])]
    )
    ours = np.flatnonzero(np.isin(person_song[:n], person_song[n:]))
    theirs = np.flatnonzero(np.isin(person_song[n:], person_song[:n]))
    if not len(ours):
        nothing = np.empty(0, np.int64)
        return nothing, nothing, nothing
    _, group = np.unique(
        np.concatenate([person_song[:n][ours], person_song[n:][theirs]]), return_inverse=True
    )
    start, other_start = tellings.started_at[ours], others.started_at[theirs]
    epoch = min(int(start.min()), int(other_start.min())) // _SECOND
    horizon = max(int(start.max()), int(other_start.max())) // _SECOND - epoch + 1
    # Windows are cut in whole seconds, a little too wide; `are_near` then decides to the millisecond.
    timeline = group[len(ours) :] * np.int64(horizon) + (other_start // _SECOND - epoch)
    by_time = np.argsort(timeline, kind="stable")
    theirs, timeline = theirs[by_time], timeline[by_time]

    coarsest = max(int(tellings.resolution_ms[ours].max()), int(others.resolution_ms[theirs].max()))
    reach = NEAR_MS + coarsest
    back = max(reach, int(others.ms_played[theirs].max()))
    ahead = np.maximum(reach, tellings.ms_played[ours])
    seconds_back = (start - back) // _SECOND - epoch
    seconds_ahead = (start + ahead) // _SECOND - epoch + 1
    origin_of_time = group[: len(ours)] * np.int64(horizon)
    first = np.searchsorted(timeline, origin_of_time + np.clip(seconds_back, 0, horizon), "left")
    last = np.searchsorted(timeline, origin_of_time + np.clip(seconds_ahead, 0, horizon - 1), "right")

    found = [
        _judged(tellings, others, ours[rows], theirs[partners])
        for rows, partners in _ragged(first, np.maximum(last - first, 0))
    ]
    rows, partners, distances = (np.concatenate(column) for column in zip(*found, strict=True))
    return rows, partners, distances


def _ragged(first: Int64, length: Int64) -> Iterator[tuple[Int64, Int64]]:
    """Each row with the places ``first[row] … first[row] + length[row] − 1``, in blocks of bounded size."""
    before = np.concatenate([[0], np.cumsum(length)])
    row = 0
    while row < len(first):
        stop = max(row + 1, int(np.searchsorted(before, before[row] + _PAIRS_AT_ONCE, "right")) - 1)
        lengths = length[row:stop]
        rows = np.repeat(np.arange(row, stop), lengths)
        places = np.arange(len(rows)) - np.repeat(before[row:stop] - before[row], lengths) + first[rows]
        yield rows, places
        row = stop


def _judged(tellings: Plays, others: Plays, rows: Int64, partners: Int64) -> tuple[Int64, Int64, Int64]:
    tellings, others = tellings.take(rows), others.take(partners)
    near = are_near(tellings, others)
    return rows[near], partners[near], np.abs(tellings.started_at - others.started_at)[near]


def _largest_matching(rows: list[int], partners: list[int]) -> dict[int, int]:
    """A largest matching of the bipartite graph with these edges, preferring early ones; row to partner."""
    neighbours: dict[int, list[int]] = {}
    partner_of: dict[int, int] = {}
    row_of: dict[int, int] = {}
    for row, partner in zip(rows, partners, strict=True):
        neighbours.setdefault(row, []).append(partner)
        if row not in partner_of and partner not in row_of:
            partner_of[row] = partner
            row_of[partner] = row
    exhausted: set[int] = set()
    for row in neighbours:
        if row not in partner_of:
            _augment(row, neighbours, partner_of, row_of, exhausted)
    return partner_of


def _augment(
    free: int,
    neighbours: dict[int, list[int]],
    partner_of: dict[int, int],
    row_of: dict[int, int],
    exhausted: set[int],
) -> None:
    """Match the row ``free`` along a shortest augmenting path, if there is one.

    Partners seen in a search that failed can never help a later one (its Hungarian tree), so they stay in
    ``exhausted``: all failing searches together cost no more than the number of edges.
    """
    reached_from: dict[int, int] = {}
    queue = [free]
    for row in queue:
        for partner in neighbours[row]:
            if partner in reached_from or partner in exhausted:
                continue
            reached_from[partner] = row
            if partner in row_of:
                queue.append(row_of[partner])
                continue
            while True:
                row_there = reached_from[partner]
                previous = partner_of.get(row_there)
                partner_of[row_there] = partner
                row_of[partner] = row_there
                if previous is None:
                    return
                partner = previous  # noqa: PLW2901
    exhausted.update(reached_from)
