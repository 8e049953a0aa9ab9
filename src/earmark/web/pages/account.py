"""Your account: the tokens of your players, your password, and for owners, people."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Mapping
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from earmark.errors import ConflictError, UnfitError, UnknownNameError
from earmark.jobs.people import LEAST_LETTERS, LONGEST_NAME, new_token
from earmark.store.people import Role
from earmark.store.port import ListenerId
from earmark.web.api.people import add_person, change_person
from earmark.web.api.problems import ProblemError
from earmark.web.api.who import Asking, Owner, session_of
from earmark.web.auth import Here
from earmark.web.cookies import over_https
from earmark.web.forms import Form
from earmark.web.pages.rendering import page
from earmark.web.signing_in import change_password, sign_in, sign_out

DONE: Final = {
    "revoked": "The token is revoked: whatever has it is shut out.",
    "password": "Your password is changed, and you are signed out everywhere else.",
    "added": "They may sign in now.",
    "role": "The role is changed.",
    "set": "Their password is set, and their sessions have ended.",
}
"""What the page says when something was done."""

router = APIRouter(include_in_schema=False)


class _Account:
    """The page of whoever asks."""

    def __init__(self, request: Request, account: Asking, service: Here) -> None:
        self.request, self.account, self.service = request, account, service
        self.people = service.house.store.people

    def shown(self, status: int = 200, **told: str) -> Response:
        """As things are now. ``told`` may be a token that was just made, what was done, or an error."""
        session = session_of(self.request)
        facts: dict[str, Any] = {"token": "", "called": "", "done": "", "error": ""}
        return page(
            "account.html",
            status,
            account=self.account,
            csrf="" if session is None else self.service.sessions.token(session),
            tokens=[
                (one.name, dt.datetime.fromtimestamp(one.made_at / 1_000, dt.UTC))
                for one in self.people.tokens(self.account.listener)
            ],
            address=_address(self.request),
            people=self.people.accounts() if self.account.role is Role.OWNER else [],
            roles=list(Role),
            least_letters=LEAST_LETTERS,
            longest_name=LONGEST_NAME,
            **facts | told,
        )

    async def refused(self, status: int, error: str) -> Response:
        """As things are, and why they stayed so."""
        return await run_in_threadpool(self.shown, status, error=error)

    async def after(self, done: str, work: Awaitable[object]) -> Response:
        """The page anew when the work is done, or why it was not."""
        try:
            await work
        except (UnfitError, ConflictError, UnknownNameError) as error:
            return await self.refused(422, error.what)
        except ProblemError as error:
            return await self.refused(error.status, error.sentence)
        return RedirectResponse(f"/?done={done}", 303)


Account = Annotated[_Account, Depends()]


@router.get("/")
def account(account: Account, done: str = "") -> Response:
    """Who you are, and what is yours."""
    return account.shown(done=DONE.get(done, ""))


@router.post("/tokens")
async def make_token(account: Account, form: Form) -> Response:
    """Make a token, and show it this once."""
    called = form.get("name", "").strip()
    try:
        token = await run_in_threadpool(new_token, account.people, account.account.name, called)
    except (UnfitError, ConflictError) as error:
        return await account.refused(422, f"{error.what} {error.remedy}")
    return await run_in_threadpool(account.shown, 201, token=token, called=called)


@router.post("/tokens/revoke")
async def revoke(account: Account, form: Form) -> Response:
    """Take a token back."""
    work = run_in_threadpool(account.people.revoke, account.account.listener, form.get("name", ""))
    return await account.after("revoked", work)


@router.post("/password")
async def own_password(account: Account, form: Form) -> Response:
    """Change your password by the one before it; this browser stays signed in."""
    current, new = form.get("current", ""), form.get("password", "")
    try:
        changed = await change_password(account.request, account.account, current, new)
    except UnfitError as error:
        return await account.refused(422, error.what)
    except ProblemError as error:
        return await account.refused(error.status, error.sentence)
    if changed is None:
        return await account.refused(403, "That is not your present password; nothing was changed.")
    answer = RedirectResponse("/?done=password", 303)
    service = account.service
    sign_in(account.request, answer, changed, service.sessions.begin(changed, service.now()))
    return answer


@router.post("/sign-out")
async def leave(account: Account, form: Form) -> Response:
    """Sign out here, or everywhere."""
    answer = RedirectResponse("/sign-in", 303)
    await sign_out(account.request, answer, account.account, everywhere="everywhere" in form)
    return answer


@router.post("/people")
async def add(account: Account, _: Owner, form: Form) -> Response:
    """Let somebody sign in."""
    name, password = form.get("name", "").strip(), form.get("password", "")
    work = add_person(account.service, name, _role(form.get("role", "")), password or None)
    return await account.after("added", work)


@router.post("/people/role")
async def change_role(account: Account, owner: Owner, form: Form) -> Response:
    """Change what somebody may do."""
    work = change_person(account.service, owner, _listener(form), role=_role(form.get("role", "")))
    return await account.after("role", work)


@router.post("/people/password")
async def set_password(account: Account, owner: Owner, form: Form) -> Response:
    """Set somebody else's password."""
    work = change_person(account.service, owner, _listener(form), password=form.get("password", ""))
    return await account.after("set", work)


def _listener(form: Mapping[str, str]) -> ListenerId:
    number = form.get("listener", "")
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise ProblemError(400, "No listener is named.")
    return ListenerId(int(number))


def _role(name: str) -> Role:
    if name not in list(Role):
        raise ProblemError(400, f"{name!r} is not a role.")
    return Role(name)


def _address(request: Request) -> str:
    """Where the browser reaches us, and players may."""
    return f"{'https' if over_https(request) else request.url.scheme}://{request.url.netloc}"
