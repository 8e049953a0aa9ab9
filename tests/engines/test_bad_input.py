"""Records of the sorts that break recommenders: whatever is learned from them is sound, or refused with a reason."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
import pytest
from tests.tables import tables

from earmark.engines.local import LearnSettings, fit, learn, rank_in_parts
from earmark.ranking.recommender import Recommender
from earmark.ranking.signals import SignalsConfig
from earmark.signals.collaborative.factors import FactorConfig
from earmark.signals.collaborative.histories import Histories
from earmark.signals.collaborative.next_track.model import NextTrackConfig
from earmark.store.snapshot import Frames

SETTINGS = LearnSettings(
    signals=SignalsConfig(factors=FactorConfig(factors=16)), next_track=NextTrackConfig(moments=100)
)
LONE = 1
MANY = 100_000


def record(listens: list[dict[str, Any]], lists: dict[int, tuple[int | None, list[int]]]) -> Frames:
    """What some people played, and lists."""
    songs = sorted({one["song"] for one in listens} | {song for _, held in lists.values() for song in held})
    playlists, playlist_songs = tables.playlists(lists)
    return Frames(
        listens=tables.listens(listens),
        playlists=playlists,
        playlist_songs=playlist_songs,
        songs=tables.songs({song: 1 + song % 1_000 for song in songs}),
        listeners=tables.listeners(sorted({one["listener"] for one in listens})),
        feedback=tables.feedback([]),
    )


def lists_of(n: int, n_songs: int) -> dict[int, tuple[int | None, list[int]]]:
    random = np.random.default_rng(1)
    return {500 + at: (None, random.choice(n_songs, 12, replace=False).tolist()) for at in range(n)}


def sound(frames: Frames, settings: LearnSettings = SETTINGS) -> tuple[Recommender, Histories]:
    """A model whose every vector and score is a number, and who is to be recommended something."""
    signals, histories = fit(frames, settings)
    model = Recommender(signals, settings.ranking)
    for vectors in (signals.factors.item_factors, signals.factors.side_factors):
        assert np.isfinite(vectors).all()
    ranked = model.discover(histories, 30)
    assert np.isfinite(ranked.scores).all()
    closed = histories.closed.toarray() > 0
    for row, songs in enumerate(ranked.songs):
        named = songs[songs >= 0]
        assert len(set(named.tolist())) == len(named)
        assert not closed[row, named].any()
    return model, histories


def test_who_only_broke_songs_off_gets_what_others_hold() -> None:
    listens = [{"listener": LONE, "song": song, "ms": 2_000, "ending": 2} for song in range(5)]
    model, histories = sound(record(listens, lists_of(30, 60)))
    assert histories.taste.nnz == 0
    assert (model.discover(histories, 10).songs[0] >= 0).all()


def test_a_listener_of_one_song_gets_songs_that_go_with_it() -> None:
    lists = {500 + n: (None, [3, 7, 11, 20 + n]) for n in range(20)}
    lists |= {600 + n: (None, [40 + n, 41 + n, 42 + n]) for n in range(15)}
    model, histories = sound(record([{"listener": LONE, "song": 3}], lists))
    first = model.columns.songs[model.discover(histories, 2).songs[0]]
    assert set(first.tolist()) == {7, 11}


def test_one_listener_and_nothing_else_can_be_learned_from() -> None:
    listens = [{"listener": LONE, "song": song, "days": song} for song in range(60)]
    learned = learn(record(listens, {}), SETTINGS)
    # Whatever there is, they have heard.
    assert (rank_in_parts(learned.model, learned.histories, 10) == -1).all()


def test_the_same_listen_on_record_twice_is_no_nonsense() -> None:
    listens = [{"listener": 1 + song % 3, "song": song % 20, "days": song % 9} for song in range(80)]
    frames = record(listens, lists_of(20, 40))
    twice = replace(
        frames, listens=pl.concat([frames.listens, frames.listens]).sort("listener", "started_at")
    )
    sound(twice)


def test_a_song_that_stands_on_a_list_a_hundred_times_counts_once() -> None:
    lists = lists_of(20, 40)
    once, often = (
        sound(record([{"listener": LONE, "song": 1}], lists | {900: (None, [5] * times + [6, 7])}))[0]
        for times in (1, 100)
    )
    np.testing.assert_array_equal(once.factors.item_factors, often.factors.item_factors)


def test_more_factors_than_songs_are_reduced_and_said() -> None:
    many = LearnSettings(signals=SignalsConfig(factors=FactorConfig(factors=512)))
    model, _ = sound(record([{"listener": LONE, "song": 1}], lists_of(6, 20)), many)
    assert model.factors.item_factors.shape[1] < 512
    assert any("512" in note for note in model.notes)


@pytest.mark.parametrize("days", [0, 36_500])
def test_plays_of_a_century_ago_or_all_of_one_moment_leave_numbers(days: int) -> None:
    listens = [{"listener": LONE, "song": song % 10, "days": days * (song % 2)} for song in range(60)]
    sound(record(listens, lists_of(20, 40)))


def test_a_listener_of_a_hundred_thousand_songs_is_learned_from_and_recommended_to() -> None:
    days = np.linspace(0, 3_000, MANY).tolist()
    listens = [
        {"listener": LONE, "song": song, "days": day} for song, day in zip(range(MANY), days, strict=True)
    ]
    listens += [{"listener": 2, "song": song} for song in (1, 2, 3, MANY + 1)]
    lists = lists_of(40, MANY) | {900 + n: (None, [n, n + 1, MANY + 1, MANY + 2]) for n in range(20)}
    model, histories = sound(record(listens, lists))
    found = model.columns.songs[model.discover(histories, 2).songs[0]]
    assert set(found.tolist()) == {MANY + 1, MANY + 2}
