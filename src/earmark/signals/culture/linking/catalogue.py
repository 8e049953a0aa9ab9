"""Of each spelling: whom it may name, and which works."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from earmark.signals.culture.linking.names import Name
from earmark.signals.culture.linking.trie import Spellings

Ints = NDArray[np.int64]


class Catalogue(NamedTuple):
    """Names by spelling, as arrays."""

    owners: Ints
    """``(n_names,)``, the artist of each name."""
    of_work: NDArray[np.bool_]
    """``(n_names,)``, whether it names a work."""
    artist: Ints
    """``(n_spellings,)``, the place of the artist's name that is nearest to it; −1 where there is none."""
    called: Ints
    """``(n_spellings,)``, how many artists have it."""
    works: Ints
    """Places of works' names, by spelling."""
    work_starts: Ints
    """``(n_spellings + 1,)``, where those of each spelling begin."""

    @classmethod
    def of(cls, names: Sequence[Name], spellings: Spellings) -> Catalogue:
        """What the names of a catalogue say."""
        n = len(spellings.name_starts) - 1
        owners = np.array([name.artist for name in names], np.int64)
        works_names = np.array([name.of_work for name in names], np.bool_)
        of_work = works_names[spellings.names]
        spelling = np.repeat(np.arange(n), np.diff(spellings.name_starts))
        artists = np.flatnonzero(~of_work)
        artist = np.full(n, -1, np.int64)
        # Of places that are written twice the last stays: the nearest, which is the first.
        artist[spelling[artists[::-1]]] = artists[::-1]
        pairs = np.unique(np.stack([spelling[artists], owners[spellings.names[artists]]]), axis=1)
        works = np.flatnonzero(of_work)
        return cls(
            owners,
            works_names,
            artist,
            np.bincount(pairs[0], minlength=n),
            works,
            np.searchsorted(spelling[works], np.arange(n + 1)).astype(np.int64),
        )
