from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.tables import tables

from earmark.evaluation.continuation import KINDS, Challenges, challenges, split
from earmark.signals.collaborative.columns import Columns

COLUMNS = Columns.of(tables.songs({song: song % 9 for song in range(1, 101)}))


def lists_of(*sizes: int) -> list[np.ndarray]:
    random = np.random.default_rng(1)
    return [random.permutation(np.arange(1, 101))[:size] for size in sizes]


def asked_of(*sizes: int, seed: int = 1, **how: bool) -> Challenges:
    return challenges([f"of {size}" for size in sizes], lists_of(*sizes), COLUMNS, seed=seed, **how)


def wanted(asked: Challenges, at: int) -> list[int]:
    return asked.truth.items[asked.truth.indptr[at] : asked.truth.indptr[at + 1]].tolist()


def test_the_kinds_are_those_of_the_challenge():
    assert KINDS == ((1, False), (5, False), (10, False), (25, False), (25, True))


@pytest.mark.parametrize(
    ("size", "kinds"),
    [
        (0, []),
        (1, []),
        (2, [0]),
        (5, [0]),
        (6, [0, 1]),
        (10, [0, 1]),
        (11, [0, 1, 2]),
        (25, [0, 1, 2]),
        (26, [0, 1, 2, 3, 4]),
    ],
)
def test_a_playlist_is_asked_for_in_every_kind_that_leaves_something(size, kinds):
    asked = asked_of(size)
    assert asked.kinds.tolist() == kinds
    assert asked.playlists.tolist() == [0] * len(kinds)
    assert asked.names == [f"of {size}"] * len(kinds)
    assert len(asked) == len(asked.truth.sizes) == len(kinds)


def test_what_is_shown_and_what_is_asked_for_are_the_playlist():
    lists = lists_of(30, 60, 12)
    asked = asked_of(30, 60, 12)
    assert len(asked) == 13
    for at, (playlist, kind) in enumerate(zip(asked.playlists, asked.kinds, strict=True)):
        songs = COLUMNS.find(lists[playlist]).tolist()
        n, anywhere = KINDS[kind]
        shown = asked.seeds[at].tolist()
        assert len(shown) == n
        if not anywhere:
            assert shown == songs[:n]
        # Drawn songs stand in the order of the playlist.
        assert shown == [song for song in songs if song in shown]
        assert wanted(asked, at) == sorted(set(songs) - set(shown))
    drawn = [asked.seeds[at].tolist() for at in np.flatnonzero(asked.kinds == 4)]
    first = [asked.seeds[at].tolist() for at in np.flatnonzero(asked.kinds == 3)]
    assert all(one != other for one, other in zip(drawn, first, strict=True))


def test_a_song_that_stands_twice_counts_where_it_stands_first():
    asked = challenges(["x"], [np.array([7, 8, 7, 9, 8, 10, 11, 12])], COLUMNS, seed=1)
    assert asked.kinds.tolist() == [0, 1]
    assert COLUMNS.songs[asked.seeds[1]].tolist() == [7, 8, 9, 10, 11]
    assert COLUMNS.songs[wanted(asked, 1)].tolist() == [12]


def test_an_unknown_song_is_asked_for_and_never_shown():
    # 500, 501 and 502 came to be known after the model was learned.
    asked = challenges(["x"], [np.array([500, 7, 8, 501, 9, 10, 502, 11])], COLUMNS, seed=1)
    assert asked.kinds.tolist() == [0, 1]
    assert COLUMNS.songs[asked.seeds[0]].tolist() == []
    assert COLUMNS.songs[asked.seeds[1]].tolist() == [7, 8, 9]
    for at, (known, lost) in enumerate([((7, 8, 9, 10, 11), 2), ((10, 11), 1)]):
        items = np.array(wanted(asked, at))
        assert sorted(COLUMNS.songs[items[items < 100]].tolist()) == sorted(known)
        assert (items >= 100).sum() == lost
        assert len(set(items.tolist())) == len(items)
    matrix = asked.truth_matrix(100)
    assert matrix.shape == (2, 100)
    assert matrix.has_sorted_indices
    assert matrix.sum(1).tolist() == [5, 2]
    assert (
        COLUMNS.songs[matrix[[1]].indices].tolist()
        == COLUMNS.songs[sorted(COLUMNS.find(np.array([10, 11])))].tolist()
    )


def test_one_challenge_each_draws_a_kind_that_is_possible():
    sizes = [3, 8, 15, 40, 60, 0, 1] * 12
    asked = asked_of(*sizes, one_each=True)
    assert len(asked) == 12 * 5
    assert len(set(asked.playlists.tolist())) == len(asked)
    whole = asked_of(*sizes)
    every = {(int(p), int(k)): at for at, (p, k) in enumerate(zip(whole.playlists, whole.kinds, strict=True))}
    for at, (playlist, kind) in enumerate(zip(asked.playlists, asked.kinds, strict=True)):
        assert (int(playlist), int(kind)) in every
        assert len(asked.seeds[at]) == KINDS[kind][0]
    assert set(asked.kinds.tolist()) == set(range(5))


@pytest.mark.parametrize("one_each", [False, True])
def test_the_seed_draws_and_nothing_else(one_each):
    sizes = (40, 60, 80, 30)
    one, again, other = (asked_of(*sizes, seed=seed, one_each=one_each) for seed in (1, 1, 2))

    def shown(asked: Challenges) -> list[list[int]]:
        return [seeds.tolist() for seeds in asked.seeds]

    assert shown(one) == shown(again) != shown(other)
    assert one.truth.items.tolist() == again.truth.items.tolist()
    # A playlist's draw does not depend on the others.
    alone = asked_of(40, seed=1, one_each=one_each)
    assert shown(alone) == shown(one.take(one.playlists == 0))


def test_some_challenges_can_be_taken():
    asked = asked_of(30, 60, 12)
    for rows, places in ((slice(2, 5), [2, 3, 4]), (np.array([7, 0]), [7, 0]), (slice(0, 0), [])):
        some = asked.take(rows)
        assert len(some) == len(places)
        assert some.playlists.tolist() == asked.playlists[places].tolist()
        assert some.kinds.tolist() == asked.kinds[places].tolist()
        assert some.names == [asked.names[at] for at in places]
        assert [seeds.tolist() for seeds in some.seeds] == [asked.seeds[at].tolist() for at in places]
        assert [wanted(some, at) for at in range(len(places))] == [wanted(asked, at) for at in places]
        whole = asked.truth_matrix(100).toarray()
        np.testing.assert_array_equal(some.truth_matrix(100).toarray(), whole[places])


def test_nothing_can_be_asked_of_nothing():
    asked = challenges([], [], COLUMNS, seed=1)
    assert len(asked) == 0
    assert asked.truth_matrix(100).shape == (0, 100)


@settings(deadline=None)
@given(st.integers(1, 300), st.integers(0, 299), st.integers(0, 10**6))
def test_every_playlist_is_either_learned_from_or_held_out(n, n_held_out, seed):
    n_held_out = min(n_held_out, n - 1)
    learned, held_out = split(n, n_held_out, seed=seed)
    assert len(held_out) == n_held_out
    assert sorted([*learned.tolist(), *held_out.tolist()]) == list(range(n))
    for some, again in zip((learned, held_out), split(n, n_held_out, seed=seed), strict=True):
        assert (np.diff(some) > 0).all()
        assert some.tolist() == again.tolist()


def test_another_seed_holds_out_others():
    assert split(100, 10, seed=1)[1].tolist() != split(100, 10, seed=2)[1].tolist()


def test_something_must_be_left_to_learn_from():
    with pytest.raises(ValueError, match="10 of 10 playlists cannot be held out"):
        split(10, 10, seed=1)
