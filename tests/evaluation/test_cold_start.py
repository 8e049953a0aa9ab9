from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from tests.tables import learnable, tables

from earmark.evaluation.cold_start import (
    LEAST_HOLDERS,
    LEAST_LEFT,
    SHOWN,
    all_by_some_artists,
    drawn_to_hide,
    held_of,
    hide_listeners,
    score_listeners,
    score_songs,
    without_songs,
)
from earmark.evaluation.metrics import Truth
from earmark.listening.evidence import EvidenceConfig
from earmark.store.snapshot import Frames

CONFIG = EvidenceConfig()


# --- songs ---


@given(st.integers(0, 10**6), st.floats(0, 1), st.integers(0, 30))
def test_a_share_of_the_well_held_songs_is_drawn(seed, share, most):
    holders = np.random.default_rng(seed).integers(0, 7, 50)
    drawn = drawn_to_hide(holders, share=share, most=most, seed=seed)
    assert drawn.dtype == np.int32
    assert (np.diff(drawn) > 0).all()
    assert (holders[drawn] >= LEAST_HOLDERS).all()
    assert len(drawn) == min(most, int((holders >= LEAST_HOLDERS).sum() * share))
    assert drawn.tolist() == drawn_to_hide(holders, share=share, most=most, seed=seed).tolist()


def test_another_seed_draws_other_songs():
    holders = np.full(200, LEAST_HOLDERS)
    one, other = (drawn_to_hide(holders, share=0.5, most=99, seed=seed) for seed in (1, 2))
    assert one.tolist() != other.tolist()


@given(st.integers(0, 10**6), st.floats(0, 1), st.integers(0, 20))
def test_artists_are_hidden_whole_until_they_have_as_many_songs_as_asked(seed, share, most):
    draw = np.random.default_rng(seed)
    holders, artist_of = draw.integers(0, 7, 60), draw.integers(0, 12, 60)
    gone = all_by_some_artists(holders, artist_of, share=share, most=most, seed=seed)
    fit = holders >= LEAST_HOLDERS
    asked, largest = min(most, int(fit.sum() * share)), np.bincount(artist_of, weights=fit).max()
    assert asked <= fit[gone].sum() <= max(0, asked - 1 + largest) * bool(asked)
    away = np.isin(np.arange(len(holders)), gone)
    for artist in np.unique(artist_of):
        assert len(np.unique(away[artist_of == artist])) == 1
        assert not away[artist_of == artist].any() or fit[artist_of == artist].any()


def test_nothing_is_left_of_hidden_songs_but_that_they_exist():
    frames = tables.world(2)
    _, _, before = learnable(frames)
    hidden = frames.songs["song"].to_numpy()[::4]
    past = without_songs(frames, hidden)
    for table in (past.listens, past.playlist_songs, past.feedback):
        assert not set(table["song"].to_list()) & set(hidden.tolist())
    assert past.songs is frames.songs
    columns, _, after = learnable(past)
    at = columns.find(hidden)
    assert after.listeners[:, at].nnz == after.playlists[:, at].nnz == 0
    others = np.setdiff1d(np.arange(len(columns)), at)
    np.testing.assert_array_equal(after.listeners[:, others].toarray(), before.listeners[:, others].toarray())
    of_artists = pl.col("song").is_null()
    assert past.feedback.filter(of_artists).rows() == frames.feedback.filter(of_artists).rows() != []


def test_songs_are_hidden_from_some_listeners_alone():
    frames = tables.world(4)
    songs = frames.songs["song"].to_numpy()[::3]
    some = frames.listeners["listener"].to_numpy()[::2]
    past = without_songs(frames, songs, listeners=some)
    all_gone = without_songs(frames, songs)
    owned = frames.playlists.filter(pl.col("listener").is_in(some))["playlist"]
    for name, theirs in (
        ("listens", pl.col("listener").is_in(some)),
        ("feedback", pl.col("listener").is_in(some)),
        ("playlist_songs", pl.col("playlist").is_in(owned.implode())),
    ):
        before, after, hidden = (getattr(one, name) for one in (frames, past, all_gone))
        assert after.filter(theirs).rows() == hidden.filter(theirs).rows()
        assert after.filter(~theirs).rows() == before.filter(~theirs).rows()
        assert len(hidden) < len(after) < len(before)


def test_what_rows_hold_of_the_hidden_songs_is_asked_for():
    held = sparse.csr_array(np.array([[1, 0, 1, 1], [0, 1, 0, 0], [0, 0, 1, 0]]))
    truth = held_of(held, np.array([2, 3], np.int32))
    assert truth.sizes.tolist() == [2, 0, 1]
    assert truth.items.tolist() == [0, 1, 0]


def test_songs_are_scored_among_the_first_twenty():
    lists = np.array([[3, 1, *range(10, 29)], [5, 6, *range(10, 29)]])
    scores = score_songs(lists, Truth.of([{1, 28}, {5}])).values
    assert scores["recall@20"].tolist() == [0.5, 1]
    np.testing.assert_allclose(scores["ndcg@20"], [np.log2(3) ** -1 / (1 + np.log2(3) ** -1), 1])


# --- listeners ---


def sounded(row: dict) -> bool:
    if row["private"]:
        return False
    if row["ending"] == 1:
        return True
    return row["ending"] != 2 if row["ms_played"] is None else row["ms_played"] >= CONFIG.sounded_ms


def met_twin(frames: Frames, listener: int) -> tuple[list[dict], dict[int, int]]:
    """The first listen of each song that sounded, in time, and how often each did."""
    first: list[dict] = []
    times: dict[int, int] = {}
    for row in frames.listens.filter(pl.col("listener") == listener).rows(named=True):
        if sounded(row):
            if row["song"] not in times:
                first.append(row)
            times[row["song"]] = times.get(row["song"], 0) + 1
    return first, times


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 10**6))
def test_new_listeners_are_known_by_the_first_three_songs_that_they_met(seed):
    frames = tables.world(seed, n_listeners=6, n_listens=500)
    _, new = hide_listeners(frames, CONFIG, most=99, seed=seed)
    assert 0 < new.people <= 3
    for row, listener in enumerate(new.listeners[: new.people].tolist()):
        first, times = met_twin(frames, listener)
        shown = new.listens.filter(pl.col("listener") == listener).rows(named=True)
        assert shown == first[:SHOWN]
        asked = [one["song"] for one in first[SHOWN:] if times[one["song"]] >= 2]
        truth = new.truth.items[new.truth.indptr[row] : new.truth.indptr[row + 1]]
        assert sorted(asked) == truth.tolist()
        assert len(asked) >= LEAST_LEFT


@settings(deadline=None, max_examples=15)
@given(st.integers(0, 10**6))
def test_the_past_knows_nothing_of_new_listeners(seed):
    frames = tables.world(seed, n_listeners=6, n_listens=500)
    past, new = hide_listeners(frames, CONFIG, most=99, seed=seed)
    for table in (past.listens, past.playlists, past.listeners, past.feedback):
        assert not set(table["listener"].drop_nulls().to_list()) & set(new.listeners.tolist())
    hidden = pl.col("listener").is_in(new.listeners[: new.people].tolist())
    assert past.listens.rows() == frames.listens.filter(~hidden).rows()
    assert set(past.playlist_songs["playlist"].to_list()) == set(past.playlists["playlist"].to_list())
    lost = frames.playlists.join(past.playlists, on="playlist", how="anti")
    owned = lost["listener"].is_not_null()
    assert len(lost.filter(~owned)) == len(new) - new.people
    assert set(lost.filter(owned)["listener"].to_list()) <= set(new.listeners.tolist())


def test_playlists_stand_in_for_listeners_who_played_three_of_their_songs():
    lists = {number: (None, [int(song) for song in range(number, number + 12)]) for number in range(10, 30)}
    playlists, playlist_songs = tables.playlists(lists)
    frames = tables.world(1)
    frames = Frames(
        frames.listens.clear(),
        playlists,
        playlist_songs,
        tables.songs(dict.fromkeys(range(10, 50), 1)),
        frames.listeners,
        frames.feedback.clear(),
    )
    past, new = hide_listeners(frames, CONFIG, most=99, seed=1)
    assert (new.people, len(new)) == (0, 4)
    assert new.listeners.min() > frames.listeners["listener"].max()
    gone = set(lists) - set(past.playlists["playlist"].to_list())
    whole = []
    for row, listener in enumerate(new.listeners.tolist()):
        shown = new.listens.filter(pl.col("listener") == listener)
        assert all(sounded(one) for one in shown.rows(named=True))
        asked = new.truth.items[new.truth.indptr[row] : new.truth.indptr[row + 1]].tolist()
        assert (len(shown), len(asked)) == (SHOWN, 12 - SHOWN)
        whole.append(sorted([*shown["song"].to_list(), *asked]))
    assert whole == [lists[number][1] for number in sorted(gone)]
    again = hide_listeners(frames, CONFIG, most=99, seed=1)[1]
    assert again.listens.equals(new.listens)
    assert not hide_listeners(frames, CONFIG, most=99, seed=2)[1].listens.equals(new.listens)


def test_no_more_are_hidden_than_asked_for():
    frames = tables.world(3, n_listeners=12, n_listens=900)
    _, new = hide_listeners(frames, CONFIG, most=1, seed=1)
    assert new.people == 1
    assert len(new) <= 2
    assert new.listeners.tolist() == sorted(new.listeners.tolist())


def test_a_record_without_anything_has_no_new_listeners():
    frames = tables.world(0)
    bare = Frames(
        frames.listens.clear(),
        frames.playlists.clear(),
        frames.playlist_songs.clear(),
        frames.songs,
        frames.listeners.clear(),
        frames.feedback.clear(),
    )
    _, new = hide_listeners(bare, CONFIG, most=99, seed=1)
    assert (len(new), len(new.listens), new.truth.sizes.tolist()) == (0, 0, [])


def test_listeners_are_scored_among_the_first_hundred():
    lists = np.arange(1, 121)[None]
    scores = score_listeners(lists, Truth.of([{1, 120}])).values
    assert scores["recall@100"] == pytest.approx(0.5)
    assert scores["ndcg@100"] == pytest.approx(1 / (1 + np.log2(3) ** -1))
