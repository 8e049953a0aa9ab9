"""Libraries of a real server in the record: read, matched, starred, read again."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from tests.audio_files import write_flac
from tests.homes import opened
from tests.http_answers import Reply, answering
from tests.open_subsonic import gate
from tests.subsonic import PASSWORD, MusicServer

from earmark.engines.progress import Unwatched
from earmark.errors import StoreError, UnknownNameError
from earmark.jobs import connecting
from earmark.jobs.connecting import SyncReport, connect, disconnect, sync, sync_each
from earmark.jobs.house import House
from earmark.listening.feedback import Feedback, Verdict
from earmark.listening.libraries import LibraryTrack
from earmark.listening.listens import Listen, Origin, UnixMs
from earmark.music.items import Track
from earmark.privacy.keys import SecretsError
from earmark.sources.subsonic.login import Login, Way
from earmark.sources.subsonic.server import SubsonicError
from earmark.store.libraries import ConnectionRecord
from earmark.store.writer import SqlWriter

ADA = Login(Way.TOKEN, "ada", PASSWORD)
LATER = UnixMs(4_000_000_000_000)


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is down in a test stays down."""
    monkeypatch.setattr("earmark.sources.subsonic.server.PAUSES_S", ())


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    (tmp_path / "home").mkdir()
    with opened(tmp_path / "home") as opened_house:
        yield opened_house


@pytest.fixture
def shelf(music_server: MusicServer) -> MusicServer:
    """Six songs of two artists."""
    for n in range(6):
        put(music_server, n)
    music_server.add_user("ada")
    music_server.scan()
    return music_server


def put(server: MusicServer, n: int) -> Path:
    return write_flac(server.music / f"{n}.flac", title=f"Song {n}", artist=f"Band {n % 2}", album="Album")


def meet(house: House, server: MusicServer, listener: str = "Ada") -> SyncReport:
    return connect(house, server.url, listener, ADA, Unwatched())


def only(house: House) -> ConnectionRecord:
    (connection,) = house.store.libraries.connections()
    return connection


def again(house: House) -> SyncReport:
    return sync(house, only(house), Unwatched())


def star(server: MusicServer, *titles: str, verb: str = "star") -> None:
    ids = server.songs("ada")
    server.ask("ada", verb, id=[ids[title] for title in titles])


def said(house: House) -> dict[tuple[str, str], int | None]:
    """Verdict and title, or artist, with the date."""
    rows = house.store.feedback([house.store.find_listener("Ada").id]).iter_rows(named=True)
    return {
        (
            row["verdict"],
            house.store.songs([row["song"]])["title"][0]
            if row["song"]
            else house.store.artists([row["artist"]])["artist_name"][0],
        ): row["at"]
        for row in rows
    }


def test_a_library_is_matched_to_what_was_played_in_any_version(house: House, shelf: MusicServer) -> None:
    with house.store.writing() as writer:
        ada = writer.listener("Ada")
        played = Track("BAND 1", "Song 3 - 2011 Remaster")
        writer.add_listens([ada], [Listen(played, UnixMs(1_700_000_000_000), 200_000)], Origin("o"))
    report = meet(house, shelf)
    assert (report.songs, report.new, report.gone, report.loved, report.skipped) == (6, 6, 0, 0, {})
    assert report.sends_password
    held = house.store.libraries.held(report.connection)
    assert house.store.listens([ada])["song"][0] in {one.song for one in held}
    assert house.store.counts().songs == 6
    assert {one.remote_id for one in held} == set(shelf.songs("ada").values())
    shown = house.store.items([one.item for one in held])
    assert set(shown["duration_ms"]) == {200_000}


def test_stars_become_loves_once(house: House, shelf: MusicServer) -> None:
    star(shelf, "Song 1", "Song 2")
    band = shelf.ask("ada", "search3", query="Band 1")["searchResult3"]["artist"][0]["id"]
    shelf.ask("ada", "star", artistId=band)
    assert meet(house, shelf).loved == 3
    loves = said(house)
    assert set(loves) == {("love", "Song 1"), ("love", "Song 2"), ("love", "Band 1")}
    assert all(at and at > 1_700_000_000_000 for at in loves.values())
    revision = house.store.find_listener("Ada").revision
    assert again(house).loved == 0
    assert meet(house, shelf).loved == 0
    assert said(house) == loves
    assert house.store.find_listener("Ada").revision == revision


def test_a_star_that_goes_takes_its_love_and_no_later_word(house: House, shelf: MusicServer) -> None:
    star(shelf, "Song 1", "Song 2", "Song 3")
    meet(house, shelf)
    with house.store.writing() as writer:
        hate = Feedback(Verdict.HATE, Track("Band 0", "Song 2"), at=LATER)
        writer.add_feedback(
            only(house).listener, [hate, Feedback(Verdict.SAVE, Track("Band 1", "Song 1"), at=LATER)]
        )
    star(shelf, "Song 1", "Song 2", verb="unstar")
    report = again(house)
    assert (report.loved, report.unloved) == (0, 1)
    assert set(said(house)) == {("hate", "Song 2"), ("save", "Song 1"), ("love", "Song 3")}


def test_a_love_taken_back_here_does_not_return_with_its_old_star(house: House, shelf: MusicServer) -> None:
    star(shelf, "Song 1")
    meet(house, shelf)
    song = house.store.find_song("Band 1", "Song 1")
    with house.store.writing() as writer:
        writer.take_back(only(house).listener, song=song)
    assert again(house).loved == 0
    assert said(house) == {}
    star(shelf, "Song 1", verb="unstar")
    again(house)
    star(shelf, "Song 1")
    assert again(house).loved == 1


def test_what_came_and_went_on_the_server_comes_and_goes_here(house: House, shelf: MusicServer) -> None:
    star(shelf, "Song 5")
    meet(house, shelf)
    put(shelf, 6)
    (shelf.music / "5.flac").unlink()
    shelf.scan()
    report = again(house)
    assert (report.songs, report.new, report.gone) == (6, 1, 1)
    held = house.store.libraries.held(only(house).id)
    assert {one.remote_id for one in held} == set(shelf.songs("ada").values())
    # Who loves a song does not love it less for having lost the file.
    assert ("love", "Song 5") in said(house)


def test_an_open_server_is_read_in_full(house: House, shelf: MusicServer) -> None:
    with gate(shelf, "ada", {}) as server:
        report = connect(house, server.url, "Ada", ADA, Unwatched())
        assert (report.songs, report.sends_password) == (6, False)
        assert again(house).songs == 6
    assert PASSWORD not in str(server.asked)
    assert {one.verb for one in server.asked if one.method == "search3"} == {"POST"}


def test_who_is_refused_leaves_nothing(house: House, shelf: MusicServer) -> None:
    with pytest.raises(SubsonicError, match="Wrong username or password"):
        connect(house, shelf.url, "Ada", Login(Way.TOKEN, "ada", "wrong"), Unwatched())
    with (
        pytest.raises(SubsonicError, match="does not answer"),
        answering(lambda _: Reply(200, b"hello")) as server,
    ):
        connect(house, server.url, "Ada", ADA, Unwatched())
    assert house.store.libraries.connections() == []
    assert house.store.listeners() == []
    with house.store.writing() as writer:
        writer.listener("Ada", community="forum")
    with pytest.raises(StoreError, match="already"):
        meet(house, shelf)


def test_a_server_that_is_down_keeps_no_other_waiting(house: House, shelf: MusicServer) -> None:
    with gate(shelf, "ada", {}) as other:
        connect(house, other.url, "Bo", ADA, Unwatched())
    meet(house, shelf)
    done = sync_each(house, house.store.libraries.connections(), Unwatched())
    assert [report.listener for report in done.done] == ["Ada"]
    assert [(trouble.listener, trouble.url) for trouble in done.troubles] == [("Bo", other.url)]
    assert "cannot be reached" in done.troubles[0].what


def test_while_it_is_down_the_library_stays_as_it_was(house: House, shelf: MusicServer) -> None:
    star(shelf, "Song 1")
    meet(house, shelf)
    before = house.store.libraries.held(only(house).id), said(house), only(house)
    shelf.stop()
    with pytest.raises(SubsonicError, match="cannot be reached"):
        again(house)
    assert (house.store.libraries.held(only(house).id), said(house), only(house)) == before
    shelf.start()
    assert again(house).songs == 6


def test_the_password_is_nowhere_in_the_home_folder(house: House, shelf: MusicServer) -> None:
    meet(house, shelf)
    files = [path for path in house.home.rglob("*") if path.is_file()]
    assert len(files) > 1
    for path in files:
        assert PASSWORD.encode() not in path.read_bytes()
        assert PASSWORD.encode().hex().encode() not in path.read_bytes()


def test_a_secret_opens_with_its_key_and_for_its_server_only(house: House, shelf: MusicServer) -> None:
    meet(house, shelf)
    one = only(house)
    house.store.libraries.connect(one.listener, one.kind, "http://thief", "ada", one.secret)
    stolen = house.store.libraries.connections()[-1]
    with pytest.raises(SecretsError, match="not one for http://thief"):
        sync(house, stolen, Unwatched())
    (house.home / "secret.key").unlink()
    done = sync_each(house, [one], Unwatched())
    assert "is missing" in done.troubles[0].what
    assert "earmark connect" in done.troubles[0].remedy
    assert meet(house, shelf).connection == one.id
    assert sync(house, house.store.libraries.find(one.id), Unwatched()).songs == 6


def test_disconnecting_takes_away_our_playlists_alone(house: House, shelf: MusicServer) -> None:
    meet(house, shelf)
    for name in ("ours", "theirs"):
        shelf.ask("ada", "createPlaylist", name=name)
    ids = {one["name"]: id_ for id_, one in shelf.playlists("ada").items()}
    house.store.libraries.note_pushed(only(house).id, "weekly", ids["ours"], "2026-W47", [], in_place_of=None)
    assert disconnect(house, only(house), keep_playlists=False) == 1
    assert set(shelf.playlists("ada")) == {ids["theirs"]}
    assert house.store.libraries.connections() == []


def test_a_server_that_is_gone_for_good_can_be_disconnected(house: House, shelf: MusicServer) -> None:
    meet(house, shelf)
    connection = only(house)
    house.store.libraries.note_pushed(connection.id, "weekly", "p", "2026-W47", [], in_place_of=None)
    shelf.stop()
    with pytest.raises(SubsonicError, match="cannot be reached"):
        disconnect(house, connection, keep_playlists=False)
    assert only(house) == connection
    assert disconnect(house, connection, keep_playlists=True) == 0
    assert house.store.libraries.connections() == []


def test_who_is_forgotten_while_the_library_is_read_does_not_come_back(
    house: House, shelf: MusicServer
) -> None:
    meet(house, shelf)
    stale = only(house)
    with house.store.writing(alone=True) as writer:
        writer.forget(stale.listener)
    with pytest.raises(UnknownNameError, match="any more"):
        sync(house, stale, Unwatched())
    assert house.store.counts().tracks == 0


def test_a_library_is_met_in_stretches(
    house: House, shelf: MusicServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    met: list[int] = []
    meet_library = SqlWriter.meet_library

    def meet_some(writer: SqlWriter, number: int, tracks: Sequence[LibraryTrack]) -> None:
        met.append(len(tracks))
        meet_library(writer, number, tracks)

    monkeypatch.setattr(connecting, "MET_TOGETHER", 4)
    monkeypatch.setattr(SqlWriter, "meet_library", meet_some)
    assert (meet(house, shelf).new, met) == (6, [4, 2])
