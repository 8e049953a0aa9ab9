"""Questions answered together: each gets its own answer, whatever the others get."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import pytest

from earmark.web.together import MOST_TOGETHER, Together


class Squares:
    """Answers with squares, remembers what was asked together, and waits to begin until it is let go."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.go = threading.Event()

    def __call__(self, questions: Sequence[int]) -> list[int | Exception]:
        assert self.go.wait(30)
        self.batches.append(list(questions))
        if 1_313 in questions:
            raise RuntimeError("all of this batch")
        return [ValueError(f"{one} is negative") if one < 0 else one * one for one in questions]


@contextmanager
def squares() -> Iterator[tuple[Squares, Together[int, int]]]:
    answer = Squares()
    together = Together(answer, "squares")
    try:
        yield answer, together
    finally:
        answer.go.set()
        together.close()


def test_whoever_asks_meanwhile_is_answered_together() -> None:
    async def ask(answer: Squares, together: Together[int, int]) -> list[int]:
        waiting = [together.ask(one) for one in range(200)]
        answer.go.set()
        return await asyncio.gather(*waiting)

    with squares() as (answer, together):
        assert asyncio.run(ask(answer, together)) == [one * one for one in range(200)]
    sizes = [len(batch) for batch in answer.batches]
    assert sum(sizes) == 200
    # The first was taken by itself or with others; all that waited behind it came in as few batches as may be.
    assert len(sizes) <= 2 + 200 // MOST_TOGETHER
    assert max(sizes) == MOST_TOGETHER


def test_an_error_reaches_who_asked_and_the_next_are_answered() -> None:
    async def ask(answer: Squares, together: Together[int, int]) -> None:
        answer.go.set()
        found = await asyncio.gather(*(together.ask(one) for one in (2, -1, 3)), return_exceptions=True)
        assert found[::2] == [4, 9]
        assert isinstance(found[1], ValueError)
        with pytest.raises(RuntimeError, match="all of this batch"):
            await together.ask(1_313)
        assert await together.ask(5) == 25

    with squares() as (answer, together):
        asyncio.run(ask(answer, together))


def test_who_has_gone_is_passed_over() -> None:
    async def ask(answer: Squares, together: Together[int, int]) -> int:
        gone, stays = together.ask(2), together.ask(3)
        gone.cancel()
        answer.go.set()
        return await stays

    with squares() as (answer, together):
        assert asyncio.run(ask(answer, together)) == 9
