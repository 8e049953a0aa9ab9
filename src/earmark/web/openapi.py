"""What `/api/openapi.json` says: JSON Schemas of the very structs that are sent and read, and errors of every path.

FastAPI knows pydantic's models only. So whoever describes an endpoint names its structs by `named`, which notes them,
and `documented` adds their schemas.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from http import HTTPStatus
from typing import Any, Final

import msgspec
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from earmark.web.api.problems import PROBLEM_JSON, Problem
from earmark.web.listenbrainz.limits import NEVER_REFUSED

JSON: Final = "application/json"
NO_CONTENT: Final[dict[int | str, dict[str, Any]]] = {204: {"description": "There is nothing to tell yet."}}
"""For routes that may have nothing to tell."""
ANY_TIME: Final = (401, 404, 408, 413, 415, 500, 503)
"""Statuses with which whatever is asked may be answered."""

Document = dict[str, Any]

_NAMES: Final = "#/components/schemas/{name}"
_shapes: Final[dict[Any, None]] = {}


class Refusal(msgspec.Struct):
    """An error as ListenBrainz tells it."""

    code: int
    error: str


def named(shape: Any) -> Document:
    """The schema of what is sent or read in JSON, by its name in the document."""
    _shapes[shape] = None
    ((reference,), _) = msgspec.json.schema_components([shape], ref_template=_NAMES)
    return reference


def takes(shape: Any) -> Document:
    """That a route reads a JSON document of this shape from the body."""
    return {"requestBody": {"required": True, "content": {JSON: {"schema": named(shape)}}}}


def documented(
    app: FastAPI, further: Mapping[str, Document], *, ours: str, listenbrainz: tuple[str, ...]
) -> Callable[[], Document]:
    """What makes the document, once.

    Args:
        app: whose it is.
        further: paths that FastAPI does not know of.
        ours: where errors are problem details.
        listenbrainz: where they are as ListenBrainz tells them, and what does not fit is answered 400 and not 422.
    """

    def document() -> Document:
        if app.openapi_schema is None:
            made = get_openapi(
                title=app.title, version=app.version, description=app.description, routes=app.routes
            )
            made["paths"].update(further)
            for path, operations in made["paths"].items():
                as_ours, as_theirs = path.startswith(ours), path.startswith(listenbrainz)
                statuses = {400} if as_theirs else {409, 422} if as_ours else {403}
                if as_theirs and not path.endswith(NEVER_REFUSED):
                    statuses.add(429)
                for operation in operations.values():
                    _complete(operation["responses"], statuses, as_ours, as_theirs)
            _, schemas = msgspec.json.schema_components(_shapes, ref_template=_NAMES)
            components = made.setdefault("components", {})
            components.setdefault("schemas", {}).update(schemas)
            components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
            made["security"] = [{"token": []}]
            app.openapi_schema = made
        return app.openapi_schema

    return document


def _complete(responses: Document, statuses: Iterable[int], ours: bool, as_listenbrainz: bool) -> None:
    media, shape = (PROBLEM_JSON, Problem) if ours else (JSON, Refusal)
    content = {media: {"schema": named(shape)}}
    if as_listenbrainz:
        responses.pop("422", None)
    for status in (*ANY_TIME, *statuses):
        said = responses.get(str(status))
        if said is None or JSON in said.get("content", {}):
            responses[str(status)] = {"description": HTTPStatus(status).phrase, "content": content}
