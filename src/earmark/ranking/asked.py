"""What is worked out once about rows for which songs are asked, be they listeners or the beginnings of playlists."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from earmark.kernels.neighbours import NeighbourLists
from earmark.ranking.artists import Bonds
from earmark.ranking.signals import Floats, Signals
from earmark.signals.collaborative.columns import Int32s
from earmark.signals.collaborative.histories import Csr, Histories, playlists_as_histories


@dataclass(frozen=True)
class Asked:
    """Rows and how the signals see them.

    ``own`` ``(n_rows,)`` is each row's own row of the joint matrix, −1 where it has none; ``called``
    ``(n_rows, n_words)`` are the words of the rows' names.
    """

    signals: Signals
    histories: Histories
    own: Int32s
    called: Csr

    @classmethod
    def listeners(cls, signals: Signals, histories: Histories) -> Asked:
        """Listeners, who have no names that would say anything."""
        own = signals.members.find_listeners(histories.listeners)
        return cls(signals, histories, own, signals.words.rows([""] * len(histories)))

    @classmethod
    def playlists(cls, signals: Signals, lists: Sequence[NDArray[np.integer]], names: Sequence[str]) -> Asked:
        """Playlists that were not learned from: the columns of their songs in order, and their names (or "")."""
        histories = playlists_as_histories(lists, len(signals.columns))
        return cls(signals, histories, np.full(len(lists), -1, np.int32), signals.words.rows(names))

    def __len__(self) -> int:
        return len(self.histories)

    @cached_property
    def bonds(self) -> Bonds:
        """Ties to artists."""
        return Bonds.of(self.histories, self.signals.discographies)

    @cached_property
    def taste(self) -> Csr:
        """Positive weights."""
        return self.histories.taste

    @cached_property
    def lately(self) -> Csr:
        """Weights of what was played lately, log(1 + quickly decayed plays)."""
        recent = self.histories.recent
        return sp.csr_array((np.log1p(recent.data), recent.indices, recent.indptr), shape=recent.shape)

    @cached_property
    def vectors(self) -> Floats:
        """Folded in, ``(n_rows, n_factors)``."""
        return self.signals.fold_in(self.histories.weight, self.called)

    @cached_property
    def nearest(self) -> NeighbourLists:
        """The rows of the joint matrix that are most alike."""
        return self.signals.likeminded.nearest(self.taste, self.own)

    @cached_property
    def namesakes(self) -> NeighbourLists:
        """The playlists that are called most alike; none for rows without a name."""
        return self.signals.words.nearest(self.called)
