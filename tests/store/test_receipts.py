"""A key of a request is claimed by one, however many ask at once and from how many processes."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from earmark.listening.listens import UnixMs
from earmark.store.receipts import Standing
from earmark.store.sql_store import open_store

NOON = 1_700_000_000_000


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
@pytest.mark.parametrize("lost", [False, True], ids=["new", "left by a killed process"])
def test_of_many_at_once_one_does_it(
    kind: str, lost: bool, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    url = (
        request.getfixturevalue("postgres") if kind == "postgres" else f"sqlite:///{tmp_path / 'earmark.db'}"
    )
    with ExitStack() as opened:
        # Each has connections of its own, as processes have.
        stores = [opened.enter_context(closing(open_store(url))) for _ in range(3)]
        with stores[0].writing() as writer:
            ada = writer.listener("Ada")
        if lost:
            stores[0].receipts.claim(ada, "k", b"asked", UnixMs(NOON - 2), UnixMs(NOON - 1))

        def claim(n: int) -> Standing:
            return stores[n % 3].receipts.claim(ada, "k", b"asked", UnixMs(NOON), UnixMs(NOON + 9)).standing

        with ThreadPoolExecutor(8) as pool:
            standings = list(pool.map(claim, range(24)))
    assert standings.count(Standing.OURS) == 1
    assert standings.count(Standing.UNDER_WAY) == 23
