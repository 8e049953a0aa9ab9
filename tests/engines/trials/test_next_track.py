"""The trial of the next track against its peers."""

from __future__ import annotations

import gzip
import os
from dataclasses import replace
from pathlib import Path

import msgspec
import polars as pl
import pytest

from earmark.engines.progress import Unwatched
from earmark.engines.trials.next_track import JUDGE, OURS, PEERS, try_next_track
from earmark.engines.trials.report import Report
from earmark.errors import TooLittleError
from earmark.jobs.house import House
from earmark.jobs.learning import snapshot_of
from earmark.jobs.opened_build import live_manifest
from earmark.listening.evidence import EvidenceConfig
from earmark.signals.collaborative.next_track.model import NextTrackConfig
from earmark.store.snapshot import Frames

CONFIG = NextTrackConfig(moments=600, listeners=20)


@pytest.fixture(scope="module")
def frames(learned: House) -> Frames:
    return snapshot_of(learned, live_manifest(learned)).frames()


def tried(frames: Frames, config: NextTrackConfig = CONFIG, *, seed: int = 1, asked: int = 20) -> Report:
    return try_next_track(frames, config, EvidenceConfig(), Unwatched(), cut=0.8, seed=seed, most_asked=asked)


@pytest.fixture(scope="module")
def report(frames: Frames) -> Report:
    return tried(frames)


def test_all_systems_are_asked_for_the_same_plays(report: Report) -> None:
    assert [line.system for line in report.lines] == [OURS, *PEERS]
    assert report.rows == 20
    assert report.setting.startswith("400 plays after 80%")
    for line in report.lines:
        assert 0 <= line.scores[JUDGE].mean <= line.scores["hr@20"].mean <= 1
        assert (line.ahead is None) == (line.system == OURS)


def test_the_same_seed_gives_the_same_report_and_another_does_not(frames: Frames, report: Report) -> None:
    assert msgspec.json.encode(tried(frames)) == msgspec.json.encode(report)
    assert tried(frames, seed=2).lines[0].scores != report.lines[0].scores


def test_without_a_long_history_it_says_so(frames: Frames) -> None:
    with pytest.raises(TooLittleError, match="long enough"):
        tried(replace(frames, listens=frames.listens.head(30)))


@pytest.mark.skipif("EARMARK_DATA" not in os.environ, reason="EARMARK_DATA is not set: no real plays")
def test_on_real_plays_we_beat_every_peer() -> None:
    report = tried(real_frames(), NextTrackConfig(), asked=150)
    ours, *peers = report.lines
    for peer in peers:
        assert ours.scores[JUDGE].mean > peer.scores[JUDGE].mean
        assert ours.scores["hr@20"].mean > peer.scores["hr@20"].mean


def real_frames() -> Frames:
    """Five people's plays, names as they stand, in the columns that matter here."""
    with gzip.open(Path(os.environ["EARMARK_DATA"]) / "listening" / "plays.tsv.gz") as file:
        plays = pl.read_csv(file.read(), separator="\t", quote_char=None)
    plays = plays.filter(pl.col("user").is_in(sorted(plays["user"].unique())[:5]))
    listens = plays.select(
        listener=pl.col("user").rank("dense").cast(pl.Int32),
        song=pl.struct("artist", "track").rank("dense").cast(pl.Int32),
        artist=pl.col("artist").rank("dense").cast(pl.Int32),
        started_at=pl.col("ts") * 1_000 - pl.col("ms_played"),
        ms_played=pl.col("ms_played").cast(pl.Int32),
    ).with_columns(item="song", ending=pl.lit(0, pl.UInt8), private=pl.lit(False))
    feedback = pl.DataFrame(
        schema={
            "listener": pl.Int32,
            "song": pl.Int32,
            "artist": pl.Int32,
            "verdict": pl.String,
            "at": pl.Int64,
        }
    )
    empty = pl.DataFrame()
    songs = listens.select("song", "artist").unique().sort("song")
    return Frames(listens.sort("listener", "started_at", "item"), empty, empty, songs, empty, feedback)
