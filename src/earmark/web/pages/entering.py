"""The pages before one is signed in: the first set-up, and signing in."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from earmark.errors import ConflictError, UnfitError
from earmark.jobs.people import digest, set_up
from earmark.store.people import AccountRecord, Role
from earmark.web.api.problems import ProblemError
from earmark.web.api.who import OurOwn
from earmark.web.auth import Here, account_of_session
from earmark.web.forms import Form
from earmark.web.pages.rendering import page
from earmark.web.service import Service
from earmark.web.signing_in import check_password, sign_in

VOID = ProblemError(
    403,
    "This address makes nobody owner (any more).",
    "Open the one that earmark serve said when it last started.",
)

router = APIRouter(include_in_schema=False)


@router.get("/setup")
def setup(service: Here, key: str = "") -> Response:
    """Choose the name and the password of the first owner."""
    if somebody_owns(service):
        return RedirectResponse("/sign-in", 303)
    if not service.house.store.people.offers_set_up(digest(key)):
        raise VOID
    return page("setup.html", key=key, name="", error="")


@router.post("/setup", dependencies=[OurOwn])
async def make_owner(request: Request, service: Here, form: Form) -> Response:
    """Make the first owner, and sign them in."""
    people = service.house.store.people
    key, name, password = (form.get(field, "") for field in ("key", "name", "password"))
    # Looked at first, so that nobody without it can keep the server busy with hashing.
    if not await run_in_threadpool(people.offers_set_up, digest(key)):
        raise VOID
    try:
        owner = await service.hashing(lambda: set_up(people, key, name.strip(), password))
    except (UnfitError, ConflictError) as error:
        return page("setup.html", 422, key=key, name=name, error=error.what)
    if owner is None:
        raise VOID
    return _signed_in(request, service, owner)


@router.get("/sign-in")
async def ask(request: Request, service: Here) -> Response:
    """Ask for a name and a password."""
    if await account_of_session(request):
        return RedirectResponse("/", 303)
    return page("sign_in.html", name="", error="", owned=await run_in_threadpool(somebody_owns, service))


@router.post("/sign-in", dependencies=[OurOwn])
async def enter(request: Request, service: Here, form: Form) -> Response:
    """Sign in."""
    name = form.get("name", "").strip()
    try:
        account = await check_password(request, name, form.get("password", ""))
    except ProblemError as error:
        answer = page("sign_in.html", error.status, name=name, error=error.sentence, owned=True)
        answer.headers.update(error.headers)
        return answer
    if account is None:
        return page(
            "sign_in.html", 401, name=name, error="That name and password do not belong together.", owned=True
        )
    return _signed_in(request, service, account)


def somebody_owns(service: Service) -> bool:
    """Whether there is an owner."""
    return any(one.role is Role.OWNER for one in service.house.store.people.accounts())


def _signed_in(request: Request, service: Service, account: AccountRecord) -> Response:
    answer = RedirectResponse("/", 303)
    sign_in(request, answer, account, service.sessions.begin(account, service.now()))
    return answer
