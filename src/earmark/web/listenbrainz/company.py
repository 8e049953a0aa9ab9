"""Whom somebody follows, is like and connected: nobody and none, since all read only their own."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from earmark.web.listenbrainz.who import Themselves
from earmark.web.replies import reply

router = APIRouter(tags=["ListenBrainz: company"])


@router.get("/user/{user}/following")
async def following(account: Themselves) -> Response:
    """Nobody."""
    return reply({"following": [], "user": account.name})


@router.get("/user/{user}/followers")
async def followers(account: Themselves) -> Response:
    """Nobody."""
    return reply({"followers": [], "user": account.name})


@router.get("/user/{user}/similar-users")
async def similar_users(account: Themselves) -> Response:
    """Nobody is told of."""
    return reply({"payload": []})


@router.get("/user/{user}/services")
async def services(account: Themselves) -> Response:
    """None: what ListenBrainz would read from elsewhere comes from players and imports here."""
    return reply({"user_name": account.name, "services": []})
