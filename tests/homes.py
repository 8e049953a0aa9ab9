"""A small made world, learned once, that tests of whole verbs look at or copy."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from earmark.engines.local import LearnSettings
from earmark.engines.progress import Unwatched
from earmark.engines.tuning import TuningConfig
from earmark.jobs.house import House
from earmark.jobs.learning import run_learning
from earmark.jobs.made_world import fill
from earmark.jobs.weekly import run_weekly
from earmark.mixes.selection import WeeklyConfig
from earmark.signals.collaborative.next_track.model import NextTrackConfig
from earmark.store.sql_store import open_store
from earmark.world import World, WorldConfig

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


@pytest.fixture(scope="session")
def made_world() -> World:
    """Eighty listeners, four thousand tracks."""
    return World(WorldConfig(seed=3, listeners=80, tracks=4_000, playlists=400, micro_genres=40))


@pytest.fixture(scope="session")
def learned_home(made_world: World, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the world in it, learned, and one week's mixes made. Look, do not touch."""
    home = tmp_path_factory.mktemp("learned")
    with opened(home) as house:
        fill(house.store, made_world, Unwatched())
        run_learning(house, Unwatched())
        run_weekly(house, house.store.listeners(), WEEK, Unwatched())
    return home


@pytest.fixture(scope="session")
def learned(learned_home: Path) -> Iterator[House]:
    """The same, opened."""
    with opened(learned_home) as house:
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
