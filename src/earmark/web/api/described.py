"""How an endpoint of our own API is registered so that `/api/openapi.json` describes it in full."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from starlette.responses import Response

from earmark.web import openapi
from earmark.web.api.problems import PROBLEM_JSON, Problem


def described(
    answer: Any = None,
    *,
    status: int = 200,
    takes: Any = None,
    problems: Iterable[int] = (),
    also: Iterable[str] = (),
) -> dict[str, Any]:
    """How to register an endpoint so that it is described in full.

    Args:
        answer: the shape of what it answers; None for nothing.
        status: of its success.
        takes: the shape of the body that it needs, if any.
        problems: the statuses of its own errors, beside those that every endpoint may have.
        also: media types in which it answers text.

    Returns:
        Keyword arguments for the router.
    """
    responses: dict[int | str, dict[str, Any]] = {
        at: {"description": "See the detail.", "content": {PROBLEM_JSON: {"schema": openapi.named(Problem)}}}
        for at in sorted({401, 422, 503, *problems})
    }
    content: dict[str, Any] = {media: {"schema": {"type": "string"}} for media in also}
    if answer is not None:
        content[openapi.JSON] = {"schema": openapi.named(answer)}
    if content:
        responses[status] = {"content": content}
    told: dict[str, Any] = {"status_code": status, "responses": responses}
    if answer is None:
        told["response_class"] = Response
    if takes is not None:
        told["openapi_extra"] = openapi.takes(takes)
    return told
