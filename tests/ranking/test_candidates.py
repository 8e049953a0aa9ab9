from __future__ import annotations

from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from scipy import sparse

from earmark.ranking.candidates import best_of_each, best_per_row, look_up, pool, ranges

N_SONGS = 12


@st.composite
def lists_of(draw, n_listeners):
    """One generator's lists: different songs in some order, with −1 among them and at the end."""
    depth = draw(st.integers(1, 6))
    rows = [
        draw(st.permutations([*range(N_SONGS), *[-1] * 6])) if draw(st.booleans()) else [-1] * 20
        for _ in range(n_listeners)
    ]
    return np.array([row[:depth] for row in rows], np.int32).reshape(n_listeners, depth)


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 4).flatmap(lambda n: st.tuples(lists_of(n), lists_of(n), lists_of(n))))
def test_the_pool_is_the_union_with_places(lists):
    found = pool(lists, N_SONGS)
    expected = [
        (row, song)
        for row in range(len(lists[0]))
        for song in sorted({int(s) for songs in lists for s in songs[row]} - {-1})
    ]
    assert list(zip(found.rows.tolist(), found.songs.tolist(), strict=True)) == expected
    assert len(found) == len(expected)
    assert found.indptr.tolist() == [sum(r < row for r, _ in expected) for row in range(len(lists[0]) + 1)]
    for generator, songs in enumerate(lists):
        places = [
            songs[row].tolist().index(song) if song in songs[row] else songs.shape[1]
            for row, song in expected
        ]
        assert found.ranks[generator].tolist() == places


MATRICES = arrays.arrays(
    np.float32, st.tuples(st.integers(1, 5), st.integers(1, 6)), elements=st.integers(-2, 3)
)


@given(MATRICES, st.data())
def test_look_up_reads_single_entries(dense, data):
    places = data.draw(
        st.lists(st.tuples(st.integers(0, len(dense) - 1), st.integers(0, dense.shape[1] - 1)), max_size=12)
    )
    rows, columns = np.array(places, np.int32).reshape(-1, 2).T
    found = look_up(sparse.csr_array(dense), rows, columns)
    assert found.dtype == np.float32
    assert found.tolist() == [dense[place] for place in places]


@given(
    st.lists(st.tuples(st.integers(0, 4), st.integers(0, 9), st.integers(-3, 3)), unique_by=lambda t: t[:2]),
    st.integers(1, 4),
)
def test_the_best_of_each_row(entries, n):
    rows, songs, scores = np.array(sorted(entries), np.int32).reshape(-1, 3).T
    found = best_per_row(rows, songs, scores.astype(np.float32), 5, n)
    for row in range(5):
        mine = sorted((-score, song) for at, song, score in entries if at == row)
        assert found[row].tolist() == ([song for _, song in mine] + [-1] * n)[:n]


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 5))))
def test_ranges_follow_each_other(bounds):
    starts, lengths = np.array(bounds, np.int64).reshape(-1, 2).T
    expected = [at for start, length in bounds for at in range(start, start + length)]
    assert ranges(starts, lengths).tolist() == expected


POOLS = st.lists(
    st.lists(st.floats(-1e6, 1e6, width=32, allow_subnormal=True), max_size=7), min_size=1, max_size=9
)


@given(POOLS, st.integers(1, 5))
def test_the_best_of_each_row_best_first(rows, n):
    # A zero below zero is no less than one above it.
    scores = np.array([score + 0.0 for row in rows for score in row], np.float32)
    indptr = np.concatenate([[0], np.cumsum([len(row) for row in rows])])
    found = best_of_each(indptr, scores, n)
    expected = [
        at
        for start, stop in pairwise(indptr)
        for at in sorted(range(start, stop), key=lambda at: (-scores[at], at))[:n]
    ]
    assert found.tolist() == expected
