from __future__ import annotations

import numpy as np
import pytest
from tests.ranking.models import small_model

from earmark.evaluation import peers
from earmark.signals.collaborative.matrix import joint_matrix
from earmark.threads import one_blas_thread


@pytest.fixture(scope="module")
def everyone():
    return small_model(1)


def lists_by(system, model, histories):
    with one_blas_thread():
        if system == "implicit_als":
            return peers.implicit_als(model, histories, histories.of(histories.listeners[1:]), seed=1)
        return getattr(peers, system)(model, histories.of(histories.listeners[1:]))


@pytest.mark.parametrize("system", ["popular", "known_artists", "implicit_als"])
def test_every_peer_gives_open_songs_once(everyone, system):
    model, histories = everyone
    lists = lists_by(system, model, histories)
    assert len(lists) == len(histories) - 1
    assert lists.dtype == np.int32
    closed = histories.closed.toarray()[1:] > 0
    for row, songs in enumerate(lists.tolist()):
        given = [song for song in songs if song >= 0]
        assert songs[: len(given)] == given
        assert len(given) == len(set(given))
        assert not closed[row, given].any()


def test_popularity_puts_the_most_held_first(everyone):
    model, histories = everyone
    lists = lists_by("popular", model, histories)
    for row, songs in enumerate(lists):
        closed = set(histories.closed[[row + 1]].indices.tolist())
        order = np.argsort(-model.popularity, kind="stable").tolist()
        expected = [one for one in order if one not in closed and model.popularity[one] > 0]
        assert songs[songs >= 0].tolist() == expected


def test_known_artists_are_known(everyone):
    model, histories = everyone
    artist = model.columns.artist_of
    lists = lists_by("known_artists", model, histories)
    assert (lists >= 0).sum() > 20
    for row, songs in enumerate(lists):
        liked = set(artist[histories.strength[[row + 1]].indices].tolist())
        assert set(artist[songs[songs >= 0]].tolist()) <= liked


def test_the_librarys_own_lists_are_its_own_scores_in_order(everyone):
    from implicit.cpu.als import AlternatingLeastSquares
    from scipy import sparse

    model, histories = everyone
    lists = lists_by("implicit_als", model, histories)
    with one_blas_thread():
        als = AlternatingLeastSquares(
            factors=128, regularization=0.1, alpha=10.0, iterations=15, random_state=1
        )
        als.fit(sparse.csr_matrix(joint_matrix(histories, model.members)), show_progress=False)
    scores = als.user_factors[1 : len(histories)] @ als.item_factors.T
    closed = histories.closed.toarray()[1:] > 0
    for row, songs in enumerate(lists):
        given = songs[songs >= 0]
        assert set(given.tolist()) == set(np.flatnonzero(~closed[row] & (model.popularity > 0)).tolist())
        assert (np.diff(scores[row, given]) <= 1e-5).all()
