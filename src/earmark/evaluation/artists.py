"""Artist recommendation: some pairs of a listener and an artist are held out at random, and asked for.

Plays that are counted by artist say nothing of when, so there is no past to be cut off: any pair may be missing, as in
the usual trials of implicit feedback (Hu et al. 2008; Rendle et al. 2021).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import scipy.sparse as sp

from earmark.evaluation.metrics import Truth, ndcg, recall
from earmark.evaluation.scores import Scores
from earmark.signals.collaborative.columns import Int32s
from earmark.signals.collaborative.histories import Csr

DEPTH: Final = 20


def split_pairs(plays: Csr, shares: Sequence[float], *, seed: int) -> tuple[Csr, ...]:
    """The stored entries of ``plays`` ``(n_listeners, n_artists)`` in parts of the same shape, each entry in one.

    Args:
        plays: how often each listener played each artist.
        shares: of each part; together 1.
        seed: for the draw.

    Raises:
        ValueError: the shares do not make a whole, or one is below 0.
    """
    if min(shares, default=0.0) < 0 or not np.isclose(sum(shares), 1):
        raise ValueError(f"shares: {list(shares)} are no parts of a whole; let them be above 0 and sum to 1.")
    drawn = np.random.default_rng(seed).permutation(plays.nnz)
    bounds = np.round(np.cumsum(shares) * plays.nnz).astype(np.int64)[:-1]
    return tuple(_only(plays, np.sort(part)) for part in np.split(drawn, bounds))


def score_artists(lists: Int32s, held_out: Csr) -> Scores:
    """nDCG@20 and recall@20 of lists of columns, ``(n_listeners, 20)`` or longer, padded with −1.

    Listeners of whom no pair is held out have no value.
    """
    truth = Truth(held_out.indptr.astype(np.int64), held_out.indices)
    return Scores(
        {f"ndcg@{DEPTH}": ndcg(lists, truth, DEPTH), f"recall@{DEPTH}": recall(lists, truth, DEPTH)}
    )


def _only(plays: Csr, entries: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Csr:
    rows = np.repeat(np.arange(plays.shape[0]), np.diff(plays.indptr))[entries]
    starts = np.searchsorted(rows, np.arange(plays.shape[0] + 1)).astype(np.int32)
    return sp.csr_array((plays.data[entries], plays.indices[entries], starts), shape=plays.shape)
