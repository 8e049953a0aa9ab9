"""A served house with two people in it, on every database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from tests.web.servers import serving

from earmark.engines.local import LearnSettings
from earmark.engines.tuning import TuningConfig
from earmark.jobs.house import House
from earmark.jobs.people import add_account, new_token
from earmark.listening.listens import UnixMs, clock
from earmark.mixes.selection import WeeklyConfig
from earmark.store.people import Role
from earmark.store.sql_store import open_store
from earmark.web.config import ServeConfig

PASSWORD = "correct horse battery"


class Time:
    """The present, which a test may move."""

    def __init__(self) -> None:
        self.moved_ms = 0

    def __call__(self) -> UnixMs:
        return UnixMs(clock() + self.moved_ms)

    def pass_by(self, *, days: float = 0, seconds: float = 0) -> None:
        self.moved_ms += int((days * 86_400 + seconds) * 1_000)


class Browser(httpx.Client):
    """Keeps cookies, and says where a request comes from as browsers do."""

    def __init__(self, url: str) -> None:
        super().__init__(base_url=url, headers={"Origin": url})

    def sign_in(self, name: str, password: str = PASSWORD) -> httpx.Response:
        """Sign in as a program does; later requests carry the token against forgery."""
        answer = self.post("/api/v1/session", json={"name": name, "password": password})
        if answer.status_code == 200:
            self.headers["X-CSRF-Token"] = answer.json()["csrf"]
        return answer

    @property
    def session(self) -> str:
        """The cookie."""
        return str(self.cookies.get("earmark-session"))


@dataclass(frozen=True)
class Served:
    """An address, the house behind it, the tokens of Ada, its owner, and of Bo, and its clock."""

    url: str
    house: House
    ada: str
    bo: str
    time: Time
    browsers: ExitStack

    def browser(self, name: str = "Ada", password: str = PASSWORD) -> Browser:
        """A browser in which somebody has signed in."""
        browser = self.newcomer()
        answer = browser.sign_in(name, password)
        assert answer.status_code == 200, answer.text
        return browser

    def newcomer(self) -> Browser:
        """A browser in which nobody has."""
        return self.browsers.enter_context(Browser(self.url))

    def client(self, token: str | None = None, prefix: str = "") -> httpx.Client:
        """A client that sends a token (Ada's unless told), or none if it is empty."""
        headers = {"Authorization": f"Token {self.ada if token is None else token}"} if token != "" else {}
        return httpx.Client(base_url=self.url + prefix, headers=headers, timeout=60)


@pytest.fixture(params=["sqlite", "postgres"])
def served(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Served]:
    with people_served(request.getfixturevalue(f"{request.param}_record"), tmp_path) as served:
        yield served


@contextmanager
def people_served(url: str, home: Path, **config: object) -> Iterator[Served]:
    """The house at a database's URL, with Ada and Bo in it, served."""
    with closing(open_store(url)) as store:
        house = House(home, store, LearnSettings(), WeeklyConfig(), TuningConfig())
        add_account(store.people, "Ada", Role.OWNER, PASSWORD)
        add_account(store.people, "Bo", Role.LISTENER, None)
        tokens = [new_token(store.people, name, "player") for name in ("Ada", "Bo")]
        time = Time()
        limits = ServeConfig.model_validate(config)
        with serving(house, time, limits) as address, ExitStack() as browsers:
            yield Served(address, house, *tokens, time, browsers)
