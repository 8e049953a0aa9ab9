"""What every request works with: the house, the inbox of plays, and who is asking."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Final

from earmark.jobs.house import House
from earmark.jobs.inbox import Inbox
from earmark.jobs.live import Ask, Live
from earmark.jobs.people import digest
from earmark.jobs.signing_in import SigningIn
from earmark.listening.listens import UnixMs, clock
from earmark.store.people import AccountRecord
from earmark.web.config import ServeConfig
from earmark.web.hashing import Hashing
from earmark.web.metrics import Metrics
from earmark.web.sessions import Sessions
from earmark.web.together import Together

REMEMBERED_S: Final = 1.0
"""For so long the owner of a token is not looked up again: a revoked one is shut out within this."""
MOST_REMEMBERED: Final = 100_000


class Bearers:
    """Whose tokens are whose, looked up at most once a second each, and together where many come at once."""

    def __init__(self, house: House) -> None:
        self._people = house.store.people
        self._known: OrderedDict[bytes, tuple[float, AccountRecord | None]] = OrderedDict()
        self._asked: Together[bytes, AccountRecord | None] = Together(self._found, "tokens")

    async def find(self, token: str) -> AccountRecord | None:
        """Whose token this is, or None."""
        key = digest(token)
        known = self._known.get(key)
        if known is not None and known[0] > time.monotonic():
            return known[1]
        account = await self._asked.ask(key)
        self._known[key] = (time.monotonic() + REMEMBERED_S, account)
        self._known.move_to_end(key)
        while len(self._known) > MOST_REMEMBERED:
            self._known.popitem(last=False)
        return account

    def close(self) -> None:
        """Answer what was asked so far, and end."""
        self._asked.close()

    def _found(self, digests: Sequence[bytes]) -> list[AccountRecord | Exception | None]:
        found = self._people.of_tokens(list(set(digests)))
        return [found.get(one) for one in digests]


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
        self.recommendations: Together[Ask, bytes] = Together(self._recommended, "recommendations")
        self.sessions = Sessions(house.signing_key.derived, house.sign_in.days)
        self.signing_in = SigningIn(house.store.attempts, house.signing_key.derived("attempts"))
        self.hashing = Hashing()

    def _recommended(self, asks: Sequence[Ask]) -> list[bytes | Exception]:
        answers = self.live.recommend(asks)
        return [one if isinstance(one, Exception) else one.document() for one in answers]

    def close(self) -> None:
        """Answer what was asked so far, and ask no more."""
        self.recommendations.close()
        self.bearers.close()
