"""Every adapter of the store, each with an empty record."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

from earmark.store.port import Store
from earmark.store.sql_store import open_store


@pytest.fixture(params=["sqlite-file", "sqlite-memory", "postgres"])
def store(request: pytest.FixtureRequest) -> Iterator[Store]:
    match request.param:
        case "sqlite-file":
            url = request.getfixturevalue("sqlite_record")
        case "sqlite-memory":
            url = "sqlite://"
        case _:
            url = request.getfixturevalue("postgres_record")
    with closing(open_store(url)) as opened:
        yield opened
