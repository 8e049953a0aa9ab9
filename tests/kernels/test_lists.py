from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earmark.kernels.lists import ROWS_PER_BLOCK, best_of_rows, join_lists

F = np.float32


def scored(seed: int, n_rows: int, n_songs: int, most: int):
    """Rows of different songs in any order, with ties among their scores."""
    random = np.random.default_rng(seed)
    sizes = random.integers(0, min(most, n_songs) + 1, n_rows)
    songs = [random.permutation(n_songs)[:size] for size in sizes]
    starts = np.concatenate([[0], np.cumsum(sizes)])
    scores = random.integers(-3, 4, starts[-1]).astype(F)
    scores[random.random(len(scores)) < 0.1] = -np.inf
    return starts, np.concatenate([*songs, np.empty(0, np.int64)]).astype(np.int32), scores


@settings(deadline=None, max_examples=60)
@given(
    seed=st.integers(0, 10**6),
    n_rows=st.sampled_from([0, 1, 5, ROWS_PER_BLOCK + 3]),
    most=st.sampled_from([0, 3, 900]),
    n=st.sampled_from([1, 7, 300]),
)
def test_the_best_equal_their_numpy_twin_ties_included(seed, n_rows, most, n):
    starts, songs, scores = scored(seed, n_rows, 1_000, most)
    best = best_of_rows(starts, songs, scores, n)
    assert best.shape == (n_rows, n)
    for row, (start, stop) in enumerate(pairwise(starts)):
        order = np.lexsort((songs[start:stop], -scores[start:stop]))[:n]
        expected = songs[start:stop][order].tolist()
        assert best[row].tolist() == expected + [-1] * (n - len(expected))


def test_a_long_row_with_scores_that_only_rise_or_only_fall():
    songs = np.arange(20_000, dtype=np.int32)
    for scores in (songs.astype(F), -songs.astype(F)):
        expected = np.argsort(-scores)[:100]
        assert best_of_rows(np.array([0, 20_000]), songs, scores, 100)[0].tolist() == expected.tolist()


def some_lists(seed: int, n_rows: int, n_songs: int, lengths: list[int]):
    """Lists with −1 among their songs and at their ends."""
    random = np.random.default_rng(seed)
    lists = []
    for length in lengths:
        some = np.full((n_rows, length), -1, np.int32)
        for row in range(n_rows):
            named = random.permutation(n_songs)[:length]
            some[row, : len(named)] = named
        some[random.random(some.shape) < 0.3] = -1
        lists.append(some)
    return lists


@settings(deadline=None, max_examples=60)
@given(
    seed=st.integers(0, 10**6),
    n_rows=st.sampled_from([0, 1, 5, ROWS_PER_BLOCK + 3]),
    # Words of 64 songs, and words of 64 words.
    n_songs=st.sampled_from([1, 63, 64, 65, 4_095, 4_096, 4_097, 9_000]),
    lengths=st.lists(st.sampled_from([0, 1, 12]), min_size=1, max_size=4),
)
def test_joined_lists_are_their_union_with_places(seed, n_rows, n_songs, lengths):
    lists = some_lists(seed, n_rows, n_songs, lengths)
    joined = join_lists(lists, n_songs)
    for row, (start, stop) in enumerate(pairwise(joined.starts)):
        expected = sorted({song for one in lists for song in one[row].tolist()} - {-1})
        assert joined.songs[start:stop].tolist() == expected
        for number, one in enumerate(lists):
            named = one[row].tolist()
            places = [named.index(song) if song in named else len(named) for song in expected]
            assert joined.places[number, start:stop].tolist() == places
    assert len(joined.songs) == joined.starts[-1] == joined.places.shape[1]


def test_threads_change_nothing():
    starts, songs, scores = scored(3, 700, 500, 200)
    lists = some_lists(4, 700, 5_000, [40, 7])
    one, many = (
        (best_of_rows(starts, songs, scores, 30, threads=n), *join_lists(lists, 5_000, threads=n))
        for n in (1, 5)
    )
    for left, right in zip(one, many, strict=True):
        np.testing.assert_array_equal(left, right)


def test_bad_lists_are_refused():
    songs, scores = np.array([1, 2, 3]), np.zeros(3, F)
    for starts in ([0, 2], [0, 4], [1, 3], [0, 3, 2, 3], []):
        with pytest.raises(ValueError, match=r"ascend from 0|do not fit"):
            best_of_rows(np.array(starts, np.int64), songs, scores, 2)
    with pytest.raises(ValueError, match="do not fit"):
        best_of_rows(np.array([0, 3]), songs, scores[:2], 2)
    with pytest.raises(ValueError, match="scored songs: ids must be"):
        best_of_rows(np.array([0, 3]), -songs, scores, 2)
    with pytest.raises(ValueError, match="n must be from 1"):
        best_of_rows(np.array([0, 3]), songs, scores, 0)
    with pytest.raises(ValueError, match="not of the same rows"):
        join_lists([np.zeros((2, 1), np.int32), np.zeros((3, 1), np.int32)], 5)
    for song in (-2, 5):
        with pytest.raises(ValueError, match="not within 0 to 5"):
            join_lists([np.array([[song]], np.int32)], 5)
