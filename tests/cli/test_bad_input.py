"""Input that is broken, cut off, empty or of another kind: a clear message, and nothing half-stored."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path

import pytest

from earmark.world import World
from earmark.world.exports import write_spotify_extended


@pytest.fixture(scope="module")
def export(made_world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("export")
    write_spotify_extended(made_world.listener(1), folder)
    return folder


def stored(earmark, home: Path) -> int:
    return json.loads(earmark("status", "--home", home, "--json").out)["stored"]["listens"]


def import_as(earmark, home: Path, path: Path, source: str = "spotify"):
    return earmark("import", source, path, "--listener", "anna", "--home", home)


def test_a_zip_that_is_cut_off(earmark, export: Path, tmp_path: Path) -> None:
    whole = tmp_path / "whole.zip"
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as packed:
        for file in export.iterdir():
            packed.write(file, file.name)
    cut = tmp_path / "cut.zip"
    cut.write_bytes(whole.read_bytes()[:-2_000])
    said = import_as(earmark, tmp_path / "home", cut)
    assert said.status == 1
    assert "cut.zip" in said.err
    assert stored(earmark, tmp_path / "home") == 0


def test_a_zip_packed_in_a_way_that_cannot_be_unpacked(earmark, tmp_path: Path) -> None:
    odd = tmp_path / "odd.zip"
    with zipfile.ZipFile(odd, "w") as packed:
        packed.writestr("endsong_0.json", "[]")
    data = bytearray(odd.read_bytes())
    for signature, method_at in ((b"PK\x03\x04", 8), (b"PK\x01\x02", 10)):
        data[data.index(signature) + method_at] = 97  # WavPack, which no zip of text uses
    odd.write_bytes(data)
    said = import_as(earmark, tmp_path / "home", odd)
    assert said.status == 1
    assert "cannot unpack" in said.err
    assert "password" not in said.err


def test_a_json_file_cut_in_the_middle_gives_its_whole_rows_and_says_where(
    earmark, export: Path, tmp_path: Path
) -> None:
    (file,) = export.iterdir()
    rows = json.loads(file.read_text())
    cut = tmp_path / file.name
    cut.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
    said = import_as(earmark, tmp_path / "home", cut)
    assert said.status == 0
    assert "file is cut off" in said.out
    assert file.name in said.out
    half = stored(earmark, tmp_path / "home")
    assert 0.4 * len(rows) < half < 0.6 * len(rows)
    import_as(earmark, tmp_path / "home", file)
    assert stored(earmark, tmp_path / "home") == len({(row["ts"], row["spotify_track_uri"]) for row in rows})


def test_rows_that_cannot_be_are_counted_by_cause_with_file_and_row(
    earmark, export: Path, tmp_path: Path
) -> None:
    (file,) = export.iterdir()
    good, *rest = json.loads(file.read_text())[:7]
    bad = [
        rest[0] | {"ms_played": -5},
        rest[1] | {"ms_played": 10**12},
        rest[2] | {"ts": "1999-12-31T23:59:59Z"},
        rest[3] | {"ts": "2199-12-31T23:59:59Z"},
        rest[4] | {"master_metadata_track_name": None},
        rest[5] | {"master_metadata_track_name": "x" * 10_000},
    ]
    broken = tmp_path / "Streaming_History_Audio_2024_0.json"
    broken.write_text(json.dumps([good, *bad]))
    report = json.loads(
        earmark("import", "spotify", broken, "--listener", "anna", "--home", tmp_path / "home", "--json").out
    )
    assert report["listens_new"] == 1
    assert sum(cause["rows"] for cause in report["left_out"]) == 6
    places = {(row["file"], row["row"]) for cause in report["left_out"] for row in cause["first"]}
    assert places == {(broken.name, row) for row in range(2, 8)}


@pytest.mark.parametrize("make", ["an empty folder", "a file of another source", "noise", "an empty file"])
def test_nothing_to_read_is_said_and_nothing_is_stored(earmark, tmp_path: Path, make: str) -> None:
    path = tmp_path / "input"
    if make == "an empty folder":
        path.mkdir()
    elif make == "a file of another source":
        path = tmp_path / "scrobbles.csv"
        path.write_text("uts,utc_time,artist,artist_mbid,album,album_mbid,track,track_mbid\n1,x,A,,B,,C,\n")
    elif make == "noise":
        path.write_bytes(bytes(range(256)) * 50)
    else:
        path.write_bytes(b"")
    said = import_as(earmark, tmp_path / "home", path)
    assert said.status == 1
    assert path.name in said.err
    assert "Traceback" not in said.err
    assert stored(earmark, tmp_path / "home") == 0
    if make == "a file of another source":
        assert "earmark import lastfm" in said.err


def test_a_record_of_something_else_is_refused(earmark, tmp_path: Path) -> None:
    (tmp_path / "earmark.db").write_bytes(b"this is not a database at all" * 100)
    said = earmark("status", "--home", tmp_path)
    assert said.status == 1
    assert "earmark.db" in said.err
    assert "Traceback" not in said.err
