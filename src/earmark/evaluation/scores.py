"""The scores of ranked lists: what was found later, or stood further down a playlist, stands how high?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from earmark.evaluation.continuation import Challenges
from earmark.evaluation.intervals import Interval, mean_interval
from earmark.evaluation.metrics import (
    PerListener,
    Truth,
    clicks,
    coverage,
    mean,
    ndcg,
    novelty,
    popularity_concentration,
    r_precision,
    recall,
)
from earmark.evaluation.splits import FoundLater
from earmark.ranking.signals import Signals
from earmark.signals.collaborative.columns import Columns, Int32s

DEPTHS: Final = (30, 100, 500)


@dataclass(frozen=True)
class Scores:
    """One value a held-out listener or playlist for each metric; NaN for those without any truth."""

    values: dict[str, PerListener]

    @classmethod
    def none(cls) -> Scores:
        """Nobody could be held out."""
        return cls({})

    @property
    def n_rows(self) -> int:
        """Listeners or playlists with a value."""
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


def score_continuation(lists: Int32s, asked: Challenges) -> Scores:
    """R-precision, nDCG@500 and clicks of lists of columns, ``(n_challenges, 500)`` padded with −1."""
    truth = asked.truth
    return Scores(
        {
            "r_precision": r_precision(lists, truth),
            "ndcg@500": ndcg(lists, truth, 500),
            "clicks": clicks(lists, truth),
        }
    )


def character(lists: Int32s, signals: Signals) -> dict[str, float]:
    """What the first hundred of lists of columns are like, beside being right.

    The share of all songs that somebody is recommended, novelty in bits, and the Gini coefficient of how often songs
    are recommended.
    """
    n_rows = sum(matrix.shape[0] for matrix in (signals.members.listeners, signals.members.playlists))
    n_songs = len(signals.columns)
    return {
        "coverage": coverage(lists, n_songs, 100),
        "novelty_bits": mean(novelty(lists, signals.popularity.astype(np.int64), n_rows, 100)),
        "concentration": popularity_concentration(lists, n_songs, 100),
    }
