"""What given listeners have heard and how much it says, as sparse rows over the build's columns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import polars as pl
import scipy.sparse as sp
from numpy.typing import NDArray

from earmark.listening.evidence import EvidenceConfig, hearing, judging, weighing
from earmark.listening.feedback import Verdict
from earmark.signals.collaborative.columns import Columns, Int32s

Csr = sp.csr_array
HALVED_AFTER = 5
"""A song so many places before the end of a playlist says half as much about what comes next."""


@dataclass(frozen=True)
class Histories:
    """One row a listener, one column a song; all matrices are ``(n_listeners, n_songs)``.

    ``weight`` (float32) may be negative: a dislike. ``plays`` (int32) counts plays that sounded and may be
    spoken of in reasons, so none of a hated song. ``closed`` marks what must not be recommended: heard in
    any version, hated, hidden, on a playlist of theirs. A row may also be a playlist (`playlists_as_histories`):
    nobody's, −1.
    """

    listeners: Int32s
    weight: Csr
    strength: Csr
    recent: Csr
    plays: Csr
    skips: Csr
    closed: Csr

    def __len__(self) -> int:
        return len(self.listeners)

    def rows(self, start: int, stop: int) -> Histories:
        """The listeners of rows ``start`` to ``stop``."""
        return self.take(slice(start, stop))

    def of(self, listeners: NDArray[np.integer]) -> Histories:
        """The given listeners (record ids, ascending, all among these)."""
        return self.take(np.searchsorted(self.listeners, listeners))

    def find(self, listeners: NDArray[np.integer]) -> Int32s:
        """Rows of the given listeners (record ids); −1 for those who are not among these."""
        if not len(self.listeners):
            return np.full(len(listeners), -1, np.int32)
        at = np.minimum(np.searchsorted(self.listeners, listeners), len(self.listeners) - 1)
        found = (self.listeners[at] == listeners) & (listeners >= 0)
        return np.where(found, at, -1).astype(np.int32)

    def take(self, rows: slice | NDArray[np.intp]) -> Histories:
        """Some of the listeners, by row."""
        return Histories(*(getattr(self, field.name)[rows] for field in fields(self)))

    def only(self, columns: NDArray[np.integer]) -> Histories:
        """The same, with every song but these closed to all; for few listeners, as it takes a byte for each song."""
        shut = np.ones(self.closed.shape[1], np.bool_)
        shut[columns] = False
        closed = sp.csr_array((self.closed.toarray() != 0) | shut, dtype=np.int8)
        return replace(self, closed=closed)

    @property
    def taste(self) -> Csr:
        """The positive weights alone."""
        return entries_where(self.weight, self.weight.data > 0)

    @property
    def played(self) -> Csr:
        """Strength of the songs that the listener truly played: what a reason may name."""
        return sp.csr_array(self.strength.multiply(self.plays > 0))


def read_histories(
    listeners: NDArray[np.integer],
    listens: pl.DataFrame,
    feedback: pl.DataFrame,
    own_playlists: pl.DataFrame,
    songs: pl.DataFrame,
    *,
    columns: Columns,
    config: EvidenceConfig,
    given: pl.DataFrame | None = None,
) -> Histories:
    """Histories of ``listeners`` (record ids, ascending) from frames shaped as those of a snapshot.

    ``own_playlists`` holds ``listener`` and ``song``, and so does ``given``: songs closed to a listener
    because they were recommended before. Songs that are not among the columns are left out: they can neither
    be recommended nor compared.
    """
    ids = np.asarray(listeners, np.int32)
    mine = pl.col("listener").is_in(pl.Series("listener", ids).implode())
    listens, feedback, own_playlists = (frame.filter(mine) for frame in (listens, feedback, own_playlists))
    # What a hated song's plays say is overruled.
    weighed = weighing(listens, feedback, own_playlists, songs, config).with_columns(
        plays=pl.when(pl.col("weight") < 0).then(0).otherwise("plays")
    )
    shut = [hearing(listens, feedback, own_playlists), judging((Verdict.HATE, Verdict.HIDE), feedback, songs)]
    if given is not None:
        shut.append(given.lazy().filter(mine).select("listener", "song"))
    evidence, closed = pl.collect_all([weighed, pl.concat(shut).unique()])

    def matrix(frame: pl.DataFrame, value: str | None, dtype: Any) -> Csr:
        rows = np.searchsorted(ids, frame["listener"].to_numpy())
        at = columns.find(frame["song"].to_numpy())
        data = np.ones(len(frame), dtype) if value is None else frame[value].to_numpy().astype(dtype)
        keep = (at >= 0) & (data != 0)
        return _csr(rows[keep], at[keep], data[keep], (len(ids), len(columns)))

    return Histories(
        ids,
        matrix(evidence, "weight", np.float32),
        matrix(evidence, "strength", np.float32),
        matrix(evidence, "recent", np.float32),
        matrix(evidence, "plays", np.int32),
        matrix(evidence, "skips", np.int32),
        matrix(closed, None, np.int8),
    )


def playlists_as_histories(lists: Sequence[NDArray[np.integer]], n_songs: int) -> Histories:
    """Playlists, each the columns of its songs in order, in the place of listeners.

    Every song counts as one play; ``recent`` halves with every `HALVED_AFTER` places before the last song.
    """
    rows = np.repeat(np.arange(len(lists)), [len(songs) for songs in lists])
    at = (
        np.concatenate([np.asarray(songs, np.int32) for songs in lists])
        if len(rows)
        else np.empty(0, np.int32)
    )
    from_end = np.concatenate([np.arange(len(songs))[::-1] for songs in lists]) if len(rows) else np.empty(0)
    shape = (len(lists), n_songs)

    def matrix(values: NDArray[Any], dtype: Any) -> Csr:
        # A song that stands on a list twice is summed up; each value is that of one place then.
        summed = _csr(rows, at, values.astype(np.float32), shape)
        summed.sum_duplicates()
        times = _csr(rows, at, np.ones(len(at), np.float32), shape)
        times.sum_duplicates()
        return sp.csr_array(
            ((summed.data / times.data).astype(dtype), summed.indices, summed.indptr), shape=shape
        )

    ones = np.ones(len(at))
    return Histories(
        np.full(len(lists), -1, np.int32),
        matrix(ones, np.float32),
        matrix(ones, np.float32),
        matrix(0.5 ** (from_end / HALVED_AFTER), np.float32),
        matrix(ones, np.int32),
        _csr(np.empty(0), np.empty(0), np.empty(0, np.int32), shape),
        matrix(ones, np.int8),
    )


def _csr(rows: NDArray[Any], columns: NDArray[Any], data: NDArray[Any], shape: tuple[int, int]) -> Csr:
    matrix = sp.csr_array((data, (rows.astype(np.int32), columns.astype(np.int32))), shape=shape)
    matrix.sort_indices()
    return matrix


def entries_where(matrix: Csr, keep: NDArray[np.bool_]) -> Csr:
    """The entries of ``matrix`` for which ``keep``, aligned with its data, holds."""
    indptr = np.concatenate([[0], np.cumsum(keep)])[matrix.indptr].astype(np.int32)
    return sp.csr_array((matrix.data[keep], matrix.indices[keep], indptr), shape=matrix.shape)
