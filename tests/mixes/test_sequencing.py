from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.mixes.sequencing import ENERGY_COSTS, KEY_COSTS, OCTAVE_COSTS, TEMPO_COSTS, in_sequence, steps
from earmark.ranking.sound import ENERGY, FIGURES, TEMPO, Sounds

NOTHING = np.zeros((1, 1, 1), np.float32)


def made(seed, n_mixes, n_entries, n_factors=5):
    return np.random.default_rng(seed).normal(size=(n_mixes, n_entries, n_factors)).astype(np.float32)


def cosine(one, other):
    return float(one @ other / max(np.linalg.norm(one) * np.linalg.norm(other), 1e-9))


@given(st.integers(0, 10**6), st.lists(st.integers(0, 8), min_size=1, max_size=4))
def test_each_song_is_followed_by_the_nearest_of_those_left(seed, sizes):
    vectors = made(seed, len(sizes), 8)
    vectors[0, 3] = 0
    order = in_sequence(vectors, np.array(sizes), NOTHING)
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
    assert in_sequence(vectors, np.array([5]), NOTHING).tolist() == [[0, 2, 4, 1, 3]]


def test_of_songs_equally_near_the_stronger_comes_first():
    assert in_sequence(np.ones((1, 6, 2), np.float32), np.array([4]), NOTHING).tolist() == [list(range(6))]


@pytest.mark.parametrize("shape", [(0, 5, 2), (3, 1, 2), (2, 0, 2)])
def test_small_shapes(shape):
    assert in_sequence(np.zeros(shape, np.float32), np.zeros(shape[0], int), NOTHING).shape == shape[:2]


# --- by sound ---


def sounds_of(*songs: tuple[float | None, int, float | None]) -> Sounds:
    """Songs in columns 0, 1, ... of a tempo in BPM, a key and an energy; column ``len(songs)`` was not heard."""
    figures = np.full((len(songs), len(FIGURES)), np.nan, np.float32)
    for row, (tempo, _, energy) in enumerate(songs):
        figures[row, TEMPO] = np.nan if tempo is None else np.log2(tempo)
        figures[row, ENERGY] = np.nan if energy is None else energy
    keys = np.array([key for _, key, _ in songs], np.int8)
    columns, none = np.arange(len(songs), dtype=np.int32), np.zeros(len(songs), np.int64)
    return Sounds(columns, np.zeros((len(songs), 1), np.float32), figures, keys, none, len(songs) + 1)


C_MAJOR, G_MAJOR, F_SHARP_MAJOR, A_MINOR, E_FLAT_MINOR = 0, 7, 6, 12 + 9, 12 + 3


@pytest.mark.parametrize(
    ("one", "other", "cost"),
    [
        ((100.0, C_MAJOR, 0.5), (100.0, C_MAJOR, 0.5), 0),
        ((100.0, -1, None), (100 * 2**0.25, -1, None), TEMPO_COSTS / 4),
        ((80.0, -1, None), (160.0, -1, None), OCTAVE_COSTS),
        ((80.0, -1, None), (160 * 2**-0.1, -1, None), OCTAVE_COSTS + TEMPO_COSTS / 10),
        ((None, C_MAJOR, None), (None, G_MAJOR, None), 0),
        ((None, C_MAJOR, None), (None, A_MINOR, None), 0),
        ((None, C_MAJOR, None), (None, F_SHARP_MAJOR, None), KEY_COSTS),
        ((None, C_MAJOR, None), (None, E_FLAT_MINOR, None), KEY_COSTS),
        ((None, -1, 0.2), (None, -1, 0.7), ENERGY_COSTS / 2),
        ((100.0, C_MAJOR, None), (None, -1, 0.7), 0),
    ],
)
def test_what_a_step_costs(one, other, cost):
    songs, real = np.array([[0, 1, 2, 0]]), np.array([[True, True, True, False]])
    costs = steps(songs, real, sounds_of(one, other))
    assert costs[0, 0, 1] == costs[0, 1, 0] == pytest.approx(cost, abs=1e-6)
    # What was not heard, and what is no entry, costs nothing.
    assert not costs[0, 2:].any()
    assert not costs[0, :, 2:].any()


def test_without_sounds_nothing_costs():
    assert not steps(np.array([[0, 1]]), np.array([[True, True]]), Sounds.none(2)).any()


def test_of_songs_equally_liked_the_one_that_is_near_in_tempo_follows():
    sounds = sounds_of((100.0, -1, None), (150.0, -1, None), (104.0, -1, None), (60.0, -1, None))
    songs, real = np.array([[0, 1, 2, 3]]), np.ones((1, 4), np.bool_)
    order = in_sequence(np.ones((1, 4, 2), np.float32), np.array([4]), steps(songs, real, sounds))
    assert order.tolist() == [[0, 2, 3, 1]]
