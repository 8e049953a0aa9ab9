"""Errors as problem details (RFC 9457): what happened, and what to do."""

from __future__ import annotations

from http import HTTPStatus

from starlette.responses import Response

from earmark.web.replies import reply


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
        told = {"type": "about:blank", "title": self.title, "status": self.status, "detail": self.detail}
        answer = reply(told | ({"remedy": self.remedy} if self.remedy else {}), self.status)
        answer.headers["content-type"] = "application/problem+json"
        if self.status == HTTPStatus.UNAUTHORIZED:
            answer.headers["www-authenticate"] = 'Bearer realm="earmark"'
        answer.headers.update(self.headers)
        return answer
