"""Every error that is raised, answered in the form that readers of the path expect: a document, or a page."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Final

from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from earmark.errors import (
    ConflictError,
    EarmarkError,
    NotLearnedError,
    OutOfPlaceError,
    TooLittleError,
    UnavailableError,
    UnfitError,
    UnknownNameError,
)
from earmark.web.api import API
from earmark.web.api.problems import ProblemError
from earmark.web.listenbrainz.errors import ApiError
from earmark.web.pages.problems import problem_page
from earmark.web.pages.routes import PATHS

KINDS: Final = (ApiError, ProblemError, EarmarkError, RequestValidationError, HTTPException)
STATUSES: Final[Mapping[type[EarmarkError], int]] = {
    NotLearnedError: 409,
    ConflictError: 409,
    TooLittleError: 409,
    UnknownNameError: 404,
    UnfitError: 422,
    OutOfPlaceError: 422,
}
"""Of our own errors; with any other of them the service cannot go on just now (503)."""

_log: Final = logging.getLogger(__name__)


async def answer_failure(request: Request, error: Exception) -> Response:
    """What to answer to one of `KINDS`."""
    path = request.url.path
    headers: Mapping[str, str] = {}
    match error:
        case ProblemError():
            return problem_page(error) if path in PATHS else error.response()
        case ApiError():
            return error.response()
        case UnavailableError():
            # What it says names files and servers, which are nobody's business outside.
            _log.error("database", extra={"why": error.what})
            request.app.state.service.metrics.database_errors.inc()
            status, what, remedy = 503, "The record cannot be used just now.", "Try again in a moment."
        case EarmarkError():
            status = next((at for kind, at in STATUSES.items() if isinstance(error, kind)), 503)
            what, remedy = error.what, error.remedy
        case RequestValidationError():
            faults = [f"{'.'.join(map(str, fault['loc'][1:]))}: {fault['msg']}" for fault in error.errors()]
            status, what, remedy = 422, "; ".join(faults), ""
        case HTTPException():
            status, what, remedy = error.status_code, str(error.detail), ""
            headers = error.headers or {}
        case _:
            raise error
    answer = _in_form(path, status, what, remedy)
    answer.headers.update(headers)
    return answer


def answer_fault(path: str) -> Response:
    """What to answer where something went wrong that nobody foresaw."""
    return _in_form(path, 500, "Something went wrong here.", "Its log says where, by the id in X-Request-ID.")


def _in_form(path: str, status: int, what: str, remedy: str) -> Response:
    problem = ProblemError(status, what, remedy or None)
    if path in PATHS:
        return problem_page(problem)
    if path.startswith(f"{API}/"):
        return problem.response()
    # ListenBrainz has one status for whatever does not fit.
    return ApiError(400 if status == 422 else status, problem.sentence).response()
