"""What `/api/openapi.json` says beyond what FastAPI sees: bodies that are read by hand, and errors of every path."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, Final

import msgspec

from earmark.web.api.problems import PROBLEM_JSON, Problem

JSON: Final = "application/json"
NO_CONTENT: Final[dict[int | str, dict[str, Any]]] = {204: {"description": "There is nothing to tell yet."}}
"""For routes that may have nothing to tell."""
ANY_TIME: Final = (401, 404, 408, 413, 415, 500, 503)
"""Statuses with which whatever is asked may be answered."""

Document = dict[str, Any]


class _Error(msgspec.Struct):
    code: int
    error: str


def takes(shape: type[msgspec.Struct]) -> Document:
    """That a route reads a JSON document of this shape from the body."""
    return {"requestBody": {"required": True, "content": {JSON: {"schema": schema_of(shape)}}}}


def schema_of(shape: type[msgspec.Struct]) -> Document:
    """The shape as a JSON Schema in one piece; it must not contain itself."""
    (schema,), parts = msgspec.json.schema_components((shape,), ref_template="{name}")
    whole: Document = _whole(schema, parts)
    return whole


def _whole(value: Any, parts: Mapping[str, Document]) -> Any:
    if isinstance(value, dict):
        if "$ref" in value:
            return _whole(parts[value["$ref"]], parts)
        return {key: _whole(one, parts) for key, one in value.items()}
    return [_whole(one, parts) for one in value] if isinstance(value, list) else value


def completed(
    describe: Callable[[], Document], ours: str, listenbrainz: tuple[str, ...]
) -> Callable[[], Document]:
    """The description with the errors of every operation, in the form of its path.

    Args:
        describe: makes the description that is to be completed.
        ours: where errors are problem details.
        listenbrainz: where they are as ListenBrainz tells them, and what does not fit is answered 400 and not 422.
    """
    made: Document = {}

    def document() -> Document:
        if not made:
            made.update(describe())
            made.setdefault("components", {})["securitySchemes"] = {
                "token": {"type": "http", "scheme": "bearer"}
            }
            made["security"] = [{"token": []}]
            for path, operations in made["paths"].items():
                for operation in operations.values():
                    _complete(operation["responses"], path.startswith(ours), path.startswith(listenbrainz))
        return made

    return document


def _complete(responses: Document, ours: bool, as_listenbrainz: bool) -> None:
    media, shape = (PROBLEM_JSON, Problem) if ours else (JSON, _Error)
    content = {media: {"schema": schema_of(shape)}}
    if as_listenbrainz:
        responses.pop("422", None)
    further = (400, 429) if as_listenbrainz else (409, 422) if ours else (403,)
    for status in (*ANY_TIME, *further):
        said = responses.get(str(status))
        if said is None or JSON in said.get("content", {}):
            responses[str(status)] = {"description": HTTPStatus(status).phrase, "content": content}
