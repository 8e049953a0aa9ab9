"""What `/api/openapi.json` says of answers and bodies: JSON Schemas of the very structs that are sent and read.

FastAPI knows pydantic's models only. So an endpoint names its structs to `described`, which notes them and refers to
them by name, and `openapi` adds their schemas to the document.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from starlette.responses import Response

from earmark.web.api.problems import PROBLEM_JSON, Problem

JSON: Final = "application/json"
_NAMES: Final = "#/components/schemas/{name}"
_shapes: Final[dict[Any, None]] = {}


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
        at: {"description": "See the detail.", "content": {PROBLEM_JSON: {"schema": _named(Problem)}}}
        for at in sorted({401, 422, 503, *problems})
    }
    content: dict[str, Any] = {media: {"schema": {"type": "string"}} for media in also}
    if answer is not None:
        content[JSON] = {"schema": _named(answer)}
    if content:
        responses[status] = {"content": content}
    told: dict[str, Any] = {"status_code": status, "responses": responses}
    if answer is None:
        told["response_class"] = Response
    if takes is not None:
        told["openapi_extra"] = {
            "requestBody": {"required": True, "content": {JSON: {"schema": _named(takes)}}}
        }
    return told


def _named(shape: Any) -> dict[str, Any]:
    _shapes[shape] = None
    ((reference,), _) = msgspec.json.schema_components([shape], ref_template=_NAMES)
    return reference


def openapi(app: FastAPI, further: Mapping[str, dict[str, Any]]) -> Callable[[], dict[str, Any]]:
    """What makes the document, once; ``further`` are paths that FastAPI does not know of."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            made = get_openapi(
                title=app.title, version=app.version, description=app.description, routes=app.routes
            )
            made["paths"].update(further)
            _, schemas = msgspec.json.schema_components(_shapes, ref_template=_NAMES)
            made.setdefault("components", {}).setdefault("schemas", {}).update(schemas)
            app.openapi_schema = made
        return app.openapi_schema

    return document
