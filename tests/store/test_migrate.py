from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from earmark.errors import StoreError
from earmark.listening.playlists import Playlist
from earmark.music.items import Track
from earmark.store.migrate import REVISION
from earmark.store.port import ListenerId, PlaylistsAdded
from earmark.store.schema import metadata
from earmark.store.sql_store import open_store


@contextmanager
def database(path: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(path)) as connection, connection:
        yield connection


def shape(path: Path) -> dict[str, str]:
    with database(path) as connection:
        said = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
    return {name: re.sub(r"\s+", " ", sql) for name, sql in said if name != "alembic_version"}


def test_the_migrations_lead_to_the_tables_declared(tmp_path: Path) -> None:
    open_store(f"sqlite:///{tmp_path / 'migrated.db'}").close()
    engine = create_engine(f"sqlite:///{tmp_path / 'declared.db'}")
    metadata.create_all(engine)
    engine.dispose()
    assert shape(tmp_path / "migrated.db") == shape(tmp_path / "declared.db")


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_playlists_imported_before_they_could_be_edited_are_kept(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    url = request.getfixturevalue("postgres") if kind == "postgres" else f"sqlite:///{tmp_path / 'old.db'}"
    engine = create_engine(url)
    with engine.begin() as connection:
        config = Config()
        config.set_main_option("script_location", "earmark.store:migrations")
        config.attributes["connection"] = connection
        command.upgrade(config, "0004")
        for row in (
            "listener VALUES (1, 'Ada', NULL, 0, 'UTC')",
            "community VALUES (1, 'forum')",
            "playlist VALUES (1, 1, NULL, 'Rain', 0, NULL, '12')",
            "playlist VALUES (2, NULL, 1, 'Rain', 0, 7, '34')",
        ):
            connection.exec_driver_sql(f"INSERT INTO {row}")
    engine.dispose()
    with closing(open_store(url)) as store:
        (one,), total = store.playlists.page(ListenerId(1), offset=0, n=9)
        assert (one.title, one.annotation, one.public, total) == ("Rain", None, False, 1)
        assert one.made_at == one.changed_at > 1_700_000_000_000
        assert store.counts().playlists == 2
        with store.writing() as writer:
            rain = [Playlist("Rain", (Track("Velvet Harbour", "Lantern"),))]
            assert writer.add_playlists(rain, owner=ListenerId(1)) == PlaylistsAdded(0, 1, 0)


def test_the_code_knows_the_newest_step() -> None:
    config = Config()
    config.set_main_option("script_location", "earmark.store:migrations")
    assert ScriptDirectory.from_config(config).get_current_head() == REVISION


def test_a_newer_record_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "earmark.db"
    open_store(f"sqlite:///{path}").close()
    with database(path) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match=r"newer Earmark \(tables 9999"):
        open_store(f"sqlite:///{path}")


def test_a_database_of_another_program_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    with database(path) as connection:
        connection.execute("CREATE TABLE photos (id INTEGER)")
    with pytest.raises(StoreError, match="another program"):
        open_store(f"sqlite:///{path}")
    assert list(shape(path)) == ["photos"]
