from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from scipy import sparse
from tests.ranking.models import RANKING, SIGNALS, signals_of, small_model
from tests.tables import tables

from earmark.ranking.asked import Asked
from earmark.ranking.recommender import Purpose, Recommender
from earmark.ranking.signals import SidesConfig, Signals, SignalsConfig, widened
from earmark.ranking.words import tokens
from earmark.signals.collaborative.columns import Columns
from earmark.signals.collaborative.factors import FactorConfig
from earmark.store.snapshot import Frames

# --- the matrix that is factorised ---

WEIGHTS = st.lists(
    st.lists(st.sampled_from([0.0, 0.0, 1.0, 2.5, -1.5]), min_size=6, max_size=6), min_size=0, max_size=4
)


@settings(deadline=None)
@given(WEIGHTS, st.integers(0, 3), st.sampled_from([0.0, 0.35, 2.0]), st.sampled_from([0.0, 0.5]))
def test_artists_and_words_stand_beside_the_songs(weights, n_words, artists, words):
    dense = np.array(weights, np.float32).reshape(len(weights), 6)
    columns = Columns.of(tables.songs({1: 1, 2: 1, 3: 2, 4: 2, 5: 2, 6: 3}))
    called = np.eye(len(dense), n_words, dtype=np.float32)
    wide = widened(
        sparse.csr_array(dense), columns, sparse.csr_array(called), SidesConfig(artists=artists, words=words)
    )
    assert wide.dtype == np.float32
    assert wide.has_sorted_indices
    assert (wide.data != 0).all()
    found = wide.toarray()
    assert found.shape == (len(dense), 6 + 3 + n_words)
    np.testing.assert_array_equal(found[:, :6], dense)
    np.testing.assert_allclose(found[:, 9:], words * called)
    for artist in range(3):
        # Dislikes add nothing to an artist.
        liked = np.maximum(dense[:, columns.artist_of == artist], 0).sum(1)
        np.testing.assert_allclose(found[:, 6 + artist], artists * np.log2(1 + liked), rtol=1e-6)


def test_an_artist_of_one_song_weighs_as_much_as_the_setting_says():
    columns = Columns.of(tables.songs({1: 1, 2: 1, 3: 1, 4: 1}))
    rows = sparse.csr_array(np.array([[1, 0, 0, 0], [1, 1, 1, 0]], np.float32))
    wide = widened(rows, columns, sparse.csr_array((2, 0), dtype=np.float32), SidesConfig(artists=0.35))
    np.testing.assert_allclose(wide.toarray()[:, 4], [0.35, 0.7], rtol=1e-6)


@pytest.mark.parametrize("wrong", [{"artists": -1}, {"words": -0.1}, {"artists": 101}, {"albums": 1}])
def test_sides_that_cannot_be_are_refused(wrong):
    with pytest.raises(ValidationError):
        SidesConfig(**wrong)


# --- what is learned ---


def test_songs_artists_and_words_get_vectors():
    model, _ = small_model(0)
    signals = model.signals
    n_artists = len(signals.columns.artist_ids)
    assert signals.factors.item_factors.shape == (60, 8)
    assert signals.artist_factors.shape == (n_artists, 8)
    assert signals.factors.side_factors.shape == (n_artists + len(signals.words), 8)
    assert len(signals.words) > 3
    assert np.isfinite(signals.factors.column_factors).all()


def test_popularity_counts_listeners_and_playlists():
    model, histories = small_model(0)
    signals = model.signals
    assert signals.listeners_holding.tolist() == (histories.plays.toarray() > 0).sum(0).tolist()
    assert signals.playlists_holding.tolist() == signals.members.playlists.toarray().sum(0).tolist()
    assert (signals.popularity == signals.listeners_holding + signals.playlists_holding).all()
    held = sorted(range(60), key=lambda song: (-signals.popularity[song], song))
    assert signals.most_held.tolist() == held


def two_camps() -> Frames:
    """Artists 1 to 4 are held together and called "rain", artists 5 to 8 are and called "gym"."""
    artists = {song: 1 + (song - 1) // 5 for song in range(1, 41)}
    random = np.random.default_rng(0)
    lists = {
        number: (None, (1 + 20 * (number % 2) + random.permutation(20)[:6]).tolist()) for number in range(60)
    }
    names = {number: "gym" if number % 2 else "rain" for number in lists}
    playlists, playlist_songs = tables.playlists(lists, names)
    return replace(
        tables.world(0),
        listens=tables.listens([]),
        feedback=tables.feedback([]),
        songs=tables.songs(artists),
        playlists=playlists,
        playlist_songs=playlist_songs,
        listeners=tables.listeners([]),
    )


def test_an_artist_and_a_word_lie_near_the_songs_that_they_are_held_with():
    signals, _ = signals_of(two_camps())
    columns, factors = signals.columns, signals.factors
    rainy = columns.songs <= 20
    sides = {int(one): vector for one, vector in zip(columns.artist_ids, signals.artist_factors, strict=True)}
    for artist, vector in sides.items():
        fits = factors.item_factors @ vector
        assert (fits[rainy].min() > fits[~rainy].max()) == (artist <= 4)
        assert (fits[rainy].max() < fits[~rainy].min()) == (artist > 4)
    nothing = sparse.csr_array((2, 40), dtype=np.float32)
    named = signals.fold_in(nothing, signals.words.rows(["Rain!", "unheard of"]))
    fits = factors.item_factors @ named[0]
    assert fits[rainy].min() > fits[~rainy].max()
    assert not named[1].any()


def test_vectors_of_an_earlier_build_are_started_from():
    frames = tables.world(1)
    settled, _ = signals_of(
        frames, SIGNALS.model_copy(update={"factors": FactorConfig(factors=8, iterations=60)})
    )
    once = SIGNALS.model_copy(update={"factors": FactorConfig(factors=8, iterations=1, warm_iterations=1)})
    aim = settled.factors.item_factors
    cold, _ = signals_of(frames, once)
    warm, _ = signals_of(frames, once, start=aim)
    # Vectors are told apart by what they say of each other: a cold start finds them turned.
    fits = [one.factors.item_factors @ one.factors.item_factors.T for one in (cold, warm)]
    away = [np.abs(some - aim @ aim.T).max() for some in fits]
    assert away[1] < 0.2 * away[0]


def parts_of(signals: Signals) -> dict[str, np.ndarray]:
    joint = sparse.vstack([signals.members.listeners, signals.members.playlists]).astype(np.float32)
    called = signals.words.rows(["rain"] * joint.shape[0])
    nearest = signals.likeminded.nearest(joint)
    return {
        "popularity": signals.popularity,
        "vectors": signals.fold_in(sparse.csr_array(joint), called),
        "neighbours": signals.neighbours.score(joint, None, 30)[0],
        "like-minded": signals.likeminded.score(nearest, None, 30)[0],
        "words": signals.words.score(signals.words.nearest(called), None, 30)[0],
    }


def test_what_is_saved_is_loaded_and_saved_again_in_the_same_bytes(tmp_path):
    frames = tables.world(2)
    signals, _ = signals_of(frames)
    folders = [tmp_path / name for name in ("one", "again", "loaded")]
    for folder in folders:
        folder.mkdir()
    signals.save(folders[0])
    signals_of(frames)[0].save(folders[1])
    loaded = Signals.load(folders[0], SIGNALS)
    loaded.save(folders[2])
    files = sorted(path.relative_to(folders[0]) for path in folders[0].rglob("*") if path.is_file())
    assert len(files) >= 20
    for folder in folders[1:]:
        assert sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file()) == files
        for file in files:
            assert (folder / file).read_bytes() == (folders[0] / file).read_bytes(), file
    for name, part in parts_of(signals).items():
        np.testing.assert_array_equal(parts_of(loaded)[name], part)


# --- hardly anything to learn from ---


def without_playlists(frames: Frames) -> Frames:
    return replace(frames, playlists=frames.playlists.clear(), playlist_songs=frames.playlist_songs.clear())


def without_names(frames: Frames) -> Frames:
    return replace(frames, playlists=frames.playlists.with_columns(name=pl.lit("")))


def one_listener(frames: Frames) -> Frames:
    return replace(
        without_playlists(frames),
        listens=frames.listens.filter(frames.listens["listener"] == 3),
        feedback=frames.feedback.clear(),
        listeners=tables.listeners([3]),
    )


def one_song(frames: Frames) -> Frames:
    return replace(
        without_playlists(frames),
        listens=tables.listens([{"listener": 3, "song": 10}]),
        feedback=frames.feedback.clear(),
        songs=tables.songs({10: 1}),
        listeners=tables.listeners([3, 5]),
    )


def no_listeners(frames: Frames) -> Frames:
    found = frames.playlists.filter(frames.playlists["listener"].is_null())
    return replace(
        frames,
        listens=frames.listens.clear(),
        feedback=frames.feedback.clear(),
        listeners=frames.listeners.clear(),
        playlists=found,
        playlist_songs=frames.playlist_songs.join(found, on="playlist", how="semi"),
    )


@pytest.mark.parametrize("little", [without_playlists, without_names, one_listener, one_song, no_listeners])
def test_little_is_learned_from_little_and_nothing_breaks(little, tmp_path):
    signals, histories = signals_of(little(tables.world(4)))
    signals.save(tmp_path)
    for some in (signals, Signals.load(tmp_path, SIGNALS)):
        model = Recommender(some, RANKING)
        n_songs = len(some.columns)
        assert np.isfinite(some.factors.column_factors).all()
        rows = Asked.listeners(some, histories)
        lists = Asked.playlists(some, [np.arange(min(n_songs, 4)), np.arange(0)], ["rain", ""])
        for asked, purpose in ((rows, Purpose.DISCOVERY), (lists, Purpose.CONTINUATION)):
            ranked = model.rank(asked, purpose, 40)
            assert np.isfinite(ranked.scores).all()
            held = np.flatnonzero(some.popularity > 0)
            closed = asked.histories.closed.toarray() > 0
            for row, songs in enumerate(ranked.songs):
                wanted = [song for song in held if not closed[row, song]]
                assert (songs >= 0).sum() == min(len(wanted), 40)
                assert set(songs[songs >= 0].tolist()) <= set(wanted)


def test_without_names_there_are_no_words():
    signals, _ = signals_of(without_names(tables.world(4)))
    assert len(signals.words) == 0
    assert signals.factors.side_factors.shape[0] == len(signals.columns.artist_ids)
    assert tokens("") == set()


def test_settings_that_do_not_exist_are_refused():
    with pytest.raises(ValidationError):
        SignalsConfig(magic=1)
