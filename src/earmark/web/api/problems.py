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

    def __init__(
        self, status: int, detail: str, remedy: str | None = None, *, retry_after_s: int | None = None
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.remedy = remedy
        self.headers = {} if retry_after_s is None else {"retry-after": str(retry_after_s)}

    @property
    def title(self) -> str:
        """What answers of this status are called."""
        return HTTPStatus(self.status).phrase

    @property
    def sentence(self) -> str:
        """What happened and what to do, in a line."""
        return f"{self.detail} {self.remedy or ''}".strip()

    def response(self) -> Response:
        """The problem as a document."""
        problem = Problem("about:blank", self.title, self.status, self.detail, self.remedy or UNSET)
        answer = reply(problem, self.status)
        answer.headers["content-type"] = PROBLEM_JSON
        if self.status == HTTPStatus.UNAUTHORIZED:
            answer.headers["www-authenticate"] = 'Bearer realm="earmark"'
        answer.headers.update(self.headers)
        return answer
