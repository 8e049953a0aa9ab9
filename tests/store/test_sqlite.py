"""A full disk, a kill −9, a damaged or locked file: what was stored stays, and the message is of use."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import textwrap
from contextlib import closing
from pathlib import Path

import pytest

from earmark.errors import StoreError
from earmark.listening.listens import Listen, Origin, UnixMs
from earmark.music.items import Track
from earmark.store import sqlite
from earmark.store.port import Store
from earmark.store.sql_store import open_store

CHILD = """
    import os, resource, signal, sys
    from earmark.errors import StoreError
    from earmark.listening.listens import Listen, Origin
    from earmark.music.items import Track
    from earmark.store.sql_store import open_store

    url, pipe, limit = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    store = open_store(url)
    if limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    listens = [Listen(Track("A", f"T{n}"), 1_600_000_000_000 + n * 300_000) for n in range(30_000)]
    try:
        with store.writing() as writer:
            bo = writer.listener("Bo")
            writer.add_listens([bo] * len(listens), listens, Origin("o"))
            writer.settle()
            os.write(pipe, b"handed over")
            if not limit:
                signal.pause()
    except StoreError as error:
        os.write(pipe, str(error).encode())
    store.close()
"""


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'earmark.db'}"


def filled(url: str) -> Store:
    store = open_store(url)
    with store.writing() as writer:
        ada = writer.listener("Ada")
        writer.add_listens(
            [ada], [Listen(Track("Velvet Harbour", "Lantern"), UnixMs(1_700_000_000_000))], Origin("o")
        )
    return store


def run_child(url: str, limit: int) -> tuple[subprocess.Popen[bytes], int]:
    ours, theirs = os.pipe()
    child = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(CHILD), url, str(theirs), str(limit)], pass_fds=[theirs]
    )
    os.close(theirs)
    return child, ours


def assert_as_before(url: str) -> None:
    with closing(open_store(url)) as store:
        assert [one.name for one in store.listeners()] == ["Ada"]
        assert (store.counts().listens, store.counts().tracks) == (1, 1)
        with store.writing() as writer:
            writer.listener("Cy")
    with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as database:
        assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_a_kill_in_the_middle_changes_nothing(url: str) -> None:
    filled(url).close()
    child, pipe = run_child(url, limit=0)
    assert os.read(pipe, 100) == b"handed over"
    child.send_signal(signal.SIGKILL)
    assert child.wait() == -signal.SIGKILL
    os.close(pipe)
    assert_as_before(url)


@pytest.mark.parametrize("limit", [256 << 10, 1 << 20])
def test_a_full_disk_changes_nothing_and_says_so(url: str, limit: int) -> None:
    filled(url).close()
    child, pipe = run_child(url, limit)
    child.wait()
    said = os.read(pipe, 10_000).decode()
    os.close(pipe)
    assert "the disk is full or refuses" in said
    assert "Free some space" in said
    assert_as_before(url)


def test_a_second_writer_waits_and_then_says_who_is_in_the_way(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    impatient = tuple(one for one in sqlite.PRAGMAS if "busy" not in one)
    monkeypatch.setattr(sqlite, "PRAGMAS", (*impatient, "PRAGMA busy_timeout = 0"))
    with closing(open_store(url)) as first, closing(open_store(url)) as second:
        with (
            first.writing() as writer,
            pytest.raises(StoreError, match="another process is writing"),
            second.writing(),
        ):
            writer.listener("Ada")
        with second.writing() as writer:
            writer.listener("Bo")


def test_readers_see_the_record_as_it_was_while_somebody_writes(url: str, tmp_path: Path) -> None:
    with closing(filled(url)) as store, store.writing() as writer:
        bo = writer.listener("Bo")
        writer.add_listens([bo], [Listen(Track("A", "B"), UnixMs(1_700_000_000_000))], Origin("o"))
        writer.settle()
        with closing(open_store(url)) as reader:
            assert reader.snapshot(tmp_path / "cut").listens.height == 1
        assert [one.name for one in store.listeners()] == ["Ada"]
    with closing(open_store(url)) as store:
        assert store.counts().listens == 2


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "earmark.db"
    path.write_bytes(b"not a database at all" * 500)
    with pytest.raises(StoreError, match=r"earmark\.db: the file is damaged"):
        open_store(f"sqlite:///{path}")


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be opened"):
        open_store(f"sqlite:///{tmp_path / 'nowhere' / 'earmark.db'}")


def test_other_databases_are_refused() -> None:
    with pytest.raises(StoreError, match="cannot be kept in mysql"):
        open_store("mysql://localhost/earmark")
