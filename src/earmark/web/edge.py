"""The edge of the application: every request passes here first, and every answer last.

Each gets an id, is counted, and gets a line in the log if that is wanted. A body that trickles in or fills the memory
is not waited for. Whatever goes wrong within and was not foreseen ends here: as an answer with status 500, and a line
that says where it happened, but in none of the words of what was asked.
"""

from __future__ import annotations

import asyncio
import logging
import random
import re
import time
from collections.abc import Callable
from http import HTTPStatus
from typing import Any, Final

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from earmark.errors import fault_of
from earmark.web.config import ServeConfig
from earmark.web.metrics import Metrics

RETRY_AFTER_S: Final = 5
"""Whoever comes when the service cannot answer is asked to come again after this."""
GONE: Final = 499
"""What is noted of a request whose client hung up before it was answered."""
NOTED: Final = "earmark.noted"
"""Where in a request's scope its `Noted` is."""

_WELL_FORMED: Final = re.compile(rb"[A-Za-z0-9._-]{1,64}")
_WITHOUT_BODY: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_log: Final = logging.getLogger("earmark.requests")


class Noted:
    """What is known of a request beside its answer."""

    __slots__ = ("id", "listener", "method")

    def __init__(self, id: bytes, method: str) -> None:
        self.id, self.method = id, method
        self.listener: int | None = None
        """Who asked, as soon as that is known."""


class Room:
    """How much of what was sent is held at once, of all requests together."""

    def __init__(self, megabytes: int) -> None:
        self._most = megabytes << 20
        self._held = 0

    def hold(self, size: int) -> None:
        """Account for a part of a body that was read.

        Raises:
            HTTPException: 503, there is no room for more.
        """
        self._held += size
        if self._held > self._most:
            raise HTTPException(503, "Too much is being sent at once. Send it again in a moment.")

    def release(self, size: int) -> None:
        """It is held no more."""
        self._held -= size


class Edge:
    """The outermost layer of the application.

    Args:
        app: what is within.
        config: what is noted, and what is waited for.
        room: for bodies.
        metrics: where requests are counted.
        failed: makes the answer to a path where something unforeseen went wrong.
    """

    def __init__(
        self,
        app: ASGIApp,
        config: ServeConfig,
        room: Room,
        metrics: Metrics,
        failed: Callable[[str], Response],
    ) -> None:
        self._app = app
        self._config = config
        self._room = room
        self._metrics = metrics
        self._failed = failed

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, whatever happens."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        begun = time.perf_counter()
        noted = Noted(_id_of(scope), scope["method"])
        scope[NOTED] = noted
        # Whoever asks for the head only is answered as if they had asked for all; the server leaves the body out.
        inner = {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope
        status = 0

        async def answer(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", noted.id), *_further(status)]
            await send(message)

        body = None
        if inner["method"] not in _WITHOUT_BODY:
            body = _Body(self._room, self._config.body_seconds, scope, receive)
        try:
            await self._app(inner, body or receive, answer)
        except ClientDisconnect:
            status = status or GONE
        # The one place where no narrower class will do: whatever it is, the client is owed an answer.
        except Exception as error:  # noqa: BLE001
            _log.error("fault", extra=_facts(inner, noted) | {"fault": fault_of(error)})
            if not status:
                await self._failed(scope["path"])(scope, receive, answer)
        finally:
            if body:
                self._room.release(body.size)
        self._note(inner, noted, status, time.perf_counter() - begun)

    def _note(self, scope: Scope, noted: Noted, status: int, seconds: float) -> None:
        self._metrics.answered(_route_of(scope), noted.method, status, seconds)
        ms = seconds * 1_000
        if status >= 400 or ms >= self._config.slow_ms or self._config.log_requests == "all":
            level = logging.ERROR if status >= 500 else logging.INFO
            _log.log(level, "request", extra=_facts(scope, noted) | {"status": status, "ms": round(ms, 1)})


class _Body:
    """Receives the body of one request."""

    def __init__(self, room: Room, seconds: float, scope: Scope, receive: Receive) -> None:
        self._room, self._seconds, self._receive = room, seconds, receive
        self._until: float | None = None
        self._whole = False
        self._encoded = any(
            name == b"content-encoding" and value.lower() != b"identity" for name, value in scope["headers"]
        )
        self.size = 0

    async def __call__(self) -> Message:
        """The next part.

        Raises:
            HTTPException: 408, it does not come; 415, it is compressed; 503, there is no room for it.
        """
        if self._whole:
            return await self._receive()
        if self._encoded:
            raise HTTPException(415, "Send the body as it is: no Content-Encoding is understood.")
        if self._until is None:
            self._until = asyncio.get_running_loop().time() + self._seconds
        try:
            async with asyncio.timeout_at(self._until):
                message = await self._receive()
        except TimeoutError:
            raise HTTPException(408, f"The body was not here within {self._seconds:g} s.") from None
        size = len(message.get("body", b""))
        self.size += size
        self._whole = not message.get("more_body", False)
        self._room.hold(size)
        return message


def _id_of(scope: Scope) -> bytes:
    """The client's own id of the request, if it is one, or a new one."""
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _WELL_FORMED.fullmatch(value):
            return bytes(value)
    return b"%016x" % random.getrandbits(64)


def _further(status: int) -> list[tuple[bytes, bytes]]:
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        return [(b"retry-after", b"%d" % RETRY_AFTER_S)]
    # What the client still has to send would be taken for its next request.
    return [(b"connection", b"close")] if status == HTTPStatus.REQUEST_TIMEOUT else []


def _route_of(scope: Scope) -> str:
    """The template of the path: never the path, which names people and what they play."""
    within = scope.get("fastapi", {}).get("effective_route_context") or scope.get("route")
    return getattr(within, "path", None) or "none"


def _facts(scope: Scope, noted: Noted) -> dict[str, Any]:
    return {
        "method": noted.method,
        "route": _route_of(scope),
        "request": noted.id.decode(),
        "listener": noted.listener,
    }
