"""Fixtures for every room: homes with a made world in them, and settings under which programs learn quickly."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

# As the program has it: threads that wait sleep. It is read once, when the library of the threads is loaded.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

import certifi
import pytest
from argon2 import PasswordHasher
from tests import postgres as server_for_tests
from tests.homes import SETTINGS
from tests.subsonic import MusicServer, running

from earmark.jobs import people
from earmark.store import sqlite
from earmark.store.sql_store import open_store

pytest_plugins = ("tests.homes",)

DURABLE = "PRAGMA synchronous = FULL"


@pytest.fixture(scope="session", autouse=True)
def quick(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Programs that tests start learn as the tests' homes do, and nothing is dear but what a test is about."""
    with pytest.MonkeyPatch.context() as environment:
        # Settings are chosen by trials for as long as a budget lasts: a minute, if nobody says otherwise.
        environment.setenv("EARMARK_TUNING__BUDGET_SECONDS", "0")
        environment.setenv("EARMARK_LEARN__NEXT_TRACK__MOMENTS", str(SETTINGS.next_track.moments))
        # Records that live for a test need not outlive a power cut. Programs that tests start keep theirs as ever.
        assert DURABLE in sqlite.PRAGMAS
        kept = [pragma for pragma in sqlite.PRAGMAS if pragma != DURABLE]
        environment.setattr(sqlite, "PRAGMAS", (*kept, "PRAGMA synchronous = OFF"))
        # Guessing at the passwords of tests need not cost anything. Programs that tests start hash theirs as ever.
        environment.setattr(people, "_hasher", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        environment.setattr(people, "_NOBODYS", people.hashed("nobody's password"))
        # Nobody here speaks TLS, and each HTTP client reads a hundred authorities: one is enough.
        authority = tmp_path_factory.mktemp("tls") / "authority.pem"
        end = "-----END CERTIFICATE-----\n"
        authority.write_text(Path(certifi.where()).read_text("utf-8").partition(end)[0] + end, "utf-8")
        environment.setenv("SSL_CERT_FILE", str(authority))
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


@pytest.fixture(scope="session")
def _postgres_template(postgres_server: str) -> Iterator[str]:
    """The name of a database in which a record has its tables and nothing else."""
    name = f"earmark-{uuid4().hex}"
    with server_for_tests.database(postgres_server, name) as url:
        open_store(url).close()
        yield name


@pytest.fixture
def postgres_record(postgres_server: str, _postgres_template: str) -> Iterator[str]:
    """The URL of a record on PostgreSQL in which nothing stands yet; for `postgres` the tables are still to be made."""
    with server_for_tests.database(
        postgres_server, f"earmark-{uuid4().hex}", template=_postgres_template
    ) as url:
        yield url


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("record") / "earmark.db"
    open_store(f"sqlite:///{path}").close()
    return path


@pytest.fixture
def sqlite_record(_sqlite_template: Path, tmp_path: Path) -> str:
    """The same as a file, ``earmark.db`` in ``tmp_path``."""
    return f"sqlite:///{shutil.copy(_sqlite_template, tmp_path)}"


class KeptServer(NamedTuple):
    """A music server, and the folder in which it is kept as it was at first."""

    server: MusicServer
    empty: Path


@pytest.fixture(scope="session")
def _music_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KeptServer]:
    folder = tmp_path_factory.mktemp("music server")
    with running(folder / "server") as server:
        server.keep(folder / "empty")
        yield KeptServer(server, folder / "empty")


@pytest.fixture
def music_server(_music_server: KeptServer) -> MusicServer:
    """A real Subsonic server with an empty library. It is one for all tests, and each finds it as it was at first."""
    _music_server.server.put_back(_music_server.empty)
    return _music_server.server
