"""A small made world, learned once, that tests of whole verbs look at or copy."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

import msgspec
import numpy as np
import pytest

from earmark.engines.local import LearnSettings
from earmark.engines.progress import Unwatched
from earmark.engines.tuning import TuningConfig
from earmark.jobs.house import House
from earmark.jobs.learning import run_learning
from earmark.jobs.made_world import ORIGIN, fill
from earmark.jobs.scanning import libraries_at, scan
from earmark.jobs.weekly import run_weekly
from earmark.mixes.selection import WeeklyConfig
from earmark.signals.collaborative.next_track.model import NextTrackConfig
from earmark.store.sql_store import open_store
from earmark.world import World, WorldConfig
from earmark.world.recordings import write_recordings

WEEK = "2026-W02"
SETTINGS = LearnSettings(next_track=NextTrackConfig(moments=100))
"""Few moments: an order of the next track is learned in tests of its own."""


@contextmanager
def opened(home: Path, learning: LearnSettings | None = None) -> Iterator[House]:
    """The home folder as the program would open it."""
    store = open_store(f"sqlite:///{home / 'earmark.db'}")
    try:
        yield House(home, store, learning or SETTINGS, WeeklyConfig(), TuningConfig(budget_seconds=0))
    finally:
        store.close()


def shared(tmp_path_factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A folder that is made once in a run of the tests, whatever it takes: processes side by side share one.

    Args:
        name: of the folder.
        make: fills the folder, which is empty; it may be moved afterwards.
    """
    here = tmp_path_factory.getbasetemp()
    around = (here.parent if os.environ.get("PYTEST_XDIST_WORKER") else here) / "shared"
    around.mkdir(exist_ok=True)
    with (around / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (around / name).exists():
            # A try that failed is no folder, so it is made under another name.
            making = around / f"{name}.{uuid4().hex}"
            making.mkdir()
            make(making)
            making.rename(around / name)
    return around / name


@pytest.fixture(scope="session")
def made_world() -> World:
    """Eighty listeners, four thousand tracks."""
    return World(WorldConfig(seed=3, listeners=80, tracks=4_000, playlists=400, micro_genres=40))


@pytest.fixture(scope="session")
def learned_home(made_world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the world in it, learned, and one week's mixes made. Look, do not touch."""

    def make(home: Path) -> None:
        with opened(home) as house:
            fill(house.store, made_world, Unwatched())
            run_learning(house, Unwatched())
            run_weekly(house, house.store.listeners(), WEEK, Unwatched())

    return shared(tmp_path_factory, "learned", make)


@pytest.fixture(scope="session")
def learned(learned_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The same, opened: a copy of this process's own, as what is opened is written to now and then."""
    home = shutil.copytree(learned_home, tmp_path_factory.mktemp("learned") / "home")
    with opened(home) as house:
        yield house


@pytest.fixture
def own_home(learned_home: Path, tmp_path: Path) -> Path:
    """A copy of the learned home, to change."""
    return shutil.copytree(learned_home, tmp_path / "home")


@pytest.fixture
def house(own_home: Path) -> Iterator[House]:
    """The copy, opened."""
    with opened(own_home) as house:
        yield house


# --- a house with a library ---

SOUNDING = WorldConfig(seed=6, listeners=60, tracks=260, playlists=60, micro_genres=6)
NEW_EVERY = 12
"""Of the songs each so-manyth is in the library, and nobody has played it yet."""
PIECE_SECONDS = 4.0


@pytest.fixture(scope="session")
def sounding_world() -> World:
    """Sixty listeners, 260 tracks, each with a sound of its own."""
    return World(SOUNDING)


def new_songs(world: World) -> list[int]:
    """Places of songs that nobody has played in the house with a library."""
    originals = np.flatnonzero(world.catalogue.song == np.arange(world.config.tracks))
    return originals[5::NEW_EVERY].tolist()


@pytest.fixture(scope="session")
def heard_home(sounding_world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with that world and a scanned folder of its songs, learned. Look, do not touch."""

    def make(home: Path) -> None:
        # The record says where the songs are, so they lie where they stay.
        _make_heard(sounding_world, home, home.parent / "music")

    return shared(tmp_path_factory, "heard", make)


def _make_heard(world: World, home: Path, music: Path) -> None:
    catalogue = world.catalogue
    unplayed = set(np.flatnonzero(np.isin(catalogue.song, new_songs(world))).tolist())
    tracks = {world.tracks[place] for place in unplayed}
    originals = np.flatnonzero(catalogue.song == np.arange(world.config.tracks)).tolist()
    write_recordings(world, music, originals, seconds=PIECE_SECONDS)
    with opened(home) as house:
        with house.store.writing() as writer:
            for playlist in world.playlists():
                kept = tuple(track for track in playlist.tracks if track not in tracks)
                writer.add_playlists([msgspec.structs.replace(playlist, tracks=kept)], community="made")
            for person in world.listeners():
                played = [one for one in person.listens() if one.item not in tracks]
                who = writer.listener(person.name)
                writer.add_listens([who] * len(played), played, ORIGIN)
            writer.settle()
        scan(house, libraries_at([music]), Unwatched())
        run_learning(house, Unwatched())


@pytest.fixture(scope="session")
def heard(heard_home: Path) -> Iterator[House]:
    """The same, opened."""
    with opened(heard_home) as house:
        yield house
