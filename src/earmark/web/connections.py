"""Connections that cannot be held by saying little: what a request may weigh and how long it may take to arrive.

uvicorn bounds how long a connection may idle between two requests; here, how long and how large a request may be before
the application hears of it (a slow loris: https://www.rfc-editor.org/rfc/rfc9110#section-15.5.9).
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final

from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from earmark.web.config import ServeConfig

LIMITS: Final = "limits"
"""Under which the application's lifespan state holds its `ServeConfig`."""
MOST_HEADER_BYTES: Final = 65_536
_LATE: Final = "The request was not here in time."
_LARGE: Final = "The headers are too large."


class Connection(HttpToolsProtocol):
    """A client's connection. A request that arrives at once costs it no timer."""

    def __init__(
        self,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._limits: ServeConfig = app_state.get(LIMITS, ServeConfig())
        self._deadline: asyncio.TimerHandle | None = None
        self._waits_for_headers = True
        self._arriving = False
        self._size = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Somebody is there, and is to say what they want."""
        super().connection_made(transport)
        self._within(self._limits.header_seconds, self._refuse_late)

    def connection_lost(self, exc: Exception | None) -> None:
        """They left."""
        self._in_time()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """A part of a request, or several requests."""
        waited_for_headers = self._waits_for_headers
        super().data_received(data)
        if self._waits_for_headers:
            self._size += len(data)
            if self._size > MOST_HEADER_BYTES and not self.transport.is_closing():
                self.send_400_response(_LARGE)
        if not self._arriving:
            self._in_time()
        elif self._deadline is None or waited_for_headers != self._waits_for_headers:
            if self._waits_for_headers:
                self._within(self._limits.header_seconds, self._refuse_late)
            else:
                # Twice as long as the application waits: it has refused by then, and this ends what goes on arriving.
                self._within(2 * self._limits.body_seconds, self.transport.abort)

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._arriving = self._waits_for_headers = True
        self._size = 0

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header of it."""
        self._size += len(name) + len(value)
        if self._size > MOST_HEADER_BYTES:
            raise ValueError(_LARGE)
        super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """All its headers are here."""
        self._waits_for_headers = False
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """All of it is."""
        self._arriving = False
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no request, or one that is too large."""
        if self._size > MOST_HEADER_BYTES:
            self._refuse(b"431 Request Header Fields Too Large", _LARGE)
        else:
            super().send_400_response(msg)

    def _refuse_late(self) -> None:
        if self.cycle is not None and not self.cycle.response_complete:
            # What is late is the request after one that is still being answered.
            self._within(self._limits.header_seconds, self._refuse_late)
        else:
            self._refuse(b"408 Request Timeout", _LATE)

    def _refuse(self, status: bytes, why: str) -> None:
        head = b"HTTP/1.1 %b\r\ncontent-type: text/plain\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
        self.transport.write(head % (status, len(why)) + why.encode())
        self.transport.close()

    def _within(self, seconds: float, late: Callable[[], None]) -> None:
        self._in_time()
        self._deadline = self.loop.call_later(seconds, late)

    def _in_time(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
