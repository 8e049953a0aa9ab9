"""The trial of weekly discovery against its peers."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
import polars as pl
import pytest

from earmark.engines.progress import Unwatched
from earmark.engines.trials.report import Report
from earmark.engines.trials.weekly import JUDGE, MIX, OURS, try_weekly
from earmark.errors import TooLittleError
from earmark.evaluation import peers
from earmark.jobs.house import House
from earmark.jobs.learning import snapshot_of
from earmark.jobs.opened_build import live_manifest
from earmark.store.snapshot import Frames

PEERS = ["popularity", "artists they know"]
OF_THE_LIBRARY = [] if peers.lacking() else ["implicit iALS", "implicit item neighbours"]


@pytest.fixture(scope="module")
def frames(learned: House) -> Frames:
    return snapshot_of(learned, live_manifest(learned)).frames()


def tried(house: House, frames: Frames) -> Report:
    return try_weekly(frames, house.learning, house.weekly, Unwatched())


@pytest.fixture(scope="module")
def report(learned: House, frames: Frames) -> Report:
    return tried(learned, frames)


def test_all_systems_are_tried_on_the_same_listeners(report: Report) -> None:
    assert [line.system for line in report.lines] == [OURS, MIX, *PEERS, *OF_THE_LIBRARY]
    assert report.rows > 50
    assert report.seed == 1
    assert report.lines[0].ahead is report.lines[1].ahead is None
    for line in report.lines:
        assert set(line.scores) == {"recall@30", "recall@100", "recall@500", "ndcg@30"}
        for score in line.scores.values():
            assert 0 <= score.low <= score.mean <= score.high <= 1
        means = [line.scores[f"recall@{n}"].mean for n in (30, 100, 500)]
        assert means == sorted(means)
        assert 0 < line.character["coverage"] <= 1


def test_what_was_held_out_is_said(report: Report) -> None:
    assert "80%" in report.setting
    assert "of which anybody held before" in report.setting
    assert any("rank fusion" in note for note in report.notes)


def test_on_planted_taste_we_beat_popularity_beyond_chance_and_known_artists(report: Report) -> None:
    by_name = {line.system: line for line in report.lines}
    ours = by_name[OURS].scores
    for peer in PEERS:
        ahead, theirs = by_name[peer].ahead, by_name[peer].scores
        assert ahead is not None
        assert ahead.mean == pytest.approx(ours[JUDGE].mean - theirs[JUDGE].mean, abs=1e-9)
        assert ahead.mean > 0.03
        assert ours["ndcg@30"].mean > 1.2 * theirs["ndcg@30"].mean
    assert by_name["popularity"].ahead.low > 0
    assert by_name["popularity"].character["novelty_bits"] < by_name[OURS].character["novelty_bits"]
    assert by_name["popularity"].character["coverage"] < by_name[OURS].character["coverage"]


def test_the_thirty_of_the_mix_are_scored_as_a_list_of_thirty(report: Report) -> None:
    mix = report.lines[1].scores
    assert mix["recall@30"] == mix["recall@100"] == mix["recall@500"]
    assert 0 < mix["recall@30"].mean < report.lines[0].scores["recall@500"].mean


def test_the_same_seed_gives_the_same_report(learned: House, frames: Frames, report: Report) -> None:
    assert msgspec.json.encode(tried(learned, frames)) == msgspec.json.encode(report)


def test_what_came_after_the_cut_cannot_help(learned: House, frames: Frames, report: Report) -> None:
    """Song ids grow with time; whatever leaks through them would make a shuffled record score worse."""
    ids = frames.songs["song"].to_numpy()
    shuffled = np.random.default_rng(1).permutation(ids)
    renamed = _rename_songs(frames, dict(zip(ids.tolist(), shuffled.tolist(), strict=True)))
    ours = [one.lines[0].scores[JUDGE].mean for one in (report, tried(learned, renamed))]
    assert abs(ours[0] - ours[1]) < 0.03


def test_without_a_long_history_it_says_so(learned: House, frames: Frames) -> None:
    short = replace(frames, listens=frames.listens.filter(pl.int_range(pl.len()).over("listener") < 49))
    with pytest.raises(TooLittleError, match="long enough") as caught:
        tried(learned, short)
    assert "50 listens" in caught.value.remedy


def _rename_songs(frames: Frames, names: dict[int, int]) -> Frames:
    def renamed(frame: pl.DataFrame) -> pl.DataFrame:
        return frame.with_columns(pl.col("song").replace_strict(names, return_dtype=pl.Int32))

    return replace(
        frames,
        listens=renamed(frames.listens),
        playlist_songs=renamed(frames.playlist_songs),
        songs=renamed(frames.songs).sort("song"),
    )
