"""Questions that come at the same time, answered together by one thread.

What was asked while one batch was being answered goes into the next: nobody waits for a batch to fill, and the busier
the service, the less each question costs.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable, Sequence
from typing import Final, Generic, TypeVar

Q = TypeVar("Q")
A = TypeVar("A")
MOST_TOGETHER: Final = 64

Waiting = tuple[Q, "asyncio.Future[A]"]


class Together(Generic[Q, A]):
    """Answers questions from event loops by ``answer``, which gets some at once and returns an answer for each."""

    def __init__(self, answer: Callable[[Sequence[Q]], Sequence[A | Exception]], name: str) -> None:
        self._answer = answer
        self._waiting: queue.SimpleQueue[Waiting[Q, A] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def ask(self, question: Q) -> asyncio.Future[A]:
        """The answer, to be awaited; it may be an error that is raised there."""
        answer: asyncio.Future[A] = asyncio.get_running_loop().create_future()
        self._waiting.put((question, answer))
        return answer

    def close(self) -> None:
        """Answer what was asked so far, and end."""
        self._waiting.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (first := self._waiting.get()) is not None:
            together, last = [first], False
            while len(together) < MOST_TOGETHER and not self._waiting.empty():
                asked = self._waiting.get()
                if asked is None:
                    last = True
                    break
                together.append(asked)
            self._answer_all(together)
            if last:
                return

    def _answer_all(self, together: list[Waiting[Q, A]]) -> None:
        answers: Sequence[A | Exception]
        try:
            answers = self._answer([question for question, _ in together])
        # Whoever waits must hear of it, whatever it is, and the next ones must still be answered.
        except Exception as error:  # noqa: BLE001
            answers = [error] * len(together)
        pairs = [(waiting, one) for (_, waiting), one in zip(together, answers, strict=True)]
        loop = together[0][1].get_loop()
        if not loop.is_closed():
            loop.call_soon_threadsafe(_deliver, pairs)


def _deliver(pairs: Sequence[tuple[asyncio.Future[A], A | Exception]]) -> None:
    for waiting, answer in pairs:
        if waiting.done():
            continue  # Who asked is gone.
        if isinstance(answer, Exception):
            waiting.set_exception(answer)
        else:
            waiting.set_result(answer)
