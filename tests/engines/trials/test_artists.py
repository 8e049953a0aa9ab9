"""The trial of artist recommendation against its peers."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
import polars as pl
import pytest
from tests.tables import tables

from earmark.engines.progress import Unwatched
from earmark.engines.trials.artists import JUDGE, OURS, counted_by_artist, try_artists
from earmark.engines.trials.report import Report
from earmark.errors import TooLittleError
from earmark.evaluation import peers
from earmark.jobs.house import House
from earmark.jobs.learning import snapshot_of
from earmark.jobs.opened_build import live_manifest
from earmark.listening.evidence import EvidenceConfig
from earmark.store.snapshot import Frames

OF_THE_LIBRARY = [] if peers.lacking() else ["implicit iALS", "implicit item neighbours"]


@pytest.fixture(scope="module")
def frames(learned: House) -> Frames:
    return snapshot_of(learned, live_manifest(learned)).frames()


def tried(house: House, frames: Frames, seed: int = 1) -> Report:
    return try_artists(frames, house.learning.model_copy(update={"seed": seed}), house.weekly, Unwatched())


@pytest.fixture(scope="module")
def report(learned: House, frames: Frames) -> Report:
    return tried(learned, frames)


def test_all_systems_are_asked_for_the_same_pairs(report: Report) -> None:
    assert [line.system for line in report.lines] == [OURS, "popularity", "item neighbours", *OF_THE_LIBRARY]
    # Of four listeners nothing happens to be hidden.
    assert report.rows == 76
    assert report.setting.startswith("20% of the ")
    for line in report.lines:
        assert set(line.scores) == {"ndcg@20", "recall@20"}
        assert 0 <= line.scores[JUDGE].mean <= 1
        assert (line.ahead is None) == (line.system == OURS)


def test_on_planted_tastes_we_beat_popularity_beyond_chance(report: Report) -> None:
    popular = report.lines[1]
    assert popular.ahead is not None
    assert popular.ahead.low > 0


def test_the_same_seed_gives_the_same_report_and_another_does_not(
    learned: House, frames: Frames, report: Report
) -> None:
    assert msgspec.json.encode(tried(learned, frames)) == msgspec.json.encode(report)
    assert tried(learned, frames, seed=2).lines[0].scores != report.lines[0].scores


def test_with_few_listeners_it_says_so(learned: House, frames: Frames) -> None:
    four = frames.listens.filter(pl.col("listener").rank("dense") <= 4)
    with pytest.raises(TooLittleError, match=r"Artists of [0-4] listeners can be hidden") as caught:
        tried(learned, replace(frames, listens=four))
    assert "--community" in caught.value.remedy


def test_at_most_so_many_listeners_are_asked_for(learned: House, frames: Frames) -> None:
    few = replace(learned, learning=learned.learning.model_copy(update={"held_out": 7}))
    assert tried(few, frames).rows == 7


def test_plays_and_playlists_are_counted_by_artist() -> None:
    artists = {1: 70, 2: 70, 3: 80, 4: 90}
    heard = [(5, 1), (5, 2), (5, 2), (5, 3), (6, 4)]
    lists = {10: (None, [1, 2, 3]), 11: (6, [3, 4]), 12: (None, [])}
    playlists, playlist_songs = tables.playlists(lists, {10: "mixed", 11: "mine", 12: ""})
    frames = Frames(
        listens=tables.listens(
            [{"listener": listener, "song": song} for listener, song in heard]
            + [{"listener": 6, "song": 1, "private": True}]
        ),
        playlists=playlists,
        playlist_songs=playlist_songs,
        songs=tables.songs(artists),
        listeners=tables.listeners([5, 6]),
        feedback=tables.feedback([]),
    )
    plays, collections, columns = counted_by_artist(frames, EvidenceConfig())
    by_artist = columns.find(np.array([70, 80, 90]))
    assert sorted(by_artist.tolist()) == [0, 1, 2]
    assert plays[:, by_artist].toarray().tolist() == [[3, 1, 0], [0, 0, 1]]
    assert collections.names == ["mixed", "mine", ""]
    assert collections.matrix(3)[:, by_artist].toarray().tolist() == [[1, 1, 0], [0, 1, 1], [0, 0, 0]]
    # A list that somebody here owns is of their hand: row 1 is listener 6.
    assert collections.listeners[collections.collections == 0].tolist() == [-1, -1]
    assert collections.listeners[collections.collections == 1].tolist() == [1, 1]
