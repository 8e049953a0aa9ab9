"""A listener: who they are, and what Earmark recommends to them now."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from fastapi import APIRouter, Query
from starlette.responses import Response

from earmark.web.api.who import Themselves
from earmark.web.auth import Here
from earmark.web.replies import reply

MOST: Final = 500

router = APIRouter(tags=["Listeners"])


class Listener(msgspec.Struct):
    """Somebody for whom music is made."""

    id: int
    name: str
    role: str
    time_zone: str
    listens: int


@router.get("/listeners/{listener}")
def listener(account: Themselves, service: Here) -> Response:
    """Who they are."""
    store = service.house.store
    known = store.find_listener(account.name)
    count = store.scrobbles.count(account.listener)
    return reply(Listener(known.id, known.name, account.role, known.time_zone, count))


@router.get("/listeners/{listener}/recommendations")
def recommendations(
    account: Themselves,
    service: Here,
    limit: Annotated[int, Query(ge=1, le=MOST)] = 30,
    seed: Annotated[int | None, Query(ge=0, lt=1 << 63)] = None,
) -> Response:
    """Songs for the listener as they are now: every play, skip and verdict counts from the moment that it is stored.

    A ``seed`` draws another good selection; the same one draws the same.
    """
    known = service.house.store.find_listener(account.name)
    found = service.live.recommend(known, limit, seed)
    service.metrics.recommended(account.listener)
    return reply(found)
