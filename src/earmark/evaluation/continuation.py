"""Playlist continuation: the beginning of a playlist is shown, and what stands further down is asked for.

Strong generalisation, as in the RecSys Challenge 2018 (Chen et al. 2018): the playlists asked for are unknown but for
their names and a few songs: the first 1, 5, 10 or 25, or 25 drawn from anywhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from earmark.evaluation.metrics import Truth
from earmark.signals.collaborative.columns import Columns, Int32s
from earmark.signals.collaborative.histories import Csr

KINDS: Final = ((1, False), (5, False), (10, False), (25, False), (25, True))
"""How many songs are shown, and whether they are drawn from anywhere instead of being the first."""


@dataclass(frozen=True)
class Challenges:
    """Playlists to be continued; one challenge is one kind of one playlist.

    ``playlists`` ``(n,)`` positions in what was held out, ``kinds`` ``(n,)`` positions in `KINDS`, ``names``, ``seeds``
    the columns shown in order, ``truth`` those asked for: songs that the columns do not know are asked for too.
    """

    playlists: NDArray[np.int64]
    kinds: NDArray[np.int64]
    names: list[str]
    seeds: list[Int32s]
    truth: Truth

    def __len__(self) -> int:
        return len(self.seeds)

    def take(self, rows: NDArray[np.integer] | slice) -> Challenges:
        """Some of the challenges."""
        chosen = np.arange(len(self))[rows]
        bounds = zip(self.truth.indptr[chosen], self.truth.indptr[chosen + 1], strict=True)
        return Challenges(
            self.playlists[chosen],
            self.kinds[chosen],
            [self.names[row] for row in chosen],
            [self.seeds[row] for row in chosen],
            Truth.of(self.truth.items[start:stop] for start, stop in bounds),
        )

    def truth_matrix(self, n_songs: int) -> Csr:
        """Ones where a known song is asked for, ``(n, n_songs)``."""
        rows = np.repeat(np.arange(len(self)), self.truth.sizes)
        known = self.truth.items < n_songs
        matrix = sp.csr_array(
            (np.ones(int(known.sum()), np.int8), (rows[known], self.truth.items[known])),
            shape=(len(self), n_songs),
        )
        matrix.sort_indices()
        return matrix


def split(n_playlists: int, n_held_out: int, *, seed: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Positions of the playlists to learn from and of those held out, both ascending.

    Those held out are drawn from all, whatever their lengths: `challenges` asks each in the kinds that it is long
    enough for.

    Args:
        n_playlists: how many there are.
        n_held_out: how many to hold out.
        seed: for the draw.

    Raises:
        ValueError: as many are to be held out as there are, or more.
    """
    if not 0 <= n_held_out < n_playlists:
        raise ValueError(
            f"{n_held_out} of {n_playlists} playlists cannot be held out: leave some to learn from."
        )
    drawn = np.random.default_rng(seed).permutation(n_playlists)
    return np.sort(drawn[n_held_out:]), np.sort(drawn[:n_held_out])


def challenges(
    names: Sequence[str],
    lists: Sequence[NDArray[np.integer]],
    columns: Columns,
    *,
    seed: int,
    one_each: bool = False,
) -> Challenges:
    """All kinds of challenge for every playlist that is longer than what a kind shows.

    A song that the columns do not know is asked for under a number beyond them, and never shown.

    Args:
        names: of the playlists.
        lists: the songs (record ids) of each, in order; one that stands twice counts where it stands first.
        columns: of the model that is asked.
        seed: for what is drawn.
        one_each: draw one kind for each playlist, instead of all.
    """
    asked: list[tuple[int, int, Int32s, Int32s]] = []
    unknown = len(columns)
    for playlist, songs in enumerate(lists):
        _, first = np.unique(songs, return_index=True)
        at = columns.find(songs[np.sort(first)])
        lost = at < 0
        at = np.where(lost, unknown + np.cumsum(lost) - 1, at).astype(np.int32)
        draw = np.random.default_rng([seed, playlist])
        possible = [kind for kind, (n, _) in enumerate(KINDS) if len(at) > n]
        for kind in draw.permutation(possible)[:1] if one_each else possible:
            n, anywhere = KINDS[kind]
            shown = np.zeros(len(at), np.bool_)
            shown[draw.choice(len(at), n, replace=False) if anywhere else np.arange(n)] = True
            asked.append((playlist, kind, at[shown & ~lost], at[~shown]))
    return Challenges(
        np.array([one[0] for one in asked], np.int64),
        np.array([one[1] for one in asked], np.int64),
        [names[one[0]] for one in asked],
        [one[2] for one in asked],
        Truth.of(one[3] for one in asked),
    )
