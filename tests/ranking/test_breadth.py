from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
import scipy.sparse as sp
from hypothesis import given
from hypothesis import strategies as st
from tests.tables import learnable, tables

from earmark.ranking.breadth import Directions, OwnLevel, generalist_specialist
from earmark.store.snapshot import Frames


def cosine(one, other):
    return float(one @ other / (np.linalg.norm(one) * np.linalg.norm(other)))


def vectors_of(seed, n_songs, n_factors=5):
    return np.random.default_rng(seed).normal(0.3, 1, (n_songs, n_factors)).astype(np.float32)


def by_hand(weights, vectors):
    """The definition, song by song: the weighted mean cosine with the weighted centroid of unit vectors."""
    there = [song for song, weight in enumerate(weights) if weight > 0 and vectors[song].any()]
    if not there:
        return np.nan
    unit = {song: vectors[song] / np.linalg.norm(vectors[song]) for song in there}
    centroid = sum(weights[song] * unit[song] for song in there) / sum(weights[song] for song in there)
    near = sum(weights[song] * cosine(vectors[song], centroid) for song in there)
    return near / sum(weights[song] for song in there)


# --- the score ---


@given(st.integers(0, 10**6), st.integers(1, 6), st.integers(1, 9))
def test_the_score_is_the_mean_cosine_with_the_centroid(seed, n_rows, n_songs):
    random = np.random.default_rng(seed)
    vectors = vectors_of(seed, n_songs)
    vectors[random.random(n_songs) < 0.2] = 0
    weights = np.where(random.random((n_rows, n_songs)) < 0.6, random.integers(-2, 30, (n_rows, n_songs)), 0)
    scores = generalist_specialist(sp.csr_array(weights), Directions.of(vectors))
    expected = [by_hand(row, vectors.astype(float)) for row in weights]
    np.testing.assert_allclose(scores, expected, atol=2e-5)


def test_one_song_is_a_specialist_and_opposites_are_a_generalist():
    vectors = np.array([[2, 0], [-5, 0], [0, 3], [0, 0]], np.float32)
    plays = sp.csr_array([[9, 0, 0, 0], [3, 3, 0, 0], [4, 0, 4, 0], [0, 0, 0, 7], [0, 0, 0, 0]])
    scores = generalist_specialist(plays, Directions.of(vectors))
    np.testing.assert_allclose(scores, [1, 0, np.sqrt(0.5), np.nan, np.nan], atol=1e-6)


def test_how_widely_a_song_is_held_says_nothing():
    vectors = vectors_of(3, 6)
    plays = sp.csr_array([[1, 2, 3, 4, 5, 6]])
    longer = vectors * np.array([1, 10, 0.1, 7, 3, 100], np.float32)[:, None]
    one, other = (generalist_specialist(plays, Directions.of(each)) for each in (vectors, longer))
    np.testing.assert_allclose(one, other, rtol=1e-5)


def test_vectors_that_are_not_finite_are_refused():
    vectors = vectors_of(0, 4)
    vectors[[1, 3], 2] = [np.nan, np.inf]
    with pytest.raises(ValueError, match="2 song vectors are not finite"):
        Directions.of(vectors)


def test_absent_songs_have_no_direction():
    directions = Directions.of(np.array([[3, 4], [0, 0]], np.float32))
    np.testing.assert_allclose(
        directions[np.array([[0, 1], [-1, 0]])], [[[0.6, 0.8], [0, 0]], [[0, 0], [0.6, 0.8]]]
    )


# --- what the listener plays ---


def level_of(frames, vectors):
    _, histories, members = learnable(frames)
    popularity = np.zeros(len(vectors))
    for matrix in (members.listeners, members.playlists):
        popularity += np.bincount(matrix.indices, minlength=len(vectors))
    return OwnLevel.of(histories, members, popularity, Directions.of(vectors)), histories, members


def shared(songs, plays):
    """Listener 1 plays songs so many times; somebody's playlist holds them all."""
    listens = [
        {"listener": 1, "song": song, "days": day}
        for song, n in zip(songs, plays, strict=True)
        for day in range(n)
    ]
    playlists, playlist_songs = tables.playlists({100: (None, list(songs))})
    return Frames(
        listens=tables.listens(listens),
        playlists=playlists,
        playlist_songs=playlist_songs,
        songs=tables.songs(dict.fromkeys(songs, 1)),
        listeners=tables.listeners([1]),
        feedback=tables.feedback([]),
    )


def columns_of(frames):
    return learnable(frames)[0].songs


@pytest.mark.parametrize("seed", range(4))
def test_the_level_is_that_of_the_songs_that_others_hold(seed):
    frames = tables.world(seed)
    vectors = vectors_of(seed, 60)
    vectors[::7] = 0
    level, histories, members = level_of(frames, vectors)
    assert any(owner in histories.listeners for owner in members.owners)
    listed, played = members.playlists.toarray(), members.listeners.toarray()
    left_out = 0
    for row, listener in enumerate(histories.listeners):
        others = listed[members.owners != listener].sum(0) + played[members.listener_ids != listener].sum(0)
        plays = histories.plays.toarray()[row].astype(float)
        left_out += int(((plays > 0) & (others == 0)).sum())
        songs = np.flatnonzero((plays > 0) & (others > 0) & vectors.any(axis=1))
        assert level.songs[row] == len(songs)
        pairs = [(plays[a] * plays[b], cosine(vectors[a], vectors[b])) for a, b in combinations(songs, 2)]
        weights, cosines = np.array(pairs).T if pairs else (np.empty(0), np.empty(0))
        expected = np.average(cosines, weights=weights) if pairs else np.nan
        np.testing.assert_allclose(level.likeness[row], expected, atol=1e-5)
        held = np.average(np.log2(others[songs]), weights=plays[songs]) if len(songs) else np.nan
        np.testing.assert_allclose(level.popularity[row], held, atol=1e-6)
    assert left_out


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_a_list_is_held_against_as_many_songs_from_the_plays(size):
    """Over all the ways to take so many of songs that are played alike, the mean square is exact."""
    vectors = vectors_of(1, 7)
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    frames = shared(range(7), [1] * 7)
    level, _, _ = level_of(frames, vectors[columns_of(frames)])
    scores = [np.linalg.norm(unit[list(some)].mean(0)) for some in combinations(range(7), size)]
    np.testing.assert_allclose(level.score(size)[0] ** 2, np.mean(np.square(scores)), rtol=1e-5)


def test_songs_drawn_by_play_score_as_expected():
    vectors = vectors_of(5, 80)
    plays = np.random.default_rng(5).integers(1, 6, 80)
    frames = shared(range(80), plays.tolist())
    songs = columns_of(frames)
    level, _, _ = level_of(frames, vectors[songs])
    unit = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
    random = np.random.default_rng(0)
    squares = [
        np.square(unit[random.choice(80, 20, replace=False, p=plays / plays.sum())].mean(0)).sum()
        for _ in range(3_000)
    ]
    np.testing.assert_allclose(level.score(20)[0], np.sqrt(np.mean(squares)), rtol=0.02)


def test_with_one_song_there_is_nothing_to_compare():
    frames = shared([4], [3])
    level, _, _ = level_of(frames, vectors_of(0, 1))
    assert level.songs.tolist() == [1]
    assert level.popularity.tolist() == [0]
    assert np.isnan(level.likeness).all()
    assert np.isnan(level.score(30)).all()


def test_one_song_played_a_thousand_times_hides_nothing():
    vectors = np.array([[1, 0], [0, 1], [1, 1]], np.float32)
    frames = shared([0, 1, 2], [1_000, 1, 1])
    level, _, _ = level_of(frames, vectors[columns_of(frames)])
    expected = np.average([0, np.sqrt(0.5), np.sqrt(0.5)], weights=[1_000, 1_000, 1])
    np.testing.assert_allclose(level.likeness, [expected], atol=1e-3)


def test_who_came_after_the_build_is_measured_too():
    frames = tables.world(2)
    _, histories, members = learnable(frames)
    popularity = np.bincount(members.playlists.indices, minlength=60) + np.bincount(
        members.listeners.indices, minlength=60
    )
    later = replace(histories, listeners=histories.listeners + 1_000)
    level = OwnLevel.of(later, members, popularity, Directions.of(vectors_of(2, 60)))
    np.testing.assert_array_equal(level.songs, (histories.plays.toarray() > 0).sum(1))


def test_listeners_in_parts_measure_the_same():
    frames = tables.world(3)
    vectors = vectors_of(3, 60)
    whole, histories, members = level_of(frames, vectors)
    popularity = np.bincount(members.playlists.indices, minlength=60) + np.bincount(
        members.listeners.indices, minlength=60
    )
    for row in range(len(histories)):
        part = OwnLevel.of(histories.rows(row, row + 1), members, popularity, Directions.of(vectors))
        for name in ("songs", "likeness", "popularity"):
            np.testing.assert_array_equal(getattr(part, name), getattr(whole, name)[row : row + 1])


def test_nobody_has_no_level():
    frames = tables.world(0)
    _, histories, members = learnable(frames)
    level = OwnLevel.of(histories.rows(0, 0), members, np.ones(60), Directions.of(vectors_of(0, 60)))
    assert level.score(30).shape == level.popularity.shape == (0,)
