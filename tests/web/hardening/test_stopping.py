"""The service as a process: it starts or says why not, ends what it has begun, and leaves nobody behind."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from threading import Event
from urllib.parse import urlsplit

import httpx
import pytest
from sqlalchemy import create_engine
from tests.homes import opened
from tests.web.hardening.raw import connected, until_closed
from tests.web.processes import served

from earmark.jobs.people import add_account, new_token
from earmark.store.people import Role
from earmark.store.queue import State
from earmark.store.sql_store import open_store


def ended(home: Path, port: int) -> subprocess.CompletedProcess[str]:
    """`earmark serve` where it cannot start."""
    command = [sys.executable, "-m", "earmark", "serve", "--home", str(home), "--port", str(port)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def log_lines(home: Path) -> Iterator[dict[str, object]]:
    for line in (home / "serve.log").read_text().splitlines():
        if line.startswith("{"):
            yield json.loads(line)


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = ended(tmp_path, port)
    assert done.returncode == 1
    assert f"Nobody can listen on 127.0.0.1, port {port}" in done.stderr
    assert "--port" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_record_of_a_newer_version_is_refused_and_left_alone(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'earmark.db'}"
    open_store(url).close()
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    engine.dispose()
    done = ended(tmp_path, 8_687)
    assert done.returncode == 1
    assert "written by a newer Earmark" in done.stderr
    assert "Nothing was changed" in done.stderr
    assert "Traceback" not in done.stderr


def test_told_to_stop_it_ends_what_it_has_begun_and_begins_nothing(tmp_path: Path) -> None:
    with closing(open_store(f"sqlite:///{tmp_path / 'earmark.db'}")) as store:
        add_account(store.people, "Ada", Role.OWNER, None)
        token = new_token(store.people, "Ada", "player")
    words = {"artist_name": "Somebody", "track_name": "Song"}
    body = json.dumps(
        {"listen_type": "single", "payload": [{"listened_at": int(time.time()), "track_metadata": words}]}
    ).encode()
    with served(tmp_path) as (url, process), connected(url) as connection:
        head = f"POST /1/submit-listens HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n"
        connection.sendall(f"{head}Authorization: Token {token}\r\n\r\n".encode() + body[:-10])
        # Its turn comes after that of a request that was sent later and has been answered.
        assert httpx.get(f"{url}/health/live").status_code == 200
        process.terminate()
        wait_until_nobody_listens(url)
        connection.sendall(body[-10:])
        assert until_closed(connection).startswith(b"HTTP/1.1 200 ")
        assert process.wait(30) in (0, -signal.SIGTERM)
    with closing(open_store(f"sqlite:///{tmp_path / 'earmark.db'}")) as store:
        assert store.scrobbles.count(store.find_listener("Ada").id) == 1


def wait_until_nobody_listens(url: str) -> None:
    parts = urlsplit(url)
    until = time.monotonic() + 30
    while True:
        try:
            socket.create_connection((parts.hostname, parts.port), timeout=10).close()
        except ConnectionRefusedError:
            return
        assert time.monotonic() < until
        Event().wait(0.05)


def test_its_worker_gives_back_what_it_has_begun(
    learned_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = shutil.copytree(learned_home, tmp_path / "home")
    with opened(home) as house, house.store.writing() as writer:
        writer.listener("Somebody new")
    # Work that is due now, and takes a while: trials of settings, and a build.
    monkeypatch.setenv("EARMARK_WORK__BUILD_HOUR", "0")
    monkeypatch.setenv("EARMARK_TUNING__BUDGET_SECONDS", "60")
    with served(home) as (_, process):
        until = time.monotonic() + 60
        while not any(line["event"] == "stage" for line in log_lines(home)):
            assert time.monotonic() < until
            assert process.poll() is None
        process.terminate()
        assert process.wait(60) in (0, -signal.SIGTERM)
    with opened(home) as house:
        assert not house.store.queue.jobs([State.RUNNING], 10)
        (learning,) = (
            job for job in house.store.queue.jobs([State.WAITING, State.DONE], 1_000) if job.kind == "learn"
        )
        assert (learning.state, learning.attempts) == (State.WAITING, 0)


def test_processes_whose_parent_was_killed_end_and_leave_the_port(postgres: str, tmp_path: Path) -> None:
    with served(tmp_path, "--workers", "2", database=postgres) as (url, process):
        until = time.monotonic() + 60
        while sum(line["event"] == "Application startup complete." for line in log_lines(tmp_path)) < 2:
            assert time.monotonic() < until
        os.kill(process.pid, signal.SIGKILL)
        process.wait(30)
        wait_until_nobody_listens(url)
