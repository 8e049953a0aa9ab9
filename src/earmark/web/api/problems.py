"""Errors as problem details (RFC 9457): what happened, and what to do."""

from __future__ import annotations

from http import HTTPStatus
from typing import Final

import msgspec
from msgspec import UNSET, UnsetType
from starlette.responses import Response

from earmark.web.replies import reply

PROBLEM_JSON: Final = "application/problem+json"


class Problem(msgspec.Struct, frozen=True):
    """What went wrong."""

    type: str
    title: str
    status: int
    detail: str
    remedy: str | UnsetType = UNSET
    """What to do about it, where there is something."""


class ProblemError(Exception):
    """An answer that is no success."""

    def __init__(self, status: int, detail: str, remedy: str | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.problem = Problem("about:blank", HTTPStatus(status).phrase, status, detail, remedy or UNSET)

    def response(self) -> Response:
        """The problem as a document."""
        answer = reply(self.problem, self.status)
        answer.headers["content-type"] = PROBLEM_JSON
        if self.status == HTTPStatus.UNAUTHORIZED:
            answer.headers["www-authenticate"] = 'Bearer realm="earmark"'
        return answer
