"""Passwords are hashed off the event loop, a few at a time: each takes 64 MiB and a processor for a while."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

import anyio
from anyio.to_thread import run_sync

from earmark.web.api.problems import ProblemError

AT_ONCE: Final = 2
MOST_WAITING: Final = 16

T = TypeVar("T")


class Hashing:
    """Where hashing is done."""

    def __init__(self) -> None:
        self._limiter = anyio.CapacityLimiter(AT_ONCE)
        self._here = 0

    async def __call__(self, work: Callable[[], T]) -> T:
        """What the work returns, when its turn has come.

        Raises:
            ProblemError: 503, where too many wait already.
        """
        # Counted here, since who has just come is not among those who wait yet.
        if self._here >= AT_ONCE + MOST_WAITING:
            raise ProblemError(503, "Too many people are signing in.", "Try again.", retry_after_s=5)
        self._here += 1
        try:
            return await run_sync(work, limiter=self._limiter)
        finally:
            self._here -= 1
