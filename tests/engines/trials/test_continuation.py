"""The trial of playlist continuation against its peers."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import numpy as np
import polars as pl
import pytest
from tests.ranking.models import small_model

from earmark.engines.ordering import DEEPEST
from earmark.engines.progress import Unwatched
from earmark.engines.trials import continuation
from earmark.engines.trials.continuation import JUDGE, OURS, continued, try_continuation
from earmark.engines.trials.report import Report
from earmark.errors import TooLittleError
from earmark.evaluation import peers
from earmark.evaluation.continuation import challenges
from earmark.jobs.house import House
from earmark.jobs.learning import snapshot_of
from earmark.jobs.opened_build import live_manifest
from earmark.store.snapshot import Frames

OF_THE_LIBRARY = [] if peers.lacking() else ["implicit iALS", "implicit item neighbours"]


@pytest.fixture(scope="module")
def frames(learned: House) -> Frames:
    return snapshot_of(learned, live_manifest(learned)).frames()


def tried(house: House, frames: Frames) -> Report:
    return try_continuation(frames, house.learning, house.weekly, Unwatched())


@pytest.fixture(scope="module")
def report(learned: House, frames: Frames) -> Report:
    return tried(learned, frames)


def test_all_systems_go_on_with_the_same_playlists(report: Report) -> None:
    assert [line.system for line in report.lines] == [OURS, "popularity", *OF_THE_LIBRARY]
    # A fifth of four hundred, in up to five kinds.
    assert report.setting.startswith("80 playlists, unknown but for their names")
    assert 80 * 2 <= report.rows <= 80 * 5
    for line in report.lines:
        assert set(line.scores) == {"r_precision", "ndcg@500", "clicks"}
        assert 0 <= line.scores["r_precision"].mean <= 1
        assert 0 <= line.scores["clicks"].mean <= 51


def test_on_planted_kinds_of_playlist_we_beat_popularity_beyond_chance(report: Report) -> None:
    ours, popular, *_ = report.lines
    assert popular.ahead is not None
    assert popular.ahead.low > 0
    assert ours.scores["clicks"].mean < popular.scores["clicks"].mean
    assert ours.scores["r_precision"].low > 2 * popular.scores["r_precision"].high


def test_the_same_seed_gives_the_same_report_and_another_another(learned: House, frames: Frames) -> None:
    lists = frames.playlists.head(60)
    few = replace(
        frames,
        listens=frames.listens.clear(),
        playlists=lists,
        playlist_songs=frames.playlist_songs.join(lists, on="playlist", how="semi"),
    )
    one, again, other = (
        tried(replace(learned, learning=learned.learning.model_copy(update={"seed": seed})), few)
        for seed in (1, 1, 2)
    )
    assert msgspec.json.encode(one) == msgspec.json.encode(again)
    assert one.lines[0].scores[JUDGE] != other.lines[0].scores[JUDGE]


def test_neither_short_playlists_nor_listeners_own_are_gone_on_with(learned: House, frames: Frames) -> None:
    for few in (frames.playlists.head(4), frames.playlists.with_columns(listener=pl.lit(1, pl.Int32))):
        with pytest.raises(TooLittleError, match="too few playlists") as caught:
            tried(learned, replace(frames, playlists=few))
        assert "earmark import playlists" in caught.value.remedy


def test_beginnings_in_parts_are_gone_on_with_as_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    model, _ = small_model(0)
    random = np.random.default_rng(1)
    lists = [model.columns.songs[random.permutation(60)[:20]] for _ in range(5)]
    asked = challenges(["gym", "rain", "", "x", "late"], lists, model.columns, seed=1)
    assert len(asked) == 15
    told: list[int] = []
    whole = continued(model, asked, told.append)
    assert (sum(told), whole.shape) == (15, (15, DEEPEST))
    for row, seeds in enumerate(asked.seeds):
        given = whole[row][whole[row] >= 0]
        held = np.flatnonzero(model.popularity > 0)
        assert set(given.tolist()) == set(held.tolist()) - set(seeds.tolist())
    monkeypatch.setattr(continuation, "ROWS_AT_ONCE", 4)
    assert continued(model, asked, told.append).tolist() == whole.tolist()
    assert told == [15, 4, 4, 4, 3]
