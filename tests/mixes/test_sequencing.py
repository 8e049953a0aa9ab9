from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.mixes.sequencing import by_likeness


def made(seed, n_mixes, n_entries, n_factors=5):
    return np.random.default_rng(seed).normal(size=(n_mixes, n_entries, n_factors)).astype(np.float32)


def cosine(one, other):
    return float(one @ other / max(np.linalg.norm(one) * np.linalg.norm(other), 1e-9))


@given(st.integers(0, 10**6), st.lists(st.integers(0, 8), min_size=1, max_size=4))
def test_each_song_is_followed_by_the_nearest_of_those_left(seed, sizes):
    vectors = made(seed, len(sizes), 8)
    vectors[0, 3] = 0
    order = by_likeness(vectors, np.array(sizes))
    for mix, size in enumerate(sizes):
        assert sorted(order[mix].tolist()) == list(range(8))
        assert order[mix, size:].tolist() == list(range(size, 8))
        if size:
            assert order[mix, 0] == 0
        for place in range(1, size):
            before, left = order[mix, place - 1], order[mix, place:size]
            likeness = [cosine(vectors[mix, before], vectors[mix, one]) for one in left]
            assert likeness[0] == pytest.approx(max(likeness), abs=1e-5)


def test_songs_on_a_line_come_in_their_order():
    angles = np.radians([0, 60, 20, 80, 40])
    vectors = np.stack([np.cos(angles), np.sin(angles)], axis=1)[None].astype(np.float32)
    # Length says nothing.
    vectors *= np.array([1, 9, 2, 5, 3], np.float32)[None, :, None]
    assert by_likeness(vectors, np.array([5])).tolist() == [[0, 2, 4, 1, 3]]


def test_of_songs_equally_near_the_stronger_comes_first():
    assert by_likeness(np.ones((1, 6, 2), np.float32), np.array([4])).tolist() == [list(range(6))]


@pytest.mark.parametrize("shape", [(0, 5, 2), (3, 1, 2), (2, 0, 2)])
def test_small_shapes(shape):
    assert by_likeness(np.zeros(shape, np.float32), np.zeros(shape[0], int)).shape == shape[:2]
