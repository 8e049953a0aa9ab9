"""A served house that has learned, and a listener of it who asks."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from tests.homes import opened
from tests.web.servers import serving

from earmark.jobs.house import House
from earmark.jobs.people import add_account, new_token
from earmark.store.people import Role
from earmark.store.port import ListenerRecord


@dataclass(frozen=True)
class Asker:
    """A listener of a learned house, the house, and clients for them and for the house's owner."""

    house: House
    who: ListenerRecord
    client: httpx.Client
    owner: httpx.Client

    def get(self, path: str, **query: object) -> httpx.Response:
        """What our API answers to the listener."""
        return self.client.get(path, params=query or None)  # type: ignore[arg-type]


@pytest.fixture
def asker(house: House) -> Iterator[Asker]:
    with asking(house) as asker:
        yield asker


@pytest.fixture
def listening(heard_home: Path, tmp_path: Path) -> Iterator[Asker]:
    """A listener of a house with a library that was heard."""
    with opened(shutil.copytree(heard_home, tmp_path / "heard")) as house, asking(house) as asker:
        yield asker


@contextmanager
def asking(house: House) -> Iterator[Asker]:
    """Somebody of a house, which is served as long."""
    owner, who = house.store.listeners()[3], house.store.listeners()[7]
    add_account(house.store.people, owner.name, Role.OWNER, None)
    add_account(house.store.people, who.name, Role.LISTENER, None)
    tokens = [new_token(house.store.people, one.name, "player") for one in (who, owner)]
    with serving(house) as address:
        theirs, owners = (
            httpx.Client(
                base_url=f"{address}/api/v1", headers={"Authorization": f"Bearer {token}"}, timeout=60
            )
            for token in tokens
        )
        with theirs, owners:
            yield Asker(house, who, theirs, owners)
