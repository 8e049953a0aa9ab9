"""The tokens of a listener's players and programs: their names may be read, they themselves only once."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import msgspec
from fastapi import APIRouter
from starlette.responses import Response

from earmark.jobs.people import new_token
from earmark.web.api.described import described
from earmark.web.api.documents import body
from earmark.web.api.who import InPerson
from earmark.web.auth import Here
from earmark.web.replies import reply

router = APIRouter(tags=["Tokens"])


class Token(msgspec.Struct):
    """A token by its name."""

    name: str
    made_at: dt.datetime


class Tokens(msgspec.Struct):
    """All of somebody's."""

    tokens: list[Token]


class NewToken(msgspec.Struct, forbid_unknown_fields=True):
    """What a token shall be called."""

    name: str


class MadeToken(msgspec.Struct):
    """A token that was just made. It is not told again."""

    name: str
    token: str


@router.get("/listeners/{listener}/tokens", **described(Tokens, problems=(404,)))
def tokens(account: InPerson, service: Here) -> Response:
    """What they are called, by name."""
    theirs = service.house.store.people.tokens(account.listener)
    return reply(
        Tokens([Token(one.name, dt.datetime.fromtimestamp(one.made_at / 1_000, dt.UTC)) for one in theirs])
    )


@router.post(
    "/listeners/{listener}/tokens",
    **described(MadeToken, status=201, takes=NewToken, problems=(400, 403, 404, 409, 413)),
)
def make(account: InPerson, service: Here, told: Annotated[NewToken, body(NewToken)]) -> Response:
    """Make one."""
    token = new_token(service.house.store.people, account.name, told.name)
    return reply(MadeToken(told.name, token), 201)


@router.delete("/listeners/{listener}/tokens/{name:path}", **described(status=204, problems=(403, 404)))
def revoke(name: str, account: InPerson, service: Here) -> Response:
    """Take one back: what has it is shut out within a second."""
    service.house.store.people.revoke(account.listener, name)
    return Response(status_code=204)
