"""The tokens of a listener's players and programs: their names may be read, they themselves only once."""

from __future__ import annotations

import datetime as dt

import msgspec
from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from earmark.jobs.people import new_token
from earmark.web.api.documents import read_document, takes
from earmark.web.api.who import InPerson
from earmark.web.auth import Here
from earmark.web.replies import reply

router = APIRouter(tags=["Tokens"])


class Token(msgspec.Struct):
    """A token by its name."""

    name: str
    made_at: dt.datetime


class NewToken(msgspec.Struct, forbid_unknown_fields=True):
    """What a token shall be called."""

    name: str


class MadeToken(msgspec.Struct):
    """A token that was just made. It is not told again."""

    name: str
    token: str


@router.get("/listeners/{listener}/tokens")
def tokens(account: InPerson, service: Here) -> Response:
    """What they are called, by name."""
    return reply(
        {
            "tokens": [
                Token(one.name, dt.datetime.fromtimestamp(one.made_at / 1_000, dt.UTC))
                for one in service.house.store.people.tokens(account.listener)
            ]
        }
    )


@router.post("/listeners/{listener}/tokens", status_code=201, openapi_extra=takes(NewToken))
async def make(request: Request, account: InPerson, service: Here) -> Response:
    """Make one."""
    name = (await read_document(request, NewToken)).name
    token = await run_in_threadpool(new_token, service.house.store.people, account.name, name)
    return reply(MadeToken(name, token), 201)


@router.delete("/listeners/{listener}/tokens/{name:path}", status_code=204)
def revoke(name: str, account: InPerson, service: Here) -> Response:
    """Take one back: what has it is shut out within a second."""
    service.house.store.people.revoke(account.listener, name)
    return Response(status_code=204)
