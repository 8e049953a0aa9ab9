from __future__ import annotations

import gzip
import json
import zipfile
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from earmark.listening.listens import Ending
from earmark.world import World, WorldConfig
from earmark.world.exports import (
    ROWS_PER_FILE,
    write_extended_rows,
    write_playlists_jsonl,
    write_spotify_extended,
)

KEYS = [
    "ts", "platform", "ms_played",
    "conn_country", "ip_addr", "master_metadata_track_name",
    "master_metadata_album_artist_name", "master_metadata_album_album_name", "spotify_track_uri",
    "episode_name", "episode_show_name", "spotify_episode_uri",
    "audiobook_title", "audiobook_uri", "audiobook_chapter_uri",
    "audiobook_chapter_title", "reason_start", "reason_end",
    "shuffle", "skipped", "offline",
    "offline_timestamp", "incognito_mode",
]  # fmt: skip


@pytest.fixture(scope="module")
def made() -> World:
    return World(
        WorldConfig(seed=2, listeners=3, tracks=600, micro_genres=6, playlists=9, plays_per_listener=250)
    )


def read(files: list[Path]) -> list[dict[str, Any]]:
    return [row for file in files for row in json.loads(file.read_text(encoding="utf-8"))]


def test_extended_history_says_what_was_played(made: World, tmp_path: Path) -> None:
    for listener in made.listeners():
        rows = read(write_spotify_extended(listener, tmp_path / str(listener.index)))
        listens = listener.listens()
        assert len(rows) == len(listens)
        for row, listen in zip(rows, listens, strict=True):
            assert list(row) == KEYS
            ended = datetime.fromisoformat(row["ts"]).timestamp()
            assert listen.ms_played == row["ms_played"]
            assert ended == (listen.started_at + listen.ms_played) // 1_000
            assert row["spotify_track_uri"] == listen.item.uri
            assert row["master_metadata_track_name"] == listen.item.title
            assert row["skipped"] is (listen.ending is Ending.SKIPPED)
            assert row["incognito_mode"] is listen.private
            assert row["ip_addr"] == "0.0.0.0"
            assert row["episode_name"] is None


def test_the_zip_holds_the_same_files_and_is_the_same_each_time(made: World, tmp_path: Path) -> None:
    listener = made.listener(1)
    folder = write_spotify_extended(listener, tmp_path / "folder")
    (one,) = write_spotify_extended(listener, tmp_path / "one.zip")
    (two,) = write_spotify_extended(listener, tmp_path / "two.zip")
    assert one.read_bytes() == two.read_bytes()
    with zipfile.ZipFile(one) as archive:
        contents = {Path(name).name: archive.read(name) for name in archive.namelist()}
        assert all(name.startswith("Spotify Extended Streaming History/") for name in archive.namelist())
    assert contents == {file.name: file.read_bytes() for file in folder}
    assert all(name.startswith("Streaming_History_Audio_") for name in contents)


def test_playlists_parse_back_line_by_line(made: World, tmp_path: Path) -> None:
    for name, opened in (("all.jsonl.gz", gzip.open), ("all.jsonl", open)):
        assert write_playlists_jsonl(made.playlists(), tmp_path / name) == 9
        with opened(tmp_path / name, "rt", encoding="utf-8") as lines:
            rows = [json.loads(line) for line in lines]
        assert [row["name"] for row in rows] == [playlist.name for playlist in made.playlists()]
        assert rows[0]["tracks"] == [[t.artist, t.title, t.uri] for t in next(made.playlists()).tracks]


def test_compressed_playlists_are_the_same_bytes_each_time(made: World, tmp_path: Path) -> None:
    for name in ("a.gz", "b.gz"):
        write_playlists_jsonl(made.playlists(), tmp_path / name)
    assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes()


def test_a_long_history_has_the_rows_and_tracks_asked_for(tmp_path: Path) -> None:
    told: list[int] = []
    files = write_extended_rows(ROWS_PER_FILE + 500, tmp_path, distinct=2_000, progress=told.append)
    rows = read(files)
    assert told == [ROWS_PER_FILE, 500]
    assert len(rows) == ROWS_PER_FILE + 500
    assert len({row["spotify_track_uri"] for row in rows}) == 2_000
    ended = [datetime.fromisoformat(row["ts"]).timestamp() for row in rows]
    starts = [end - row["ms_played"] / 1_000 for end, row in zip(ended, rows, strict=True)]
    assert all(start >= end - 1 for start, end in zip(starts[1:], ended[:-1], strict=True))
