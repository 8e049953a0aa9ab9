from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.tables import tables

from earmark.listening.evidence import EvidenceConfig, heard, judged, weigh
from earmark.listening.feedback import Verdict
from earmark.signals.collaborative.columns import Columns
from earmark.signals.collaborative.histories import (
    HALVED_AFTER,
    Histories,
    playlists_as_histories,
    read_histories,
)

CONFIG = EvidenceConfig()
MATRICES = [field.name for field in fields(Histories) if field.name != "listeners"]


def histories_of(frames, listeners=None, given=None, columns=None):
    return read_histories(
        frames.listeners["listener"].to_numpy() if listeners is None else np.array(listeners),
        frames.listens,
        frames.feedback,
        frames.own_playlists(),
        frames.songs,
        columns=columns or Columns.of(frames.songs),
        config=CONFIG,
        given=given,
    )


def entries(matrix, histories, columns):
    """``{(listener, song): value}`` by record ids."""
    table = matrix.tocoo()
    rows, at = histories.listeners[table.row].tolist(), columns.songs[table.col].tolist()
    return {(row, song): value for row, song, value in zip(rows, at, table.data.tolist(), strict=True)}


@pytest.mark.parametrize("seed", range(4))
def test_the_matrices_hold_the_evidence(seed):
    frames = tables.world(seed)
    columns = Columns.of(frames.songs)
    histories = histories_of(frames)
    found = weigh(frames.listens, frames.feedback, frames.own_playlists(), frames.songs, CONFIG)
    hated = set(judged((Verdict.HATE,), frames.feedback, frames.songs).rows())
    for name in ("weight", "strength", "recent", "plays", "skips"):
        matrix = getattr(histories, name)
        assert matrix.shape == (len(histories), len(columns)) == (8, 60)
        assert matrix.has_sorted_indices
        expected = {
            (listener, song): value for listener, song, value in found.select("listener", "song", name).rows()
        }
        if name == "plays":
            expected = {pair: n for pair, n in expected.items() if pair not in hated}
        assert entries(matrix, histories, columns) == pytest.approx(
            {pair: value for pair, value in expected.items() if value}, rel=1e-6
        )


@pytest.mark.parametrize("seed", range(4))
def test_closed_is_all_that_was_heard_judged_away_or_given(seed):
    frames = tables.world(seed)
    columns = Columns.of(frames.songs)
    listeners = frames.listeners["listener"].to_list()
    given = tables.pairs([(listeners[0], 10), (listeners[1], 13), (listeners[1], 999_999)])
    histories = histories_of(frames, given=given)
    expected = {
        *heard(frames.listens, frames.feedback, frames.own_playlists()).rows(),
        *judged((Verdict.HATE, Verdict.HIDE), frames.feedback, frames.songs).rows(),
        (listeners[0], 10),
        (listeners[1], 13),
    }
    closed = entries(histories.closed, histories, columns)
    assert set(closed) == expected
    assert set(closed.values()) == {1}
    private = frames.listens.filter("private").select("listener", "song").rows()
    assert set(private) <= set(closed)


def test_private_plays_are_closed_and_teach_nothing():
    listens = tables.listens([{"listener": 1, "song": 10, "private": True}, {"listener": 1, "song": 11}])
    songs = tables.songs({10: 1, 11: 1})
    columns = Columns.of(songs)
    histories = read_histories(
        np.array([1]), listens, tables.feedback([]), tables.pairs([]), songs, columns=columns, config=CONFIG
    )
    assert set(entries(histories.closed, histories, columns)) == {(1, 10), (1, 11)}
    for name in MATRICES[:-1]:
        assert (1, 10) not in entries(getattr(histories, name), histories, columns)


def test_plays_of_a_hated_song_are_not_spoken_of():
    listens = tables.listens([{"listener": 1, "song": song} for song in (10, 10, 11)])
    said = tables.feedback([(1, "hate", 10, None, None)])
    songs = tables.songs({10: 1, 11: 1})
    columns = Columns.of(songs)
    histories = read_histories(
        np.array([1]), listens, said, tables.pairs([]), songs, columns=columns, config=CONFIG
    )
    assert entries(histories.plays, histories, columns) == {(1, 11): 1}
    assert entries(histories.weight, histories, columns)[1, 10] == CONFIG.hated


def test_other_peoples_rows_are_left_out():
    frames = tables.world(1)
    everyone = histories_of(frames)
    two = everyone.listeners[[2, 5]]
    given = tables.pairs([(int(one), 10) for one in everyone.listeners])
    alone, among = histories_of(frames, two, given=given), histories_of(frames, given=given).of(two)
    assert alone.listeners.tolist() == among.listeners.tolist() == two.tolist()
    for name in MATRICES:
        assert (getattr(alone, name) != getattr(among, name)).nnz == 0


def test_songs_without_a_column_are_left_out():
    frames = tables.world(2)
    columns = Columns.of(frames.songs.filter(frames.songs["song"] > 60))
    histories = histories_of(frames, columns=columns)
    full = histories_of(frames)
    at = Columns.of(frames.songs).find(columns.songs)
    for name in MATRICES:
        np.testing.assert_array_equal(
            getattr(histories, name).toarray(), getattr(full, name).toarray()[:, at]
        )


def test_rows_and_of_pick_the_same_listeners():
    histories = histories_of(tables.world(3))
    for picked, rows in (
        (histories.rows(2, 5), [2, 3, 4]),
        (histories.rows(6, 99), [6, 7]),
        (histories.rows(3, 3), []),
        (histories.of(histories.listeners[[0, 4, 7]]), [0, 4, 7]),
    ):
        assert len(picked) == len(rows)
        assert picked.listeners.tolist() == histories.listeners[rows].tolist()
        for name in MATRICES:
            np.testing.assert_array_equal(
                getattr(picked, name).toarray(), getattr(histories, name).toarray()[rows]
            )


def test_only_closes_every_other_song_and_opens_none():
    frames = tables.world(5)
    columns = Columns.of(frames.songs)
    histories = histories_of(frames)
    some = np.array([3, 17, 40, 41])
    narrowed = histories.only(some)
    before, after = histories.closed.toarray() != 0, narrowed.closed.toarray() != 0
    assert 0 < before[:, some].sum() < before[:, some].size
    assert (after[:, some] == before[:, some]).all()
    others = np.setdiff1d(np.arange(len(columns)), some)
    assert after[:, others].all()
    assert narrowed.closed.has_sorted_indices
    assert narrowed.closed.dtype == histories.closed.dtype
    for name in MATRICES:
        if name != "closed":
            assert getattr(narrowed, name) is getattr(histories, name)
    assert (histories.only(np.empty(0, np.int32)).closed.toarray() != 0).all()


def test_find_gives_the_row_of_each_listener():
    histories = histories_of(tables.world(3))
    assert histories.find(histories.listeners[[4, 0]]).tolist() == [4, 0]
    assert histories.find(np.array([-1, 4, 10**6])).tolist() == [-1, -1, -1]
    assert histories.rows(0, 0).find(np.array([3])).tolist() == [-1]


@pytest.mark.parametrize("seed", range(3))
def test_taste_is_what_is_liked_and_played_what_may_be_named(seed):
    histories = histories_of(tables.world(seed))
    weight, plays, strength = (getattr(histories, name).toarray() for name in ("weight", "plays", "strength"))
    assert (weight < 0).any()
    np.testing.assert_array_equal(histories.taste.toarray(), np.maximum(weight, 0))
    np.testing.assert_array_equal(histories.played.toarray(), strength * (plays > 0))
    assert (histories.taste.data > 0).all()
    assert (histories.played.data > 0).all()


# --- playlists in the place of listeners ---

LISTS = st.lists(st.lists(st.integers(0, 7), max_size=12), max_size=4)


@given(LISTS)
def test_every_song_of_a_playlist_counts_as_one_play(lists):
    rows = playlists_as_histories([np.array(songs, np.int64) for songs in lists], 8)
    assert rows.listeners.tolist() == [-1] * len(lists)
    expected = np.array([[song in songs for song in range(8)] for songs in lists]).reshape(len(lists), 8)
    types = {"weight": np.float32, "strength": np.float32, "plays": np.int32, "closed": np.int8}
    for name, dtype in types.items():
        matrix = getattr(rows, name)
        assert matrix.dtype == dtype
        assert matrix.has_sorted_indices
        np.testing.assert_array_equal(matrix.toarray(), expected)
    assert rows.skips.shape == (len(lists), 8)
    assert rows.skips.nnz == 0


@given(LISTS)
def test_what_stands_at_the_end_of_a_playlist_is_most_recent(lists):
    recent = playlists_as_histories([np.array(songs, np.int64) for songs in lists], 8).recent
    assert recent.dtype == np.float32
    expected = np.zeros((len(lists), 8))
    for row, songs in enumerate(lists):
        for song in set(songs):
            # A song that stands there twice counts as the mean of its places.
            places = [len(songs) - 1 - at for at, other in enumerate(songs) if other == song]
            expected[row, song] = np.mean([0.5 ** (place / HALVED_AFTER) for place in places])
    np.testing.assert_allclose(recent.toarray(), expected, rtol=1e-6)


def test_five_places_before_the_end_a_song_counts_half():
    (recent,) = playlists_as_histories([np.arange(11)], 11).recent.toarray()
    assert recent[[10, 5, 0]].tolist() == [1, 0.5, 0.25]


def test_playlists_are_nobodys():
    rows = playlists_as_histories([np.array([1, 2]), np.array([3])], 8)
    assert rows.find(np.array([-1, 3])).tolist() == [-1, -1]
    assert len(rows.rows(1, 2)) == 1
    assert rows.rows(1, 2).weight.toarray().nonzero()[1].tolist() == [3]
