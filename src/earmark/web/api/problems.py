"""Errors as problem details (RFC 9457): what happened, and what to do."""

from __future__ import annotations

from http import HTTPStatus

from starlette.responses import Response

from earmark.web.replies import reply


class ProblemError(Exception):
    """An answer that is no success."""

    def __init__(self, status: int, detail: str, remedy: str | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.told = {"detail": detail} | ({"remedy": remedy} if remedy else {})

    def response(self) -> Response:
        """The problem as a document."""
        told = {"type": "about:blank", "title": HTTPStatus(self.status).phrase, "status": self.status}
        answer = reply(told | self.told, self.status)
        answer.headers["content-type"] = "application/problem+json"
        if self.status == HTTPStatus.UNAUTHORIZED:
            answer.headers["www-authenticate"] = 'Bearer realm="earmark"'
        return answer
