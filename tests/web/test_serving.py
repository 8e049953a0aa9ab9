"""`earmark serve` killed, stopped and started again: what was acknowledged is there, once."""

from __future__ import annotations

import json
import os
import shutil
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Event

import httpx
import pytest
from tests.homes import opened
from tests.web.processes import served

from earmark.jobs.people import add_account, new_token
from earmark.jobs.schedule import mixes_of_week
from earmark.listening.listens import clock
from earmark.store.people import Role
from earmark.store.sql_store import open_store

START = int(time.time()) - 400_000
BATCH = 20


def batch(of: int) -> str:
    payload = [
        {
            "listened_at": START + (of * BATCH + n) * 5,
            "track_metadata": {"artist_name": f"Artist {n % 7}", "track_name": f"Song {of * BATCH + n}"},
        }
        for n in range(BATCH)
    ]
    return json.dumps({"listen_type": "import", "payload": payload})


@pytest.mark.parametrize("kind", ["sqlite", "postgres", "postgres, two processes"])
def test_no_acknowledged_play_is_lost_or_doubled_by_a_kill(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    database = request.getfixturevalue("postgres") if kind.startswith("postgres") else None
    options = ("--workers", "2") if "two" in kind else ()
    url = database or f"sqlite:///{tmp_path / 'earmark.db'}"
    with closing(open_store(url)) as store:
        add_account(store.people, "Ada", Role.OWNER, None)
        token = new_token(store.people, "Ada", "player")
    headers = {"Authorization": f"Token {token}"}
    acknowledged: set[int] = set()

    with (
        served(tmp_path, *options, database=database) as (address, process),
        httpx.Client(base_url=address, headers=headers, timeout=30) as player,
        ThreadPoolExecutor(4) as pool,
    ):

        def tell(of: int) -> None:
            try:
                answer = player.post("/1/submit-listens", content=batch(of))
            except httpx.TransportError:
                return
            if answer.status_code == 200:
                acknowledged.add(of)
                # In the midst of the others.
                if len(acknowledged) == 40:
                    os.killpg(process.pid, signal.SIGKILL)

        list(pool.map(tell, range(400)))
        process.wait(30)
    assert 40 <= len(acknowledged) < 400
    with (
        served(tmp_path, *options, database=database) as (address, _),
        httpx.Client(base_url=address, headers=headers, timeout=30) as player,
    ):
        for of in (*range(5), *acknowledged):
            # A player that heard nothing tells again, and so may one that heard.
            assert player.post("/1/submit-listens", content=batch(of)).status_code == 200
    with closing(open_store(url)) as store:
        ada = store.find_listener("Ada").id
        told = store.listens([ada])["started_at"].to_list()
    assert len(told) == len(set(told))
    for of in acknowledged:
        assert set(
            range((START + of * BATCH * 5) * 1_000, (START + (of + 1) * BATCH * 5) * 1_000, 5_000)
        ) <= set(told)


def test_stopping_waits_for_what_is_under_way(tmp_path: Path) -> None:
    with closing(open_store(f"sqlite:///{tmp_path / 'earmark.db'}")) as store:
        add_account(store.people, "Ada", Role.OWNER, None)
        token = new_token(store.people, "Ada", "player")
    with served(tmp_path) as (address, process):
        headers = {"Authorization": f"Token {token}"}
        assert httpx.post(f"{address}/1/submit-listens", content=batch(0), headers=headers).status_code == 200
        process.terminate()
        assert process.wait(30) in (0, -signal.SIGTERM)
    assert token not in (tmp_path / "serve.log").read_text()


def test_several_processes_need_a_shared_database(tmp_path: Path) -> None:
    with (
        pytest.raises(RuntimeError, match="need a record on a PostgreSQL server"),
        served(tmp_path, "--workers", "2"),
    ):
        pass


def test_a_household_needs_no_other_process_for_its_first_mix(learned_home: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    shutil.copytree(learned_home, home)
    with opened(home) as house:
        who = house.store.listeners()[7]
        week = mixes_of_week(who.time_zone, clock(), house.work)
        add_account(house.store.people, who.name, Role.OWNER, None)
        due = week.due_at <= clock()
    with served(home), opened(home) as house:
        until = time.monotonic() + 120
        while due and house.store.edition(who.id, "weekly", week.week) is None:
            assert time.monotonic() < until, (home / "serve.log").read_text()
            Event().wait(0.2)
        handed_over = house.store.queue.counts()
    assert handed_over
