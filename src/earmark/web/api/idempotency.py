"""A request with an ``Idempotency-Key`` is done once, however often it is told.

As in https://datatracker.ietf.org/doc/draft-ietf-httpapi-idempotency-key-header/: the same key with the same request
gets the same answer again; with another request 422; while the first is under way 409. Keys are a listener's own and
are remembered for a day. What is done under a key must change nothing when it is done again, since a process may be
killed between doing it and noting the answer: see docs/decisions/keys-of-requests.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import ExitStack
from hashlib import sha256
from typing import Annotated, Final

from fastapi import Depends, Header
from starlette.requests import Request
from starlette.responses import Response

from earmark.listening.listens import UnixMs
from earmark.store.people import AccountRecord
from earmark.store.receipts import Standing
from earmark.web.api.documents import Sent
from earmark.web.api.problems import ProblemError
from earmark.web.api.who import Asking
from earmark.web.auth import Here
from earmark.web.openapi import JSON
from earmark.web.service import Service

LEASE_MS: Final = 30_000
"""A request that nobody has answered for so long is taken to have been lost with its process."""
_KEY: Final = re.compile(r'"?([!#-~]{1,200})"?')
"""A string of RFC 9651, whose quotes clients are known to leave out."""

KeyHeader = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="A key of your own making, such as a UUID; new for each new request.",
    ),
]


class KeyedRequest:
    """One request, and the key that it carries."""

    def __init__(self, service: Service, account: AccountRecord, key: str | None, request: bytes) -> None:
        self._service, self._listener, self._key, self._request = service, account.listener, key, request
        self.digest = None if key is None else sha256(key.encode() + request).digest()
        """Of key and request, for what would be made twice if it did not keep this; None without a key."""

    def answer(self, act: Callable[[], Response]) -> Response:
        """What ``act`` answers, or what it answered when the request was made before.

        Raises:
            ProblemError: 422, the key was given to another request; 409, this one is under way.
        """
        if self._key is None:
            return act()
        receipts, now = self._service.house.store.receipts, self._service.now()
        claim = receipts.claim(self._listener, self._key, self._request, now, UnixMs(now + LEASE_MS))
        match claim.standing:
            case Standing.ANOTHER:
                raise ProblemError(
                    422, "This key was given to another request.", "Make a new key for a new request."
                )
            case Standing.UNDER_WAY:
                raise ProblemError(409, "The request with this key is under way.", "Ask again in a moment.")
            case Standing.ANSWERED:
                return Response(claim.answer, claim.status, media_type=JSON)
        with ExitStack() as if_it_fails:
            if_it_fails.callback(receipts.release, self._listener, self._key, claim.ticket)
            answer = act()
            if_it_fails.pop_all()
        receipts.note(self._listener, self._key, claim.ticket, answer.status_code, bytes(answer.body))
        return answer


async def _once(
    request: Request, account: Asking, service: Here, sent: Sent, key: KeyHeader = None
) -> KeyedRequest:
    if key is not None:
        whole = _KEY.fullmatch(key)
        if whole is None:
            raise ProblemError(400, "An Idempotency-Key is 1 to 200 visible ASCII characters.", "Use a UUID.")
        key = whole[1]
    asked = f"{request.method} {request.url.path}?{request.url.query}\n".encode()
    return KeyedRequest(service, account, key, sha256(asked + sent).digest())


Once = Annotated[KeyedRequest, Depends(_once)]
"""Does what is asked once a key, if the request carries one."""
