"""Listens as columns: how they are handed over, how they lie in the record, and how they go in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain
from operator import attrgetter
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from earmark.listening.duplicates import running_maximum
from earmark.listening.listens import LONGEST_PLAY_MS, Listen
from earmark.listening.matching import NEAR_MS
from earmark.listening.plays import packed
from earmark.store.catalogue import Catalogue
from earmark.store.rows import BULK, by_index, fetch_ints, insert, put
from earmark.store.schema import LONG_MS
from earmark.store.wanted import Row, wanted_ids, wanted_spans

_ITEM: Final = attrgetter("item")

_SAID: Final = """
    SELECT l.listener_id * 4294967296 + l.item_id, l.started_at,
        CAST(coalesce(l.ms_played, -1) AS BIGINT) * 16777216 + l.origin_id * 256 + l.ending * 2
            + CAST(l.private AS INTEGER), l.device_id"""
_AROUND: Final = f"""
    {_SAID} FROM wanted_span w CROSS JOIN listen l
    WHERE l.listener_id = w.listener_id AND l.started_at BETWEEN w.first AND w.last
    UNION ALL
    {_SAID} FROM wanted_span w CROSS JOIN listen AS long {{by_index}} CROSS JOIN listen l
    WHERE long.listener_id = w.listener_id AND long.started_at >= w.before AND long.started_at < w.first
    AND long.ms_played > {LONG_MS}
    AND l.listener_id = long.listener_id AND l.started_at = long.started_at AND l.item_id = long.item_id"""
"""All that starts within the spans, and before them only what lasts long; its index has no more than its key."""
_SONGS: Final = """
    SELECT i.id, coalesce(i.song_id, -i.id) FROM wanted_id w CROSS JOIN item i
    WHERE i.id = w.id ORDER BY w.n"""
_HIDE: Final = "UPDATE listen SET private = TRUE WHERE listener_id = ? AND started_at = ? AND item_id = ?"
_REMOVE: Final = "DELETE FROM listen WHERE listener_id = ? AND started_at = ? AND item_id = ?"


class Columns(NamedTuple):
    """One array a field, ``(n_listens,)`` each. ``song`` of an episode or chapter is its item id, negated."""

    listener: NDArray[np.int32]
    song: NDArray[np.int32]
    item: NDArray[np.int32]
    started_at: NDArray[np.int64]
    ms_played: NDArray[np.int32]
    """-1 where unknown."""
    ending: NDArray[np.int8]
    private: NDArray[np.bool_]
    origin: NDArray[np.int16]
    device: NDArray[np.int32]
    """0 where unknown."""

    def by_listeners(self, at_once: int) -> Iterator[Columns]:
        """The same listens in parts of about ``at_once``; all of one listener's are in one part."""
        if len(self.listener) <= at_once:
            yield self
            return
        order = np.argsort(self.listener, kind="stable")
        sorted_listeners = self.listener[order]
        first = 0
        while first < len(order):
            last = sorted_listeners[min(first + at_once, len(order)) - 1]
            end = int(np.searchsorted(sorted_listeners, last, side="right"))
            yield Columns._make(column[order[first:end]] for column in self)
            first = end

    def rows(self, which: NDArray[np.intp]) -> Iterator[Row]:
        """The chosen listens as rows of the table, in the order of its primary key (items aside)."""
        chosen = which[np.argsort(packed([self.listener[which], self.started_at[which]]))]
        # Python's integers take five times the room of the columns, so only a stretch of them exists at once.
        return chain.from_iterable(
            self._rows(chosen[first : first + BULK]) for first in range(0, len(chosen), BULK)
        )

    def _rows(self, which: NDArray[np.intp]) -> Iterator[Row]:
        ms_played: list[int | None] = self.ms_played[which].tolist()
        for at in np.flatnonzero(self.ms_played[which] < 0):
            ms_played[at] = None
        return zip(
            self.listener[which].tolist(),
            self.started_at[which].tolist(),
            self.item[which].tolist(),
            ms_played,
            self.ending[which].tolist(),
            self.private[which].tolist(),
            self.origin[which].tolist(),
            self.device[which].tolist(),
            strict=True,
        )


class Handed:
    """Listens handed over, as compact columns: some twenty bytes each, however many there are."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue
        self._stretches: list[tuple[NDArray[np.generic], ...]] = []

    def add(
        self, listeners: Sequence[int], listens: Sequence[Listen], origin: int, devices: Sequence[int]
    ) -> None:
        """Take down ``listens[i]`` as played by ``listeners[i]`` on ``devices[i]``."""
        n = len(listens)
        self._stretches.append(
            (
                np.fromiter(listeners, np.int32, n),
                np.fromiter(self._catalogue.codes(map(_ITEM, listens)), np.int32, n),
                np.array([listen.started_at for listen in listens], np.int64),
                np.array(
                    [-1 if listen.ms_played is None else listen.ms_played for listen in listens], np.int32
                ),
                np.frombuffer(bytes([listen.ending for listen in listens]), np.int8),
                np.frombuffer(bytes([listen.private for listen in listens]), np.bool_),
                np.full(n, origin, np.int16),
                np.array(devices, np.int32),
            )
        )

    def take(self) -> Columns | None:
        """All that was handed over, with its items resolved; None if there is nothing. Empties this."""
        if not self._stretches:
            return None
        self._catalogue.resolve()
        listener, code, *others = map(np.concatenate, zip(*self._stretches, strict=True))
        self._stretches.clear()
        return Columns(listener, self._catalogue.song_ids[code], self._catalogue.item_ids[code], *others)


def stored_around(connection: Connection, incoming: Columns, coarsest_ms: int) -> Columns:
    """What the record holds of the same listeners that could be the same plays.

    That is what sounded at the same time or started near (`earmark.listening.matching`), of origins that write their
    times as coarsely as ``coarsest_ms``.
    """
    around = wanted_spans(*(column.tolist() for column in _spans(incoming, coarsest_ms)))
    who_what, started_at, how, device = fetch_ints(
        connection, by_index(connection, _AROUND, "listen_long"), 4, wanted=around
    )
    items = (who_what & 0xFFFFFFFF).astype(np.int32)
    return Columns(
        listener=(who_what >> 32).astype(np.int32),
        song=_songs_of(connection, items),
        item=items,
        started_at=np.ascontiguousarray(started_at),
        ms_played=(how >> 24).astype(np.int32),
        ending=((how >> 1) & 0x7F).astype(np.int8),
        private=(how & 1).astype(np.bool_),
        origin=((how >> 8) & 0xFFFF).astype(np.int16),
        device=device.astype(np.int32),
    )


def _spans(incoming: Columns, coarsest_ms: int) -> tuple[NDArray[np.integer], ...]:
    """Stretches of time that hold the plays and what is near them: whose, and their `wanted_spans`; no two overlap."""
    order = np.lexsort((incoming.started_at, incoming.listener))
    listener, started_at = incoming.listener[order], incoming.started_at[order]
    near = max(LONG_MS, NEAR_MS + coarsest_ms)
    first = started_at - near
    others = np.ones(len(order), np.bool_)
    others[1:] = listener[1:] != listener[:-1]
    last = running_maximum(started_at + np.maximum(incoming.ms_played[order], 0) + near, others)
    opens = others.copy()
    opens[1:] |= first[1:] > last[:-1]
    at = np.flatnonzero(opens)
    last = last[np.append(at[1:], len(order)) - 1]
    before = started_at[at] - LONGEST_PLAY_MS
    follows = np.flatnonzero(~others[at])
    before[follows] = np.maximum(before[follows], last[follows - 1] + 1)
    return listener[at], before, first[at], last


def _songs_of(connection: Connection, items: NDArray[np.int32]) -> NDArray[np.int32]:
    if not len(items):
        return items
    distinct, at = np.unique(items, return_inverse=True)
    _, songs = fetch_ints(connection, _SONGS, 2, wanted=wanted_ids(distinct.tolist()))
    song_of: NDArray[np.int32] = songs.astype(np.int32)[at]
    return song_of


def add_rows(connection: Connection, rows: Iterator[Row]) -> int:
    """Insert listens; returns how many, less those of an item at a moment at which it is there already."""
    return insert(connection, "listen", rows, if_absent=True)


def remove_rows(connection: Connection, rows: Iterator[Row]) -> None:
    """Delete listens."""
    put(connection, _REMOVE, (row[:3] for row in rows))


def hide_rows(connection: Connection, rows: Iterator[Row]) -> None:
    """Mark listens in the record as private."""
    put(connection, _HIDE, (row[:3] for row in rows))
