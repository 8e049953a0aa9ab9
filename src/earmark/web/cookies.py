"""Cookies: sent back to this site alone, never readable by scripts, over https only where they came over https."""

from __future__ import annotations

from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from earmark.web.service import Service
from earmark.web.sessions import Session

SESSION: Final = "earmark-session"
BROWSER: Final = "earmark-browser"
BROWSER_LASTS_S: Final = 400 * 86_400
"""As long as browsers keep any."""


def over_https(request: Request) -> bool:
    """Whether the browser sees https."""
    service: Service = request.app.state.service
    return service.house.sign_in.https or request.url.scheme == "https"


def name(request: Request, of: str) -> str:
    """The cookie's name: over https one that no neighbouring site can set (``__Host-``, RFC 6265bis)."""
    return f"__Host-{of}" if over_https(request) else of


def keep(request: Request, answer: Response, of: str, value: str, lasts_s: int) -> None:
    """Have the browser keep a value for so long."""
    answer.set_cookie(
        name(request, of),
        value,
        max_age=lasts_s,
        path="/",
        secure=over_https(request),
        httponly=True,
        samesite="lax",
    )


def keep_session(request: Request, answer: Response, session: Session) -> None:
    """Have the browser keep a session."""
    sessions = request.app.state.service.sessions
    keep(request, answer, SESSION, sessions.written(session), sessions.lasts_s)


def drop(request: Request, answer: Response, of: str) -> None:
    """Have the browser forget it."""
    keep(request, answer, of, "", 0)
