"""`earmark connect`: from a server's address to a playlist in the player."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from tests.audio_files import write_flac
from tests.homes import WEEK, opened
from tests.subsonic import PASSWORD, MusicServer

from earmark.cli.connect import PASSWORD as PASSWORD_NAME


@pytest.fixture
def listener(own_home: Path) -> str:
    with opened(own_home) as house:
        return house.store.listeners()[7].name


@pytest.fixture
def server(own_home: Path, listener: str, music_server: MusicServer) -> MusicServer:
    """Ten songs of the listener's mix and forty others."""
    with opened(own_home) as house:
        edition = house.store.edition(house.store.find_listener(listener).id, "weekly", WEEK)
        assert edition is not None
        everybodys = house.store.listens([one.id for one in house.store.listeners()])["song"].unique().sort()
        songs = house.store.songs([*(entry.song for entry in edition.entries[:10]), *everybodys[5::90]])
    for n, row in enumerate(songs.iter_rows(named=True)):
        write_flac(music_server.music / f"{n}.flac", artist=row["artist_name"], title=row["title"])
    music_server.add_user("ada")
    music_server.scan()
    return music_server


def test_from_connecting_to_disconnecting(
    earmark, own_home: Path, server: MusicServer, listener: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = ("connect", "subsonic", server.url, "--listener", listener, "--user", "ada", "--home", own_home)
    monkeypatch.setattr("sys.stdin", io.StringIO(PASSWORD + "\n"))
    said = earmark(*begin)
    assert said.status == 0, said.err
    n = len(server.songs("ada"))
    assert f"{listener}'s library on {server.url}: {n} songs, " in said.out
    assert "takes the password itself" in said.out
    assert PASSWORD not in said.out + said.err

    monkeypatch.setenv(PASSWORD_NAME, PASSWORD)
    again = json.loads(earmark(*begin, "--json").out)
    assert (again["songs"], again["new"], again["sends_password"]) == (n, 0, True)

    listed = json.loads(earmark("connect", "list", "--home", own_home, "--json").out)
    assert [(one["listener"], one["url"], one["user"], one["songs"]) for one in listed] == [
        (listener, server.url, "ada", n)
    ]
    assert listed[0]["read_at"]
    shown = earmark("connect", "list", "--home", own_home, columns=200).out
    assert server.url in shown
    assert PASSWORD not in shown

    synced = json.loads(earmark("connect", "sync", "--home", own_home, "--json").out)
    assert [one["songs"] for one in synced["done"]] == [n]
    assert synced["troubles"] == []

    pushed = earmark("connect", "push", "--listener", listener, "--week", WEEK, "--home", own_home)
    assert pushed.status == 0, pushed.err
    assert f"{listener}: 30 songs of {WEEK} stand on {server.url}" in pushed.out
    assert "in place of songs that the library lacks" in pushed.out
    ((playlist, found),) = server.playlists("ada").items()
    assert len(found["entry"]) == 30
    report = json.loads(earmark("connect", "push", "--week", WEEK, "--home", own_home, "--json").out)
    assert [(one["playlist"], one["kept"] + one["filled"]) for one in report["done"]] == [(playlist, 30)]

    number = listed[0]["connection"]
    removed = earmark("connect", "remove", number, "--home", own_home)
    assert removed.status == 0, removed.err
    assert "1 playlist that we pushed there went, too" in removed.out
    assert server.playlists("ada") == {}
    assert "No server is connected" in earmark("connect", "list", "--home", own_home).out


def test_what_is_wrong_is_said_and_ends_with_status_one(
    earmark, own_home: Path, server: MusicServer, listener: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("earmark.sources.subsonic.server.PAUSES_S", ())
    begin = ("connect", "subsonic", server.url, "--listener", listener, "--user", "ada", "--home", own_home)
    for verb in ("sync", "push"):
        said = earmark("connect", verb, "--home", own_home)
        assert (said.status, said.err.count("No server is connected")) == (1, 1)
    monkeypatch.setenv(PASSWORD_NAME, "wrong")
    said = earmark(*begin)
    assert said.status == 1
    assert "Wrong username or password" in said.err
    monkeypatch.setenv(PASSWORD_NAME, PASSWORD)
    assert earmark(*begin).status == 0
    said = earmark("connect", "push", "--week", "2026-W30", "--home", own_home, "--json")
    assert said.status == 1
    assert json.loads(said.out)["troubles"][0]["what"] in said.err
    assert "has no weekly mix of 2026-W30" in said.err
    server.stop()
    said = earmark("connect", "sync", "--home", own_home)
    assert said.status == 1
    assert "cannot be reached" in said.err
    assert "Traceback" not in said.err
    said = earmark("connect", "remove", "77", "--home", own_home)
    assert (said.status, "no connection 77" in said.err) == (1, True)
    said = earmark("connect", "push", "--listener", "Nobody at all", "--home", own_home)
    assert (said.status, "no listener" in said.err) == (1, True)


def test_a_library_too_small_is_said_to_be(
    earmark, own_home: Path, music_server: MusicServer, listener: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_flac(music_server.music / "only.flac", artist="Never Heard Of", title="By Anybody")
    music_server.add_user("ada")
    music_server.scan()
    monkeypatch.setenv(PASSWORD_NAME, PASSWORD)
    earmark(
        "connect", "subsonic", music_server.url, "--listener", listener, "--user", "ada", "--home", own_home
    )
    said = earmark("connect", "push", "--week", WEEK, "--home", own_home)
    assert said.status == 0
    assert "Nothing was pushed" in said.out
