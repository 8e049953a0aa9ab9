"""One form for everybody's lines, without what exceptions say; and no secret in any line, whatever is asked."""

from __future__ import annotations

import io
import json
import logging
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from tests.logs import put_back
from tests.web.conftest import people_served

from earmark._app.logging import LogConfig, set_up_logging
from earmark.web.listenbrainz import limits

SECRET = "zq-secret"
TITLE = "Zq Song Heard In Private"


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    """What is logged while the test runs, as JSON; afterwards all is as it was."""
    with put_back():
        stream = io.StringIO()
        set_up_logging(LogConfig(form="json", level="debug"), stream)
        yield stream


def lines(log: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in log.getvalue().splitlines()]


def test_a_line_has_its_facts(log: io.StringIO) -> None:
    logging.getLogger("earmark.jobs").info("jobs done", extra={"kind": "weekly", "jobs": 3})
    logging.getLogger("uvicorn.error").info("Started server process [%d]", 7, extra={"color_message": "no"})
    logging.getLogger("sqlalchemy.engine").info("left out")
    ours, uvicorns = lines(log)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT[\d:.]+Z", ours.pop("at"))
    assert ours == {
        "event": "jobs done", "logger": "earmark.jobs", "level": "info", "kind": "weekly", "jobs": 3
    }  # fmt: skip
    assert uvicorns["event"] == "Started server process [7]"
    assert "color_message" not in uvicorns


def test_of_an_exception_the_place_is_logged_and_not_the_words(log: io.StringIO) -> None:
    try:
        try:
            raise KeyError(TITLE)
        except KeyError as error:
            raise ValueError(TITLE) from error
    except ValueError as error:
        logging.getLogger("some.library").exception("It failed: %s", error)
    (line,) = lines(log)
    assert TITLE not in log.getvalue()
    assert "ValueError at _app/test_logging.py:" in line["fault"]
    assert "from KeyError at _app/test_logging.py:" in line["fault"]


def test_a_thread_that_ends_by_a_fault_is_logged_without_its_words(log: io.StringIO) -> None:
    def stumble() -> None:
        raise KeyError(TITLE)

    thread = threading.Thread(target=stumble, name="worker")
    thread.start()
    thread.join()
    (line,) = lines(log)
    assert (line["event"], line["thread_name"], line["level"]) == ("thread ended", "worker", "critical")
    assert "in stumble" in line["fault"]
    assert TITLE not in log.getvalue()


def test_people_read_text(capsys: pytest.CaptureFixture[str], log: io.StringIO) -> None:
    stream = io.StringIO()
    set_up_logging(LogConfig(form="text"), stream)
    logging.getLogger("earmark.jobs").warning("jobs failed", extra={"kind": "weekly"})
    said = stream.getvalue()
    assert "jobs failed" in said
    assert "kind=weekly" in said
    assert not said.startswith("{")


def test_no_line_holds_a_secret_or_a_title_whatever_is_asked(
    log: io.StringIO, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "LIMIT", 100_000)  # all is to be asked, and not refused because it is much
    url = f"sqlite:///{tmp_path / 'earmark.db'}"
    with people_served(url, tmp_path, log_requests="all") as served, served.client() as client:
        document = client.get("/api/openapi.json").json()
        track = {"artist_name": TITLE, "track_name": TITLE, "release_name": TITLE}
        listen = {"listened_at": int(time.time()) - 300, "track_metadata": track}
        body = json.dumps({"listen_type": "single", "payload": [listen]})
        assert client.post("/1/submit-listens", content=body).status_code == 200
        broken = ("", TITLE, body[:-3], json.dumps({TITLE: [TITLE]}), json.dumps({"password": SECRET}))
        asked = 0
        for headers in ({}, {"Authorization": f"Token {SECRET}"}, {"Cookie": f"session={SECRET}"}):
            for path, operations in document["paths"].items():
                for method in operations:
                    for name in ("Ada", TITLE):
                        at = re.sub(r"\{[^}]*\}", name, path)
                        query = {"token": SECRET, "user_name": TITLE, "service": TITLE, "range": TITLE}
                        for content in broken if method != "get" else broken[:1]:
                            client.request(method, at, params=query, headers=headers, content=content)
                            asked += 1

        def stumble(*_: object) -> int:
            raise KeyError(TITLE)

        monkeypatch.setattr(served.house.store.scrobbles, "count", stumble)
        assert client.get("/1/user/Ada/listen-count").status_code == 500
        with httpx.Client() as nobody:
            nobody.get(f"{served.url}/{TITLE}?{SECRET}")
        said = log.getvalue()
        requests = [line for line in lines(log) if line["event"] == "request"]
        assert len(requests) >= asked
        for secret in (SECRET, TITLE, TITLE.replace(" ", "%20"), served.ada, served.bo, "Ada"):
            assert secret not in said
        assert {line["route"] for line in requests} >= {"/1/user/{user}/listens", "none"}
        assert {line["listener"] for line in requests} == {None, served.house.store.find_listener("Ada").id}
        assert all({"method", "status", "ms", "request"} <= line.keys() for line in requests)
