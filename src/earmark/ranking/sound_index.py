"""The nearest sounds, found without looking at every one; and a path from one sound to another.

Search is by a navigable small world of the space's vectors (HNSW, Malkov & Yashunin 2018, as voyager has it), whose
recall on unit vectors is above .99 at the settings here.
"""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Final

import numpy as np
import voyager
from numpy.typing import NDArray

from earmark.errors import TooLittleError
from earmark.ranking.sound import Floats
from earmark.signals.collaborative.arrays import damaged

LINKS: Final = 12
BUILT_WITH: Final = 100
SEARCHED_WITH: Final = 200
"""Sounds that are looked at for each that is found, at least."""
NEAR_EACH_STEP: Final = 40
"""Songs that may stand at each step of a path."""
FILE: Final = "sounds.voy"

Rows = NDArray[np.int64]


class SoundIndex:
    """Rows of a `earmark.ranking.sounds_like.SoundSpace`, to be searched by a vector."""

    def __init__(self, vectors: Floats, index: voyager.Index | None) -> None:
        self._vectors, self._index = vectors, index

    @classmethod
    def of(cls, vectors: Floats, *, seed: int = 0) -> SoundIndex:
        """Vectors of length 1, or 0, ``(n, n_dimensions)``; the same give the same index, byte for byte."""
        if not vectors.size:
            return cls(vectors, None)
        index = voyager.Index(
            voyager.Space.InnerProduct,
            vectors.shape[1],
            M=LINKS,
            ef_construction=BUILT_WITH,
            random_seed=seed + 1,
            max_elements=len(vectors),
        )
        # By one thread: links depend on the order in which vectors come in.
        index.add_items(vectors, num_threads=1)
        return cls(vectors, index)

    def nearest(
        self, vector: Floats, n: int, fit: Callable[[Rows], NDArray[np.bool_]]
    ) -> tuple[Rows, Floats]:
        """The ``n`` rows nearest to a vector among those for which ``fit`` holds, nearest first, and their cosines.

        Few that fit are found by looking at more and more, at last at all.
        """
        reach = min(len(self._vectors), max(4 * n, 64))
        while self._index is not None:
            rows = self._search(vector, reach)
            rows = rows[fit(rows)][:n]
            if len(rows) == n or reach == len(self._vectors):
                return rows, self._vectors[rows] @ vector
            reach = min(len(self._vectors), 8 * reach)
        return np.zeros(0, np.int64), np.zeros(0, np.float32)

    def _search(self, vector: Floats, n: int) -> Rows:
        if 2 * n > len(self._vectors):
            nearest: Rows = np.argsort(-(self._vectors @ vector), kind="stable")[:n]
            return nearest
        assert self._index is not None
        found: Rows = self._index.query(vector, n, query_ef=max(SEARCHED_WITH, n))[0].astype(np.int64)
        return found

    def save(self, folder: Path) -> None:
        """Write the index into ``folder``."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / FILE).write_bytes(b"" if self._index is None else self._index.as_bytes())

    @classmethod
    def load(cls, folder: Path, vectors: Floats) -> SoundIndex:
        """Read what ``save`` wrote of these vectors.

        Raises:
            NotLearnedError: the file is missing, damaged, or of other vectors.
        """
        path = folder / FILE
        try:
            content = path.read_bytes()
            index = voyager.Index.load(BytesIO(content)) if content else None
        except (OSError, RuntimeError) as error:
            raise damaged(path, error) from error
        there = (0, 0) if index is None else (len(index), index.num_dimensions)
        if there != (vectors.shape if vectors.size else (0, 0)):
            raise damaged(path, ValueError(f"it holds {there} numbers, {vectors.shape} expected"))
        return cls(vectors, index)


def path_between(index: SoundIndex, vectors: Floats, first: int, last: int, n: int) -> Rows:
    """``n`` rows from ``first`` to ``last``, each near the one before: a change that is hardly heard at any step.

    Along the arc between both, each step may stand at any of the songs nearest to where it should be; of all ways
    through them the one is taken whose squared steps, and squared distances from the arc, sum up to least
    (dynamic programming, Viterbi 1967), no row twice.

    Raises:
        TooLittleError: too few songs were heard for a path of so many.
    """
    if len(vectors) < n:
        raise TooLittleError(
            f"A path of {n} songs needs as many that were heard; there are {len(vectors)}.",
            "Ask for fewer steps, or scan more music: earmark scan PATH",
        )
    layers = [np.array([first])]
    taken = {first, last}
    for step in range(1, n - 1):
        aim = _between(vectors[first], vectors[last], step / (n - 1))
        near, _ = index.nearest(aim, NEAR_EACH_STEP, lambda rows: ~np.isin(rows, list(taken)))
        layers.append(near)
    layers.append(np.array([last]))
    return _cheapest(layers, vectors, first, last)


def _between(start: Floats, end: Floats, share: float) -> Floats:
    """The point at a share of the arc between two unit vectors (spherical interpolation, Shoemake 1985)."""
    angle = float(np.arccos(np.clip(start @ end, -1, 1)))
    if angle < 1e-3 or angle > np.pi - 1e-3:
        return np.asarray(start + share * (end - start), np.float32)
    weights = np.sin((1 - share) * angle), np.sin(share * angle)
    return np.asarray((weights[0] * start + weights[1] * end) / np.sin(angle), np.float32)


def _cheapest(layers: list[Rows], vectors: Floats, first: int, last: int) -> Rows:
    """The cheapest way through layers of rows without a row twice: each layer's rows know the best way to them."""
    ways: list[list[int]] = [[first]]
    costs = np.zeros(1)
    for step, layer in enumerate(layers[1:], 1):
        aim = _between(vectors[first], vectors[last], step / (len(layers) - 1))
        astray = 1 - vectors[layer] @ aim
        steps = 1 - vectors[[way[-1] for way in ways]] @ vectors[layer].T
        total = costs[:, None] + steps.astype(np.float64) ** 2 + astray.astype(np.float64)[None, :] ** 2
        for at, way in enumerate(ways):
            total[at, np.isin(layer, way)] = np.inf
        best = total.argmin(axis=0)
        costs = total[best, np.arange(len(layer))]
        ways = [[*ways[way], int(row)] for way, row in zip(best, layer, strict=True)]
        open_ = np.isfinite(costs)
        ways, costs = [way for way, fit in zip(ways, open_, strict=True) if fit], costs[open_]
    return np.array(ways[int(costs.argmin())], np.int64)
