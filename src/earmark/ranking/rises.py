"""Artists of whom more is said than expected, as the ranking uses it: a gentle push, and a reason that can be told.

The push is not learned: texts that came after the moment at which rows are held out would teach it what was to come.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from earmark.errors import NotLearnedError
from earmark.signals.collaborative.arrays import damaged, load_array
from earmark.signals.collaborative.columns import Columns, Int32s
from earmark.signals.culture.signal import Culture

ARRAY: Final = "rises"


@dataclass(frozen=True)
class Rises:
    """The rising artists: record ids ascending, all ``(n_rising,)``."""

    artists: Int32s
    ratio: NDArray[np.float32]
    """Of what is said lately to what was expected, above 1."""
    mentions: Int32s
    """Texts of the last period that name them."""
    sources: Int32s
    """By so many publishers."""

    @classmethod
    def none(cls) -> Self:
        """Nobody is rising."""
        nobody = np.empty(0, np.int32)
        return cls(nobody, np.empty(0, np.float32), nobody, nobody)

    @classmethod
    def of(cls, culture: Culture) -> Self:
        """Whom a build's culture finds rising."""
        if culture.rising.is_empty():
            return cls.none()
        found = culture.rising.sort("artist")
        columns = (found[name].to_numpy() for name in ("artist", "ratio", "mentions", "sources"))
        artists, ratio, mentions, sources = columns
        return cls(
            artists.astype(np.int32),
            ratio.astype(np.float32),
            mentions.astype(np.int32),
            sources.astype(np.int32),
        )

    def pushes(self, columns: Columns) -> NDArray[np.float32]:
        """log(ratio) of each column's artist, 0 where they are not rising, ``(n_songs,)``."""
        at = self.find(columns.artists)
        found = np.zeros(len(columns), np.float32)
        found[at >= 0] = np.log(self.ratio[at[at >= 0]])
        return found

    def find(self, artists: NDArray[np.integer]) -> Int32s:
        """Where artists (record ids) stand among the rising; −1 for others."""
        if not len(self.artists):
            return np.full(len(artists), -1, np.int32)
        at = np.minimum(np.searchsorted(self.artists, artists), len(self.artists) - 1)
        return np.where(self.artists[at] == artists, at, -1).astype(np.int32)

    def save(self, folder: Path) -> None:
        """Write ``rises.npy``, ``(4, n_rising)`` of float64."""
        np.save(folder / f"{ARRAY}.npy", np.stack([self.artists, self.ratio, self.mentions, self.sources]))

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Read what ``save`` wrote.

        Raises:
            NotLearnedError: the file is missing or damaged.
        """
        told = load_array(folder, ARRAY)
        if told.ndim != 2 or len(told) != 4:
            raise _misshapen(folder)
        artists, ratio, mentions, sources = told
        return cls(
            artists.astype(np.int32),
            ratio.astype(np.float32),
            mentions.astype(np.int32),
            sources.astype(np.int32),
        )


def _misshapen(folder: Path) -> NotLearnedError:
    return damaged(folder / f"{ARRAY}.npy", ValueError("it has another shape"))
