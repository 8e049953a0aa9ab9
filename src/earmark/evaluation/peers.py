"""What weekly discovery must beat, on the same past: three systems that anyone could have instead."""

from __future__ import annotations

from typing import Final

import numpy as np
import scipy.sparse as sp
from implicit.cpu.als import AlternatingLeastSquares

from earmark.ranking.artists import Bonds, songs_by_known_artists
from earmark.ranking.recommender import Recommender
from earmark.signals.collaborative.columns import Int32s
from earmark.signals.collaborative.histories import Histories
from earmark.signals.collaborative.matrix import joint_matrix

DEEPEST: Final = 500


def popular(model: Recommender, histories: Histories) -> Int32s:
    """The songs that most rows hold, heard ones left out."""
    order = np.argsort(-model.popularity, kind="stable").astype(np.int32)
    # A song that nobody holds came into the record after the cut: no system may name it.
    order = order[model.popularity[order] > 0]
    lists = np.full((len(histories), DEEPEST), -1, np.int32)
    for row in range(len(histories)):
        closed = histories.closed[[row]].indices
        reach = order[: DEEPEST + len(closed)]
        unheard = reach[~np.isin(reach, closed)][:DEEPEST]
        lists[row, : len(unheard)] = unheard
    return lists


def known_artists(model: Recommender, histories: Histories) -> Int32s:
    """Unheard songs by the artists whom each listener plays most, the most held first."""
    bonds = Bonds.of(histories, model.discographies)
    return songs_by_known_artists(
        histories,
        bonds,
        model.discographies,
        model.popularity,
        depth=DEEPEST,
        n_artists=DEEPEST,
        n_songs_each=DEEPEST,
    )


def implicit_als(model: Recommender, everyone: Histories, histories: Histories, *, seed: int) -> Int32s:
    """`implicit`'s own iALS on the same joint matrix, by its own ``recommend``; 128 factors."""
    joint = joint_matrix(everyone, model.members)
    als = AlternatingLeastSquares(
        factors=128, regularization=0.1, alpha=10.0, iterations=15, random_state=seed
    )
    als.fit(sp.csr_matrix(joint), show_progress=False)
    rows = np.searchsorted(everyone.listeners, histories.listeners)
    # Asked for more songs than there are, it would pad with song 0.
    n = min(DEEPEST, len(model.columns))
    ids, scores = als.recommend(
        rows,
        sp.csr_matrix(histories.closed.astype(np.float32)),
        N=n,
        filter_already_liked_items=True,
        filter_items=np.flatnonzero(model.popularity == 0),
    )
    lists = np.full((len(histories), DEEPEST), -1, np.int32)
    # Where fewer songs are left than asked for, filtered ones come back with the lowest float as their score.
    lists[:, :n] = np.where(scores > np.finfo(np.float32).min, ids, -1)
    return lists
