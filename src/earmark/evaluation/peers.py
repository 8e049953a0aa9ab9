"""What Earmark must beat, on the same past: systems that anyone could have instead.

Those of the library `implicit` are tried where it is installed; it is not needed for anything else.
"""

from __future__ import annotations

import warnings
from importlib.util import find_spec
from typing import Final

import numpy as np
import scipy.sparse as sp

from earmark.ranking.artists import Bonds, songs_by_artists
from earmark.ranking.recommender import Recommender
from earmark.signals.collaborative.columns import Int32s
from earmark.signals.collaborative.histories import Csr, Histories
from earmark.signals.collaborative.matrix import joint_matrix

DEEPEST: Final = 500


def lacking() -> tuple[str, ...]:
    """Which peers cannot be tried here, and what to do about it."""
    if find_spec("implicit"):
        return ()
    return (
        "The peers of the library `implicit` are left out: it is not installed (pip install earmark[peers]).",
    )


def popular(model: Recommender, closed: Csr) -> Int32s:
    """The songs that most rows hold, heard ones left out."""
    order = model.signals.most_held
    # A song that nobody holds came into the record after the cut: no system may name it.
    order = order[model.popularity[order] > 0]
    lists = np.full((closed.shape[0], DEEPEST), -1, np.int32)
    for row in range(closed.shape[0]):
        known = closed[[row]].indices
        reach = order[: DEEPEST + len(known)]
        unheard = reach[~np.isin(reach, known)][:DEEPEST]
        lists[row, : len(unheard)] = unheard
    return lists


def known_artists(model: Recommender, histories: Histories) -> Int32s:
    """Unheard songs by the artists whom each listener plays most, the most held first."""
    bonds = Bonds.of(histories, model.signals.discographies)
    return songs_by_artists(
        bonds.strength,
        histories.closed,
        bonds,
        model.signals.discographies,
        model.popularity,
        depth=DEEPEST,
        n_artists=DEEPEST,
        n_songs_each=DEEPEST,
    )


def of_implicit(
    model: Recommender, everyone: Histories, histories: Histories, *, seed: int
) -> dict[str, Int32s]:
    """`implicit`'s own iALS (128 factors) and item neighbours (cosine), by their own ``recommend``; none without it.

    Args:
        model: whose columns and playlists.
        everyone: the listeners that the peers learn from.
        histories: for whom.
        seed: of the factors.
    """
    if not find_spec("implicit"):
        return {}
    from implicit.cpu.als import AlternatingLeastSquares
    from implicit.nearest_neighbours import CosineRecommender
    from implicit.utils import ParameterWarning

    joint = sp.csr_matrix(joint_matrix(everyone, model.members))
    als = AlternatingLeastSquares(
        factors=128, regularization=50.0, alpha=20.0, iterations=15, random_state=seed
    )
    als.fit(joint, show_progress=False)
    near = CosineRecommender(K=200)
    with warnings.catch_warnings():
        # It hands itself a matrix in a form that it then warns of.
        warnings.simplefilter("ignore", ParameterWarning)
        # Only factors can say that something is disliked.
        near.fit(joint.maximum(0), show_progress=False)
    asked = sp.csr_matrix(histories.weight)
    # Asked for more songs than there are, it would pad with song 0.
    n = min(DEEPEST, len(model.columns))
    unheld = np.flatnonzero(model.popularity == 0)
    found = {}
    for name, peer in (("implicit iALS", als), ("implicit item neighbours", near)):
        lists = np.full((len(histories), DEEPEST), -1, np.int32)
        closed = histories.closed
        for row in range(len(histories)):
            history = asked[[row]]
            ids, scores = peer.recommend(
                row,
                history if name == "implicit iALS" else history.maximum(0),
                N=n,
                filter_already_liked_items=False,
                filter_items=np.union1d(unheld, closed[[row]].indices),
                recalculate_user=True,
            )
            # Where fewer songs are left than asked for, filtered ones come back with the lowest float as their score;
            # neighbours may give more than asked for.
            kept = np.asarray(ids)[(scores > np.finfo(np.float32).min) & (ids >= 0)][:DEEPEST]
            lists[row, : len(kept)] = kept
        found[name] = lists
    return found
