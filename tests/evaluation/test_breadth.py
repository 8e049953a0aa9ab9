from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st
from tests.ranking.models import small_model

from earmark.evaluation.breadth import (
    OwnPlays,
    artist_spread,
    artist_spread_beyond_plays,
    drawn_by_play,
    narrowing,
    popularity_lift,
)
from earmark.ranking.breadth import Directions, OwnLevel

LISTS = np.array([[3, 0, 2, 1], [1, 2, -1, -1], [-1, -1, -1, -1]])


def level(likeness=(0.0, 0.5, 0.5), popularity=(1.0, 2.0, 3.0)):
    return OwnLevel(np.full(3, 50), np.array(likeness), np.array(popularity))


def test_a_listeners_own_songs_compare_as_even():
    """The songs that they play most are about as alike, as popular and by as many artists as their plays."""
    model, histories = small_model(1, n_songs=240)
    own = OwnPlays.of(model, histories)
    lists = drawn_by_play(histories.plays, np.full(len(histories), 12), np.random.default_rng(0))
    found = own.compare(lists, 12, seed=3)
    assert set(found) == {"narrowing", "popularity_lift", "artists", "artists_beyond_plays"}
    np.testing.assert_array_equal(found["narrowing"], narrowing(lists, own.level, own.directions, 12))
    there = ~np.isnan(found["artists_beyond_plays"])
    assert there.sum() >= 5
    assert abs(found["artists_beyond_plays"][there].mean()) < 1
    assert (found["artists"][there] < 12 + 1e-9).all()
    again = own.compare(lists, 12, seed=3)
    for name, values in found.items():
        np.testing.assert_array_equal(values, again[name])


# --- narrowing ---


def test_a_list_like_the_plays_is_not_narrower():
    """Songs at right angles, as likely as the plays: 1/√k, which is what k songs unlike each other score."""
    directions = Directions.of(np.eye(4, dtype=np.float32))
    found = narrowing(LISTS, level(likeness=(0, 0, 0)), directions, 4)
    np.testing.assert_allclose(found, [0, 0, np.nan], atol=1e-6)


def test_a_list_of_songs_alike_is_narrower_by_what_the_plays_are_not():
    directions = Directions.of(np.ones((4, 2), np.float32))
    found = narrowing(LISTS, level(likeness=(0, 0.5, 0.5)), directions, 4)
    np.testing.assert_allclose(found, [1 - 0.5, 1 - np.sqrt(0.75), np.nan], atol=1e-6)
    assert narrowing(LISTS, level(likeness=(0, 0, 0)), directions, 1)[0] == pytest.approx(0, abs=1e-6)


def test_songs_without_a_vector_and_listeners_without_a_level_do_not_count():
    vectors = np.array([[1, 0], [0, 0], [1, 0], [0, 1]], np.float32)
    found = narrowing(LISTS, level(likeness=(0, 1, np.nan)), Directions.of(vectors), 4)
    np.testing.assert_allclose(found[:2], [np.sqrt(5) / 3 - np.sqrt(1 / 3), 0], atol=1e-6)
    lists = np.array([[1, -1], [0, 2], [0, 2]])
    found = narrowing(lists, level(likeness=(0, 1, np.nan)), Directions.of(vectors), 4)
    np.testing.assert_allclose(found, [np.nan, 0, np.nan], atol=1e-6)


# --- popularity lift ---


def test_the_lift_counts_doublings_over_what_is_played():
    held = np.array([1, 4, 16, 64])
    found = popularity_lift(LISTS, level(popularity=(1, 2, 3)), held, 4)
    np.testing.assert_allclose(found, [(0 + 2 + 4 + 6) / 4 - 1, 3 - 2, np.nan])
    np.testing.assert_allclose(popularity_lift(LISTS, level(), held, 1)[:2], [6 - 1, 2 - 2])
    # Twice as widely held is a lift of one more, whatever the level.
    np.testing.assert_allclose(popularity_lift(LISTS, level(), held * 2, 4) - found, [1, 1, np.nan])


def test_a_song_that_nobody_holds_counts_as_held_by_one():
    assert popularity_lift(LISTS[1:2], level((0,), (0,)), np.zeros(4), 4).tolist() == [0]
    assert np.isnan(popularity_lift(LISTS[1:2], level((0,), (np.nan,)), np.ones(4), 4)).all()


# --- artist spread ---


@given(
    st.lists(st.lists(st.integers(0, 11), unique=True, max_size=9), min_size=1, max_size=5), st.integers(1, 9)
)
def test_the_spread_is_the_exponential_of_the_entropy(rows, k):
    artists = np.array([0, 0, 0, 1, 1, 2, 3, 4, 4, 4, 4, 5])
    lists = np.full((len(rows), 9), -1)
    for row, songs in enumerate(rows):
        lists[row, : len(songs)] = songs
    for spread, songs in zip(artist_spread(lists, artists, k), rows, strict=True):
        shares = np.array([*Counter(artists[songs[:k]].tolist()).values()]) / max(len(songs[:k]), 1)
        expected = np.prod(shares**-shares) if songs else np.nan
        np.testing.assert_allclose(spread, expected)


def test_equal_shares_count_every_artist_once():
    artists = np.arange(4) // 2
    np.testing.assert_allclose(artist_spread(LISTS, artists, 4), [2, 2, np.nan])
    np.testing.assert_allclose(artist_spread(LISTS, np.arange(4), 4), [4, 2, np.nan])


def test_a_list_drawn_from_the_plays_spreads_as_they_do():
    random = np.random.default_rng(4)
    artists = random.integers(0, 40, 300)
    plays = sp.csr_array(random.integers(0, 3, (200, 300)))
    plays.eliminate_zeros()
    lists = drawn_by_play(plays, np.full(200, 25), random)
    found = artist_spread_beyond_plays(lists, plays, artists, 25, seed=1)
    assert abs(found.mean()) < 3 * found.std() / np.sqrt(200)
    assert found.std() > 0.1
    np.testing.assert_array_equal(found, artist_spread_beyond_plays(lists, plays, artists, 25, seed=1))
    one_artist = artist_spread_beyond_plays(lists, plays, np.zeros(300, int), 25, seed=1)
    np.testing.assert_allclose(one_artist, 0, atol=1e-12)


def test_with_fewer_songs_than_the_list_there_is_no_comparison():
    plays = sp.csr_array([[1, 0, 0, 2], [1, 1, 0, 0], [0, 0, 0, 0]])
    found = artist_spread_beyond_plays(LISTS, plays, np.arange(4), 4, seed=0)
    np.testing.assert_allclose(found, [np.nan, 0, np.nan])


# --- drawing songs by play ---


def test_songs_are_drawn_without_repeats_and_by_their_plays():
    plays = sp.csr_array([[0, 6, 3, 0, 1], [2, 0, 0, 2, 0], [0, 0, 0, 0, 0]])
    first = np.zeros((3, 5))
    generator = np.random.default_rng(0)
    draws = 4_000
    for _ in range(draws):
        drawn = drawn_by_play(plays, np.array([2, 3, 1]), generator)
        assert drawn.shape == (3, 3)
        assert (drawn[:, 2] == -1).all()
        assert len({*drawn[0, :2]} & {1, 2, 4}) == 2
        assert set(drawn[1, :2]) == {0, 3}
        np.add.at(first, (np.arange(2), drawn[:2, 0]), 1)
    np.testing.assert_allclose(first[0] / draws, [0, 0.6, 0.3, 0, 0.1], atol=0.03)
    np.testing.assert_allclose(first[1] / draws, [0.5, 0, 0, 0.5, 0], atol=0.03)


def test_nobody_draws_nothing():
    none = drawn_by_play(sp.csr_array((0, 5), dtype=int), np.empty(0, int), np.random.default_rng(0))
    assert none.shape == (0, 0)
