from __future__ import annotations

import numpy as np
import pytest
from scipy import sparse
from tests.ranking.models import small_model

from earmark.ranking.artists import Bonds, look_up_rows, songs_by_artists


@pytest.mark.parametrize("seed", range(3))
def test_discographies_hold_every_song_of_an_artist_most_held_first(seed):
    model, _ = small_model(seed)
    discographies, columns = model.signals.discographies, model.columns
    for artist, record_id in enumerate(columns.artist_ids):
        songs = discographies.songs[discographies.starts[artist] : discographies.starts[artist + 1]].tolist()
        assert sorted(songs) == np.flatnonzero(columns.artists == record_id).tolist()
        assert songs == sorted(songs, key=lambda song: (-model.popularity[song], song))
        assert discographies.sizes[artist] == len(songs)
        np.testing.assert_allclose(discographies.log_place[songs], np.log1p(np.arange(len(songs))), rtol=1e-6)
        assert discographies.log_held[artist] == pytest.approx(np.log1p(model.popularity[songs].sum()))


@pytest.mark.parametrize("seed", range(3))
def test_bonds_sum_over_the_artists_songs(seed):
    model, histories = small_model(seed)
    bonds = Bonds.of(histories, model.signals.discographies)
    artist = model.columns.artist_of
    sources = {
        "strength": histories.strength.toarray(),
        "recent": histories.recent.toarray(),
        "breadth": histories.strength.toarray() > 0,
        "skips": histories.skips.toarray(),
        "closed": histories.closed.toarray(),
    }
    for name, dense in sources.items():
        bond = getattr(bonds, name)
        assert bond.has_sorted_indices
        for one in range(len(model.columns.artist_ids)):
            np.testing.assert_allclose(bond.toarray()[:, one], dense[:, artist == one].sum(1), rtol=1e-5)


@pytest.mark.parametrize("seed", range(2))
def test_bonds_are_looked_up_together(seed):
    model, histories = small_model(seed)
    bonds = Bonds.of(histories, model.signals.discographies)
    n_artists = len(model.columns.artist_ids)
    rows, artists = (one.ravel().astype(np.int32) for one in np.mgrid[: len(histories), :n_artists])
    found = bonds.values[:, bonds.find(rows, artists)]
    for name, values in zip(("strength", "recent", "breadth", "skips", "closed"), found, strict=True):
        np.testing.assert_allclose(values, getattr(bonds, name).toarray().ravel(), rtol=1e-6)
        assert values.any()
    nobody = Bonds.of(histories.rows(0, 0), model.signals.discographies)
    none = np.empty(0, np.int32)
    assert nobody.find(none, none).tolist() == []
    assert nobody.values.tolist() == [[0.0]] * 5


def songs_twin(liking, closed, model, depth, n_artists, n_songs_each):
    popularity, artist_of = model.popularity, model.columns.artist_of
    found = []
    for row in range(len(liking)):
        favourites = sorted(np.flatnonzero(liking[row] > 0), key=lambda one: (-liking[row, one], one))
        scored = []
        for artist in favourites[:n_artists]:
            songs = sorted(np.flatnonzero(artist_of == artist), key=lambda song: (-popularity[song], song))
            reach = songs[: n_songs_each + int(closed[row, songs].sum())]
            scored += [
                (-np.log1p(liking[row, artist]) * np.log1p(popularity[song]), int(song))
                for song in reach
                if popularity[song] > 0 and not closed[row, song]
            ]
        songs = [song for _, song in sorted(scored)][:depth]
        found.append(songs + [-1] * (depth - len(songs)))
    return found


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize(("depth", "n_artists", "n_songs_each"), [(50, 50, 50), (7, 3, 2), (4, 9, 1)])
@pytest.mark.parametrize("by", ["strength", "chance"])
def test_unheard_songs_by_artists_equal_their_twin(seed, depth, n_artists, n_songs_each, by):
    model, histories = small_model(seed)
    bonds = Bonds.of(histories, model.signals.discographies)
    liking = bonds.strength
    if by == "chance":
        # Artists may be liked whom the row holds no song of; one of no liking is none.
        drawn = np.random.default_rng(seed).random(liking.shape).astype(np.float32)
        liking = sparse.csr_array(np.where(drawn > 0.6, drawn - 0.7, 0).astype(np.float32))
    found = songs_by_artists(
        liking,
        histories.closed,
        bonds,
        model.signals.discographies,
        model.popularity,
        depth=depth,
        n_artists=n_artists,
        n_songs_each=n_songs_each,
    )
    closed = histories.closed.toarray() > 0
    assert found.tolist() == songs_twin(liking.toarray(), closed, model, depth, n_artists, n_songs_each)
    rows, place = np.nonzero(found >= 0)
    assert len(rows) > 10
    assert not closed[rows, found[rows, place]].any()
    assert model.popularity[found[rows, place]].min() > 0


def test_values_are_looked_up_along_lists():
    _model, histories = small_model(0)
    lists = np.array([[3, 5, -1]] * len(histories), np.int32)
    dense = histories.strength.toarray()
    expected = np.stack([dense[:, 3], dense[:, 5]], axis=1).ravel()
    assert look_up_rows(histories.strength, lists).tolist() == expected.tolist()
