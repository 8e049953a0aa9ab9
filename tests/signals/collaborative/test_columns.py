from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.tables import tables

from earmark.errors import NotLearnedError
from earmark.signals.collaborative.columns import Columns

IDS = st.lists(st.integers(1, 2**31 - 1), unique=True, max_size=40)


def columns_of(ids):
    return Columns.of(tables.songs({song: song % 7 for song in ids}))


@given(IDS, st.lists(st.integers(-(2**40), 2**40), max_size=20))
def test_every_song_is_found_and_no_other(ids, others):
    columns = columns_of(ids)
    assert len(columns) == len(ids)
    assert sorted(columns.songs.tolist()) == sorted(ids)
    assert columns.find(columns.songs).tolist() == list(range(len(ids)))
    expected = [columns.songs.tolist().index(one) if one in ids else -1 for one in others]
    assert columns.find(np.array(others, np.int64)).tolist() == expected
    assert columns.artists.tolist() == [song % 7 for song in columns.songs.tolist()]


@given(IDS, st.randoms(use_true_random=False))
def test_the_order_depends_on_the_ids_alone(ids, shuffle):
    songs = tables.songs({song: song % 7 for song in ids})
    rows = list(range(len(ids)))
    shuffle.shuffle(rows)
    one, other = Columns.of(songs), Columns.of(songs[rows])
    assert one.songs.tolist() == other.songs.tolist()
    assert one.artists.tolist() == other.artists.tolist()


def test_the_order_tells_nothing_of_the_ids():
    songs = columns_of(range(1, 2_001)).songs
    assert abs(np.corrcoef(songs, np.arange(2_000))[0, 1]) < 0.1


def test_the_order_stays_when_songs_are_added():
    few = columns_of(range(1, 100)).songs.tolist()
    many = columns_of(range(1, 300)).songs.tolist()
    assert [song for song in many if song < 100] == few


def test_find_keeps_the_shape():
    columns = columns_of([5, 6, 7])
    found = columns.find(np.array([[5, 99], [7, 6]]))
    assert found.shape == (2, 2)
    assert found[0, 1] == -1
    assert columns.songs[found[1]].tolist() == [7, 6]
    assert columns_of([]).find(np.array([[5, 6]])).tolist() == [[-1, -1]]


def test_artists_are_numbered_by_id():
    columns = Columns.of(tables.songs({1: 40, 2: 30, 3: 40, 4: 50}))
    assert columns.artist_ids.tolist() == [30, 40, 50]
    assert columns.artist_ids[columns.artist_of].tolist() == columns.artists.tolist()


def test_songs_are_marked_under_their_artist():
    columns = Columns.of(tables.songs({1: 40, 2: 30, 3: 40, 4: 50}))
    marks = columns.by_artist
    assert marks.dtype == np.float32
    expected = [[artist == mine for artist in (30, 40, 50)] for mine in columns.artists.tolist()]
    np.testing.assert_array_equal(marks.toarray(), expected)
    assert columns_of([]).by_artist.shape == (0, 0)


def test_saved_columns_are_loaded_as_they_were(tmp_path):
    columns = columns_of([5, 6, 7])
    columns.save(tmp_path)
    loaded = Columns.load(tmp_path)
    assert loaded.songs.tolist() == columns.songs.tolist()
    assert loaded.artists.tolist() == columns.artists.tolist()
    assert loaded.songs.dtype == np.int32


def test_a_damaged_file_is_named(tmp_path):
    columns_of([5, 6, 7]).save(tmp_path)
    path = tmp_path / "columns.npy"
    path.write_bytes(path.read_bytes()[:-4])
    with pytest.raises(NotLearnedError, match=r"columns\.npy"):
        Columns.load(tmp_path)
    path.unlink()
    with pytest.raises(NotLearnedError, match=r"columns\.npy"):
        Columns.load(tmp_path)
