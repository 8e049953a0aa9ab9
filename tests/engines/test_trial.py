"""The trial of weekly discovery against its peers."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from tests.homes import opened

from earmark.engines.progress import Unwatched
from earmark.engines.trial import MIX, OURS, try_weekly
from earmark.errors import EarmarkError
from earmark.jobs.house import House
from earmark.jobs.learning import snapshot_of
from earmark.jobs.trying import run_trial
from earmark.jobs.weekly import live_manifest


@pytest.fixture(scope="module")
def report(learned: House) -> object:
    return run_trial(learned, Unwatched())


def test_all_systems_are_tried_on_the_same_listeners(report) -> None:
    assert [line.system for line in report.lines] == [
        OURS,
        MIX,
        "popularity",
        "artists they know",
        "implicit iALS",
    ]
    assert report.listeners > 50
    assert 0.5 < report.reachable <= 1
    assert report.lines[0].ahead is None
    for line in report.lines:
        assert set(line.scores) == {"recall@30", "recall@100", "recall@500", "ndcg@30"}
        for score in line.scores.values():
            assert 0 <= score.low <= score.mean <= score.high <= 1
        assert (
            line.scores["recall@30"].mean <= line.scores["recall@100"].mean <= line.scores["recall@500"].mean
        )


def test_on_planted_taste_we_beat_popularity_and_known_artists_beyond_chance(report) -> None:
    by_name = {line.system: line for line in report.lines}
    for peer in ("popularity", "artists they know"):
        assert by_name[peer].ahead.low > 0
    assert by_name["popularity"].novelty < by_name[OURS].novelty


def test_the_home_folder_is_left_as_it_was(house: House) -> None:
    before = sorted(str(path) for path in house.home.rglob("*"))
    run_trial(house, Unwatched())
    assert sorted(str(path) for path in house.home.rglob("*")) == before


def test_the_same_seed_gives_the_same_report(learned: House, report) -> None:
    again = run_trial(learned, Unwatched())
    assert msgspec.json.encode(again) == msgspec.json.encode(report)


def test_what_came_after_the_cut_cannot_help(learned: House) -> None:
    """Song ids grow with time; whatever leaks through them would make a shuffled record score worse."""
    frames = snapshot_of(learned, live_manifest(learned)).frames()
    first = try_weekly(frames, learned.learning, learned.weekly, Unwatched())
    ids = frames.songs["song"].to_numpy()
    shuffled = np.random.default_rng(1).permutation(ids)
    renamed = _rename_songs(frames, dict(zip(ids.tolist(), shuffled.tolist(), strict=True)))
    second = try_weekly(renamed, learned.learning, learned.weekly, Unwatched())
    ours = [report.lines[0].scores["recall@100"].mean for report in (first, second)]
    assert abs(ours[0] - ours[1]) < 0.03


def test_without_a_long_history_it_says_so(tmp_path) -> None:
    with opened(tmp_path) as house, pytest.raises(EarmarkError, match="long enough"):
        run_trial(house, Unwatched())


def _rename_songs(frames, names: dict[int, int]):
    from dataclasses import replace

    import polars as pl

    def renamed(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.with_columns(pl.col("song").replace_strict(names, return_dtype=pl.Int32))

    return replace(
        frames,
        listens=renamed(frames.listens),
        playlist_songs=renamed(frames.playlist_songs),
        songs=renamed(frames.songs).sort("song"),
    )
