"""What every answer tells browsers: what a page may load, who may frame it, and that nobody keeps what is private.

https://cheatsheetseries.owasp.org/cheatsheets/HTTP_Headers_Cheat_Sheet.html
"""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from earmark.web import cookies

CONTENT: Final = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
ALWAYS: Final = (
    (b"content-security-policy", CONTENT.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    # Not "no-referrer": with that, browsers do not say where our own forms come from, either.
    (b"referrer-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    (b"cross-origin-opener-policy", b"same-origin"),
)
PRIVATE: Final = (b"cache-control", b"no-store")
STATIC: Final = "/static/"
UNCHANGED: Final = (b"cache-control", b"no-cache")
"""What is the same for everybody may be kept, and is asked for again by its tag."""
OVER_HTTPS: Final = (b"strict-transport-security", b"max-age=31536000")


class SecurityHeaders:
    """Adds them, and the cookie of a session that was renewed. Answers are private unless they say otherwise."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        self._https = https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = message["headers"] = [*message["headers"], *ALWAYS]
                named = {name for name, _ in headers}
                if b"cache-control" not in named:
                    headers.append(UNCHANGED if scope["path"].startswith(STATIC) else PRIVATE)
                if self._https or scope["scheme"] == "https":
                    headers.append(OVER_HTTPS)
                renewed = scope.get("state", {}).get("renewed")
                if renewed is not None and b"set-cookie" not in named:
                    answer = Response()
                    cookies.keep_session(Request(scope), answer, renewed)
                    headers += [header for header in answer.raw_headers if header[0] == b"set-cookie"]
            await send(message)

        await self._app(scope, receive, with_headers)
