"""`earmark extend`: a playlist file in, songs that go on with it out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from earmark.jobs.house import House
from earmark.music.items import Track
from earmark.world import World

STRANGERS = [Track(f"Nobody {n}", f"Nothing {n}") for n in range(7)]


def m3u(path: Path, tracks: list[Track]) -> Path:
    lines = [f"#EXTINF:200,{track.artist} - {track.title}\nmusic/{n}.mp3" for n, track in enumerate(tracks)]
    path.write_text("\n".join(["#EXTM3U", *lines]) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def home(learned: House) -> Path:
    return learned.home


@pytest.fixture(scope="module")
def tracks(made_world: World) -> list[Track]:
    """What a public playlist begins with."""
    return list(next(made_world.playlists()).tracks[:6])


def test_songs_are_shown_with_what_they_go_with(
    earmark, home: Path, tracks: list[Track], tmp_path: Path
) -> None:
    said = earmark("extend", m3u(tmp_path / "Sunday.m3u8", tracks), "--home", home)
    assert said.status == 0
    assert "After Sunday, from 6 songs that the live build knows" in said.out
    assert "goes with “" in said.out
    assert "unknown" not in said.out
    found = json.loads(earmark("extend", tmp_path / "Sunday.m3u8", "--home", home, "--json").out)
    assert len(found["added"]) == 20
    for one in found["added"]:
        assert one["artist"]
        assert one["reason"]
    # Long words are broken over lines in a narrow column: the first word of a name is always there.
    assert all(one["title"].split()[0] in said.out for one in found["added"])


def test_as_many_as_asked_for_as_json(earmark, home: Path, tracks: list[Track], tmp_path: Path) -> None:
    path = m3u(tmp_path / "Sunday.m3u8", [tracks[0], STRANGERS[0], *tracks[1:]])
    said = earmark("extend", path, "--songs", "7", "--home", home, "--json")
    found = json.loads(said.out)
    assert set(found) == {"playlist", "known", "unknown", "added"}
    assert (found["playlist"], found["known"]) == ("Sunday", 6)
    assert found["unknown"] == ["Nobody 0 – Nothing 0"]
    assert len(found["added"]) == 7
    own = {(track.artist, track.title) for track in tracks}
    assert not own & {(one["artist"], one["title"]) for one in found["added"]}


def test_of_many_unknown_tracks_the_first_are_named(
    earmark, home: Path, tracks: list[Track], tmp_path: Path
) -> None:
    said = earmark("extend", m3u(tmp_path / "x.m3u", [tracks[0], STRANGERS[0]]), "--home", home).out
    assert "from 1 song that the live build knows" in said
    assert "1 track of the list unknown to it: Nobody 0 – Nothing 0\n" in said
    said = earmark("extend", m3u(tmp_path / "x.m3u", [tracks[0], *STRANGERS]), "--home", home).out
    assert "7 tracks of the list unknown to it: Nobody 0 – Nothing 0; " in said
    assert "Nobody 4 – Nothing 4 …" in said
    assert "Nobody 5" not in said


def test_nothing_is_stored(earmark, home: Path, tracks: list[Track], tmp_path: Path) -> None:
    before = json.loads(earmark("status", "--home", home, "--json").out)
    earmark("extend", m3u(tmp_path / "x.m3u", [*tracks, *STRANGERS]), "--home", home)
    assert json.loads(earmark("status", "--home", home, "--json").out) == before


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("#EXTM3U\n", "holds no playlist"),
        ("", "holds no playlist"),
        ("#EXTM3U\n#EXTINF:1,Nobody - Nothing\nx.mp3\n", "none of the 1 tracks"),
        ("\x00\x01\x02", "xyzzy.m3u"),
    ],
)
def test_what_cannot_be_gone_on_with_is_said_with_the_remedy(
    earmark, home: Path, tmp_path: Path, content: str, says: str
) -> None:
    path = tmp_path / "xyzzy.m3u"
    path.write_text(content)
    said = earmark("extend", path, "--home", home)
    assert said.status == 1
    assert says in said.err
    assert said.out == ""
    assert "Traceback" not in said.err


def test_without_a_build_it_says_what_to_do(earmark, tracks: list[Track], tmp_path: Path) -> None:
    said = earmark("extend", m3u(tmp_path / "x.m3u", tracks), "--home", tmp_path / "empty")
    assert said.status == 1
    assert "earmark learn" in said.err


@pytest.mark.parametrize("number", ["0", "501", "many"])
def test_a_number_of_songs_that_cannot_be_is_refused(
    earmark, home: Path, tracks: list[Track], tmp_path: Path, number: str
) -> None:
    said = earmark("extend", m3u(tmp_path / "x.m3u", tracks), "--songs", number, "--home", home)
    assert said.status == 2
    assert "--songs" in said.err
