from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
from tests.ranking.models import small_model

from earmark.evaluation import peers
from earmark.signals.collaborative.histories import playlists_as_histories
from earmark.signals.collaborative.matrix import joint_matrix
from earmark.threads import one_blas_thread

LIBRARY = ["implicit iALS", "implicit item neighbours"]
needs_the_library = pytest.mark.skipif(bool(peers.lacking()), reason="the library implicit is not installed")


@pytest.fixture(scope="module")
def everyone():
    return small_model(1)


def lists_by(system, model, histories):
    held_out = histories.of(histories.listeners[1:])
    with one_blas_thread():
        if system in LIBRARY:
            return peers.of_implicit(model, histories, held_out, seed=1)[system]
        if system == "popular":
            return peers.popular(model, held_out.closed)
        return peers.known_artists(model, held_out)


SYSTEMS = ["popular", "known_artists", *(pytest.param(one, marks=needs_the_library) for one in LIBRARY)]


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_peer_gives_open_songs_that_somebody_holds_once(everyone, system):
    model, histories = everyone
    lists = lists_by(system, model, histories)
    assert lists.shape == (len(histories) - 1, peers.DEEPEST)
    assert lists.dtype == np.int32
    closed = histories.closed.toarray()[1:] > 0
    for row, songs in enumerate(lists.tolist()):
        given = [song for song in songs if song >= 0]
        assert songs[: len(given)] == given
        assert len(given) == len(set(given))
        assert not closed[row, given].any()
        assert (model.popularity[given] > 0).all()


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


@needs_the_library
def test_the_librarys_factors_are_in_the_order_of_their_own_scores(everyone):
    from implicit.cpu.als import AlternatingLeastSquares
    from scipy import sparse

    model, histories = everyone
    lists = lists_by("implicit iALS", model, histories)
    with one_blas_thread():
        als = AlternatingLeastSquares(
            factors=128, regularization=50.0, alpha=20.0, iterations=15, random_state=1
        )
        als.fit(sparse.csr_matrix(joint_matrix(histories, model.members)), show_progress=False)
    scores = als.user_factors[1 : len(histories)] @ als.item_factors.T
    closed = histories.closed.toarray()[1:] > 0
    for row, songs in enumerate(lists):
        given = songs[songs >= 0]
        assert set(given.tolist()) == set(np.flatnonzero(~closed[row] & (model.popularity > 0)).tolist())
        assert (np.diff(scores[row, given]) <= 1e-3).all()


@needs_the_library
def test_the_librarys_neighbours_are_nearest_by_the_cosine(everyone):
    model, histories = everyone
    lists = lists_by("implicit item neighbours", model, histories)
    joint = np.maximum(joint_matrix(histories, model.members).toarray(), 0).astype(np.float64)
    length = np.linalg.norm(joint, axis=0)
    cosine = (joint.T @ joint) / np.maximum(np.outer(length, length), 1e-12)
    taste = np.maximum(histories.weight.toarray()[1:], 0)
    scores = taste @ cosine
    for row, songs in enumerate(lists):
        given = songs[songs >= 0]
        assert (np.diff(scores[row, given]) <= 1e-4).all()
        assert (scores[row, given] > 0).all()
        assert len(given) > 5 or not taste[row].any()


@needs_the_library
def test_the_library_goes_on_with_playlists_that_it_has_not_seen(everyone):
    model, histories = everyone
    shown = playlists_as_histories([np.array([3, 9, 20]), np.array([5])], len(model.columns))
    with one_blas_thread():
        found = peers.of_implicit(model, histories, shown, seed=1)
    assert list(found) == LIBRARY
    for lists in found.values():
        assert lists.shape == (2, peers.DEEPEST)
        assert not {3, 9, 20} & set(lists[0].tolist())
        assert (lists[:, 0] >= 0).all()


WITHOUT_THE_LIBRARY = """
import sys

class Unable:
    "Finds what another finder finds, but for the library."

    def __init__(self, finder):
        self.finder = finder

    def find_spec(self, name, *more):
        return None if name.partition(".")[0] == "implicit" else self.finder.find_spec(name, *more)

    def __getattr__(self, name):
        return getattr(self.finder, name)

sys.meta_path[:] = map(Unable, sys.meta_path)

from tests.ranking.models import small_model
from earmark.evaluation import peers
model, histories = small_model(1)
assert peers.of_implicit(model, histories, histories, seed=1) == {}
assert "implicit" not in sys.modules
print(*peers.lacking())
"""


def test_without_the_library_its_peers_are_left_out_and_it_is_said(pytestconfig):
    said = subprocess.run(
        [sys.executable, "-c", WITHOUT_THE_LIBRARY],
        check=True,
        cwd=pytestconfig.rootpath,
        capture_output=True,
        text=True,
    )
    assert "implicit" in said.stdout
    assert "pip install" in said.stdout
