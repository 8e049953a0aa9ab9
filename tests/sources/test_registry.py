from __future__ import annotations

import gzip
import json
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from earmark.errors import UnreadableInputError
from earmark.listening.listens import UnixMs
from earmark.sources.batch import Batch, Skipped
from earmark.sources.checks import NOT_A_LISTENING_FILE
from earmark.sources.registry import SOURCES, read, total_bytes

SPOTIFY = '[{"endTime": "2023-05-06 07:08", "artistName": "Vera Lind", "trackName": "Ore", "msPlayed": 5}]'
LASTFM = 'uts,artist,album,track\n1489341000,"Vera Lind",Ore,Copper\n'
BRAINZ = '{"listened_at": 1600000000, "track_metadata": {"artist_name": "Vera Lind", "track_name": "Ore"}}\n'
PLAYLIST = "#EXTM3U\n#EXTINF:5,Vera Lind - Ore\nore.mp3\n"
TABLE = "when\twho\twhat\n1600000000\tVera Lind\tOre\n"
SAMPLES = {
    "spotify": ("StreamingHistory0.json", SPOTIFY),
    "lastfm": ("scrobbles.csv", LASTFM),
    "listenbrainz": ("listens.jsonl", BRAINZ),
    "playlists": ("ore.m3u", PLAYLIST),
    "csv": ("plays.tsv", TABLE),
}
COLUMNS = {"csv": "started=when,artist=who,title=what"}


def everything(source: str, path: Path, now: UnixMs) -> list[Batch]:
    return list(read(source, path, columns=COLUMNS.get(source), now=now))


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("packing", ["file", "folder", "zip", "gzip"])
def test_every_source_in_every_packing(tmp_path: Path, now: UnixMs, source: str, packing: str) -> None:
    name, text = SAMPLES[source]
    path = tmp_path / name
    path.write_text(text)
    if packing == "gzip":
        path.unlink()
        path = tmp_path / f"{name}.gz"
        path.write_bytes(gzip.compress(text.encode()))
    elif packing == "zip":
        with zipfile.ZipFile(tmp_path / "export.zip", "w") as archive:
            archive.write(path, f"My Data/{name}")
        path = tmp_path / "export.zip"
    elif packing == "folder":
        path = tmp_path
    batches = everything(source, path, now)
    assert sum(len(batch.listens) + len(batch.playlists) for batch in batches) == 1
    assert [skip for batch in batches for skip in batch.skipped] == []
    assert sum(batch.bytes_read for batch in batches) == total_bytes(path) > 0


def test_other_files_in_a_folder_are_named_and_left_alone(tmp_path: Path, now: UnixMs) -> None:
    (tmp_path / "ReadMeFirst.pdf").write_bytes(b"%PDF-1.4 \0")
    (tmp_path / "StreamingHistory0.json").write_text(SPOTIFY)
    (tmp_path / "Userdata.json").write_text('{"username": "x"}')
    batches = everything("spotify", tmp_path, now)
    assert [skip for batch in batches for skip in batch.skipped] == [
        Skipped("ReadMeFirst.pdf", 0, NOT_A_LISTENING_FILE),
        Skipped("Userdata.json", 0, NOT_A_LISTENING_FILE),
    ]
    assert sum(len(batch.listens) for batch in batches) == 1
    assert sum(batch.bytes_read for batch in batches) == total_bytes(tmp_path)


@pytest.mark.parametrize("claimed", [source for source in SOURCES if source != "csv"])
@pytest.mark.parametrize("real", SOURCES)
def test_a_file_of_another_source_is_named_as_what_it_is(
    tmp_path: Path, now: UnixMs, claimed: str, real: str
) -> None:
    name, text = SAMPLES[real]
    (tmp_path / name).write_text(text)
    if claimed == real:
        assert everything(claimed, tmp_path, now)
        return
    with pytest.raises(UnreadableInputError, match=r"does not look like .*, but like") as caught:
        everything(claimed, tmp_path, now)
    assert f"earmark import {real} {tmp_path}" in caught.value.remedy


def test_a_folder_with_blanks_in_its_name_is_named_as_a_shell_reads_it(tmp_path: Path, now: UnixMs) -> None:
    folder = tmp_path / "my data"
    folder.mkdir()
    name, text = SAMPLES["spotify"]
    (folder / name).write_text(text)
    with pytest.raises(UnreadableInputError) as caught:
        everything("lastfm", folder, now)
    assert f"earmark import spotify '{folder}'" in caught.value.remedy


def test_a_file_that_is_nothing_known(tmp_path: Path, now: UnixMs) -> None:
    path = tmp_path / "song.ogg"
    path.write_bytes(b"OggS\0\0")
    with pytest.raises(UnreadableInputError, match=r"song\.ogg does not look like a Last\.fm export\.\n"):
        everything("lastfm", path, now)


def test_a_source_that_does_not_exist(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInputError, match='no source called "tidal"') as caught:
        list(read("tidal", tmp_path))
    assert "spotify, lastfm, listenbrainz, csv, playlists" in caught.value.remedy


def test_columns_are_for_tables_only(tmp_path: Path) -> None:
    with pytest.raises(UnreadableInputError, match="--columns means nothing for spotify"):
        list(read("spotify", tmp_path, columns="artist=a"))


def test_the_clock_is_asked_where_no_present_is_given(tmp_path: Path) -> None:
    rows = json.loads(SPOTIFY)
    (tmp_path / "StreamingHistory0.json").write_text(
        json.dumps([*rows, rows[0] | {"endTime": "9000-01-01 00:00"}])
    )
    (batch,) = read("spotify", tmp_path)
    assert (len(batch.listens), [skip.cause for skip in batch.skipped]) == (1, ["date in the future"])


noise = st.binary(max_size=80) | st.text('[]{}",:;|\t\n#<>/ab01\\', max_size=80).map(str.encode)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(data=noise, sample=st.sampled_from(sorted(SAMPLES)), cut=st.integers(0, 120), name=st.booleans())
def test_arbitrary_bytes_are_at_worst_unreadable(
    tmp_path: Path, now: UnixMs, data: bytes, sample: str, cut: int, name: bool
) -> None:
    own, text = SAMPLES[sample]
    path = tmp_path / (own if name else "plain")
    path.write_bytes(text.encode()[:cut] + data + text.encode()[cut:])
    for source in SOURCES:
        try:
            batches = everything(source, path, now)
        except UnreadableInputError as error:
            assert error.remedy
        else:
            assert sum(batch.bytes_read for batch in batches) == total_bytes(path)
