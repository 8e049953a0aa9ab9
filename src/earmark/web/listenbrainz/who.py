"""Who asks, and whether the listener that a path names is them: everybody reads only their own."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from earmark.store.people import AccountRecord
from earmark.web.auth import account_of_token, token_of
from earmark.web.listenbrainz.errors import ApiError


async def whoever(request: Request) -> AccountRecord:
    """Whose token came with the request.

    Raises:
        ApiError: 401, without a valid one.
    """
    token = token_of(request)
    if token is None:
        raise ApiError(401, "You need to provide an Authorization header.")
    account = await account_of_token(request, token)
    if account is None:
        raise ApiError(401, "Invalid authorization token.")
    return account


async def _themselves(user: str, account: Annotated[AccountRecord, Depends(whoever)]) -> AccountRecord:
    # Who asks about somebody else is not told whether they exist.
    if user != account.name:
        raise ApiError(404, f"Cannot find user: {user}")
    return account


Asking = Annotated[AccountRecord, Depends(whoever)]
"""Whose token came with the request; 401 without a valid one."""
Themselves = Annotated[AccountRecord, Depends(_themselves)]
"""The same, whom the path must name; else 404."""
