"""Who may sign in and as what, for owners; and for everybody, their own password."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter, Path
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from earmark.jobs.people import add_account, hashed
from earmark.store.people import AccountRecord, Role
from earmark.store.port import ListenerId
from earmark.web.api.described import described
from earmark.web.api.documents import body
from earmark.web.api.problems import ProblemError
from earmark.web.api.who import InPerson, Owner, session_of
from earmark.web.auth import Here
from earmark.web.replies import reply
from earmark.web.service import Service
from earmark.web.signing_in import change_password, sign_in

RoleName = Literal["owner", "editor", "listener", "service"]

router = APIRouter(tags=["People"])


class Person(msgspec.Struct):
    """Somebody who may sign in. ``password``: they have one; who has none uses tokens only."""

    id: int
    name: str
    role: str
    password: bool


class People(msgspec.Struct):
    """Everyone who may sign in."""

    people: list[Person]


class NewPerson(msgspec.Struct, forbid_unknown_fields=True):
    """Somebody who shall be able to sign in: a new listener, or one whose plays are here already."""

    name: str
    role: RoleName = "listener"
    password: str | None = None


class PersonChange(msgspec.Struct, forbid_unknown_fields=True):
    """What shall change; what is left out stays."""

    role: RoleName | None = None
    password: str | None = None


class PasswordChange(msgspec.Struct, forbid_unknown_fields=True):
    """Somebody's own password."""

    current: str
    password: str


@router.get("/people", **described(People, problems=(403,)))
def people(_: Owner, service: Here) -> Response:
    """Everyone, by name."""
    return reply(People([_told(one) for one in service.house.store.people.accounts()]))


@router.post("/people", **described(Person, status=201, takes=NewPerson, problems=(400, 403, 409, 413)))
async def add(_: Owner, service: Here, told: Annotated[NewPerson, body(NewPerson)]) -> Response:
    """Let somebody sign in."""
    made = await add_person(service, told.name, Role(told.role), told.password)
    return reply(_told(made), 201)


async def add_person(service: Service, name: str, role: Role, password: str | None) -> AccountRecord:
    """Let somebody sign in.

    Raises:
        UnfitError: the name or the password does not fit.
        ConflictError: they have an account, or the name is a community listener's.
    """
    store = service.house.store.people
    return await service.hashing(lambda: add_account(store, name, role, password))


@router.patch(
    "/people/{listener}", **described(Person, takes=PersonChange, problems=(400, 403, 404, 409, 413))
)
async def change(
    listener: Annotated[int, Path(ge=0, lt=1 << 31)],
    owner: Owner,
    service: Here,
    told: Annotated[PersonChange, body(PersonChange)],
) -> Response:
    """Change a role, or set a password for somebody else, which ends their sessions."""
    role = None if told.role is None else Role(told.role)
    changed = await change_person(service, owner, ListenerId(listener), role=role, password=told.password)
    return reply(_told(changed))


async def change_person(
    service: Service,
    owner: AccountRecord,
    listener: ListenerId,
    *,
    role: Role | None = None,
    password: str | None = None,
) -> AccountRecord:
    """Change a role or a password or both.

    Raises:
        ProblemError: 404, they have no account; 409, it is the owner's own password.
        UnfitError: the password does not fit.
        ConflictError: nobody would be owner any more.
    """
    if password is not None and listener == owner.listener:
        raise ProblemError(
            409,
            "Your own password is changed with the one that you have.",
            "PUT /api/v1/listeners/me/password",
        )
    store = service.house.store.people

    def change() -> AccountRecord | None:
        if store.of_listener(listener) is None:
            return None
        store.change(listener, role=role, password=None if password is None else hashed(password))
        return store.of_listener(listener)

    changed = await (run_in_threadpool(change) if password is None else service.hashing(change))
    if changed is None:
        raise ProblemError(404, f"There is no account {listener}.")
    return changed


@router.put(
    "/listeners/{listener}/password",
    **described(status=204, takes=PasswordChange, problems=(400, 403, 404, 413, 429)),
)
async def own_password(
    request: Request,
    account: InPerson,
    service: Here,
    told: Annotated[PasswordChange, body(PasswordChange)],
) -> Response:
    """Change your password by the one before it. All sessions end, but for the one that asks, which begins anew."""
    changed = await change_password(request, account, told.current, told.password)
    if changed is None:
        raise ProblemError(403, "That is not your password.")
    answer = Response(status_code=204)
    if session_of(request) is not None:
        sign_in(request, answer, changed, service.sessions.begin(changed, service.now()))
    return answer


def _told(account: AccountRecord) -> Person:
    return Person(account.listener, account.name, account.role, account.password is not None)
