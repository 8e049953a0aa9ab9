"""Signing in and out, and who is signed in."""

from __future__ import annotations

from typing import Annotated

import msgspec
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from earmark.store.people import AccountRecord
from earmark.web.api.described import described
from earmark.web.api.documents import body
from earmark.web.api.problems import ProblemError
from earmark.web.api.who import Asking, OurOwn, session_of
from earmark.web.auth import Here
from earmark.web.replies import reply
from earmark.web.service import Service
from earmark.web.sessions import Session
from earmark.web.signing_in import check_password, sign_in, sign_out

router = APIRouter(tags=["Session"])


class SignIn(msgspec.Struct, forbid_unknown_fields=True):
    """A name and its password."""

    name: str
    password: str


class SignedIn(msgspec.Struct):
    """Who asks. ``csrf`` is for the header ``X-CSRF-Token`` of what changes anything; null for who shows a token."""

    id: int
    name: str
    role: str
    csrf: str | None


@router.post(
    "/session",
    dependencies=[OurOwn],
    **described(SignedIn, takes=SignIn, problems=(400, 403, 413, 429)),
)
async def begin(request: Request, service: Here, told: Annotated[SignIn, body(SignIn)]) -> Response:
    """Sign in: the answer's cookie is the session."""
    account = await check_password(request, told.name, told.password)
    if account is None:
        raise ProblemError(401, "There is no such name with that password.")
    session = service.sessions.begin(account, service.now())
    answer = reply(_told(service, account, session))
    sign_in(request, answer, account, session)
    return answer


@router.get("/session", **described(SignedIn))
async def session(request: Request, service: Here, account: Asking) -> Response:
    """Who is signed in, or whose token it is."""
    return reply(_told(service, account, session_of(request)))


@router.delete("/session", **described(status=204, problems=(403,)))
async def end(request: Request, account: Asking, everywhere: bool = False) -> Response:
    """Sign out: the browser forgets the session. ``everywhere`` ends all sessions of the account at once."""
    answer = Response(status_code=204)
    await sign_out(request, answer, account, everywhere=everywhere)
    return answer


def _told(service: Service, account: AccountRecord, session: Session | None) -> SignedIn:
    csrf = None if session is None else service.sessions.token(session)
    return SignedIn(account.listener, account.name, account.role, csrf)
