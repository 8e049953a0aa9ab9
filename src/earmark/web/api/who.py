"""Who asks, and whether the listener that a path names is them."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from earmark.store.people import AccountRecord
from earmark.web.api.problems import ProblemError
from earmark.web.auth import account_of_token, token_of


async def _whoever(request: Request) -> AccountRecord:
    token = token_of(request)
    account = await account_of_token(request, token) if token else None
    if account is None:
        raise ProblemError(
            401,
            "This needs a valid token.",
            "Send `Authorization: Bearer TOKEN`; see `earmark people token`.",
        )
    return account


def _themselves(listener: str, account: Annotated[AccountRecord, Depends(_whoever)]) -> AccountRecord:
    # "me" saves players from asking who they are; who asks about somebody else is not told whether they exist.
    if listener not in {account.name, str(account.listener), "me"}:
        raise ProblemError(404, f"There is no listener {listener!r} whom you may read.")
    return account


Asking = Annotated[AccountRecord, Depends(_whoever)]
"""Whose token came with the request; 401 without a valid one."""
Themselves = Annotated[AccountRecord, Depends(_themselves)]
"""Whose token came with the request, and whom the path must name: by id, by name or as ``me``; else 401 or 404."""
