"""Whether the service lives, whether it can work, and what it has done."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Depends
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from earmark.store.people import Role
from earmark.web.auth import Here, account_of_token, token_of
from earmark.web.replies import reply

PROMETHEUS: Final = "text/plain; version=1.0.0; charset=utf-8"

router = APIRouter(tags=["Health"])


@router.get("/health/live")
async def live() -> Response:
    """The process answers."""
    return reply({"status": "ok"})


@router.get("/health/ready")
def ready(service: Here) -> Response:
    """The record can be read; the build is the live one, or null before anything was learned."""
    service.house.store.listeners([])
    return reply({"status": "ok", "build": service.house.builds.live()})


async def _may_read(request: Request, service: Here) -> None:
    if service.config.metrics_open:
        return
    token = token_of(request)
    account = await account_of_token(request, token) if token else None
    if account is None:
        raise HTTPException(
            401, "This needs a token of an owner.", {"www-authenticate": 'Bearer realm="earmark"'}
        )
    if account.role != Role.OWNER:
        raise HTTPException(403, "Only an owner may read this.")


@router.get("/metrics", response_class=PlainTextResponse)
def metrics(_: Annotated[None, Depends(_may_read)], service: Here) -> Response:
    """What the service counts of itself, for Prometheus."""
    return Response(service.metrics.page(), media_type=PROMETHEUS)
