"""Who asks, and what they may: the one place where roles and whose data it is are looked at.

Whoever asks shows a token or is signed in. Owners and editors do more for all; nobody reads another listener's own but
programs that were let act for everyone.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Annotated, Final

from fastapi import Depends
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from earmark.errors import UnknownNameError
from earmark.listening.listens import UnixMs
from earmark.store.people import AccountRecord, Role
from earmark.store.port import ListenerId
from earmark.web.api.problems import ProblemError
from earmark.web.auth import account_of_session, account_of_token, service_of, token_of
from earmark.web.forgery import see_that_it_is_meant, see_that_it_is_ours
from earmark.web.service import Service
from earmark.web.sessions import Session

_RANKS: Final = (Role.LISTENER, Role.EDITOR, Role.OWNER)
"""Each may what those before it may."""


async def _whoever(request: Request) -> AccountRecord:
    token = token_of(request)
    if token is not None:
        account = await account_of_token(request, token)
        if account is None:
            raise ProblemError(401, "The token is not valid.", "Make one: see `earmark people token`.")
        return account
    signed_in = await account_of_session(request)
    if signed_in is None:
        raise ProblemError(
            401,
            "This needs a valid token, or a session.",
            "Send `Authorization: Bearer TOKEN`, or sign in.",
        )
    session, account = signed_in
    await see_that_it_is_meant(request, session)
    request.state.session = session
    renewed = service_of(request).sessions.renewed(session, service_of(request).now())
    if renewed is not None:
        request.state.renewed = renewed
    return account


Asking = Annotated[AccountRecord, Depends(_whoever)]
"""Whoever shows a token or is signed in; else 401."""


def session_of(request: Request) -> Session | None:
    """The session by which whoever is `Asking` asks; None if it is by a token."""
    session: Session | None = getattr(request.state, "session", None)
    return session


def _is_own(listener: str, account: AccountRecord) -> bool:
    # "me" saves players from asking who they are.
    return listener in {account.name, str(account.listener), "me"}


def _nobody(listener: str) -> ProblemError:
    # Who asks about somebody else is not told whether they exist.
    return ProblemError(404, f"There is no listener {listener!r} whom you may read.")


async def _in_person(listener: str, account: Asking) -> AccountRecord:
    if not _is_own(listener, account):
        raise _nobody(listener)
    return account


async def _themselves(request: Request, listener: str, account: Asking) -> AccountRecord:
    if account.role is Role.SERVICE and not _is_own(listener, account):
        return await run_in_threadpool(_served, service_of(request), listener)
    return await _in_person(listener, account)


def _served(service: Service, listener: str) -> AccountRecord:
    """The listener for whom a program acts, as they would ask themselves."""
    store = service.house.store
    try:
        found = (
            store.listeners([_number(listener)]) if _is_number(listener) else [store.find_listener(listener)]
        )
    except UnknownNameError:
        found = []
    if not found or found[0].community is not None:
        raise _nobody(listener)
    return AccountRecord(found[0].id, found[0].name, Role.LISTENER, None, 0, UnixMs(0))


async def whose(request: Request, listener: str) -> ListenerId:
    """Whom the path names, as `Themselves`, by id alone: for a program that acts for everyone it costs no look-up, and
    need not be anybody's.

    Raises:
        ProblemError: 401 or 404.
    """
    account = await _whoever(request)
    if account.role is Role.SERVICE and _is_number(listener):
        return _number(listener)
    return (await _themselves(request, listener, account)).listener


def _is_number(listener: str) -> bool:
    return listener.isascii() and listener.isdigit() and len(listener) < 10


def _number(listener: str) -> ListenerId:
    return ListenerId(int(listener))


InPerson = Annotated[AccountRecord, Depends(_in_person)]
"""Whoever is asking, whom the path must name: by id, by name or as ``me``; else 404."""
Themselves = Annotated[AccountRecord, Depends(_themselves)]
"""The same, or whomever the path names, if a program asks that acts for everyone."""


def _at_least(role: Role) -> Callable[[AccountRecord], Awaitable[AccountRecord]]:
    async def at_least(account: Asking) -> AccountRecord:
        if account.role not in _RANKS[_RANKS.index(role) :]:
            raise ProblemError(403, f"This is for {role}s; you are {account.role}.")
        return account

    return at_least


Editor = Annotated[AccountRecord, Depends(_at_least(Role.EDITOR))]
"""Whoever is asking and is editor or owner; else 403."""
Owner = Annotated[AccountRecord, Depends(_at_least(Role.OWNER))]
"""Whoever is asking and is owner; else 403."""
OurOwn = Depends(see_that_it_is_ours)
"""For what is asked without a session: that no other site made the browser ask; else 403."""
