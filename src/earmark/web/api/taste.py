"""A listener's taste, as far as Earmark sees it."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from earmark.jobs.tasting import taste_of
from earmark.taste.profile import Taste
from earmark.web.api.described import described
from earmark.web.api.who import Themselves
from earmark.web.auth import Here
from earmark.web.replies import reply

router = APIRouter(tags=["Taste"])


@router.get("/listeners/{listener}/taste", **described(Taste, problems=(404,)))
def taste(account: Themselves, service: Here) -> Response:
    """Favourites, how new, how mainstream, when, and what was said outright: from the record as it is now."""
    live = service.live.build() if service.house.builds.live() else None
    return reply(taste_of(service.house, account.name, live))
