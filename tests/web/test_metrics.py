"""What the service counts of itself is told to its owner, and is one sum over all its processes."""

from __future__ import annotations

import json
import time
from contextlib import closing
from pathlib import Path

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families
from tests.web.conftest import Served, people_served
from tests.web.processes import served as program

from earmark.jobs.people import add_account, new_token
from earmark.listening.listens import UnixMs
from earmark.store.people import Role
from earmark.store.queue import Work
from earmark.store.sql_store import open_store

START = int(time.time()) - 400_000


def told(of: int, n: int = 3) -> str:
    words = {"artist_name": "Somebody", "track_name": "Song"}
    plays = [{"listened_at": START + (of * n + one) * 400, "track_metadata": words} for one in range(n)]
    return json.dumps({"listen_type": "import", "payload": plays})


def numbers(client: httpx.Client) -> dict[str, float]:
    """Every sample by its name and labels."""
    answer = client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain")
    return {
        " ".join((one.name, *(f"{key}={value}" for key, value in sorted(one.labels.items())))): one.value
        for family in text_string_to_metric_families(answer.text)
        for one in family.samples
    }


def test_what_was_asked_and_told_is_counted(served: Served) -> None:
    served.house.store.queue.add([Work("note", "a", UnixMs(0))], UnixMs(0))
    with served.client() as client:
        for of in range(4):
            assert client.post("/1/submit-listens", content=told(of)).status_code == 200
        client.get("/1/user/Ada/listens")
        client.get("/1/user/Nobody/listens")
        client.get("/1/what/is/this")
        seen = numbers(client)
    assert seen["earmark_requests_total method=POST route=/1/submit-listens status=200"] == 4
    assert seen["earmark_requests_total method=GET route=/1/user/{user}/listens status=404"] == 1
    assert seen["earmark_requests_total method=GET route=none status=404"] == 1
    assert seen["earmark_request_seconds_count route=/1/submit-listens"] == 4
    assert seen["earmark_plays_total"] == 12
    assert seen["earmark_tellings_total ended=stored"] == 4
    assert 1 <= seen["earmark_commit_seconds_count"] <= 4
    assert seen["earmark_inbox_plays"] == 0
    assert seen["earmark_database_up"] == 1
    assert seen["earmark_jobs kind=note state=waiting"] == 1
    assert not any("Ada" in name or "Nobody" in name for name in seen)


def test_only_an_owner_may_read_them_unless_they_are_open(served: Served) -> None:
    with served.client(served.bo) as bo, served.client("") as nobody:
        assert bo.get("/metrics").status_code == 403
        answer = nobody.get("/metrics")
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, 'Bearer realm="earmark"')


def test_opened_they_are_told_to_whoever_asks(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'earmark.db'}"
    with people_served(url, tmp_path, metrics_open=True) as served, served.client("") as nobody:
        assert nobody.get("/metrics").status_code == 200


def test_two_processes_tell_one_sum(postgres: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(open_store(postgres)) as store:
        add_account(store.people, "Ada", Role.OWNER, None)
        token = new_token(store.people, "Ada", "player")
    headers = {"Authorization": f"Token {token}"}
    with program(tmp_path, "--workers", "2", database=postgres) as (url, _):
        for of in range(40):
            # A connection each, so that both processes are asked.
            answer = httpx.post(f"{url}/1/submit-listens", content=told(of), headers=headers)
            assert answer.status_code == 200
        for _ in range(5):
            with httpx.Client(base_url=url, headers=headers) as client:
                seen = numbers(client)
            assert seen["earmark_plays_total"] == 120
            assert seen["earmark_requests_total method=POST route=/1/submit-listens status=200"] == 40
            assert seen["earmark_inbox_plays"] == 0
            assert seen["earmark_database_up"] == 1
