from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.tables import tables

from earmark.evaluation.splits import LEAST_LISTENS, LEAST_SONGS, SPREAD, cut, hold_out
from earmark.listening.evidence import EvidenceConfig
from earmark.signals.collaborative.columns import Columns

CONFIG = EvidenceConfig()


def cut_twin(frames, at):
    """Listener by listener: what stays of the listens, the moment of the cut, and what was found after it."""
    past, moments, truth = [], {}, {}
    for listener in frames.listeners["listener"].to_list():
        rows = frames.listens.filter(pl.col("listener") == listener).rows(named=True)
        if len(rows) < LEAST_LISTENS:
            past += rows
            continue
        bound = math.floor(len(rows) * at)
        before, after = rows[:bound], rows[bound:]
        past += before
        moments[listener] = after[0]["started_at"]
        known = {row["song"] for row in before}
        sounded = [
            row["song"]
            for row in after
            if not row["private"]
            and (
                row["ending"] == 1
                or (row["ending"] != 2 if row["ms_played"] is None else row["ms_played"] >= CONFIG.sounded_ms)
            )
        ]
        truth[listener] = sorted({song for song in sounded if sounded.count(song) >= 2} - known)
    return past, moments, truth


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10**6), st.sampled_from([0.5, 0.8, 0.9]))
def test_the_cut_equals_its_twin(seed, at):
    frames = tables.world(seed, n_listeners=6, n_listens=350)
    past, found = cut(frames, at, CONFIG, most_listeners=99, seed=1)
    listens, moments, truth = cut_twin(frames, at)
    assert past.listens.rows(named=True) == listens
    assert found.listeners.tolist() == list(moments)
    assert found.indptr.tolist() == np.cumsum([0, *(len(songs) for songs in truth.values())]).tolist()
    assert found.songs.tolist() == [song for songs in truth.values() for song in songs]
    assert past.feedback.rows() == [
        row
        for row in frames.feedback.rows()
        if row[0] not in moments or (row[4] is not None and row[4] < moments[row[0]])
    ]
    owners = [None if one in moments else one for one in frames.playlists["listener"].to_list()]
    gone = {
        playlist
        for playlist, owner, kept in zip(
            frames.playlists["playlist"], frames.playlists["listener"], owners, strict=True
        )
        if owner != kept
    }
    assert past.playlists.rows() == [row for row in frames.playlists.rows() if row[0] not in gone]
    assert past.playlist_songs.rows() == [row for row in frames.playlist_songs.rows() if row[0] not in gone]
    assert past.songs.equals(frames.songs)
    assert past.listeners.equals(frames.listeners)


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 10**6), st.sampled_from([0.5, 0.8, 0.99]))
def test_each_listeners_moment_is_drawn_about_the_share(seed, at):
    frames = tables.world(seed, n_listeners=6, n_listens=350)
    past, found = cut(frames, at, CONFIG, most_listeners=99, seed=seed, spread=SPREAD)
    shares = []
    for listener in found.listeners.tolist():
        kept, all_of_them = (
            some.listens.filter(pl.col("listener") == listener).height for some in (past, frames)
        )
        shares.append(kept / all_of_them)
        assert at - SPREAD - 1 / all_of_them <= shares[-1] <= at + SPREAD
    assert len(set(shares)) > 1 or at == 0.99 or len(shares) < 3
    again, _ = cut(frames, at, CONFIG, most_listeners=99, seed=seed, spread=SPREAD)
    assert again.listens.equals(past.listens)


def busy(listener, songs, start=0):
    """One listen of each song, a day apart, the last one latest."""
    return [
        {"listener": listener, "song": song, "days": len(songs) + start - i} for i, song in enumerate(songs)
    ]


def record(listens, feedback=(), lists=None, listeners=(1, 2)):
    playlists, playlist_songs = tables.playlists(lists or {})
    return replace(
        tables.world(0),
        listens=tables.listens(listens),
        feedback=tables.feedback(feedback),
        playlists=playlists,
        playlist_songs=playlist_songs,
        listeners=tables.listeners(listeners),
    )


def test_found_is_what_was_new_and_played_twice():
    old, new = [10] * 80, [13, 13, 16, 10, 19, 19, 22, 22, 25, 25, *[10] * 10]
    listens = busy(1, [*old, *new])
    listens[84]["ms"] = 1_000  # Only one of the two plays of 19 sounded.
    listens[86]["private"] = True  # One of 22 was private.
    listens[2]["song"] = 25  # 25 was known before, by a private play.
    listens[2]["private"] = True
    past, found = cut(record(listens), 0.8, CONFIG, most_listeners=5, seed=1)
    assert found.songs.tolist() == [13]
    assert len(past.listens) == 80


def test_whoever_has_too_few_listens_keeps_them_all():
    listens = busy(1, [10, 13] * 25) + busy(2, [10, 13] * 24 + [16])
    past, found = cut(record(listens), 0.8, CONFIG, most_listeners=5, seed=1)
    assert found.listeners.tolist() == [1]
    assert past.listens.filter(pl.col("listener") == 2).height == 49
    assert past.listens.filter(pl.col("listener") == 1).height == 40


def test_what_was_said_after_the_cut_or_at_no_date_is_not_known_before_it():
    listens = busy(1, [10] * 50) + busy(2, [10] * 3)
    said = [
        (1, "love", 13, None, 20),
        (1, "hate", None, 2, 20),
        (1, "save", 16, None, 10),
        (1, "love", 19, None, 3),
        (1, "hide", 22, None, None),
        (2, "love", 19, None, 0),
        (2, "hide", 22, None, None),
    ]
    past, _ = cut(record(listens, said), 0.8, CONFIG, most_listeners=5, seed=1)
    # The cut lies ten days ago, at the first listen held out.
    kept = past.feedback.select("listener", "verdict", "song").rows()
    assert sorted(kept, key=str) == [
        (1, "hate", None),
        (1, "love", 13),
        (2, "hide", 22),
        (2, "love", 19),
    ]


def test_own_playlists_of_held_out_listeners_go_and_all_others_stay():
    listens = busy(1, [10] * 50) + busy(2, [10] * 3)
    lists = {7: (1, [10, 13]), 8: (2, [10, 16]), 9: (None, [13, 16])}
    past, _ = cut(record(listens, lists=lists), 0.8, CONFIG, most_listeners=5, seed=1)
    assert past.playlists["playlist"].to_list() == [8, 9]
    assert past.playlist_songs["playlist"].unique().sort().to_list() == [8, 9]


def test_no_more_listeners_are_held_out_than_asked_for_and_the_seed_says_whom():
    people = range(1, 21)
    frames = record([row for one in people for row in busy(one, [10, 13] * 30)], listeners=people)
    draws = [cut(frames, 0.8, CONFIG, most_listeners=5, seed=seed) for seed in (1, 1, 2)]
    chosen = [found.listeners.tolist() for _, found in draws]
    assert chosen[0] == chosen[1] != chosen[2]
    for (past, found), whom in zip(draws, chosen, strict=True):
        assert len(whom) == 5 == len(set(whom))
        assert whom == sorted(whom)
        assert found.listeners.dtype == np.int32
        counts = dict(past.listens.group_by("listener").len().rows())
        assert counts == {one: 48 if one in whom else 60 for one in people}


def test_nobody_to_hold_out_leaves_everything_as_it_is():
    frames = record(busy(1, [10] * 20), [(1, "love", 13, None, None)], {7: (1, [10])})
    past, found = cut(frames, 0.8, CONFIG, most_listeners=5, seed=1)
    for table in ("listens", "playlists", "playlist_songs", "feedback"):
        assert getattr(past, table).equals(getattr(frames, table))
    assert (len(found.listeners), len(found.songs), found.indptr.tolist()) == (0, 0, [0])


def test_the_truth_as_a_matrix_leaves_out_songs_without_a_column():
    frames = tables.world(3, n_listens=900)
    _, found = cut(frames, 0.5, CONFIG, most_listeners=9, seed=1)
    assert len(found.songs) > 3
    columns = Columns.of(frames.songs.filter(pl.col("song") != int(found.songs[0])))
    matrix = found.matrix(columns).tocoo()
    pairs = [
        (row, song)
        for row in range(len(found.listeners))
        for song in found.songs[found.indptr[row] : found.indptr[row + 1]].tolist()
        if song != found.songs[0]
    ]
    assert matrix.shape == (len(found.listeners), len(columns))
    assert sorted(zip(matrix.row.tolist(), columns.songs[matrix.col].tolist(), strict=True)) == pairs


@pytest.mark.parametrize("at", [0.02, 0.999])
def test_both_sides_of_a_cut_hold_something(at):
    past, found = cut(record(busy(1, [10] * 50)), at, CONFIG, most_listeners=5, seed=1)
    assert 0 < len(past.listens) < 50
    assert found.listeners.tolist() == [1]


# --- playlists ---


def many_lists(n, owned=(), short=()):
    """``n`` playlists of 10 to 29 songs, some of them owned, some short of one song."""
    random = np.random.default_rng(n)
    sizes = {number: int(random.integers(LEAST_SONGS, 30)) for number in range(n)}
    lists = {
        number: (
            1 if number in owned else None,
            (10 + random.permutation(60)[: LEAST_SONGS - 1 if number in short else size]).tolist(),
        )
        for number, size in sizes.items()
    }
    frames = record(busy(1, [10] * 60), lists=lists)
    names = [f"name {number}" for number in frames.playlists["playlist"]]
    return replace(frames, playlists=frames.playlists.with_columns(name=pl.Series(names))), lists


@pytest.mark.parametrize(
    ("n", "most", "held"), [(40, 99, 8), (40, 5, 5), (44, 99, 8), (4, 99, 0), (0, 9, 0), (40, 0, 0)]
)
def test_at_most_a_fifth_of_the_playlists_and_no_more_than_asked_for_are_held_out(n, most, held):
    frames, _ = many_lists(n)
    past, lists = hold_out(frames, most=most, seed=1)
    assert len(lists) == len(lists.names) == len(lists.songs) == held
    assert len(past.playlists) == n - held


def test_what_is_held_out_the_past_does_not_know():
    frames, lists = many_lists(60)
    past, held = hold_out(frames, most=99, seed=1)
    gone = [int(name.removeprefix("name ")) for name in held.names]
    assert len(set(gone)) == 12
    assert [songs.tolist() for songs in held.songs] == [lists[number][1] for number in gone]
    assert set(past.playlists["playlist"]) == set(range(60)) - set(gone)
    kept = frames.playlist_songs.rows()
    assert past.playlist_songs.rows() == [row for row in kept if row[0] not in gone]
    assert past.playlists.rows() == [row for row in frames.playlists.rows() if row[0] not in gone]
    for table in ("listens", "songs", "listeners", "feedback"):
        assert getattr(past, table) is getattr(frames, table)


def test_neither_listeners_own_playlists_nor_short_ones_are_held_out():
    owned, short = set(range(20)), set(range(20, 40))
    frames, _ = many_lists(60, owned, short)
    chosen = set()
    for seed in range(20):
        _, held = hold_out(frames, most=99, seed=seed)
        assert len(held) == 4
        chosen |= {int(name.removeprefix("name ")) for name in held.names}
    assert chosen == set(range(40, 60))


def test_a_song_that_stands_twice_makes_a_playlist_no_longer():
    lists = {number: (None, [10, 10, *range(20, 28)]) for number in range(10)}
    past, held = hold_out(record([], lists=lists), most=9, seed=1)
    assert len(held) == 0
    assert len(past.playlists) == 10
    lists = {number: (None, [10, 10, *range(20, 29)]) for number in range(10)}
    _, held = hold_out(record([], lists=lists), most=9, seed=1)
    # It stays where it stands.
    assert [songs.tolist() for songs in held.songs] == [[10, 10, *range(20, 29)]] * 2


def test_the_seed_says_which_playlists():
    frames, _ = many_lists(60)
    draws = [hold_out(frames, most=6, seed=seed)[1].names for seed in (1, 1, 2)]
    assert draws[0] == draws[1] != draws[2]
