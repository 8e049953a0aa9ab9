from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.ranking.pools import Pools

PAIR = st.tuples(st.integers(0, 99), st.integers(-3, 3), st.booleans())
"""A song, its one feature (and its score), and whether it was loved."""
ROWS = st.lists(st.lists(PAIR, max_size=5), max_size=6)


def pools_of(rows) -> Pools:
    pairs = [pair for row in rows for pair in row]
    return Pools(
        np.array([song for song, _, _ in pairs], np.int32),
        np.array([[feature] for _, feature, _ in pairs], np.float32).reshape(-1, 1),
        np.array([len(row) for row in rows], np.int64),
        np.array([loved for _, _, loved in pairs], np.bool_),
    )


def rows_of(pools: Pools) -> list[list[tuple[int, int, bool]]]:
    flat = list(
        zip(
            pools.songs.tolist(), pools.features[:, 0].astype(int).tolist(), pools.loved.tolist(), strict=True
        )
    )
    assert pools.indptr[-1] == len(flat)
    return [flat[start:stop] for start, stop in pairwise(pools.indptr)]


@given(ROWS)
def test_rows_follow_each_other(rows):
    pools = pools_of(rows)
    assert len(pools) == len(rows)
    assert rows_of(pools) == rows


@given(ROWS, st.data())
def test_some_rows_can_be_taken(rows, data):
    wanted = data.draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows)))
    taken = pools_of(rows).take(np.array(wanted, np.bool_))
    assert rows_of(taken) == [row for row, want in zip(rows, wanted, strict=True) if want]


@given(ROWS)
def test_whatever_holds_nothing_loved_teaches_nothing(rows):
    teaching = pools_of(rows).teaching()
    assert rows_of(teaching) == [row for row in rows if any(loved for *_, loved in row)]


@given(ROWS, st.integers(1, 4))
def test_the_best_stay_in_the_order_of_the_pool(rows, n):
    pools = pools_of(rows)
    best = pools.best(pools.features[:, 0], n)
    expected = []
    for row in rows:
        first = sorted(range(len(row)), key=lambda at: (-row[at][1], at))[:n]
        expected.append([row[at] for at in sorted(first)])
    assert rows_of(best) == expected


@given(st.lists(ROWS, min_size=1, max_size=3))
def test_parts_are_joined_in_order(parts):
    joined = Pools.joined([pools_of(rows) for rows in parts])
    assert rows_of(joined) == [row for rows in parts for row in rows]


@pytest.mark.parametrize("rows", [[], [[]], [[], [(1, 1, True)], []]])
def test_rows_may_be_empty(rows):
    pools = pools_of(rows)
    assert rows_of(pools.teaching()) == [row for row in rows if row]
    assert rows_of(pools.best(pools.features[:, 0], 3)) == rows


def test_what_is_taken_is_a_copy():
    pools = pools_of([[(1, 1, True)], [(2, 2, False)]])
    pools.take(np.array([True, True])).features[:] = 9
    assert pools.features.tolist() == [[1], [2]]
