"""The trials of songs that nobody holds, and of listeners of whom three songs are known."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import msgspec
import numpy as np
import pytest

from earmark.engines.progress import Unwatched
from earmark.engines.trials.cold_start import (
    COLD_LISTENERS,
    COLD_SONGS,
    VECTORS,
    try_cold_listeners,
    try_cold_songs,
)
from earmark.engines.trials.report import Report
from earmark.errors import TooLittleError
from earmark.evaluation import peers
from earmark.jobs.house import House
from earmark.jobs.learning import snapshot_of
from earmark.jobs.opened_build import live_manifest
from earmark.store.snapshot import Frames

OF_THE_LIBRARY = [] if peers.lacking() else ["implicit iALS", "implicit item neighbours"]
Trial = Callable[..., Report]


@pytest.fixture(scope="module")
def frames(learned: House) -> Frames:
    return snapshot_of(learned, live_manifest(learned)).frames()


def tried(trial: Trial, house: House, frames: Frames, *, seed: int = 1) -> Report:
    settings = house.learning.model_copy(update={"seed": seed})
    return trial(frames, settings, house.weekly, Unwatched())


@pytest.fixture(scope="module")
def songs(learned: House, frames: Frames) -> Report:
    return tried(try_cold_songs, learned, frames)


@pytest.fixture(scope="module")
def listeners(learned: House, frames: Frames) -> Report:
    return tried(try_cold_listeners, learned, frames)


def test_hidden_songs_are_ranked_by_all_systems_for_the_same_rows(songs: Report) -> None:
    systems = [COLD_SONGS, VECTORS, "nearest by content", "artists they hold", "artists most held"]
    assert [line.system for line in songs.lines] == systems
    assert [line.ahead is None for line in songs.lines] == [True, True, False, False, False]
    assert songs.rows > 200
    for line in songs.lines:
        assert set(line.scores) == {"ndcg@20", "recall@20"}
        assert 0 <= line.scores["ndcg@20"].mean <= 1


def test_cold_vectors_beat_the_fame_of_artists_beyond_chance(songs: Report) -> None:
    ours, vectors, *_, fame = songs.lines
    assert fame.ahead is not None
    assert fame.ahead.low > 0
    assert vectors.scores["ndcg@20"].low > 2 * fame.scores["ndcg@20"].high
    assert ours.scores["ndcg@20"].mean > vectors.scores["ndcg@20"].mean


def test_new_listeners_get_lists_of_all_systems(listeners: Report) -> None:
    assert [line.system for line in listeners.lines] == [
        COLD_LISTENERS,
        "popularity",
        "item neighbours",
        *OF_THE_LIBRARY,
    ]
    # Half of eighty, and a fifth of four hundred.
    assert listeners.setting.startswith("40 listeners of whom only the first 3 songs are known, and 80 ")
    assert listeners.rows == 120
    for line in listeners.lines:
        assert set(line.scores) == {"recall@100", "ndcg@100"}
        assert line.character["coverage"] > 0


def test_a_listener_with_three_songs_gets_better_ones_than_what_is_popular(listeners: Report) -> None:
    ours, popular, *_ = listeners.lines
    assert popular.ahead is not None
    assert popular.ahead.low > 0
    assert ours.character["coverage"] > 3 * popular.character["coverage"]


def test_the_same_seed_gives_the_same_report_and_another_another(
    learned: House, frames: Frames, songs: Report
) -> None:
    again, other = (tried(try_cold_songs, learned, frames, seed=seed) for seed in (1, 2))
    assert msgspec.json.encode(again) == msgspec.json.encode(songs)
    assert other.lines[0].scores != songs.lines[0].scores


def test_on_too_small_a_record_it_is_said_what_is_missing(learned: House, frames: Frames) -> None:
    few = replace(
        frames,
        listens=frames.listens.head(30),
        playlists=frames.playlists.head(4),
        playlist_songs=frames.playlist_songs.filter(
            np.isin(frames.playlist_songs["playlist"], frames.playlists["playlist"].head(4))
        ),
    )
    for trial, what in ((try_cold_songs, "too few songs"), (try_cold_listeners, "too few listeners")):
        with pytest.raises(TooLittleError, match=what) as caught:
            tried(trial, learned, few)
        assert "earmark import playlists" in caught.value.remedy
