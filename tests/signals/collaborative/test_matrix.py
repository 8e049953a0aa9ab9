from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from tests.tables import learnable, tables

from earmark.errors import NotLearnedError
from earmark.listening.evidence import EvidenceConfig
from earmark.signals.collaborative.columns import Columns
from earmark.signals.collaborative.histories import read_histories
from earmark.signals.collaborative.matrix import Membership, joint_matrix


def dense(pairs, shape):
    held = np.zeros(shape)
    for row, column in pairs:
        held[row, column] = 1
    return held


@pytest.mark.parametrize("seed", range(3))
def test_members_are_who_played_and_what_is_listed(seed):
    frames = tables.world(seed)
    columns, histories, members = learnable(frames)
    np.testing.assert_array_equal(members.listeners.toarray(), histories.plays.toarray() > 0)
    ids = frames.playlists["playlist"].to_list()
    listed = [
        (ids.index(playlist), columns.songs.tolist().index(song))
        for playlist, _, song in frames.playlist_songs.rows()
    ]
    assert len(listed) > len(set(listed))
    np.testing.assert_array_equal(members.playlists.toarray(), dense(listed, (24, 60)))
    assert members.listener_ids.tolist() == histories.listeners.tolist()
    assert members.owners.tolist() == [-1 if one is None else one for one in frames.playlists["listener"]]
    assert any(members.owners >= 0)


def test_the_joint_matrix_has_listeners_above_playlists():
    frames = tables.world(1)
    _, histories, members = learnable(frames)
    joint = joint_matrix(histories, members)
    assert joint.dtype == np.float32
    assert joint.has_sorted_indices
    expected = np.vstack([histories.weight.toarray(), members.playlists.toarray()])
    np.testing.assert_array_equal(joint.toarray(), expected)
    assert joint.shape == (8 + 24, 60)
    assert (joint.data < 0).any()


def test_listeners_are_found_by_their_ids():
    _, histories, members = learnable(tables.world(1))
    ids = histories.listeners
    assert members.find_listeners(ids).tolist() == list(range(8))
    assert members.find_listeners(ids[[5, 0, 5]]).tolist() == [5, 0, 5]
    assert members.find_listeners(np.array([-1, 0, 4, 10**6])).tolist() == [-1] * 4
    assert members.find_listeners(np.array([], np.int32)).tolist() == []


def test_private_and_excluded_plays_are_in_neither():
    songs = tables.songs({10: 1, 11: 1, 12: 1, 13: 1})
    listens = [{"listener": 1, "song": song, "private": song == 10} for song in (10, 11, 12)]
    playlists, playlist_songs = tables.playlists({})
    columns = Columns.of(songs)
    histories = read_histories(
        np.array([1]),
        tables.listens(listens),
        tables.feedback([(1, "exclude", 11, None, None)]),
        tables.pairs([]),
        songs,
        columns=columns,
        config=EvidenceConfig(),
    )
    members = Membership.of(histories, playlists, playlist_songs, columns)
    for matrix in (members.listeners, joint_matrix(histories, members)):
        assert columns.songs[matrix.indices].tolist() == [12]


def test_playlists_alone_are_enough():
    frames = tables.world(1)
    nobody = frames.listeners.clear()
    columns = Columns.of(frames.songs)
    histories = read_histories(
        nobody["listener"].to_numpy(),
        frames.listens,
        frames.feedback,
        frames.own_playlists(),
        frames.songs,
        columns=columns,
        config=EvidenceConfig(),
    )
    assert len(histories) == 0
    theirs = frames.playlists.with_columns(listener=pl.lit(None, pl.Int32))
    members = Membership.of(histories, theirs, frames.playlist_songs, columns)
    assert joint_matrix(histories, members).shape == (24, 60)
    assert (members.owners == -1).all()
    assert members.find_listeners(np.array([3, -1])).tolist() == [-1, -1]


def test_saved_members_are_loaded_as_they_were(tmp_path):
    columns, _, members = learnable(tables.world(2))
    members.save(tmp_path)
    loaded = Membership.load(tmp_path, len(columns))
    for name in ("listeners", "playlists"):
        one, other = getattr(members, name), getattr(loaded, name)
        assert one.shape == other.shape
        np.testing.assert_array_equal(one.toarray(), other.toarray())
    assert loaded.listener_ids.tolist() == members.listener_ids.tolist()
    assert loaded.owners.tolist() == members.owners.tolist()


def test_a_missing_file_is_named(tmp_path):
    columns, _, members = learnable(tables.world(2))
    members.save(tmp_path)
    for path in sorted(tmp_path.iterdir()):
        kept = path.read_bytes()
        path.write_bytes(kept[:-1])
        with pytest.raises(NotLearnedError, match=path.name):
            Membership.load(tmp_path, len(columns))
        path.write_bytes(kept)
