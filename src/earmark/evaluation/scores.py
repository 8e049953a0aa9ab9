"""The scores of ranked lists for discovery: what was found later stands how high?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from earmark.evaluation.intervals import Interval, mean_interval
from earmark.evaluation.metrics import PerListener, Truth, ndcg, recall
from earmark.evaluation.splits import FoundLater
from earmark.signals.collaborative.columns import Columns, Int32s

DEPTHS: Final = (30, 100, 500)


@dataclass(frozen=True)
class Scores:
    """One value a held-out listener for each metric; NaN for those who found nothing later."""

    values: dict[str, PerListener]

    @classmethod
    def none(cls) -> Scores:
        """No listener could be held out."""
        return cls({})

    @property
    def n_listeners(self) -> int:
        """Listeners with a value."""
        return max((int((~np.isnan(values)).sum()) for values in self.values.values()), default=0)

    def intervals(self, seed: int) -> dict[str, Interval]:
        """Means with bootstrap intervals, by metric."""
        return {name: mean_interval(values, seed=seed) for name, values in self.values.items()}


def score_lists(lists: Int32s, found: FoundLater, columns: Columns) -> Scores:
    """Recall@30/@100/@500 and nDCG@30 of lists of columns, ``(n_listeners, 500)`` padded with −1.

    Everything found later counts, whether or not the model could have known the song.
    """
    songs = np.where(lists >= 0, columns.songs[lists], -1)
    truth = Truth(found.indptr, found.songs)
    scores = {f"recall@{k}": recall(songs, truth, k) for k in DEPTHS}
    return Scores({**scores, "ndcg@30": ndcg(songs, truth, 30)})
