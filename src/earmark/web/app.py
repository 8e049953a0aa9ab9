"""The application: every route under its prefix, and what each request passes through."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager, closing, nullcontext
from importlib.metadata import version
from typing import Final

from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from earmark.web import health
from earmark.web.api import API
from earmark.web.api.routes import QUICK as OURS
from earmark.web.api.routes import ROUTERS
from earmark.web.connections import LIMITS
from earmark.web.edge import Edge, Room
from earmark.web.failures import KINDS, answer_failure, answer_fault
from earmark.web.front import Front
from earmark.web.listenbrainz import (
    company,
    feedback,
    listens,
    metadata,
    playlists,
    recommendations,
    stats,
    user_playlists,
)
from earmark.web.listenbrainz.limits import RateLimits, Windows
from earmark.web.openapi import documented
from earmark.web.pages.rendering import STATIC
from earmark.web.pages.routes import PAGES
from earmark.web.security import SecurityHeaders
from earmark.web.service import Service

LISTENBRAINZ: Final = ("/1", "/api/listenbrainz/1")
"""Clients that drop the path of the address that they are given, and clients that keep it."""
_BELOW: Final = tuple(f"{prefix}/" for prefix in LISTENBRAINZ)
QUICK: Final = (*OURS, *(listens.submitting(prefix) for prefix in LISTENBRAINZ))
PARTS: Final = (
    listens,
    feedback,
    stats,
    recommendations,
    user_playlists,
    playlists,
    metadata,
    company,
)
"""Of what is served below those."""
EXPOSED: Final = (
    "Link",
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset-In",
    "X-RateLimit-Reset",
    "X-Request-ID",
    "Retry-After",
)
"""Headers that pages of other sites may read."""


def make_app(service: Service, open_things: AbstractContextManager[object] = nullcontext()) -> Front:
    """The application that serves this house, and when it stops closes what was opened for it."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[dict[str, object]]:
        with open_things, closing(service):
            yield {LIMITS: service.config}

    app = FastAPI(
        lifespan=lifespan,
        title="Earmark",
        version=version("earmark"),
        description="Your own music: recommendations, mixes and statistics from what you listen to.",
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.state.service = service
    app.include_router(health.router)
    for prefix in LISTENBRAINZ:
        for part in PARTS:
            app.include_router(part.router, prefix=prefix)
    for router in ROUTERS:
        app.include_router(router, prefix=API)
    for router in PAGES:
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=STATIC))
    app.openapi = documented(  # type: ignore[method-assign]
        app,
        {one.path: one.described() for one in QUICK},
        ours=f"{API}/",
        listenbrainz=_BELOW,
    )
    for kind in KINDS:
        app.add_exception_handler(kind, answer_failure)
    layers = _layers(service)
    app.add_middleware(layers)
    return Front(app, QUICK, layers)


def _layers(service: Service) -> Callable[[ASGIApp], ASGIApp]:
    """Puts around an application what all that is asked and answered passes through; the outermost last."""

    windows, room = Windows(), Room(service.config.body_megabytes)

    def around(app: ASGIApp) -> ASGIApp:
        app = RateLimits(app, _BELOW, windows)
        app = CORSMiddleware(
            app,
            allow_origins=["*"],
            # For requests with a token of their own. With cookies none may come: credentials are not allowed.
            allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "Idempotency-Key"],
            expose_headers=EXPOSED,
        )
        app = SecurityHeaders(app, https=service.house.sign_in.https)
        return Edge(app, config=service.config, room=room, metrics=service.metrics, failed=answer_fault)

    return around
