"""The application: every route under its prefix, and how errors are answered there."""

from __future__ import annotations

from importlib.metadata import version
from typing import Final

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.staticfiles import StaticFiles

from earmark.errors import (
    ConflictError,
    EarmarkError,
    NotLearnedError,
    UnfitError,
    UnknownNameError,
)
from earmark.web import health
from earmark.web.api.described import openapi
from earmark.web.api.problems import ProblemError
from earmark.web.api.routes import ROUTERS
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
from earmark.web.listenbrainz.errors import ApiError
from earmark.web.listenbrainz.limits import RateLimits
from earmark.web.pages import account, entering
from earmark.web.pages.problems import problem_page
from earmark.web.pages.rendering import STATIC
from earmark.web.security import SecurityHeaders
from earmark.web.service import Service

API: Final = "/api/v1"
LISTENBRAINZ: Final = ("/1", "/api/listenbrainz/1")
"""Clients that drop the path of the address that they are given, and clients that keep it."""
PAGES: Final = (entering.router, account.router)
_PATHS_OF_PAGES: Final = frozenset(
    str(getattr(route, "path", "")) for router in PAGES for route in router.routes
)
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
"""Of what is served there."""


def make_app(service: Service) -> FastAPI:
    """The application that serves this house."""
    app = FastAPI(
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
    app.openapi = openapi(app)  # type: ignore[method-assign]
    for kind in (ApiError, ProblemError, EarmarkError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, _told)
    app.add_middleware(RateLimits, prefixes=tuple(f"{prefix}/" for prefix in LISTENBRAINZ))
    app.add_middleware(
        CORSMiddleware,
        allow_origins=["*"],
        # For requests with a token of their own. With cookies none may come: credentials are not allowed.
        allow_methods=["GET", "POST", "PUT", "PATCH", "DELETE"],
        allow_headers=["Authorization", "Content-Type", "Idempotency-Key"],
        expose_headers=[
            "Link",
            "X-RateLimit-Limit",
            "X-RateLimit-Remaining",
            "X-RateLimit-Reset-In",
            "X-RateLimit-Reset",
        ],
    )
    app.add_middleware(SecurityHeaders, https=service.house.sign_in.https)
    return app


async def _told(request: Request, error: Exception) -> Response:
    """Every error that is raised, in the form that readers of the path expect."""
    path = request.url.path
    ours, shown = path.startswith(f"{API}/"), path in _PATHS_OF_PAGES
    match error:
        case ProblemError():
            return problem_page(error) if shown else error.response()
        case ApiError():
            return error.response()
        case NotLearnedError():
            status, what, remedy = 409, error.what, error.remedy
        case UnknownNameError():
            status, what, remedy = 404, error.what, error.remedy
        case UnfitError():
            status, what, remedy = 422, error.what, error.remedy
        case ConflictError():
            status, what, remedy = 409, error.what, error.remedy
        case EarmarkError():
            status, what, remedy = 503, error.what, error.remedy
        case RequestValidationError():
            faults = [f"{'.'.join(map(str, fault['loc'][1:]))}: {fault['msg']}" for fault in error.errors()]
            status, what, remedy = (422 if ours else 400), "; ".join(faults), ""
        case HTTPException():
            status, what, remedy = error.status_code, str(error.detail), ""
        case _:
            raise error
    if shown:
        return problem_page(ProblemError(status, what, remedy or None))
    if ours:
        return ProblemError(status, what, remedy or None).response()
    return ApiError(status, f"{what} {remedy}".strip()).response()
