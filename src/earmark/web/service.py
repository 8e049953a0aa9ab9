"""What every request works with: the house, the inbox of plays, and who is asking."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from earmark.jobs.house import House
from earmark.jobs.inbox import Inbox
from earmark.jobs.live import Live
from earmark.jobs.people import digest
from earmark.listening.listens import UnixMs
from earmark.store.people import AccountRecord
from earmark.web.config import ServeConfig
from earmark.web.metrics import Metrics

REMEMBERED_S: Final = 1.0
"""For so long the owner of a token is not looked up again: a revoked one is shut out within this."""
MOST_REMEMBERED: Final = 100_000


def clock() -> UnixMs:
    """Now."""
    return UnixMs(time.time_ns() // 1_000_000)


class Bearers:
    """Whose tokens are whose, looked up at most once a second each."""

    def __init__(self, house: House) -> None:
        self._people = house.store.people
        self._known: OrderedDict[bytes, tuple[float, AccountRecord | None]] = OrderedDict()
        self._lock = threading.Lock()

    def remembered(self, token: str) -> tuple[bool, AccountRecord | None]:
        """Whether the answer is known, and the answer; takes no time."""
        known = self._known.get(digest(token))
        if known is None or known[0] < time.monotonic():
            return False, None
        return True, known[1]

    def find(self, token: str) -> AccountRecord | None:
        """Whose token this is, or None; asks the record if it must."""
        there, account = self.remembered(token)
        if there:
            return account
        key = digest(token)
        account = self._people.of_token(key)
        with self._lock:
            self._known[key] = (time.monotonic() + REMEMBERED_S, account)
            self._known.move_to_end(key)
            while len(self._known) > MOST_REMEMBERED:
                self._known.popitem(last=False)
        return account


class Service:
    """A house, open to the web."""

    def __init__(
        self,
        house: House,
        inbox: Inbox,
        now: Callable[[], UnixMs] = clock,
        config: ServeConfig = ServeConfig(),
        metrics: Metrics | None = None,
    ) -> None:
        self.house = house
        self.inbox = inbox
        self.now = now
        self.config = config
        self.metrics = metrics or Metrics(house)
        self.bearers = Bearers(house)
        self.live = Live(house)
