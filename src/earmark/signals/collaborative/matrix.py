"""The joint matrix: listeners and playlists by songs.

A household's own listens are too few for collaborative filtering; playlists that strangers made say which
songs go together, and stand in the same matrix as further rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
import scipy.sparse as sp
from numpy.typing import NDArray

from earmark.signals.collaborative.arrays import load_array
from earmark.signals.collaborative.columns import Columns, Int32s
from earmark.signals.collaborative.histories import Csr, Histories


@dataclass(frozen=True)
class Membership:
    """Who holds which song: the plain facts behind popularity and reasons.

    ``listeners`` ``(n_listeners, n_songs)`` marks songs that sounded for a listener and may teach;
    ``playlists`` ``(n_playlists, n_songs)`` marks songs on a playlist. ``listener_ids`` and ``owners`` (−1:
    nobody's) are record ids.
    """

    listeners: Csr
    playlists: Csr
    listener_ids: Int32s
    owners: Int32s

    @classmethod
    def of(
        cls, histories: Histories, playlists: pl.DataFrame, playlist_songs: pl.DataFrame, columns: Columns
    ) -> Membership:
        """From the listeners' histories and a snapshot's playlist tables."""
        ids = playlists["playlist"].to_numpy()
        rows = np.searchsorted(ids, playlist_songs["playlist"].to_numpy())
        at = columns.find(playlist_songs["song"].to_numpy())
        held = sp.csr_array(
            (np.ones(int((at >= 0).sum()), np.int32), (rows[at >= 0].astype(np.int32), at[at >= 0])),
            shape=(len(ids), len(columns)),
        )
        held.sum_duplicates()
        return cls(
            _marks(histories.plays),
            _marks(held),
            histories.listeners,
            playlists["listener"].fill_null(-1).to_numpy().astype(np.int32),
        )

    def find_listeners(self, listeners: NDArray[np.integer]) -> Int32s:
        """Rows of the given listeners (record ids) in ``listeners``; −1 for those without one."""
        if not len(self.listener_ids):
            return np.full(len(listeners), -1, np.int32)
        at = np.minimum(np.searchsorted(self.listener_ids, listeners), len(self.listener_ids) - 1)
        return np.where(self.listener_ids[at] == listeners, at, -1).astype(np.int32)

    def save(self, folder: Path) -> None:
        """Write the two matrices' index arrays and the ids."""
        for name, matrix in (("listeners", self.listeners), ("playlists", self.playlists)):
            np.save(folder / f"members-{name}-indptr.npy", matrix.indptr)
            np.save(folder / f"members-{name}-songs.npy", matrix.indices)
        np.save(folder / "members-listeners-ids.npy", self.listener_ids)
        np.save(folder / "members-playlists-owners.npy", self.owners)

    @classmethod
    def load(cls, folder: Path, n_songs: int) -> Membership:
        """Read what ``save`` wrote.

        Raises:
            NotLearnedError: a file is missing or damaged.
        """

        def matrix(name: str) -> Csr:
            indptr = load_array(folder, f"members-{name}-indptr")
            indices = load_array(folder, f"members-{name}-songs")
            return sp.csr_array(
                (np.ones(len(indices), np.int8), indices, indptr), shape=(len(indptr) - 1, n_songs)
            )

        return cls(
            matrix("listeners"),
            matrix("playlists"),
            load_array(folder, "members-listeners-ids"),
            load_array(folder, "members-playlists-owners"),
        )


def joint_matrix(histories: Histories, members: Membership) -> Csr:
    """Listeners' weights above playlists' memberships (as held, 1 each for playlists), float32, ``(n_rows, n_songs)``.

    Negative weights are dislikes. Private and excluded plays are absent.
    """
    joint = sp.vstack([histories.weight, members.playlists.astype(np.float32)], format="csr")
    joint.sort_indices()
    return sp.csr_array(joint)


def _marks(matrix: Csr) -> Csr:
    marks = sp.csr_array(
        (np.ones(matrix.nnz, np.int8), matrix.indices.astype(np.int32), matrix.indptr.astype(np.int32)),
        shape=matrix.shape,
    )
    marks.sort_indices()
    return marks
