"""A few passwords at once, and not without end."""

from __future__ import annotations

import asyncio
import threading

import pytest

from earmark.web.api.problems import ProblemError
from earmark.web.hashing import AT_ONCE, MOST_WAITING, Hashing


def test_a_few_are_hashed_at_once_some_wait_and_more_are_sent_away() -> None:
    go, at_work, most = threading.Event(), 0, 0
    counting = threading.Lock()

    def work() -> str:
        nonlocal at_work, most
        with counting:
            at_work += 1
            most = max(most, at_work)
        assert go.wait(30)
        with counting:
            at_work -= 1
        return "done"

    async def all_at_once() -> list[str | BaseException]:
        hashing = Hashing()
        begun = [asyncio.create_task(hashing(work)) for _ in range(AT_ONCE + MOST_WAITING)]
        # One round of the loop: as many are at work as may, and the others wait.
        await asyncio.sleep(0)
        with pytest.raises(ProblemError, match="Too many people are signing in") as raised:
            await hashing(work)
        assert (raised.value.status, raised.value.headers) == (503, {"retry-after": "5"})
        go.set()
        return await asyncio.gather(*begun, return_exceptions=True)

    assert asyncio.run(all_at_once()) == ["done"] * (AT_ONCE + MOST_WAITING)
    assert most <= AT_ONCE
