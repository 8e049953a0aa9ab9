"""Signing in and out, for programs and pages alike."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from earmark.jobs.people import hashed, signed_in
from earmark.jobs.signing_in import TooManyAttemptsError
from earmark.store.people import AccountRecord
from earmark.web import cookies
from earmark.web.api.problems import ProblemError
from earmark.web.auth import service_of
from earmark.web.sessions import Session


async def check_password(request: Request, name: str, password: str) -> AccountRecord | None:
    """The account that a name and a password open, or None; takes as long for a name that nobody has.

    Raises:
        ProblemError: 429, too many attempts; whether there is such a name makes no difference.
    """
    service = service_of(request)
    address = request.client.host if request.client else ""
    cookie = request.cookies.get(cookies.name(request, cookies.BROWSER), "")
    browser = service.sessions.browser_of(cookie, name)
    try:
        counted = await run_in_threadpool(service.signing_in.begin, name, address, browser, service.now())
    except TooManyAttemptsError as error:
        raise ProblemError(429, error.what, error.remedy, retry_after_s=error.wait_s) from error
    people = service.house.store.people
    account = await service.hashing(lambda: signed_in(people, name, password))
    if account is not None:
        await run_in_threadpool(service.signing_in.succeeded, counted)
    return account


def sign_in(request: Request, answer: Response, account: AccountRecord, session: Session) -> None:
    """Have the browser keep a session with this answer, and that this name has signed in there."""
    cookies.keep_session(request, answer, session)
    browser = service_of(request).sessions.browser(account.name)
    cookies.keep(request, answer, cookies.BROWSER, browser, cookies.BROWSER_LASTS_S)


async def sign_out(request: Request, answer: Response, account: AccountRecord, *, everywhere: bool) -> None:
    """Have the browser forget the session; ``everywhere`` ends all that the account has."""
    if everywhere:
        await run_in_threadpool(service_of(request).house.store.people.end_sessions, account.listener)
    cookies.drop(request, answer, cookies.SESSION)


async def change_password(
    request: Request, account: AccountRecord, current: str, new: str
) -> AccountRecord | None:
    """Change a password by the one before it, and end all sessions.

    Returns:
        The account as it is now; None where that was not the password.

    Raises:
        UnfitError: the new one is too short or too long.
        ProblemError: 429, too many attempts.
    """
    if await check_password(request, account.name, current) is None:
        return None
    service = service_of(request)
    people = service.house.store.people
    password = await service.hashing(lambda: hashed(new))

    def change() -> AccountRecord | None:
        people.change(account.listener, password=password)
        return people.of_listener(account.listener)

    return await run_in_threadpool(change)
