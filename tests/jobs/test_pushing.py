"""Mixes on a real server: one playlist a mix, the same one each week, and playable in full."""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path
from threading import Event
from typing import Any, NamedTuple

import pytest
from tests.audio_files import write_flac
from tests.conftest import KeptServer
from tests.homes import WEEK, opened
from tests.open_subsonic import gate
from tests.subsonic import PASSWORD, MusicServer

from earmark.engines.progress import Unwatched
from earmark.errors import NotLearnedError
from earmark.jobs import pushing
from earmark.jobs.connecting import connect, sync
from earmark.jobs.house import House
from earmark.jobs.pushing import PushReport, push_each
from earmark.jobs.weekly import run_weekly
from earmark.jobs.worker import Worker
from earmark.listening.feedback import Feedback, Verdict
from earmark.listening.listens import Listen, Origin, UnixMs
from earmark.music.items import Track
from earmark.music.names import artist_key, song_key
from earmark.sources.subsonic import playlists
from earmark.sources.subsonic.login import Login, Way
from earmark.store.port import EditionRecord, ListenerRecord
from earmark.store.queue import State

NEXT_WEEK = "2026-W03"
Named = tuple[str, str]
"""Artist and title."""


class Home(NamedTuple):
    """One listener, their mix, and their server, in whose library the mix stands in part."""

    house: House
    server: MusicServer
    listener: ListenerRecord

    @property
    def edition(self) -> EditionRecord:
        edition = self.house.store.edition(self.listener.id, "weekly", WEEK)
        assert edition is not None
        return edition

    def mix(self) -> list[Named]:
        return self.named([entry.song for entry in self.edition.entries])

    def named(self, songs: list[int]) -> list[Named]:
        rows = self.house.store.songs(songs)
        return list(zip(rows["artist_name"].to_list(), rows["title"].to_list(), strict=True))

    def heard(self) -> set[int]:
        return set(self.house.store.listens([self.listener.id])["song"])

    def store_files(self, songs: list[Named]) -> list[Path]:
        paths = []
        for number, (artist, title) in enumerate(songs, start=len(list(self.server.music.iterdir()))):
            # On few records: the server is asked for each of them.
            record = {"album": f"The hits, {number // 20}", "albumartist": "Various"}
            path = self.server.music / f"{number}.flac"
            paths.append(write_flac(path, title=title, artist=artist, **record))
        return paths

    def scan(self) -> None:
        self.server.scan()

    def connect(self) -> None:
        login = Login(Way.TOKEN, "ada", PASSWORD)
        connect(self.house, self.server.url, self.listener.name, login, Unwatched())

    def read(self) -> None:
        for one in self.house.store.libraries.connections():
            sync(self.house, one, Unwatched())

    def push(self, week: str = WEEK) -> PushReport:
        done = push_each(self.house, self.house.store.libraries.connections(), week, Unwatched())
        assert not done.troubles, done.troubles
        (report,) = done.done
        return report

    def ours(self, report: PushReport) -> dict[str, Any]:
        assert report.playlist is not None
        return self.server.playlists("ada")[report.playlist]


def songs_on(playlist: dict[str, Any]) -> list[Named]:
    return [(song["artist"], song["title"]) for song in playlist.get("entry", [])]


def keys(songs: list[Named]) -> list[Named]:
    return [(artist_key(artist), song_key(title)) for artist, title in songs]


@pytest.fixture
def bare(house: House, music_server: MusicServer) -> Home:
    """A server without music."""
    music_server.add_user("ada")
    return Home(house, music_server, house.store.listeners()[7])


@pytest.fixture
def home(stocked: Path, music_server: MusicServer, tmp_path: Path) -> Iterator[Home]:
    """Twenty songs of the mix, five that the listener has heard, and seventy others that are held by somebody."""
    music_server.put_back(stocked / "server")
    with opened(shutil.copytree(stocked / "home", tmp_path / "home")) as house:
        yield Home(house, music_server, house.store.listeners()[7])


@pytest.fixture(scope="module")
def stocked(learned_home: Path, _music_server: KeptServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Both of them, the home and what the server knows, as they are when the one has read the other."""
    folder = tmp_path_factory.mktemp("stocked")
    server = _music_server.server
    server.put_back(_music_server.empty)
    server.add_user("ada")
    with opened(shutil.copytree(learned_home, folder / "home")) as house:
        stock(Home(house, server, house.store.listeners()[7]))
    server.keep(folder / "server")
    return folder


def stock(bare: Home) -> None:
    given = {entry.song for entry in bare.edition.entries}
    heard = bare.heard()
    everybodys = bare.house.store.listens([one.id for one in bare.house.store.listeners()])["song"]
    others = [song for song in everybodys.unique().sort() if song not in given | heard]
    bare.store_files(bare.mix()[:20])
    bare.store_files(bare.named(sorted(heard)[:5]))
    bare.store_files(bare.named(others[:: len(others) // 70][:70]))
    bare.scan()
    bare.connect()


def test_what_the_library_lacks_is_left_out_and_filled_from_it(home: Home) -> None:
    report = home.push()
    assert (report.kept, report.filled, report.short) == (20, 10, 0)
    playlist = home.ours(report)
    assert playlist["name"] == f"Weekly discovery for {home.listener.name}"
    assert playlist["comment"] == (
        f"Made by Earmark for week {WEEK}: 30 songs, 10 of them in place of songs that this library lacks."
    )
    songs = songs_on(playlist)
    assert songs[:20] == home.mix()[:20]
    assert len({*keys(songs)}) == 30
    assert not {*keys(songs)} & {*keys(home.mix()[20:])}
    assert not {*keys(songs)} & {*keys(home.named(sorted(home.heard())))}
    assert len({artist for artist, _ in keys(songs)}) == 30


def test_what_a_playlist_shows_is_noted(home: Home) -> None:
    report = home.push()
    shown = home.house.store.exposures.page(home.listener.id, n=99)[::-1]
    words = home.house.store.items([one.item for one in shown])
    on_it = songs_on(home.ours(report))
    assert keys(list(zip(words["artist"], words["title"], strict=True))) == keys(on_it)
    assert [one.position for one in shown] == list(range(30))
    assert [one.policy for one in shown] == ["weekly"] * 20 + ["filling"] * 10
    assert {(one.slot, one.mix, one.edition, one.build) for one in shown} == {
        ("player", "weekly", WEEK, home.edition.build)
    }


def test_pushed_again_it_is_the_same_playlist(home: Home) -> None:
    first = home.push()
    before = home.ours(first)
    home.server.ask("ada", "updatePlaylist", playlistId=first.playlist, name="My Mondays")
    assert home.push() == first
    after = home.ours(first)
    assert songs_on(after) == songs_on(before)
    assert after["name"] == "My Mondays"
    assert len(home.server.playlists("ada")) == 1


def test_what_filled_a_gap_stays_for_its_week_though_it_was_played(home: Home) -> None:
    before = songs_on(home.ours(home.push()))
    filled = [song for song in before if song not in home.mix()]
    with home.house.store.writing() as writer:
        listens = [
            Listen(Track(*song), UnixMs(1_767_700_000_000 + n * 300_000), 200_000)
            for n, song in enumerate(filled)
        ]
        writer.add_listens([home.listener.id] * len(listens), listens, Origin("test"))
    assert songs_on(home.ours(home.push())) == before


def test_the_next_week_takes_its_place_with_other_songs(home: Home) -> None:
    first = home.push()
    before = songs_on(home.ours(first))
    run_weekly(home.house, [home.listener], NEXT_WEEK, Unwatched())
    second = home.push(NEXT_WEEK)
    assert second.playlist == first.playlist
    playlist = home.ours(second)
    assert NEXT_WEEK in playlist["comment"]
    assert len(songs_on(playlist)) == 30
    assert not {*keys(songs_on(playlist))} & {*keys(before)}
    assert len(home.server.playlists("ada")) == 1


def test_a_playlist_that_its_owner_deleted_is_made_anew_and_no_other_is_touched(home: Home) -> None:
    first = home.push()
    playlist = home.ours(first)
    theirs = {}
    for name in (playlist["name"], "Other"):
        home.server.ask("ada", "createPlaylist", name=name, songId=playlist["entry"][0]["id"])
    home.server.ask("ada", "deletePlaylist", id=first.playlist)
    theirs = home.server.playlists("ada")
    second = home.push()
    assert second.playlist not in {first.playlist, *theirs}
    after = home.server.playlists("ada")
    assert songs_on(after.pop(str(second.playlist))) == songs_on(playlist)
    assert after == theirs
    assert home.push().playlist == second.playlist


def test_a_file_that_went_since_the_library_was_read_is_left_out(home: Home) -> None:
    home.push()
    (home.server.music / "3.flac").unlink()
    (home.server.music / "5.flac").unlink()
    home.scan()
    report = home.push()
    assert (report.kept, report.filled, report.short) == (18, 12, 0)
    songs = songs_on(home.ours(report))
    assert len({*keys(songs)}) == 30
    assert home.mix()[3] not in songs
    assert home.mix()[5] not in songs


def test_a_file_that_came_takes_the_place_of_what_stood_for_it(home: Home) -> None:
    home.push()
    home.store_files([(artist, f"{title} (Remastered 2011)") for artist, title in home.mix()[20:]])
    home.scan()
    home.read()
    report = home.push()
    assert (report.kept, report.filled) == (30, 0)
    assert keys(songs_on(home.ours(report))) == keys(home.mix())


def test_a_small_library_gives_a_short_list_and_says_so(bare: Home) -> None:
    bare.store_files(
        [*bare.mix()[4:6], *bare.named(sorted(bare.heard())[:5]), ("Never Heard Of", "By Anybody")]
    )
    bare.scan()
    bare.connect()
    report = bare.push()
    assert (report.kept, report.filled, report.short) == (2, 0, 28)
    assert songs_on(bare.ours(report)) == bare.mix()[4:6]


def test_an_empty_library_gets_no_playlist(bare: Home) -> None:
    bare.connect()
    report = bare.push()
    assert (report.playlist, report.kept, report.filled, report.short) == (None, 0, 0, 30)
    assert bare.server.playlists("ada") == {}


def test_a_server_that_says_what_it_made_is_believed(home: Home) -> None:
    home.house.store.libraries.disconnect(home.house.store.libraries.connections()[0].id)
    with gate(home.server, "ada", {}) as server:
        login = Login(Way.TOKEN, "ada", PASSWORD)
        connect(home.house, server.url, home.listener.name, login, Unwatched())
        first = home.push()
        assert len(songs_on(home.ours(first))) == 30
        assert home.push() == first
    assert len(home.server.playlists("ada")) == 1
    assert {one.verb for one in server.asked if one.method == "createPlaylist"} == {"POST"}


def test_what_is_hated_or_hidden_fills_no_gap(home: Home) -> None:
    with home.house.store.writing() as writer:
        kept = {artist for artist, _ in keys(home.mix()[:20])}
        held = home.house.store.libraries.held(home.house.store.libraries.connections()[0].id)
        named = home.named([one.song for one in held])
        judged = [song for song in named if artist_key(song[0]) not in kept][::2]
        for n, (artist, title) in enumerate(judged):
            said = (
                Feedback(Verdict.HATE, Track(artist, title))
                if n % 2
                else Feedback(Verdict.HIDE, artist=artist)
            )
            writer.add_feedback(home.listener.id, [said])
    songs = songs_on(home.ours(home.push()))
    assert len(judged) > 20
    assert not {*keys(songs)} & {*keys(judged)}


def test_the_version_that_the_mix_names_is_the_one_that_is_played(bare: Home) -> None:
    artist, title = bare.mix()[0]
    item = bare.house.store.items([bare.edition.entries[0].item]).row(0, named=True)
    bare.store_files(
        [(artist, f"{title} - Live in Oslo"), (artist, item["title"]), (artist, f"{title} (Demo)")]
    )
    bare.scan()
    bare.connect()
    assert songs_on(bare.ours(bare.push())) == [(artist, item["title"])]


def test_without_a_mix_it_says_how_to_make_one(home: Home) -> None:
    done = push_each(home.house, home.house.store.libraries.connections(), NEXT_WEEK, Unwatched())
    assert not done.done
    assert f"no weekly mix of {NEXT_WEEK}" in done.troubles[0].what
    assert "earmark weekly" in done.troubles[0].remedy
    assert home.server.playlists("ada") == {}


def test_two_first_pushes_at_once_leave_one_playlist(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    reports: list[PushReport] = []

    def make_last(*asked: Any) -> str:
        monkeypatch.setattr(playlists, "make", make)
        # After the other has looked, and before it has made its own.
        reports.append(home.push())
        return make(*asked)

    make = playlists.make
    monkeypatch.setattr(playlists, "make", make_last)
    report = home.push()
    assert report.playlist == reports[0].playlist
    assert list(home.server.playlists("ada")) == [report.playlist]
    assert len(songs_on(home.ours(report))) == 30


def test_this_week_is_meant_where_the_listener_lives(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    with home.house.store.writing() as writer:
        writer.set_time_zone(home.listener.id, "Pacific/Kiritimati")
    there = {"Pacific/Kiritimati": NEXT_WEEK}
    monkeypatch.setattr(pushing, "this_week", there.__getitem__)
    done = push_each(home.house, home.house.store.libraries.connections(), None, Unwatched())
    assert f"no weekly mix of {NEXT_WEEK}" in done.troubles[0].what


def test_a_build_is_needed_only_where_there_are_gaps(bare: Home) -> None:
    bare.store_files(bare.mix())
    bare.scan()
    bare.connect()
    for build in bare.house.builds.all():
        bare.house.builds.remove(build)
    report = bare.push()
    assert (report.kept, report.filled) == (30, 0)
    assert "in place of" not in bare.ours(report)["comment"]
    (bare.server.music / "0.flac").unlink()
    bare.scan()
    bare.read()
    with pytest.raises(NotLearnedError, match="earmark learn"):
        bare.push()


def test_a_worker_brings_the_weeks_mix_to_the_server(home: Home) -> None:
    monday = UnixMs(int(dt.datetime(2026, 1, 12, 12, tzinfo=dt.UTC).timestamp() * 1000))
    worker = Worker(home.house, now=lambda: monday)
    worker.drain(Event())
    assert worker.worked.failed == worker.worked.retried == 0
    edition = home.house.store.edition(home.listener.id, "weekly", NEXT_WEEK)
    assert edition is not None
    (playlist,) = home.server.playlists("ada").values()
    assert f"week {NEXT_WEEK}" in playlist["comment"]
    assert playlist["songCount"] == 30
    done = [job.key for job in home.house.store.queue.jobs([State.DONE], 1_000) if job.kind == "push"]
    (connection,) = home.house.store.libraries.connections()
    assert done == [f"{connection.id}:{NEXT_WEEK}"]
    # Pushed again at another look at the schedule? No: once a week.
    worker.drain(Event())
    assert len(home.server.playlists("ada")) == 1
