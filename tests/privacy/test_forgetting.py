"""Forgetting: afterwards no byte of the home folder tells of the listener."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.homes import opened

from earmark.engines.progress import Unwatched
from earmark.errors import UnknownNameError
from earmark.jobs.house import House
from earmark.jobs.learning import run_learning, snapshot_of
from earmark.jobs.opened_build import live_manifest
from earmark.jobs.weekly import run_weekly
from earmark.listening.listens import Listen, Origin, UnixMs
from earmark.listening.playlists import Playlist
from earmark.music.items import Track
from earmark.privacy.forgetting import forget

NAME = "Someone Unmistakable"
THEIRS = "A Title That Only They Played"


def tells_of(home: Path, *words: str) -> list[str]:
    """Files below the home folder in which one of the words stands."""
    files = [path for path in home.rglob("*") if path.is_file()]
    return [str(path) for path in files if any(word.encode() in path.read_bytes() for word in words)]


def test_no_byte_is_left_of_the_listener(own_home: Path) -> None:
    with opened(own_home) as house:
        with house.store.writing() as writer:
            who = writer.listener(NAME)
            listens = [
                Listen(
                    Track("Their Own Band", f"{THEIRS} {n}"), UnixMs(1_766_000_000_000 + n * 400_000), 200_000
                )
                for n in range(60)
            ]
            writer.add_listens([who] * len(listens), listens, Origin("test"))
        run_learning(house, Unwatched())
        person = house.store.find_listener(NAME)
        run_weekly(house, [person], "2026-W04", Unwatched())
        knew = live_manifest(house).id
    assert tells_of(own_home, NAME, THEIRS)
    with opened(own_home) as house:
        done = forget(house.store, house.builds, house.snapshots, person)
        assert done.was_live
        assert knew in done.builds
        assert house.builds.live() is None
        with pytest.raises(UnknownNameError):
            house.store.find_listener(NAME)
    assert tells_of(own_home, NAME, THEIRS, "Their Own Band") == []
    assert knew not in [path.name for path in (own_home / "builds").iterdir()]
    with opened(own_home) as house:
        run_learning(house, Unwatched())
        assert live_manifest(house).counts["listeners"] == 80


def test_a_build_that_never_knew_them_stays(house: House) -> None:
    live = house.builds.live()
    with house.store.writing() as writer:
        writer.listener(NAME)
    done = forget(house.store, house.builds, house.snapshots, house.store.find_listener(NAME))
    assert not done.was_live
    assert house.builds.live() == live


def test_what_a_build_that_stays_recommends_can_still_be_shown(own_home: Path) -> None:
    with opened(own_home) as house:
        with house.store.writing() as writer:
            owner = writer.listener("Owner")
            gone = tuple(Track(f"Band {n}", f"Song {n}") for n in range(30))
            writer.add_playlists([Playlist("Mine", gone)], owner=owner)
        run_learning(house, Unwatched())
        with house.store.writing() as writer:
            writer.add_playlists([Playlist("Mine", gone[:1])], owner=owner)
            writer.listener(NAME)
        forget(house.store, house.builds, house.snapshots, house.store.find_listener(NAME))
        shown = snapshot_of(house, live_manifest(house)).songs["item"]
        assert house.store.items(shown.to_list())["item"].to_list() == shown.to_list()


def test_everyone_else_keeps_what_they_have(house: House) -> None:
    first, second = house.store.listeners()[:2]
    before = house.store.listens([second.id]), house.store.edition(second.id, "weekly", "2026-W02")
    counts = house.store.counts()
    forget(house.store, house.builds, house.snapshots, first)
    after = house.store.listens([second.id]), house.store.edition(second.id, "weekly", "2026-W02")
    assert after[0].equals(before[0])
    assert after[1] == before[1]
    assert house.store.counts().listeners == counts.listeners - 1
    assert house.store.counts().editions == counts.editions - 1


def test_what_killed_and_damaged_runs_left_goes_too(house: House) -> None:
    damaged = house.builds.folder / "0123456789ab"
    damaged.mkdir()
    (damaged / "members-listeners-ids.npy").write_bytes(b"who knows")
    halfway = house.snapshots / ".trial-halfway" / "snapshot"
    halfway.mkdir(parents=True)
    (halfway / "listens.parquet").write_bytes(b"somebody's")
    forget(house.store, house.builds, house.snapshots, house.store.listeners()[0])
    assert not damaged.exists()
    assert not halfway.parent.exists()
