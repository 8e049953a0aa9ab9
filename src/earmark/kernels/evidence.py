"""What speaks for a recommendation: the listener's own songs nearest to it, and who else holds them all."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from earmark.kernels import _core
from earmark.kernels.neighbours import NeighbourLists
from earmark.kernels.sparse import Csr, Rows, checked_ids
from earmark.threads import over_blocks

_Ids: TypeAlias = NDArray[Any]

PAIRS_PER_BLOCK = 4096
BITSET_SHARE = 64
"""A song that more than one row in so many holds gets a bitset: at most twice the size of its list."""


@dataclass(frozen=True)
class Postings:
    """Who holds each song: sorted row lists, a bitset beside each long one, and which rows are whose own."""

    lists: Rows
    """(n_songs, n_rows) entries; only their places count, not their weights."""
    slots: NDArray[np.int32]
    """(n_songs,), the number of the song's bitset, or -1."""
    bits: NDArray[np.uint64]
    """(n_bitsets, ceil(n_rows / 64))."""
    own_starts: NDArray[np.int64]
    own_rows: NDArray[np.int32]

    @property
    def n_songs(self) -> int:
        """How many songs have a list."""
        return self.lists.n_rows

    @property
    def n_rows(self) -> int:
        """How many playlists or listeners hold songs."""
        return self.lists.n_columns

    @property
    def n_listeners(self) -> int:
        """How many listeners may own rows."""
        return len(self.own_starts) - 1

    @classmethod
    def of(cls, matrix: Csr, owners: NDArray[Any], n_listeners: int) -> Postings:
        """Build from rows by songs.

        Args:
            matrix: (n_rows, n_songs); every entry, of whatever weight, means that the row holds the song.
            owners: (n_rows,) the listener whose row it is, or -1 for nobody's.
            n_listeners: how many listeners there are.

        Raises:
            ValueError: shapes do not fit or an owner is out of range.
        """
        rows = Rows.of(matrix, "postings")
        own_starts, own_rows = _owned(owners, rows.n_rows, n_listeners)
        lists = rows.transposed()
        long = np.diff(lists.starts) * BITSET_SHARE > lists.n_columns
        slots = np.where(long, np.cumsum(long) - 1, -1).astype(np.int32)
        bits = np.zeros((int(long.sum()), (lists.n_columns + 63) // 64), np.uint64)
        _core.fill_bitsets(lists.n_rows, lists.n_columns, lists.starts, lists.indices, slots, bits)
        return cls(lists, slots, bits, own_starts, own_rows)

    def owned_by(self, owners: NDArray[Any], n_listeners: int) -> Postings:
        """The same rows under other owners, given as for ``of``."""
        own_starts, own_rows = _owned(owners, self.n_rows, n_listeners)
        return replace(self, own_starts=own_starts, own_rows=own_rows)

    def _arguments(self) -> tuple[int, _Ids, _Ids, _Ids, _Ids, _Ids, _Ids]:
        return (
            self.n_rows, self.lists.starts, self.lists.indices, self.slots, self.bits,
            self.own_starts, self.own_rows,
        )  # fmt: skip


def _owned(
    owners: NDArray[Any], n_rows: int, n_listeners: int
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Each listener's own rows, one after the other, and where each listener's begin."""
    if owners.shape != (n_rows,):
        raise ValueError(f"owners: expected one for each of {n_rows} rows, got {owners.shape}.")
    owned = np.flatnonzero(owners >= 0)
    owner_ids = checked_ids(owners[owned], n_listeners, "owners")
    own_starts = np.zeros(n_listeners + 1, np.int64)
    np.cumsum(np.bincount(owner_ids, minlength=n_listeners), out=own_starts[1:])
    return own_starts, owned[np.argsort(owner_ids, kind="stable")].astype(np.int32)


class Evidence(NamedTuple):
    """One entry for each pair of listener and candidate, all (n_pairs,) int32."""

    first: NDArray[np.int32]
    """The song of the listener's own that speaks for the candidate most, or -1."""
    second: NDArray[np.int32]
    """The next, or -1 where there is none or nobody holds all three."""
    n_playlists: NDArray[np.int32]
    """Playlists, not the listener's own, that hold the candidate and the seeds; 0 without seeds."""
    n_listeners: NDArray[np.int32]
    """Other listeners who hold the candidate and the seeds; 0 without seeds."""


def find_evidence(
    history: Csr,
    neighbours: NeighbourLists,
    pair_listeners: NDArray[Any],
    pair_songs: NDArray[Any],
    *,
    playlists: Postings,
    listeners: Postings,
    threads: int | None = None,
) -> Evidence:
    """Evidence for each pair (listener, candidate song).

    A seed is a song i of the listener's history with weight above 0 that is among the candidate c's
    neighbours, or c among its. Its contribution is ``w_i sim``, the greater similarity where both hold; the
    two greatest are kept, by contribution descending, then id ascending. Pairs of one listener should stand
    together: each run costs one pass over the neighbours of that listener's history.

    Args:
        history: (n_listeners, n_songs) weights.
        neighbours: lists of the same songs.
        pair_listeners: (n_pairs,) rows of ``history``.
        pair_songs: (n_pairs,) candidates.
        playlists: who holds the songs; its owners are rows of ``history``.
        listeners: likewise, for the listeners' own rows.
        threads: as for `over_blocks`; it does not change the result.

    Raises:
        ValueError: shapes do not fit or an id is out of range.
    """
    rows = Rows.of(history, "history")
    for name, n_songs in (
        ("neighbours", len(neighbours)),
        ("neighbours", neighbours.n_ids),
        ("playlists", playlists.n_songs),
        ("listeners", listeners.n_songs),
    ):
        if n_songs != rows.n_columns:
            raise ValueError(f"history has {rows.n_columns} songs, {name} have {n_songs}.")
    if playlists.n_listeners != rows.n_rows or listeners.n_listeners != rows.n_rows:
        raise ValueError(f"owners must be counted among the {rows.n_rows} listeners of the history.")
    if len(pair_listeners) != len(pair_songs):
        raise ValueError(f"{len(pair_listeners)} listeners for {len(pair_songs)} candidates.")
    who = checked_ids(pair_listeners, rows.n_rows, "pair_listeners")
    what = checked_ids(pair_songs, rows.n_columns, "pair_songs")
    found = Evidence(*(np.empty(len(who), np.int32) for _ in Evidence._fields))

    def block(start: int, stop: int) -> None:
        _core.find_evidence(
            start, stop, len(who), rows.n_columns, rows.n_rows,
            rows.starts, rows.indices, rows.weights,
            neighbours.starts, neighbours.ids, neighbours.similarities,
            *playlists._arguments(), *listeners._arguments(), who, what, *found,
        )  # fmt: skip

    over_blocks(block, len(who), PAIRS_PER_BLOCK, threads)
    return found
