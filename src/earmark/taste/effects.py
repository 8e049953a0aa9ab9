"""What a listener's own edits do to what is known of them, before anything is recommended.

A boost doubles what was played of a micro-genre; a mute closes it; a rejection makes it teach nothing, and closes it;
"less" turns what was played into a dislike that fades, and closes what it names until half of it has gone. Exclusions
need nothing here: the record itself leaves their listens out.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from earmark.listening.edits import DAY_MS, Boost, EditRecord, Less, Mute, Reject
from earmark.listening.listens import UnixMs
from earmark.signals.collaborative.columns import Columns
from earmark.signals.collaborative.histories import Csr, Histories

BOOSTED: Final = 2.0
"""What was played of a boosted micro-genre counts so many times."""
CLOSED_ABOVE: Final = 0.5
"""While more than this is left of a dislike, nothing that it names is chosen."""

Floats = NDArray[np.float32]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Effect:
    """Of one listener's edits, by column of the build.

    ``scale`` ``(n_songs,)`` multiplies what the song says of the listener's liking, below 0 turning it into dislike;
    ``shut`` ``(n_songs,)`` marks what may not be chosen.
    """

    scale: Floats
    shut: Bools

    @classmethod
    def of(
        cls, edits: Sequence[EditRecord], columns: Columns, genre_of: NDArray[np.integer], now: UnixMs
    ) -> Effect:
        """What the edits that are in effect do.

        Args:
            edits: of one listener; those undone do nothing.
            columns: of the build.
            genre_of: ``(n_songs,)`` the micro-genre (id) that each song belongs to most, −1 where none.
            now: the moment, since a dislike fades.
        """
        scale, shut = np.ones(len(columns), np.float32), np.zeros(len(columns), np.bool_)
        for record in edits:
            if record.undone_at is not None:
                continue
            match record.edit:
                case Boost(genre):
                    scale[genre_of == genre] *= BOOSTED
                case Mute(genre):
                    shut |= genre_of == genre
                case Reject(genre):
                    scale[genre_of == genre] = 0
                    shut |= genre_of == genre
                case Less() as less:
                    left = less.left((now - record.made_at) / DAY_MS)
                    named = _named(less, columns, genre_of)
                    scale[named] = np.minimum(scale[named], np.float32(1 - 2 * left))
                    shut |= named & (left > CLOSED_ABOVE)
        return cls(scale, shut)


def with_effects(histories: Histories, effects: Mapping[int, Effect]) -> Histories:
    """Histories as their listeners' edits (by record id) want them; others stay as they are."""
    rows = histories.find(np.array(sorted(effects), np.int64))
    chosen = [
        (row, effects[one]) for row, one in zip(rows.tolist(), sorted(effects), strict=True) if row >= 0
    ]
    if not chosen:
        return histories
    return replace(
        histories,
        weight=_scaled(histories.weight, chosen, below_zero=True),
        strength=_scaled(histories.strength, chosen),
        recent=_scaled(histories.recent, chosen),
        # What teaches nothing, or the contrary, is no reason for anything.
        plays=_where_liked(histories.plays, chosen),
        closed=_shut(histories.closed, chosen),
    )


def _named(less: Less, columns: Columns, genre_of: NDArray[np.integer]) -> Bools:
    named = np.zeros(len(columns), np.bool_)
    for number, of in ((less.artist, columns.artists), (less.song, columns.songs), (less.genre, genre_of)):
        if number is not None:
            named |= of == number
    return named


def _scaled(matrix: Csr, chosen: Sequence[tuple[int, Effect]], *, below_zero: bool = False) -> Csr:
    data = matrix.data.copy()
    for row, effect in chosen:
        entries = slice(matrix.indptr[row], matrix.indptr[row + 1])
        scale = effect.scale[matrix.indices[entries]]
        liked = data[entries] > 0
        factor = scale if below_zero else np.maximum(scale, 0)
        data[entries] = np.where(liked, data[entries] * factor, data[entries])
    return _without_zeros(matrix, data)


def _where_liked(matrix: Csr, chosen: Sequence[tuple[int, Effect]]) -> Csr:
    data = matrix.data.copy()
    for row, effect in chosen:
        entries = slice(matrix.indptr[row], matrix.indptr[row + 1])
        data[entries] *= effect.scale[matrix.indices[entries]] > 0
    return _without_zeros(matrix, data)


def _shut(closed: Csr, chosen: Sequence[tuple[int, Effect]]) -> Csr:
    extra = sp.lil_array(closed.shape, dtype=np.int8)
    for row, effect in chosen:
        extra[row, np.flatnonzero(effect.shut)] = 1
    both = sp.csr_array(closed + sp.csr_array(extra))
    both.data = np.ones_like(both.data)
    both.sort_indices()
    return both


def _without_zeros(matrix: Csr, data: NDArray[Any]) -> Csr:
    scaled = sp.csr_array((data, matrix.indices.copy(), matrix.indptr.copy()), shape=matrix.shape)
    scaled.eliminate_zeros()
    return scaled
