"""Who is asking: by a token in the ``Authorization`` header, whose scheme clients write in any case."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import Depends
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from earmark.store.people import AccountRecord
from earmark.web.edge import NOTED
from earmark.web.service import Service

_SCHEMES: Final = frozenset({"token", "bearer"})


def service_of(request: Request) -> Service:
    """What requests of this application work with."""
    service: Service = request.app.state.service
    return service


def token_of(request: Request) -> str | None:
    """The token that came with the request, or None."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() in _SCHEMES and token.strip() else None


Here = Annotated[Service, Depends(service_of)]
"""What the request works with."""


async def account_of_token(request: Request, token: str) -> AccountRecord | None:
    """Whose token it is, or None."""
    bearers = service_of(request).bearers
    known, account = bearers.remembered(token)
    if not known:
        account = await run_in_threadpool(bearers.find, token)
    if account is not None:
        request.scope[NOTED].listener = account.listener
    return account
