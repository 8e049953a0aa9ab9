from __future__ import annotations

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st

from earmark.evaluation.artists import score_artists, split_pairs


def counts(seed: int, n_listeners: int = 9, n_artists: int = 14, share: float = 0.3) -> sp.csr_array:
    random = np.random.default_rng(seed)
    plays = random.integers(1, 1_000, (n_listeners, n_artists)) * (
        random.random((n_listeners, n_artists)) < share
    )
    return sp.csr_array(plays)


@given(
    st.integers(0, 50), st.integers(0, 50), st.lists(st.integers(0, 9), min_size=1, max_size=5).filter(any)
)
def test_every_pair_falls_to_one_part_and_parts_are_as_large_as_asked(seed, drawn_by, shares):
    plays = counts(seed)
    whole = sum(shares)
    parts = split_pairs(plays, [share / whole for share in shares], seed=drawn_by)
    np.testing.assert_array_equal(sum(part.toarray() for part in parts), plays.toarray())
    assert sum(part.nnz for part in parts) == plays.nnz
    for share, part in zip(shares, parts, strict=True):
        assert abs(part.nnz - plays.nnz * share / whole) <= 1
        part.sort_indices()
        assert part.shape == plays.shape


def test_the_seed_draws_and_nothing_else():
    plays = counts(1)
    one, again, other = (split_pairs(plays, (0.5, 0.5), seed=seed)[0].toarray() for seed in (1, 1, 2))
    assert one.tolist() == again.tolist() != other.tolist()


def test_pairs_are_drawn_alike_whatever_their_counts_and_listeners():
    plays = sp.csr_array(np.arange(1, 40_001).reshape(40, 1_000))
    _, held_out = split_pairs(plays, (0.8, 0.2), seed=3)
    assert abs(np.diff(held_out.indptr).mean() - 200) < 1e-9
    assert 140 < np.diff(held_out.indptr).min() <= np.diff(held_out.indptr).max() < 260
    assert abs(held_out.data.mean() - plays.data.mean()) < 1_000


@pytest.mark.parametrize("shares", [(), (0.5, 0.4), (1.2, -0.2), (0.7, 0.7)])
def test_shares_must_make_a_whole(shares):
    with pytest.raises(ValueError, match="no parts of a whole"):
        split_pairs(counts(1), shares, seed=1)


def test_the_scores_are_those_of_the_definition():
    held_out = sp.csr_array(np.array([[0, 5, 0, 1], [0, 0, 0, 0], [9, 0, 0, 0]]))
    lists = np.array([[3, 0, 1, -1], [0, 1, 2, 3], [1, 2, 3, -1]], np.int32)
    scores = score_artists(lists, held_out).values
    # Found at places 1 and 3 of an ideal 1 and 2.
    ideal = 1 + 1 / np.log2(3)
    np.testing.assert_allclose(scores["ndcg@20"], [(1 + 1 / np.log2(4)) / ideal, np.nan, 0])
    np.testing.assert_allclose(scores["recall@20"], [1, np.nan, 0])


def test_the_twenty_first_place_counts_for_nothing():
    held_out = sp.csr_array(([1], ([0], [20])), shape=(1, 30))
    for place, found in ((19, 1.0), (20, 0.0)):
        order = np.roll(np.arange(30), place - 20)[None]
        assert order[0, place] == 20
        assert score_artists(order, held_out).values["recall@20"].tolist() == [found]
