"""Recommended recordings: those that have a MusicBrainz id, since in this form no others can be told of."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query
from starlette.responses import Response

from earmark.errors import NotLearnedError, UnknownNameError
from earmark.jobs.live import Ask
from earmark.store.port import ItemId
from earmark.web.auth import Here
from earmark.web.listenbrainz.recordings import mbid_of
from earmark.web.listenbrainz.who import Themselves
from earmark.web.openapi import NO_CONTENT
from earmark.web.replies import reply

MOST_ITEMS: Final = 1_000

router = APIRouter(tags=["ListenBrainz: recommendations"])


@router.get("/cf/recommendation/user/{user}/recording", responses=NO_CONTENT)
def recordings(
    account: Themselves,
    service: Here,
    count: Annotated[int, Query(ge=0)] = 25,
    offset: Annotated[int, Query(ge=0, le=10_000)] = 0,
) -> Response:
    """Songs that the listener does not know yet, best first; no content (204) where there is nothing to tell."""
    store = service.house.store
    try:
        (found,) = service.live.recommend([Ask(account.listener, MOST_ITEMS)])
    except NotLearnedError:
        return Response(status_code=204)
    if isinstance(found, UnknownNameError):
        raise found
    service.metrics.recommended(account.listener)
    uris = store.items([ItemId(item) for item in found.items])["uri"].to_list()
    told = [
        {"recording_mbid": mbid, "score": round(1 / (place + 1), 6), "latest_listened_at": None}
        for place, uri in zip(found.places, uris, strict=True)
        if (mbid := mbid_of(uri))
    ]
    if not told:
        return Response(status_code=204)
    page = told[offset : offset + min(count, MOST_ITEMS)]
    payload = {
        "mbids": page,
        "entity": "recording",
        "user_name": account.name,
        "last_updated": service.now() // 1_000,
        "count": len(page),
        "total_mbid_count": len(told),
        "offset": offset,
        "model_id": found.build,
        "model_url": None,
    }
    return reply({"payload": payload})
