"""Trials on a home folder: what can be tried is, what cannot is named, and nothing changes."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from tests.homes import opened

from earmark.engines.progress import Unwatched
from earmark.engines.trials.new_tracks import AT_RANDOM, BY_TAGS, NEW, PLAYED
from earmark.errors import EarmarkError, TooLittleError
from earmark.jobs.house import House
from earmark.jobs.trying import Trials, run_trials
from earmark.listening.listens import Listen, Origin, UnixMs
from earmark.listening.playlists import Playlist
from earmark.music.items import Track
from earmark.signals.collaborative.next_track.model import NextTrackConfig


@pytest.fixture(scope="module")
def trials(learned: House) -> Trials:
    # Few are asked what they played next: that trial has tests of its own.
    few = NextTrackConfig(moments=100, listeners=10)
    learning = learned.learning.model_copy(update={"next_track": few})
    return run_trials(replace(learned, learning=learning), Unwatched())


def test_every_task_is_tried_unless_some_are_named(trials: Trials) -> None:
    assert [report.task for report in trials.reports] == [
        "weekly discovery",
        "playlist continuation",
        "artist recommendation",
        "next track",
        "cold songs",
        "cold listeners",
    ]
    assert [report.seed for report in trials.reports] == [1] * 6
    assert list(trials.left_out) == ["new-tracks", "new-artists"]  # Nothing was heard here.


def some_playlists(house: House) -> None:
    with house.store.writing() as writer:
        lists = [
            Playlist(f"list {n}", tuple(Track(f"A{k % 4}", f"S{n % 3 * 9 + k}") for k in range(12)))
            for n in range(30)
        ]
        writer.add_playlists(lists, community="public")


def test_the_seed_can_be_overruled_and_the_home_folder_is_left_as_it_was(tmp_path: Path) -> None:
    with opened(tmp_path) as house:
        some_playlists(house)
        (other,) = run_trials(house, Unwatched(), tasks=["continuation"], seed=7).reports
        before = sorted(house.home.rglob("*"))
        (usual,) = run_trials(house, Unwatched(), tasks=["continuation"]).reports
        assert (other.seed, usual.seed) == (7, 1)
        assert sorted(house.home.rglob("*")) == before
        assert not any(house.snapshots.iterdir())


def test_a_task_that_there_is_not_is_named_with_those_that_there_are(learned: House) -> None:
    with pytest.raises(EarmarkError, match="monthly") as caught:
        run_trials(learned, Unwatched(), tasks=["weekly", "monthly"])
    assert "weekly, continuation" in caught.value.remedy


def test_what_cannot_be_tried_is_left_out_with_the_cause(tmp_path: Path) -> None:
    with opened(tmp_path) as house:
        some_playlists(house)
        trials = run_trials(house, Unwatched())
        assert [report.task for report in trials.reports] == ["playlist continuation", "cold listeners"]
        assert list(trials.left_out) == [
            "weekly",
            "artists",
            "next",
            "cold-songs",
            "new-tracks",
            "new-artists",
        ]
        assert "long enough" in trials.left_out["weekly"]
        with pytest.raises(TooLittleError, match="long enough"):
            run_trials(house, Unwatched(), tasks=["weekly"])


def test_too_small_a_record_for_any_task_is_said(tmp_path: Path) -> None:
    with opened(tmp_path) as house:
        for _ in range(2):
            with pytest.raises(TooLittleError, match="Nothing can be tried") as caught:
                run_trials(house, Unwatched())
            assert "long enough" in caught.value.what
            assert "too few playlists" in caught.value.what
            assert "Import" in caught.value.remedy
            with house.store.writing() as writer:
                listens = [
                    Listen(Track("A", f"S{n}"), UnixMs(1_700_000_000_000 + n * 400_000), 200_000)
                    for n in range(49)
                ]
                writer.add_listens([writer.listener("me")] * 49, listens, Origin("test"))
        assert not any(path.name.startswith(".trial") for path in house.snapshots.iterdir())


def test_trials_survive_being_printed(trials: Trials) -> None:
    assert msgspec.json.decode(msgspec.json.encode(trials), type=Trials) == trials


@pytest.mark.parametrize("task", ["new-tracks", "new-artists"])
def test_new_tracks_are_tried_in_a_house_that_heard_some(heard: House, task: str) -> None:
    (report,) = run_trials(heard, Unwatched(), tasks=[task], seed=3).reports
    assert report.task == task.replace("-", " ")
    new, by_tags, played, at_random = report.lines
    assert [line.system for line in report.lines] == [NEW, BY_TAGS, PLAYED, AT_RANDOM]
    assert report.rows > 30
    recall = {line.system: line.scores["recall@100"].mean for line in report.lines}
    assert recall[NEW] > 1.2 * recall[AT_RANDOM]
    assert recall[PLAYED] > recall[AT_RANDOM]
    assert at_random.ahead is not None
    assert new.ahead is by_tags.ahead is played.ahead is None
    assert f"{recall[NEW] / recall[PLAYED]:.3f}" in report.notes[0]
