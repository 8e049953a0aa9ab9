"""Requests that another site makes a browser send, with the cookies that it keeps for us (CSRF).

A browser says where a request comes from: by ``Sec-Fetch-Site``, or, where it does not trust the connection so far, by
``Origin``. Beyond that, whoever changes something by a session must show the token of that session, which another site
cannot read. Requests with an API token of their own need neither: no browser adds one by itself.
https://developer.mozilla.org/en-US/docs/Web/Security/Attacks/CSRF
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from starlette.requests import Request

from earmark.web.api.problems import ProblemError
from earmark.web.forms import form_of, is_form
from earmark.web.service import Service
from earmark.web.sessions import Session

SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
HEADER: Final = "X-CSRF-Token"
FIELD: Final = "csrf"


async def see_that_it_is_ours(request: Request) -> None:
    """See that no other site made the browser send this.

    Raises:
        ProblemError: 403, one did.
    """
    if request.method not in SAFE and not _from_here(request):
        raise ProblemError(403, "This came from another site.", "Open Earmark's own page and do it there.")


async def see_that_it_is_meant(request: Request, session: Session) -> None:
    """See that what changes something by a session comes from who is signed in.

    Raises:
        ProblemError: 403, it does not.
    """
    if request.method in SAFE:
        return
    await see_that_it_is_ours(request)
    service: Service = request.app.state.service
    token = request.headers.get(HEADER)
    if token is None and is_form(request):
        token = (await form_of(request)).get(FIELD)
    if token is None or not service.sessions.holds(session, token):
        raise ProblemError(
            403,
            f"This needs the session's token, in {HEADER}.",
            "Ask `GET /api/v1/session` for it, or reload the page.",
        )


def _from_here(request: Request) -> bool:
    fetched = request.headers.get("sec-fetch-site")
    if fetched is not None:
        return fetched in {"same-origin", "none"}
    origin = request.headers.get("origin")
    # The scheme is not compared: a proxy between may speak https to the browser and http to us.
    return origin is None or urlsplit(origin).netloc.lower() == request.headers.get("host", "").lower()
