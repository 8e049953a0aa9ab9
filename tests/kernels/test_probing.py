from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse

from earmark.kernels.probing import ProbingIndex
from earmark.kernels.sparse import Rows
from earmark.kernels.top import FactorIndex

F = np.float32


def in_genres(seed: int, n_songs: int, n_factors: int, n_listeners: int = 40):
    """Songs near the centres of a few genres, some long and some short; listeners near two centres each."""
    random = np.random.default_rng(seed)
    centres = random.standard_normal((12, n_factors))
    genre = random.integers(0, 12, n_songs)
    songs = centres[genre] + 0.4 * random.standard_normal((n_songs, n_factors))
    songs *= random.lognormal(0, 0.5, (n_songs, 1))
    liked = centres[random.integers(0, 12, (n_listeners, 2))].sum(axis=1)
    listeners = liked + 0.2 * random.standard_normal((n_listeners, n_factors))
    return songs.astype(F), listeners.astype(F)


@pytest.mark.parametrize(("n_songs", "n_factors"), [(1, 3), (15, 8), (333, 16), (2_000, 33)])
def test_where_all_are_looked_at_the_best_are_found_but_for_the_rounding_to_bytes(n_songs, n_factors):
    songs, listeners = in_genres(1, n_songs, n_factors)
    n = min(50, n_songs)
    found, scores = ProbingIndex(songs, seen=n_songs).top(listeners, None, n)
    exact = listeners.astype(np.float64) @ songs.T.astype(np.float64)
    # A byte is off by half a step at most, in each factor.
    step = np.abs(songs).max(axis=1) / 127
    for row, (ids, said) in enumerate(zip(found, scores, strict=True)):
        most_off = np.abs(listeners[row]).sum() * step / 2 + 1e-4
        assert len(set(ids.tolist())) == n
        assert (np.abs(said - exact[row, ids]) <= most_off[ids]).all()
        assert (np.diff(said) <= 0).all()
        left_out = np.setdiff1d(np.arange(n_songs), ids)
        assert (exact[row, left_out] <= said[-1] + most_off[left_out]).all()


def test_looking_at_a_fifth_finds_nearly_all():
    songs, listeners = in_genres(2, 20_000, 32)
    found, _ = ProbingIndex(songs, seen=4_000).top(listeners, None, 100)
    exact, _ = FactorIndex(songs).top(listeners, None, 100)
    shared = np.mean(
        [
            len(set(some) & set(every)) / 100
            for some, every in zip(found.tolist(), exact.tolist(), strict=True)
        ]
    )
    assert shared > 0.95


def test_more_is_found_the_more_is_looked_at():
    songs, listeners = in_genres(3, 20_000, 32)
    best = [
        ProbingIndex(songs, seen=seen).top(listeners, None, 100)[1].sum() for seen in (200, 1_000, 20_000)
    ]
    assert best[0] < best[1] < best[2]


def test_a_listener_alone_and_among_others_gets_the_same_bits_and_nothing_closed():
    songs, listeners = in_genres(4, 5_000, 31)
    random = np.random.default_rng(4)
    closed = sparse.csr_array(random.random((len(listeners), len(songs))) < 0.2)
    index = ProbingIndex(songs, seen=900)
    ids, scores = index.top(listeners, closed, 60, threads=1)
    others = index.top(listeners, closed, 60, threads=3)
    assert (ids == others[0]).all()
    assert (scores == others[1]).all()
    rows = Rows.of(closed, "closed")
    for row in range(len(listeners)):
        one = np.array([row])
        alone = index.top(listeners[one], rows.take(one), 60)
        assert alone[0][0].tolist() == ids[row].tolist()
        assert alone[1][0].tolist() == scores[row].tolist()
        assert not closed[[row]].toarray()[0][ids[row]].any()


def test_who_knows_all_gets_nothing_and_what_does_not_fit_is_refused():
    songs, listeners = in_genres(5, 40, 8)
    index = ProbingIndex(songs, seen=40)
    ids, scores = index.top(listeners, sparse.csr_array(np.ones((40, 40), F)), 5)
    assert (ids == -1).all()
    assert (scores == 0).all()
    with pytest.raises(ValueError, match="vectors of 8"):
        index.top(listeners[:, 1:], None, 5)
    with pytest.raises(ValueError, match="exclude: expected 40 rows by 40 songs"):
        index.top(listeners, sparse.csr_array((40, 39)), 5)
