"""Who is asking: by a token in the ``Authorization`` header, whose scheme clients write in any case, or a session."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Depends
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from earmark.store.people import AccountRecord
from earmark.web import cookies
from earmark.web.edge import NOTED
from earmark.web.service import Service
from earmark.web.sessions import Session

_SCHEMES: Final = frozenset({"token", "bearer"})


async def the_service(request: Request) -> Service:
    """What requests of this application work with."""
    return service_of(request)


def service_of(request: Request) -> Service:
    """What requests of this application work with."""
    service: Service = request.app.state.service
    return service


def token_of(request: Request) -> str | None:
    """The token that came with the request, or None."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() in _SCHEMES and token.strip() else None


Here = Annotated[Service, Depends(the_service)]
"""What the request works with."""


async def account_of_token(request: Request, token: str) -> AccountRecord | None:
    """Whose token it is, or None."""
    account = await service_of(request).bearers.find(token)
    if account is not None:
        request.scope[NOTED].listener = account.listener
    return account


async def account_of_session(request: Request) -> tuple[Session, AccountRecord] | None:
    """Who is signed in in the browser that asks, or None. The record is asked each time: a session ends at once."""
    service = service_of(request)
    cookie = request.cookies.get(cookies.name(request, cookies.SESSION), "")
    session = service.sessions.read(cookie, service.now())
    if session is None:
        return None
    account = await run_in_threadpool(service.house.store.people.of_listener, session.listener)
    if account is None or account.epoch != session.epoch:
        return None
    request.scope[NOTED].listener = account.listener
    return session, account
