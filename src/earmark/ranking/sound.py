"""What was heard of a build's songs: vectors of their sound, and the figures by which two songs are told apart.

Vectors are taken as the net that heard them gave them, from the middle of the library: its space is the one in which
sounds alike lie near each other, and a cosine of 0 is as much as any two songs have in common here. (To standardise
each direction, too, lets those in which songs hardly differ say as much as any, and costs a sixth of the precision with
which songs by one artist are found; docs/decisions/new-tracks-by-their-sound.md.)
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
import scipy.sparse as sp
from numpy.typing import NDArray

from earmark.errors import NotLearnedError
from earmark.ranking.content import Content
from earmark.signals.collaborative.arrays import load_array
from earmark.signals.collaborative.columns import Columns, Int32s
from earmark.signals.collaborative.histories import Csr

Floats = NDArray[np.float32]
FIGURES: Final = (
    "tempo",
    "loudness",
    "energy",
    "brightness",
    "acousticness",
    "danceability",
    "instrumentalness",
    "valence",
    "arousal",
)
"""Of a snapshot's ``sounds``, the tempo in octaves (log₂ of beats a minute)."""
TEMPO: Final = FIGURES.index("tempo")
ENERGY: Final = FIGURES.index("energy")
PARTS: Final = ("columns", "vectors", "figures", "keys", "added_at")


@dataclass(frozen=True, eq=False)
class Sounds:
    """The songs that were heard, a row each, by column.

    ``columns`` ``(n_heard,)`` ascending; ``vectors`` ``(n_heard, n_dimensions)`` of length 1, or 0 for songs that
    another net heard; ``figures`` ``(n_heard, len(FIGURES))``, NaN where nothing could be said; ``keys``
    ``(n_heard,)`` 0 to 11 for C to B major, 12 to 23 for minor, −1 for none; ``added_at`` ``(n_heard,)`` when the
    library first had the song, Unix ms.
    """

    columns: Int32s
    vectors: Floats
    figures: Floats
    keys: NDArray[np.int8]
    added_at: NDArray[np.int64]
    n_songs: int

    def __len__(self) -> int:
        return len(self.columns)

    @classmethod
    def of(cls, sounds: pl.DataFrame, columns: Columns) -> Sounds:
        """From a snapshot's ``sounds`` table; songs without a column are left out."""
        at = columns.find(sounds["song"].to_numpy())
        order = np.argsort(at, kind="stable")[int((at < 0).sum()) :]
        rows = sounds[order]
        figures = [pl.col(name).cast(pl.Float32) for name in FIGURES]
        figures[TEMPO] = figures[TEMPO].log(2)
        tonic = rows["tonic"].fill_null(-1).to_numpy().astype(np.int8)
        minor = rows["minor"].fill_null(False).to_numpy()
        return cls(
            at[order],
            _vectors(rows["embedding"]),
            rows.select(figures)
            .fill_null(np.nan)
            .to_numpy()
            .astype(np.float32)
            .reshape(len(rows), len(FIGURES)),
            np.where(tonic < 0, -1, tonic + np.int8(12) * minor).astype(np.int8),
            rows["added_at"].to_numpy().astype(np.int64),
            len(columns),
        )

    @classmethod
    def none(cls, n_songs: int) -> Sounds:
        """Nothing was heard."""
        empty = np.zeros((0, 0), np.float32)
        figures = np.zeros((0, len(FIGURES)), np.float32)
        return cls(
            np.zeros(0, np.int32), empty, figures, np.zeros(0, np.int8), np.zeros(0, np.int64), n_songs
        )

    @cached_property
    def row_of(self) -> Int32s:
        """The row of each column, ``(n_songs,)``; −1 for what was not heard."""
        rows = np.full(self.n_songs, -1, np.int32)
        rows[self.columns] = np.arange(len(self), dtype=np.int32)
        return rows

    @cached_property
    def heard(self) -> NDArray[np.bool_]:
        """Which columns were heard, ``(n_songs,)``."""
        return self.row_of >= 0

    def first_had(self, songs: NDArray[np.integer]) -> NDArray[np.int64]:
        """When the library first had songs (columns), Unix ms; 0 for what was not heard."""
        found = np.zeros(len(songs), np.int64)
        heard = self.heard[songs]
        found[heard] = self.added_at[self.row_of[songs[heard]]]
        return found

    def content(self) -> Content:
        """The vectors as features of all songs, none for those that were not heard."""
        return Content.of({"sound": self.spread(self.vectors)})

    def spread(self, vectors: Floats) -> Csr:
        """Vectors of what was heard ``(n_heard, n)`` as rows of all songs, ``(n_songs, n)``."""
        n = vectors.shape[1]
        sizes = np.where(self.heard, n, 0)
        indices = np.tile(np.arange(n, dtype=np.int32), len(self))
        indptr = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        return sp.csr_array(
            (np.ascontiguousarray(vectors, np.float32).ravel(), indices, indptr), shape=(self.n_songs, n)
        )

    def save(self, folder: Path) -> None:
        """Write all parts into ``folder``."""
        folder.mkdir(parents=True, exist_ok=True)
        for name in PARTS:
            np.save(folder / f"{name}.npy", getattr(self, name))

    @classmethod
    def load(cls, folder: Path, n_songs: int) -> Sounds:
        """Read what ``save`` wrote.

        Raises:
            NotLearnedError: a file is missing or damaged.
        """
        columns, vectors, figures, keys, added_at = (load_array(folder, name) for name in PARTS)
        sizes = {len(part) for part in (columns, vectors, figures, keys, added_at)}
        if len(sizes) != 1 or (len(columns) and not 0 <= columns[0] <= columns[-1] < n_songs):
            raise NotLearnedError(
                f"A part of the build cannot be read: the files of {folder} do not fit together.",
                "Learn again with: earmark learn",
            )
        return cls(columns, vectors, figures, keys, added_at, n_songs)


def from_the_middle(embeddings: NDArray[np.floating]) -> Floats:
    """Embeddings ``(n, n_dimensions)`` less their mean, made of length 1."""
    away = embeddings - embeddings.mean(axis=0, dtype=np.float64)
    lengths = np.linalg.norm(away, axis=1, keepdims=True)
    return np.asarray(away / np.where(lengths > 0, lengths, 1), np.float32)


def _vectors(embeddings: pl.Series) -> Floats:
    """Those that one net heard, from their middle; zeros for the others, whose embeddings mean something else."""
    heard = embeddings.drop_nulls().to_list()
    found = np.zeros((len(embeddings), len(heard[0]) if heard else 0), np.float32)
    if heard:
        found[embeddings.is_not_null().to_numpy()] = from_the_middle(np.stack(heard))
    return found
