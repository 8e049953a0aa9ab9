"""Listens as columns, for the ledger that settles millions of them at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

Int64 = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Plays:
    """Plays as parallel columns, each of shape ``(n_plays,)``.

    ``started_at`` is in ms since 1970; ``ms_played`` is −1 where unknown; ``origin`` numbers the kinds of
    record that tell of plays, and ``resolution_ms`` is how finely that origin writes its times. A ``song``
    may be played as any of several ``item``s.
    """

    listener: NDArray[np.int32]
    song: NDArray[np.int32]
    item: NDArray[np.int32]
    started_at: NDArray[np.int64]
    ms_played: NDArray[np.int32]
    origin: NDArray[np.int16]
    resolution_ms: NDArray[np.int32]

    def __len__(self) -> int:
        return len(self.started_at)

    def take(self, rows: NDArray[np.int64] | NDArray[np.bool_]) -> Plays:
        """The given rows, by index or by mask."""
        return Plays(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})


def joined(parts: Sequence[Plays]) -> Plays:
    """The rows of all parts, in order."""
    return Plays(
        **{
            field.name: np.concatenate([getattr(part, field.name) for part in parts])
            for field in fields(Plays)
        }
    )


def packed(columns: Sequence[NDArray[np.integer]]) -> Int64:
    """One int64 a row, equal where all columns are, and ordered as they are (first column first).

    The columns' spans are multiplied out; where that passes 62 bits, what is packed so far is ranked first.
    """
    code = np.zeros(len(columns[0]), np.int64)
    codes = 1
    for column in columns:
        if not len(column):
            break
        low = int(column.min())
        span = int(column.max()) - low + 1
        if codes * span >= 2**62:
            code = np.unique(code, return_inverse=True)[1].astype(np.int64)
            codes = int(code.max()) + 1
        code = code * span + (column.astype(np.int64) - low)
        codes *= span
    return code
