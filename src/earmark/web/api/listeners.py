"""A listener: who they are, and what Earmark recommends to them now."""

from __future__ import annotations

from typing import Annotated, Final
from zoneinfo import available_timezones

import msgspec
from fastapi import APIRouter
from msgspec import Meta
from starlette.requests import Request
from starlette.responses import Response

from earmark.jobs.live import Ask, Recommendations
from earmark.web.api import API
from earmark.web.api.described import described
from earmark.web.api.documents import body
from earmark.web.api.problems import ProblemError
from earmark.web.api.who import Themselves, whose
from earmark.web.auth import Here, service_of
from earmark.web.quick import QuickRoute, WholeNumber
from earmark.web.replies import reply

MOST: Final = 500

router = APIRouter(tags=["Listeners"])


class Listener(msgspec.Struct, frozen=True):
    """Somebody for whom music is made. ``time_zone`` is an IANA name."""

    id: int
    name: str
    role: str
    time_zone: str
    listens: int


@router.get("/listeners/{listener}", **described(Listener, problems=(404,)))
def listener(account: Themselves, service: Here) -> Response:
    """Who they are."""
    store = service.house.store
    known = store.find_listener(account.name)
    count = store.scrobbles.count(account.listener)
    return reply(Listener(known.id, known.name, account.role, known.time_zone, count))


class ListenerChange(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a listener wants changed."""

    time_zone: Annotated[str, Meta(max_length=100)]


@router.patch("/listeners/{listener}", **described(Listener, takes=ListenerChange, problems=(400, 404, 413)))
def change(
    account: Themselves, change: Annotated[ListenerChange, body(ListenerChange)], service: Here
) -> Response:
    """Say where they live: mixes come, and days are counted, in the time of that place."""
    if change.time_zone not in available_timezones():
        raise ProblemError(
            422,
            f"{change.time_zone!r} is not a time zone.",
            "Write it as Region/City, such as Europe/Berlin, or UTC.",
        )
    with service.house.store.writing() as writer:
        writer.set_time_zone(account.listener, change.time_zone)
    return listener(account, service)


async def recommendations(request: Request) -> Response:
    """Songs for the listener as they are now: every play, skip and verdict counts from the moment that it is stored.

    A ``seed`` draws another good selection; the same one draws the same.
    """
    listener = await whose(request, request.path_params["listener"])
    limit, seed = LIMIT.of(request), SEED.of(request)
    service = service_of(request)
    told = await service.recommendations.ask(Ask(listener, limit, seed))
    service.metrics.recommended(listener)
    return Response(told, media_type="application/json")


LIMIT: Final = WholeNumber("limit", 1, MOST, default=30)
SEED: Final = WholeNumber("seed", 0, (1 << 63) - 1, default=None)
RECOMMENDATIONS: Final = QuickRoute(
    "GET",
    f"{API}/listeners/{{listener}}/recommendations",
    recommendations,
    parameters=(LIMIT, SEED),
    tags=("Listeners",),
    **described(Recommendations, problems=(404, 409)),
)
