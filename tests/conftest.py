"""Fixtures for every room: homes with a made world in them, and settings under which programs learn quickly."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from tests import postgres as server_for_tests
from tests.homes import SETTINGS
from tests.subsonic import MusicServer, running

from earmark.store import sqlite

pytest_plugins = ("tests.homes",)

DURABLE = "PRAGMA synchronous = FULL"


@pytest.fixture(scope="session", autouse=True)
def quick() -> Iterator[None]:
    """Programs that tests start learn as the tests' homes do."""
    with pytest.MonkeyPatch.context() as environment:
        # Settings are chosen by trials for as long as a budget lasts: a minute, if nobody says otherwise.
        environment.setenv("EARMARK_TUNING__BUDGET_SECONDS", "0")
        environment.setenv("EARMARK_LEARN__NEXT_TRACK__MOMENTS", str(SETTINGS.next_track.moments))
        # Records that live for a test need not outlive a power cut. Programs that tests start keep theirs as ever.
        assert DURABLE in sqlite.PRAGMAS
        kept = [pragma for pragma in sqlite.PRAGMAS if pragma != DURABLE]
        environment.setattr(sqlite, "PRAGMAS", (*kept, "PRAGMA synchronous = OFF"))
        yield


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A PostgreSQL server on which databases may be made."""
    with server_for_tests.server() as url:
        yield url


@pytest.fixture
def postgres(postgres_server: str) -> Iterator[str]:
    """The URL of an empty PostgreSQL database."""
    with server_for_tests.database(postgres_server, f"earmark-{uuid4().hex}") as url:
        yield url


@pytest.fixture
def music_server(tmp_path: Path) -> Iterator[MusicServer]:
    """A real Subsonic server with an empty library."""
    with running(tmp_path / "music server") as server:
        yield server
