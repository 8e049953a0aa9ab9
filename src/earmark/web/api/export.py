"""Everything of a listener's, for them to take away."""

from __future__ import annotations

from typing import Final

from fastapi import APIRouter
from starlette.responses import Response, StreamingResponse

from earmark.jobs.exporting import exported
from earmark.web.api.described import described
from earmark.web.api.who import Themselves
from earmark.web.auth import Here

LINES: Final = "application/x-ndjson"

router = APIRouter(tags=["Listeners"])


@router.get(
    "/listeners/{listener}/export",
    **described(problems=(404,), also=[LINES]),
)
def export(account: Themselves, service: Here) -> Response:
    """All that is kept of the listener: a line of JSON for each fact, ``{kind: fact}``, sent as it is read."""
    store = service.house.store
    lines = exported(store, store.find_listener(account.name))
    named = {"content-disposition": 'attachment; filename="earmark.jsonl"'}
    return StreamingResponse(lines, media_type=LINES, headers=named)
