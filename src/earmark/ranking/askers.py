"""Listeners who may ask at any moment: what an answer needs of each, worked out whenever they have changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from earmark.errors import NotLearnedError
from earmark.kernels.fusing import Ties
from earmark.kernels.sparse import Rows, checked_ids
from earmark.signals.collaborative.arrays import damaged, load_array

Floats = NDArray[np.float32]
Int32s = NDArray[np.int32]
NESTED = ("lately", "closed", "bonds")
WEIGHED = ("lately", "bonds")


@dataclass(frozen=True, eq=False)
class Askers:
    """Some listeners, a row each.

    ``lately`` ``(n, n_songs)`` holds weights of what was played lately, ``closed`` ``(n, n_songs)`` the songs that may
    not be named, and ``bonds`` ``(n, n_artists)`` what each bond adds to the artist's songs.
    """

    listeners: Int32s
    """(n,) record ids."""
    vectors: Floats
    """(n, n_factors) folded in."""
    orders: Int32s
    """(n,) which order each is answered in."""
    lately: Rows
    closed: Rows
    bonds: Rows
    liking: Floats
    """(n_bonds,) how much each artist is liked."""
    reach: Int32s
    """(n_bonds,) how many of each artist's songs are looked at."""

    def __len__(self) -> int:
        return len(self.listeners)

    @property
    def ties(self) -> Ties:
        """To artists."""
        return Ties(self.bonds, self.liking, self.reach)

    def take(self, rows: NDArray[np.integer]) -> Askers:
        """Some of them."""
        of_bonds, starts = self.bonds.entries(rows)
        artists, added = self.bonds.indices[of_bonds], self.bonds.weights[of_bonds]
        return Askers(
            self.listeners[rows],
            self.vectors[rows],
            self.orders[rows],
            self.lately.take(rows),
            self.closed.take(rows),
            Rows(starts, artists, added, self.bonds.n_columns),
            self.liking[of_bonds],
            self.reach[of_bonds],
        )

    @classmethod
    def joined(cls, parts: Sequence[Askers]) -> Askers:
        """All of all parts, of which there is at least one, in that order."""
        if len(parts) == 1:
            return parts[0]

        def join(name: str) -> object:
            values = [getattr(part, name) for part in parts]
            return Rows.joined(values) if name in NESTED else np.concatenate(values)

        return cls(**{field.name: join(field.name) for field in fields(cls)})  # type: ignore[arg-type]

    def save(self, folder: Path) -> None:
        """Write all into ``folder``; the same listeners give the same bytes."""
        folder.mkdir(parents=True, exist_ok=True)
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, Rows):
                np.save(folder / f"{field.name}-starts.npy", value.starts)
                np.save(folder / f"{field.name}-indices.npy", value.indices)
                if field.name in WEIGHED:
                    np.save(folder / f"{field.name}-weights.npy", value.weights)
            else:
                np.save(folder / f"{field.name}.npy", value)

    @classmethod
    def load(cls, folder: Path, n_songs: int, n_artists: int) -> Askers:
        """Read what ``save`` wrote; most of it stays on disk until it is asked for.

        Raises:
            NotLearnedError: a file is missing or damaged.
        """

        def rows(name: str, n_columns: int) -> Rows:
            starts, indices = (
                load_array(folder, f"{name}-{part}", mapped=True) for part in ("starts", "indices")
            )
            weights = np.broadcast_to(np.float32(1), len(indices))
            if name in WEIGHED:
                weights = load_array(folder, f"{name}-weights", mapped=True)
            try:
                checked_ids(indices, n_columns, name)
                if (np.diff(starts) < 0).any() or not starts[-1] == len(indices) == len(weights):
                    raise ValueError("its parts do not fit")
            except (ValueError, IndexError) as error:
                raise damaged(folder / f"{name}-indices.npy", error) from error
            return Rows(starts, indices, weights, n_columns)

        found = cls(
            load_array(folder, "listeners"),
            load_array(folder, "vectors", mapped=True),
            load_array(folder, "orders"),
            rows("lately", n_songs),
            rows("closed", n_songs),
            rows("bonds", n_artists),
            load_array(folder, "liking", mapped=True),
            load_array(folder, "reach", mapped=True),
        )
        sizes = {len(part) for part in (found.listeners, found.vectors, found.orders)}
        sizes |= {part.n_rows for part in (found.lately, found.closed, found.bonds)}
        if len(sizes) != 1 or not len(found.liking) == len(found.reach) == len(found.bonds.indices):
            raise NotLearnedError(
                f"A part of the build cannot be read: the files of {folder} do not fit together.",
                "Learn again with: earmark learn",
            )
        return found
