"""What clients truly showed, so that the plays that follow can be credited and choices compared."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from fastapi import APIRouter
from msgspec import Meta
from starlette.responses import Response

from earmark.listening.listens import EARLIEST_LISTEN, UnixMs
from earmark.store.exposures import EXPOSURES, RECOMMENDATIONS, Exposure
from earmark.store.port import ItemId
from earmark.web.api.described import described
from earmark.web.api.documents import body
from earmark.web.api.idempotency import Once
from earmark.web.api.music import LARGEST
from earmark.web.api.paging import Page, Paging
from earmark.web.api.problems import ProblemError
from earmark.web.api.who import Themselves
from earmark.web.auth import Here
from earmark.web.replies import reply

MOST_TOGETHER: Final = 1_000
AHEAD_MS: Final = 3_600_000
"""How far a client's clock may be ahead."""

Name = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"^[\w .:/-]+$")]

router = APIRouter(tags=["Exposures"])


class ExposureTold(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One item that was shown once; the words are those of `Exposure`."""

    shown_at: Annotated[int, Meta(ge=EARLIEST_LISTEN, le=1 << 60)]
    slot: Name
    position: Annotated[int, Meta(ge=0, lt=1 << 30)]
    item: Annotated[int, Meta(ge=1, le=LARGEST)]
    policy: Name
    mix: Name = RECOMMENDATIONS
    edition: Name | None = None
    propensity: Annotated[float, Meta(gt=0, le=1)] | None = None
    build: Name | None = None


class ExposuresTold(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What was shown, at most a thousand items."""

    exposures: Annotated[list[ExposureTold], Meta(min_length=1, max_length=MOST_TOGETHER)]


class Noted(msgspec.Struct, frozen=True):
    """``noted`` exposures are on record now, be they told for the first time or again."""

    noted: int


@router.post(
    "/listeners/{listener}/exposures",
    **described(Noted, takes=ExposuresTold, problems=(400, 404, 409, 413)),
)
def tell(
    account: Themselves, told: Annotated[ExposuresTold, body(ExposuresTold)], once: Once, service: Here
) -> Response:
    """Tell what the listener was shown. A place of a slot shows one item at a moment: told again, it is noted once."""

    def note() -> Response:
        store = service.house.store
        known = set(store.items([ItemId(one.item) for one in told.exposures])["item"].to_list())
        for place, one in enumerate(told.exposures):
            if fault := _fault(one, known, service.now()):
                raise ProblemError(422, f"{fault} - at `$.exposures[{place}]`")
        store.exposures.add(account.listener, [_exposure(one) for one in told.exposures])
        return reply(Noted(len(told.exposures)))

    return once.answer(note)


def _fault(one: ExposureTold, known: set[int], now: UnixMs) -> str | None:
    if one.item not in known:
        return f"There is no item {one.item}"
    if (one.edition is None) != (one.mix == RECOMMENDATIONS):
        return "An edition is named of a mix, and of nothing else"
    if one.shown_at > now + AHEAD_MS:
        return "That lies in the future"
    return None


def _exposure(one: ExposureTold) -> Exposure:
    return Exposure(
        shown_at=UnixMs(one.shown_at),
        slot=one.slot,
        position=one.position,
        item=ItemId(one.item),
        mix=one.mix,
        edition=one.edition,
        policy=one.policy,
        propensity=one.propensity,
        build=one.build,
    )


@router.get("/listeners/{listener}/exposures", **described(Page[Exposure], problems=(400, 404)))
def shown(account: Themselves, service: Here, paging: Paging) -> Response:
    """What the listener was shown, the latest first."""
    exposures = service.house.store.exposures
    return paging.page(
        lambda beyond, n: exposures.page(account.listener, beyond=beyond, n=n),
        EXPOSURES,
    )
