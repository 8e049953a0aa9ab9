"""A served house with two people in it, on every database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from tests.web.servers import serving

from earmark.engines.local import LearnSettings
from earmark.engines.tuning import TuningConfig
from earmark.jobs.house import House
from earmark.jobs.people import add_account, new_token
from earmark.mixes.selection import WeeklyConfig
from earmark.store.people import Role
from earmark.store.sql_store import open_store
from earmark.web.config import ServeConfig


@dataclass(frozen=True)
class Served:
    """An address, the house behind it, and the tokens of Ada, its owner, and of Bo."""

    url: str
    house: House
    ada: str
    bo: str

    def client(self, token: str | None = None, prefix: str = "") -> httpx.Client:
        """A client that sends a token (Ada's unless told), or none if it is empty."""
        headers = {"Authorization": f"Token {self.ada if token is None else token}"} if token != "" else {}
        return httpx.Client(base_url=self.url + prefix, headers=headers, timeout=60)


@pytest.fixture(params=["sqlite", "postgres"])
def served(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Served]:
    url = (
        request.getfixturevalue("postgres")
        if request.param == "postgres"
        else f"sqlite:///{tmp_path / 'earmark.db'}"
    )
    with people_served(url, tmp_path) as served:
        yield served


@contextmanager
def people_served(url: str, home: Path, **config: object) -> Iterator[Served]:
    """The house at a database's URL, with Ada and Bo in it, served."""
    with closing(open_store(url)) as store:
        house = House(home, store, LearnSettings(), WeeklyConfig(), TuningConfig())
        add_account(store.people, "Ada", Role.OWNER, "correct horse battery")
        add_account(store.people, "Bo", Role.LISTENER, None)
        tokens = [new_token(store.people, name, "player") for name in ("Ada", "Bo")]
        with serving(house, ServeConfig.model_validate(config)) as address:
            yield Served(address, house, *tokens)
