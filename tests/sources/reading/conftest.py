"""A site to read: a real HTTP server on this machine, with pages as a test lays them out."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple

import pytest

from earmark.sources.reading.config import FetchingConfig
from earmark.sources.reading.fetching import Fetcher


class Asking(NamedTuple):
    path: str
    headers: Mapping[str, str]


class Sent(NamedTuple):
    body: bytes | Iterable[bytes] = b""
    kind: str = "text/html; charset=utf-8"
    status: int = 200
    headers: Mapping[str, str] = {}


class Site:
    """Answers by path, query included; what is not there is 404. A page may be a function of who asks."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.pages: dict[str, Sent | Callable[[Asking], Sent]] = {}
        self.asked: list[Asking] = []

    @property
    def paths(self) -> list[str]:
        """What was asked for, but for robots.txt."""
        return [one.path for one in self.asked if one.path != "/robots.txt"]

    def __call__(self, asking: Asking) -> Sent:
        self.asked.append(asking)
        page = self.pages.get(asking.path, Sent(b"not here", status=404))
        return page if isinstance(page, Sent) else page(asking)


@contextmanager
def site_running() -> Iterator[Site]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            sent = site(Asking(self.path, {name.lower(): value for name, value in self.headers.items()}))
            self.send_response(sent.status)
            if sent.kind:
                self.send_header("Content-Type", sent.kind)
            for name, value in sent.headers.items():
                self.send_header(name, value)
            self.end_headers()
            try:
                for part in (sent.body,) if isinstance(sent.body, bytes) else sent.body:
                    self.wfile.write(part)
            except OSError:  # who asks has heard enough
                pass

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    site = Site(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Clock:
    """Time that passes only when somebody waits."""

    def __init__(self) -> None:
        self.now = 1_000.0
        self.waits: list[float] = []

    def __call__(self) -> float:
        return self.now

    def wait(self, seconds: float) -> None:
        self.waits.append(seconds)
        self.now += seconds


@pytest.fixture
def site() -> Iterator[Site]:
    with site_running() as running:
        yield running


@pytest.fixture
def other_site() -> Iterator[Site]:
    with site_running() as running:
        yield running


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def fetcher(clock: Clock) -> Iterator[Fetcher]:
    config = FetchingConfig(timeout_s=5, largest_bytes=200_000)
    with Fetcher(config, wait=clock.wait, clock=clock) as made:
        yield made
