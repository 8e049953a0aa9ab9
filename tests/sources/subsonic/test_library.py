"""Reading a library: from a real server album by album, from one of OpenSubsonic by an empty search."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from tests.audio_files import write_flac
from tests.http_answers import Reply, Request, answering
from tests.open_subsonic import gate
from tests.subsonic import PASSWORD, MusicServer, running

from earmark.listening.libraries import LibraryTrack
from earmark.music.items import Track
from earmark.sources.subsonic.library import Page, read_songs, read_stars
from earmark.sources.subsonic.login import Login, Way
from earmark.sources.subsonic.meeting import introduced
from earmark.sources.subsonic.server import Server

MBID = "2b1e6c3a-7f3e-4f0c-9f6e-1d2c3b4a5f60"
EVERYTHING = {
    "musicBrainzId": MBID.upper(),
    "isrc": ["GBAYE0601498", "GBAYE0601499"],
    "genres": [{"name": "Dream Pop"}, {"name": "Shoegaze"}, {"name": "Dream Pop"}],
    "playCount": 7,
}


def login(way: Way) -> Login:
    return Login(way, "ada", PASSWORD)


def read(server: Server, *, open_: bool) -> tuple[dict[str, LibraryTrack], list[Page]]:
    pages = list(read_songs(server, open_=open_))
    return {track.track.title: track for page in pages for track in page.tracks}, pages


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[MusicServer]:
    with running(tmp_path_factory.mktemp("stocked") / "server") as music_server:
        stock(music_server)
        yield music_server


def stock(music_server: MusicServer) -> None:
    for n in range(23):
        write_flac(
            music_server.music / f"Band {n % 3}" / f"{n}.flac",
            seconds=100 + n,
            title=f"Song {n}",
            artist=f"Band {n % 3}",
            album=f"Album {n % 7}",
            genre="Rock",
        )
    write_flac(music_server.music / "nobody.flac", title="Anonymous", album="?")
    write_flac(music_server.music / "single.flac", title="Ünïcode 歌 & Co", artist="Björk")
    music_server.add_user("ada")
    music_server.scan()


def test_every_song_is_read_with_what_the_server_knows(stocked: MusicServer) -> None:
    ids = stocked.songs("ada")
    with Server(stocked.url, login(Way.PASSWORD)) as server:
        found, pages = read(server, open_=False)
    assert len(found) == 24
    assert {title: track.remote_id for title, track in found.items()} == {
        title: id_ for title, id_ in ids.items() if title != "Anonymous"
    }
    assert found["Song 5"] == LibraryTrack(
        Track("Band 2", "Song 5", "Album 5", None, 105_000), ids["Song 5"], "Band 2/5.flac", ("Rock",)
    )
    assert found["Ünïcode 歌 & Co"].track == Track("Björk", "Ünïcode 歌 & Co", None, None, 200_000)
    assert [(skip.cause, skip.detail) for page in pages for skip in page.skipped] == [
        ("no artist", "Anonymous")
    ]


def test_stars_come_with_their_dates(stocked: MusicServer) -> None:
    ids = stocked.songs("ada")
    stocked.ask("ada", "star", id=[ids["Song 1"], ids["Song 8"]])
    artist = stocked.ask("ada", "search3", query="Björk")["searchResult3"]["artist"][0]["id"]
    stocked.ask("ada", "star", artistId=artist)
    with Server(stocked.url, login(Way.PASSWORD)) as server:
        stars = read_stars(server)
    assert set(stars.songs) == {ids["Song 1"], ids["Song 8"]}
    assert set(stars.artists) == {"Björk"}
    assert all(at > 1_700_000_000_000 for at in (*stars.songs.values(), *stars.artists.values()))


@pytest.mark.parametrize("most_at_once", [1, 7, 500])
def test_an_open_server_is_read_by_an_empty_search_however_little_it_gives_at_once(
    stocked: MusicServer, most_at_once: int
) -> None:
    with gate(stocked, "ada", {"Song 3": EVERYTHING}, most_at_once=most_at_once) as opened:
        known, manners = introduced(opened.url, login(Way.TOKEN))
        with Server(opened.url, known, form_post=manners.form_post) as server:
            found, _ = read(server, open_=manners.open_)
    assert len(found) == 24
    assert found["Song 3"] == LibraryTrack(
        Track("Band 0", "Song 3", "Album 3", f"https://musicbrainz.org/recording/{MBID}", 103_000),
        stocked.songs("ada")["Song 3"],
        "Band 0/3.flac",
        ("Dream Pop", "Shoegaze"),
        MBID,
        "GBAYE0601498",
        7,
    )
    assert {one.method for one in opened.asked} == {"ping", "getOpenSubsonicExtensions", "search3"}


def test_an_empty_library_has_no_songs(music_server: MusicServer) -> None:
    music_server.add_user("ada")
    with Server(music_server.url, login(Way.PASSWORD)) as server:
        assert list(read_songs(server, open_=False)) == []
        assert list(read_songs(server, open_=True)) == []
        assert read_stars(server).songs == {}


def test_what_cannot_be_used_is_told_and_takes_nothing_with_it() -> None:
    songs = [
        {"id": "1", "title": "Good", "artist": "A"},
        {"id": 2, "title": 1999, "artist": "Prince", "album": 1999, "duration": 219.6},
        {"id": "3", "title": "Folder", "isDir": True},
        {"id": "4", "title": "Episode 1", "artist": "Host", "type": "podcast"},
        {"id": "5", "title": "Clip", "artist": "A", "isVideo": True},
        {"id": "6", "title": "  ", "artist": "A"},
        {"id": "7", "title": "No one", "artist": "[Unknown Artist]"},
        {"id": "", "title": "Nameless", "artist": "A"},
        {"id": "8", "title": ["a", "list"], "artist": "A"},
        "nonsense",
        {"title": "no id", "artist": "A"},
        {"id": "9", "title": "Odd facts", "artist": "A", "album": "[Unknown Album]", "musicBrainzId": "none",
         "isrc": "", "genres": [], "genre": "Jazz", "duration": -3, "playCount": -1, "starred": "yesterday",
         "path": "x" * 2_000},
        {"id": "10", "title": "Shown only", "displayArtist": "B", "starred": "2999-01-01T00:00:00Z"},
    ]  # fmt: skip

    def reply(request: Request) -> Reply:
        given = songs if request.parameters["songOffset"] == ["0"] else []
        body = {"status": "ok", "version": "1.16.1", "searchResult3": {"song": given}}
        return Reply(200, json.dumps({"subsonic-response": body}).encode())

    with answering(reply) as open_server, Server(open_server.url, login(Way.TOKEN)) as server:
        found, pages = read(server, open_=True)
    assert found == {
        "Good": LibraryTrack(Track("A", "Good"), "1"),
        "1999": LibraryTrack(Track("Prince", "1999", "1999", None, 219_600), "2"),
        "Odd facts": LibraryTrack(Track("A", "Odd facts"), "9", genres=("Jazz",), starred_at=0),  # type: ignore[arg-type]
        "Shown only": LibraryTrack(Track("B", "Shown only"), "10", starred_at=0),  # type: ignore[arg-type]
    }
    assert [(skip.row, skip.cause) for skip in pages[0].skipped if skip.row in (3, 4, 5, 6, 7, 8)] == [
        (3, "not music"),
        (4, "not music"),
        (5, "not music"),
        (6, "no title"),
        (7, "no artist"),
        (8, "no usable id"),
    ]
    assert sorted(skip.row for skip in pages[0].skipped) == [3, 4, 5, 6, 7, 8, 9, 10, 11]
