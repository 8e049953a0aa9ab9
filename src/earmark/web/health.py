"""Whether the service lives, and whether it can work."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from earmark.web.auth import Here
from earmark.web.replies import reply

router = APIRouter(tags=["Health"])


@router.get("/health/live")
async def live() -> Response:
    """The process answers."""
    return reply({"status": "ok"})


@router.get("/health/ready")
def ready(service: Here) -> Response:
    """The record can be read; the build is the live one, or null before anything was learned."""
    service.house.store.listeners()
    return reply({"status": "ok", "build": service.house.builds.live()})
