"""The record cannot be used for a while: plays are answered 503 and told again, and the service goes on by itself."""

from __future__ import annotations

import json
import resource
import sqlite3
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
import psycopg
import pytest
from sqlalchemy.engine import make_url
from tests.web.conftest import Served, people_served
from tests.web.processes import served as program
from tests.web.servers import serving

from earmark.jobs.people import add_account, new_token
from earmark.store import sqlite
from earmark.store.people import Role
from earmark.store.sql_store import open_store

START = int(time.time()) - 400_000


def batch(of: int, n: int = 20) -> str:
    payload = [
        {
            "listened_at": START + (of * n + one) * 5,
            "track_metadata": {"artist_name": f"Artist {one % 7}", "track_name": f"Song {of * n + one}"},
        }
        for one in range(n)
    ]
    return json.dumps({"listen_type": "import", "payload": payload})


def tell(client: httpx.Client, of: int) -> httpx.Response:
    return client.post("/1/submit-listens", content=batch(of), timeout=60)


def refused(answer: httpx.Response) -> bool:
    """Whether the client was asked to come again, and was told nothing of the inside."""
    if answer.status_code == 200:
        return False
    assert (answer.status_code, answer.json()["code"]) == (503, 503)
    assert int(answer.headers["retry-after"]) > 0
    for secret in ("sqlite", "postgres", "earmark.db", "/tmp", "Traceback"):
        assert secret not in answer.text
    return True


def until_taken(client: httpx.Client, of: int) -> None:
    until = time.monotonic() + 60
    while refused(tell(client, of)):
        assert time.monotonic() < until


@contextmanager
def away(postgres: str, postgres_server: str) -> Iterator[None]:
    """The database closes its connections and takes no new ones, as a server does that is stopped."""
    name = make_url(postgres).database
    plain = make_url(postgres_server).set(drivername="postgresql").render_as_string(hide_password=False)
    with psycopg.connect(plain, autocommit=True) as connection:
        connection.execute(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS false')
        connection.execute(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        try:
            yield
        finally:
            connection.execute(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS true')


def test_a_database_that_goes_away_and_returns(postgres: str, postgres_server: str, tmp_path: Path) -> None:
    with people_served(postgres, tmp_path) as served, served.client() as client:
        assert not refused(tell(client, 0))
        with away(postgres, postgres_server):
            assert refused(tell(client, 1))
            assert client.get("/health/live").status_code == 200
            assert client.get("/health/ready").status_code == 503
        until_taken(client, 1)
        assert client.get("/health/ready").status_code == 200
        assert client.get("/1/user/Ada/listen-count").json() == {"payload": {"count": 40}}


@pytest.mark.parametrize("state", ["53100", "53200", "57P03", "40P01", "25006"])
def test_what_a_server_refuses_for_now_is_asked_for_again(postgres: str, tmp_path: Path, state: str) -> None:
    plain = make_url(postgres).set(drivername="postgresql").render_as_string(hide_password=False)
    with people_served(postgres, tmp_path) as served, served.client() as client:
        with psycopg.connect(plain, autocommit=True) as connection:
            connection.execute(
                f"CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
                f" RAISE EXCEPTION 'not now' USING ERRCODE = '{state}'; END $$"
            )
            connection.execute("CREATE TRIGGER refusal BEFORE INSERT ON listen EXECUTE FUNCTION refuse()")
            assert refused(tell(client, 0))
            connection.execute("DROP TRIGGER refusal ON listen")
        assert not refused(tell(client, 0))
        assert client.get("/1/user/Ada/listen-count").json() == {"payload": {"count": 20}}


def test_a_connection_that_nobody_gives_back_is_not_waited_for_without_end(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = served.house.store._database._engine  # type: ignore[attr-defined]
    monkeypatch.setattr(engine.pool, "_timeout", 0.1)
    with ExitStack() as held, served.client() as client:
        for _ in range(15):
            held.enter_context(engine.connect())
        assert refused(tell(client, 0))
        held.close()
        assert not refused(tell(client, 0))


def test_a_problem_with_the_record_is_told_as_a_problem(
    postgres: str, postgres_server: str, tmp_path: Path
) -> None:
    with people_served(postgres, tmp_path) as served, served.client() as client:
        with away(postgres, postgres_server):
            answer = client.get("/api/v1/listeners/me")
        assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
        assert answer.headers["retry-after"] == "5"
        assert answer.json()["remedy"] == "Try again in a moment."


def test_a_record_that_somebody_else_writes_to_for_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "PRAGMAS", (*sqlite.PRAGMAS, "PRAGMA busy_timeout = 100"))
    path = tmp_path / "earmark.db"
    with (
        people_served(f"sqlite:///{path}", tmp_path) as served,
        served.client() as client,
        closing(sqlite3.connect(path, isolation_level=None)) as other,
    ):
        assert not refused(tell(client, 0))
        other.execute("BEGIN IMMEDIATE")
        assert refused(tell(client, 1))
        assert client.get("/1/user/Ada/listen-count").json() == {"payload": {"count": 20}}
        other.execute("ROLLBACK")
        until_taken(client, 1)
        assert client.get("/1/user/Ada/listen-count").json() == {"payload": {"count": 40}}


def test_a_full_disk_loses_nothing_and_is_left_behind(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    with closing(open_store(f"sqlite:///{home / 'earmark.db'}")) as store:
        add_account(store.people, "Ada", Role.OWNER, None)
        token = new_token(store.people, "Ada", "player")
    headers = {"Authorization": f"Token {token}"}
    taken: list[int] = []
    with program(home) as (url, process), httpx.Client(base_url=url, headers=headers) as client:
        assert not refused(tell(client, 0))
        size = max(path.stat().st_size for path in home.glob("earmark.db*"))
        unlimited = resource.prlimit(process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (size + 200_000, unlimited[1]))
        for of in range(1, 400):
            if refused(tell(client, of)):
                break
            taken.append(of)
        else:
            pytest.fail("the disk was never full")
        assert client.get("/health/live").status_code == 200
        assert client.get("/1/user/Ada/listen-count").json()["payload"]["count"] == 20 * (len(taken) + 1)
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, unlimited)
        until_taken(client, of)
        assert client.get("/1/user/Ada/listen-count").json()["payload"]["count"] == 20 * (len(taken) + 2)


def test_of_a_record_that_may_only_be_read_all_is_told_that_can_be(served: Served) -> None:
    with served.client() as client:
        assert not refused(tell(client, 0))
    url = f"sqlite:///file:{served.house.home / 'earmark.db'}?mode=ro&uri=true"
    with (
        closing(open_store(url)) as store,
        serving(replace(served.house, store=store)) as address,
        httpx.Client(base_url=address, headers={"Authorization": f"Token {served.ada}"}) as client,
    ):
        assert refused(tell(client, 1))
        assert client.get("/1/user/Ada/listen-count").json() == {"payload": {"count": 20}}
        assert client.get("/health/ready").status_code == 200
