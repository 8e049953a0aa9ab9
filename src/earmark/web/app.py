"""The application: every route under its prefix, and how errors are answered there."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from importlib.metadata import version
from typing import Final

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response

from earmark.errors import EarmarkError, NotLearnedError, UnavailableError, UnknownNameError
from earmark.web import health
from earmark.web.api import listeners
from earmark.web.api.problems import ProblemError
from earmark.web.connections import LIMITS
from earmark.web.edge import Edge
from earmark.web.listenbrainz import feedback, listens, recommendations, stats
from earmark.web.listenbrainz.errors import ApiError
from earmark.web.listenbrainz.limits import RateLimits
from earmark.web.openapi import completed
from earmark.web.service import Service

API: Final = "/api/v1"
LISTENBRAINZ: Final = ("/1", "/api/listenbrainz/1")
"""Clients that drop the path of the address that they are given, and clients that keep it."""

_log: Final = logging.getLogger(__name__)


def make_app(service: Service, open_things: AbstractContextManager[object] = nullcontext()) -> FastAPI:
    """The application that serves this house, and when it stops closes what was opened for it."""

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[dict[str, object]]:
        with open_things:
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
        for router in (listens.router, feedback.router, stats.router, recommendations.router):
            app.include_router(router, prefix=prefix)
    app.include_router(listeners.router, prefix=API)
    app.openapi = completed(app.openapi, f"{API}/", LISTENBRAINZ)  # type: ignore[method-assign]
    for kind in (ApiError, ProblemError, EarmarkError, RequestValidationError, HTTPException):
        app.add_exception_handler(kind, _told)
    app.add_middleware(RateLimits, prefixes=tuple(f"{prefix}/" for prefix in LISTENBRAINZ))
    app.add_middleware(
        CORSMiddleware,
        allow_origins=["*"],
        allow_methods=["GET", "POST"],
        allow_headers=["Authorization", "Content-Type"],
        expose_headers=[
            "X-RateLimit-Limit",
            "X-RateLimit-Remaining",
            "X-RateLimit-Reset-In",
            "X-RateLimit-Reset",
            "X-Request-ID",
            "Retry-After",
        ],
    )
    # The last one added is the outermost.
    app.add_middleware(Edge, config=service.config, metrics=service.metrics, failed=_failed)
    return app


async def _told(request: Request, error: Exception) -> Response:
    """Every error that is raised, in the form that readers of the path expect."""
    headers: Mapping[str, str] = {}
    match error:
        case ApiError() | ProblemError():
            return error.response()
        case NotLearnedError():
            status, what, remedy = 409, error.what, error.remedy
        case UnknownNameError():
            status, what, remedy = 404, error.what, error.remedy
        case UnavailableError():
            # What it says names files and servers, which are nobody's business outside.
            _log.error("database", extra={"why": error.what})
            request.app.state.service.metrics.database_errors.inc()
            status, what, remedy = 503, "The record cannot be used just now.", "Try again in a moment."
        case EarmarkError():
            status, what, remedy = 503, error.what, error.remedy
        case RequestValidationError():
            faults = [f"{'.'.join(map(str, fault['loc'][1:]))}: {fault['msg']}" for fault in error.errors()]
            status, what, remedy = (422 if _is_ours(request.url.path) else 400), "; ".join(faults), ""
        case HTTPException():
            status, what, remedy = error.status_code, str(error.detail), ""
            headers = error.headers or {}
        case _:
            raise error
    answer = _answer(request.url.path, status, what, remedy)
    answer.headers.update(headers)
    return answer


def _failed(path: str) -> Response:
    return _answer(path, 500, "Something went wrong here.", "Its log says where, by the id in X-Request-ID.")


def _answer(path: str, status: int, what: str, remedy: str) -> Response:
    if _is_ours(path):
        return ProblemError(status, what, remedy or None).response()
    return ApiError(status, f"{what} {remedy}".strip()).response()


def _is_ours(path: str) -> bool:
    return path.startswith(f"{API}/")
