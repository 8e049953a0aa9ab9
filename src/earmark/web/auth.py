"""Who is asking: by a token in the ``Authorization`` header, whose scheme clients write in any case."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Depends
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from earmark.store.people import AccountRecord
from earmark.web.service import Service

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
    bearers = service_of(request).bearers
    known, account = bearers.remembered(token)
    return account if known else await run_in_threadpool(bearers.find, token)
