"""How often a client may ask, told in the headers that clients of ListenBrainz read.

Some players compare the names of these headers letter by letter, and some drop a play for good when it is answered
429. So names are sent in exactly this case, and telling of plays is never refused.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import Final

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from earmark.web.listenbrainz.errors import ApiError

LIMIT: Final = 300
"""Requests in a window."""
WINDOW_S: Final = 10
MOST_CLIENTS: Final = 100_000
NEVER_REFUSED: Final = "/submit-listens"


class _AsWritten(bytes):
    """A header's name that stays as it is written: servers put names into small letters before they send them."""

    def lower(self) -> _AsWritten:
        """Itself."""
        return self


class Windows:
    """How often each client has asked in the window of time that is open, the last `MOST_CLIENTS` of them."""

    def __init__(self) -> None:
        self._used: OrderedDict[object, tuple[int, int]] = OrderedDict()

    def count(self, client: object, until: int) -> int:
        """Count a request in the window that closes then; returns how many there were in it."""
        last, used = self._used.get(client, (until, 0))
        used = used + 1 if last == until else 1
        self._used[client] = (until, used)
        self._used.move_to_end(client)
        while len(self._used) > MOST_CLIENTS:
            self._used.popitem(last=False)
        return used


class RateLimits:
    """Counts requests by token, or by address where there is none, and writes the headers."""

    def __init__(self, app: ASGIApp, prefixes: tuple[str, ...], windows: Windows) -> None:
        self._app = app
        self._prefixes = prefixes
        self._windows = windows

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] != "http" or not scope["path"].startswith(self._prefixes):
            await self._app(scope, receive, send)
            return
        now = int(time.time())
        reset = now - now % WINDOW_S + WINDOW_S
        remaining = LIMIT - self._windows.count(_client(scope), reset)
        told = [
            (_AsWritten(b"X-RateLimit-Limit"), str(LIMIT).encode()),
            (_AsWritten(b"X-RateLimit-Remaining"), str(max(remaining, 0)).encode()),
            (_AsWritten(b"X-RateLimit-Reset-In"), str(reset - now).encode()),
            (_AsWritten(b"X-RateLimit-Reset"), str(reset).encode()),
        ]

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *told]
            await send(message)

        if remaining < 0 and not scope["path"].rstrip("/").endswith(NEVER_REFUSED):
            refusal = ApiError(
                429, "You have exceeded your rate limit. See the X-RateLimit-* response headers."
            )
            await refusal.response()(scope, receive, with_headers)
        else:
            await self._app(scope, receive, with_headers)


def _client(scope: Scope) -> object:
    for name, value in scope["headers"]:
        if name == b"authorization":
            return value
    return (scope.get("client") or ("",))[0]
