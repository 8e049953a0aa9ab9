"""Errors in the form that clients of ListenBrainz read: the status again, and a sentence."""

from __future__ import annotations

from starlette.responses import Response

from earmark.web.replies import reply


class ApiError(Exception):
    """An answer that is no success."""

    def __init__(self, status: int, error: str) -> None:
        super().__init__(error)
        self.status = status
        self.error = error

    def response(self) -> Response:
        """``{"code": 400, "error": "…"}``."""
        return reply({"code": self.status, "error": self.error}, self.status)


def bad_request(error: str) -> ApiError:
    """What was sent does not fit."""
    return ApiError(400, error)
