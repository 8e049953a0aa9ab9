"""Plays as players tell of them: many tellings, one transaction.

A transaction costs the same for one play as for thousands, so whoever tells of plays while one is being written
waits for the next, which takes all that came meanwhile (group commit). Where several tell at once, the next transaction
is begun only when those who were just answered had time to tell again: otherwise it would take the few who came first,
and be in the way of reading what the others say. What is answered for has been committed: a telling that was
acknowledged survives a kill at any moment.
"""

from __future__ import annotations

import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Final

from earmark.errors import EarmarkError, StoreError
from earmark.listening.listens import Listen, Origin
from earmark.store.port import ListenerId, Store

SCROBBLES: Final = Origin("scrobbles", 1_000)
MOST_TOGETHER: Final = 20_000
"""Plays in one transaction: about half a second's work, for which the next ones wait."""
LONGEST_PAUSE_S: Final = 0.05
"""Between two transactions."""


@dataclass(frozen=True, eq=False)
class _Telling:
    listener: ListenerId
    listens: Sequence[Listen]
    origin: Origin
    stored: Future[None] = field(default_factory=Future)


class Inbox:
    """Takes plays from any thread, and writes them from one.

    Args:
        store: where they are written.
        committed: is told how many seconds each transaction took, from the thread that writes.
    """

    def __init__(self, store: Store, committed: Callable[[float], None] = lambda _: None) -> None:
        self._store = store
        self._committed = committed
        self._waiting: queue.SimpleQueue[_Telling | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="inbox", daemon=True)
        self._lately: deque[set[ListenerId]] = deque(maxlen=2)
        """Who told in the last transactions."""
        self._expected = 0
        self._enough = threading.Event()
        self._took_s = 0.0
        self._open = False
        self._opening = threading.Lock()

    def __enter__(self) -> Inbox:
        self._open = True
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._opening:
            self._open = False
            self._waiting.put(None)
        self._thread.join()

    def tell(
        self, listener: ListenerId, listens: Sequence[Listen], origin: Origin = SCROBBLES
    ) -> Future[None]:
        """Hand plays over; the result comes when they are stored.

        The result raises StoreError if the database refuses, or the listener is no more.

        Raises:
            EarmarkError: the service is stopping.
        """
        telling = _Telling(listener, listens, origin)
        with self._opening:
            if not self._open:
                raise EarmarkError("Earmark is stopping.", "Tell it again in a moment.")
            self._waiting.put(telling)
        if self._waiting.qsize() >= self._expected:
            self._enough.set()
        return telling.stored

    def _run(self) -> None:
        while (first := self._waiting.get()) is not None:
            self._let_others_come()
            together, last = [first], False
            n = len(first.listens)
            while n < MOST_TOGETHER and not self._waiting.empty():
                telling = self._waiting.get()
                if telling is None:
                    last = True
                    break
                together.append(telling)
                n += len(telling.listens)
            self._write(together)
            if last:
                return

    def _let_others_come(self) -> None:
        """Wait until as many tell as did lately, or nobody came for a quarter of what a transaction takes."""
        self._expected = len(set().union(*self._lately)) - 1
        self._enough.clear()
        begun, came = time.perf_counter(), -1
        while came < self._waiting.qsize() < self._expected:
            came = self._waiting.qsize()
            left = LONGEST_PAUSE_S - (time.perf_counter() - begun)
            if left <= 0 or self._enough.wait(min(self._took_s / 4, left)):
                return

    def _write(self, together: list[_Telling]) -> None:
        try:
            there = self._stored(together)
        # Whoever waits must hear of it, whatever it is, and the next ones must still be served.
        except Exception as error:  # noqa: BLE001
            if len(together) == 1 or isinstance(error, StoreError):
                for telling in together:
                    telling.stored.set_exception(error)
            else:
                # One that cannot be stored must not take the others with it.
                for telling in together:
                    self._write([telling])
            return
        for telling in together:
            if telling.listener in there:
                telling.stored.set_result(None)
            else:
                telling.stored.set_exception(
                    StoreError("The listener was forgotten.", "Nothing was stored; sign in as somebody else.")
                )

    def _stored(self, together: list[_Telling]) -> set[ListenerId]:
        begun = time.perf_counter()
        with self._store.writing() as writer:
            there = writer.present({telling.listener for telling in together})
            for telling in together:
                if telling.listener in there:
                    writer.add_listens(
                        [telling.listener] * len(telling.listens), telling.listens, telling.origin
                    )
        self._took_s = time.perf_counter() - begun
        self._lately.append({telling.listener for telling in together})
        self._committed(self._took_s)
        return there
