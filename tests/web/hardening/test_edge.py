"""Whatever comes in and whatever goes wrong within: the right status and form, and an id to find it by."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from tests.web.conftest import Served
from tests.web.hardening.raw import connected, until_closed
from tests.web.servers import serving

from earmark.web.config import ServeConfig

TITLE = "A Song Heard In Private"
PROBLEM = "application/problem+json"


@contextmanager
def strictly(served: Served, **limits: object) -> Iterator[str]:
    """The same house, served under other limits."""
    with serving(served.house, config=ServeConfig.model_validate(limits)) as url:
        yield url


def play(at: int, title: str = TITLE) -> dict[str, object]:
    return {"listened_at": at, "track_metadata": {"artist_name": "Somebody", "track_name": title}}


def told(*plays: dict[str, object], kind: str = "import") -> bytes:
    return json.dumps({"listen_type": kind, "payload": plays}).encode()


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/1/nothing", 404),
        ("GET", "/api/v1/nothing", 404),
        ("DELETE", "/1/submit-listens", 405),
        ("PUT", "/api/v1/listeners/me", 405),
        ("OPTIONS", "/api/v1/listeners/me", 405),
        ("GET", "/1/user/%00%ff/listens", 404),
        ("GET", "/api/v1/listeners/%F0%9F%8E%B5", 404),
    ],
)
def test_what_is_not_there_is_said_in_the_form_of_the_path(
    served: Served, method: str, path: str, status: int
) -> None:
    with served.client() as client:
        answer = client.request(method, path)
    assert answer.status_code == status
    told = answer.json()
    if path.startswith("/api/v1/"):
        assert (answer.headers["content-type"], told["status"]) == (PROBLEM, status)
    else:
        assert (answer.headers["content-type"], told["code"]) == ("application/json", status)
    assert (status == 405) == ("allow" in answer.headers)
    assert len(answer.headers["x-request-id"]) == 16


def test_a_head_is_the_answer_without_its_body(served: Served) -> None:
    with served.client() as client:
        head, whole = client.head("/health/live"), client.get("/health/live")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == whole.headers["content-length"]


@pytest.mark.parametrize("given", ["abc-1.2_3", "x" * 64])
def test_an_id_that_the_client_gave_is_kept(served: Served, given: str) -> None:
    with served.client() as client:
        assert client.get("/health/live", headers={"X-Request-ID": given}).headers["x-request-id"] == given


@pytest.mark.parametrize("given", ["", "x" * 65, "a b", 'a"', "é".encode()])
def test_an_id_that_is_none_is_replaced(served: Served, given: str | bytes) -> None:
    with served.client() as client:
        answer = client.get("/health/live", headers={"X-Request-ID": given})
        assert len(answer.headers["x-request-id"]) == 16


@pytest.mark.parametrize("path", ["/1/user/Ada/listen-count", "/api/v1/listeners/me"])
def test_what_nobody_foresaw_is_a_plain_500_and_the_log_says_where_but_not_what(
    served: Served, path: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def stumble(*_: object) -> int:
        raise KeyError(TITLE)

    monkeypatch.setattr(served.house.store.scrobbles, "count", stumble)
    with served.client() as client:
        answer = client.get(path, headers={"X-Request-ID": "find-me"})
        assert client.get("/health/live").status_code == 200
    assert (answer.status_code, answer.headers["x-request-id"]) == (500, "find-me")
    assert TITLE not in answer.text
    assert "Traceback" not in answer.text
    (fault,) = (line for line in caplog.records if line.message == "fault")
    assert (fault.request, fault.levelno) == ("find-me", logging.ERROR)  # type: ignore[attr-defined]
    assert "KeyError at" in fault.fault  # type: ignore[attr-defined]
    assert "in stumble" in fault.fault  # type: ignore[attr-defined]
    assert TITLE not in repr([vars(line) for line in caplog.records])


@pytest.mark.parametrize(
    ("settings", "noted"),
    [
        ({}, ["/1/user/{user}/listens"]),
        ({"log_requests": "all"}, ["/health/live", "/1/user/{user}/listens"]),
        ({"slow_ms": 0}, ["/health/live", "/1/user/{user}/listens"]),
    ],
)
def test_requests_that_failed_or_were_slow_have_a_line_and_others_if_that_is_wanted(
    served: Served, settings: dict[str, object], noted: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "earmark")
    with strictly(served, **settings) as url:
        httpx.get(f"{url}/health/live")
        httpx.get(f"{url}/1/user/Ada/listens", headers={"Authorization": f"Token {served.bo}"})
    lines = [line for line in caplog.records if line.message == "request"]
    assert [line.route for line in lines] == noted  # type: ignore[attr-defined]
    assert lines[-1].listener == served.house.store.find_listener("Bo").id  # type: ignore[attr-defined]
    assert lines[-1].status == 404  # type: ignore[attr-defined]


def test_a_compressed_body_is_refused(served: Served) -> None:
    with served.client() as client:
        answer = client.post(
            "/1/submit-listens", content=b"\x1f\x8b...", headers={"Content-Encoding": "gzip"}
        )
    assert (answer.status_code, answer.json()["code"]) == (415, 415)


BODIES = {
    "deep": b'{"listen_type":"import","payload":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deep within": b'{"listen_type":"playing_now","payload":[' + b'{"a":' * 5_000 + b"1" + b"}" * 5_000 + b"]}",
    "no UTF-8": told(play(1_700_000_000)).replace(b"Somebody", b"\xff\xfe"),
    "half a surrogate": told(play(1_700_000_000)).replace(b"Somebody", b"\\ud800"),
    "NUL": told(play(1_700_000_000)).replace(b"Somebody", b"a\\u0000b"),
    "a number without end": told(play(1_700_000_000)).replace(b"1700000000", b"9" * 5_000),
    "a number beyond": told(play(1_700_000_000)).replace(b"1700000000", b"1e999"),
    "no number": told(play(1_700_000_000)).replace(b"1700000000", b"NaN"),
    "nothing": b"",
    "half": told(play(1_700_000_000))[:-20],
}  # fmt: skip


@pytest.mark.parametrize("what", BODIES)
def test_what_is_no_document_is_refused_and_nothing_is_stored(served: Served, what: str) -> None:
    with served.client() as client:
        answer = client.post("/1/submit-listens", content=BODIES[what])
        assert (answer.status_code, answer.json()["code"]) == (400, 400)
        assert client.get("/1/user/Ada/listen-count").json() == {"payload": {"count": 0}}


def test_of_a_key_that_is_there_twice_the_last_counts(served: Served) -> None:
    body = told(play(1_700_000_000)).replace(b'"artist_name"', b'"artist_name": "Nobody", "artist_name"')
    with served.client() as client:
        assert client.post("/1/submit-listens", content=body).status_code == 200
        (one,) = client.get("/1/user/Ada/listens").json()["payload"]["listens"]
    assert one["track_metadata"]["artist_name"] == "Somebody"


def test_a_thousand_plays_of_ten_kilobytes_are_taken(served: Served) -> None:
    start = int(time.time()) - 500_000
    filler = "x" * 10_000
    plays = [
        play(start + 400 * n, f"Song {n}") | {"extra": filler}
        for n in range(1_000)
    ]  # fmt: skip
    with served.client() as client:
        answer = client.post("/1/submit-listens", content=told(*plays), timeout=60)
        assert answer.status_code == 200, answer.text
        assert client.get("/1/user/Ada/listen-count").json() == {"payload": {"count": 1_000}}


def test_plays_told_again_in_another_order_are_there_once(served: Served) -> None:
    start = int(time.time()) - 500_000
    plays = [play(start + 400 * n, f"Song {n % 7}") for n in range(50)]
    with served.client() as client:
        for body in (told(*plays), told(*reversed(plays)), told(*plays[10:20])):
            assert client.post("/1/submit-listens", content=body).status_code == 200
        assert client.get("/1/user/Ada/listen-count").json() == {"payload": {"count": 50}}


def test_a_clock_that_is_a_little_ahead_is_taken_and_one_far_ahead_refused(served: Served) -> None:
    now = int(time.time())
    with served.client() as client:
        for ahead, status in ((3_500, 200), (3_700, 400), (-20 * 365 * 86_400, 200)):
            answer = client.post("/1/submit-listens", content=told(play(now + ahead), kind="single"))
            assert answer.status_code == status, ahead


def test_headers_that_trickle_in_are_not_waited_for(served: Served) -> None:
    with strictly(served, header_seconds=0.2) as url:
        with connected(url) as silent:
            assert until_closed(silent).startswith(b"HTTP/1.1 408 ")
        with connected(url) as slow:
            slow.sendall(b"GET /health/live HTTP/1.1\r\nHost: x\r\nX-A: ")
            assert until_closed(slow).startswith(b"HTTP/1.1 408 ")
        # The second request of a connection is not waited for, either.
        with connected(url) as twice:
            twice.sendall(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\nGET /health/live HTTP/1.1\r\n")
            said = until_closed(twice)
            assert said.startswith(b"HTTP/1.1 200 ")
            assert b"HTTP/1.1 408 " in said
        assert httpx.get(f"{url}/health/live").status_code == 200


def test_the_answer_before_is_waited_for_though_the_next_request_trickles(
    served: Served, monkeypatch: pytest.MonkeyPatch
) -> None:
    late = threading.Event()

    def count(_: object) -> int:
        # Longer than the headers of the next request may take.
        late.wait(0.5)
        return 7

    monkeypatch.setattr(served.house.store.scrobbles, "count", count)
    with strictly(served, header_seconds=0.1) as url, connected(url) as connection:
        head = b"GET /1/user/Ada/listen-count HTTP/1.1\r\nHost: x\r\nAuthorization: Token "
        connection.sendall(head + served.ada.encode() + b"\r\n\r\nGET / HTTP/1.1\r\n")
        said = until_closed(connection)
    assert said.startswith(b"HTTP/1.1 200 ")
    assert said.index(b'{"payload":{"count":7}}') < said.index(b"HTTP/1.1 408 ")


def test_a_body_that_trickles_in_is_not_waited_for(served: Served) -> None:
    with strictly(served, body_seconds=0.2) as url:
        with connected(url) as slow:
            slow.sendall(
                b"POST /1/submit-listens HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n"
                b"Authorization: Token " + served.ada.encode() + b"\r\n\r\n{"
            )
            said = until_closed(slow)
        assert said.startswith(b"HTTP/1.1 408 ")
        assert b'"code":408' in said
        assert httpx.get(f"{url}/health/live").status_code == 200


@pytest.mark.parametrize("headers", [b"X-A: " + b"a" * 70_000, b"\r\n".join([b"X-A: b"] * 20_000)])
def test_headers_without_end_are_refused(served: Served, headers: bytes) -> None:
    with connected(served.url) as connection:
        connection.sendall(b"GET /health/live HTTP/1.1\r\nHost: x\r\n" + headers)
        assert until_closed(connection).startswith(b"HTTP/1.1 431 ")
    with connected(served.url) as connection:
        connection.sendall(b"no request at all\r\n\r\n")
        assert until_closed(connection).startswith(b"HTTP/1.1 400 ")


def test_more_connections_than_allowed_are_turned_away_and_room_is_made_again(served: Served) -> None:
    with strictly(served, connections=3, header_seconds=1.0) as url:
        with connected(url), connected(url), connected(url):
            assert httpx.get(f"{url}/health/live").status_code == 503
        until = time.monotonic() + 20
        while httpx.get(f"{url}/health/live").status_code != 200:
            assert time.monotonic() < until


def test_bodies_that_fill_the_memory_are_asked_to_come_again(served: Served) -> None:
    with strictly(served, body_megabytes=16) as url:
        head = (
            b"POST /1/submit-listens HTTP/1.1\r\nHost: x\r\nContent-Length: 10000000\r\nAuthorization: Token "
            + served.ada.encode()
            + b"\r\n\r\n"
        )
        with connected(url) as one, connected(url) as other:
            one.sendall(head + b" " * 9_900_000)
            other.sendall(head + b" " * 9_900_000)
            # Whichever was the second to have so much taken in is refused; the first still waits for its end.
            for connection in (one, other):
                connection.settimeout(5)
            said = b""
            for connection in (other, one):
                try:
                    said = connection.recv(65_536)
                    break
                except TimeoutError:
                    continue
            assert said.startswith(b"HTTP/1.1 503 ")
            assert b"retry-after: 5" in said
        with httpx.Client(headers={"Authorization": f"Token {served.ada}"}) as client:
            until = time.monotonic() + 20
            body = told(play(1_700_000_000))
            while client.post(f"{url}/1/submit-listens", content=body).status_code != 200:
                assert time.monotonic() < until


def test_a_client_that_hangs_up_in_the_midst_leaves_no_fault(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "earmark")
    with connected(served.url) as connection:
        connection.sendall(
            b"POST /1/submit-listens HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n"
            b"Authorization: Token " + served.ada.encode() + b"\r\n\r\n{"
        )
    with served.client() as client:
        until = time.monotonic() + 20
        while not (gone := [line for line in caplog.records if getattr(line, "status", 0) == 499]):
            assert client.get("/health/live").status_code == 200
            assert time.monotonic() < until
        assert client.get("/1/user/Ada/listen-count").json() == {"payload": {"count": 0}}
    assert gone[0].route == "/1/submit-listens"  # type: ignore[attr-defined]
    assert not [line for line in caplog.records if line.message == "fault"]
