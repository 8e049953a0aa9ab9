"""Endpoints that are asked thousands of times a second, which the front door answers without the framework.

FastAPI has six layers of its own, looks through all its routes, and works out a request's arguments one by one, which
takes longer than some answers. A quick endpoint reads its arguments itself; what it takes and answers stands in
`/api/openapi.json` like all others.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final, Generic, Protocol, TypeVar

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

Default = TypeVar("Default", bound=int | None)

_YES: Final = frozenset({"true", "1", "yes", "on"})
_NO: Final = frozenset({"false", "0", "no", "off"})


class Parameter(Protocol):
    """Something of the query."""

    name: str

    def schema(self) -> dict[str, Any]:
        """What it may be."""


class WholeNumber(Generic[Default]):
    """A whole number of the query."""

    def __init__(self, name: str, least: int, most: int, *, default: Default) -> None:
        self.name, self.least, self.most, self.default = name, least, most, default

    def of(self, request: Request) -> int | Default:
        """As the request has it, or the default.

        Raises:
            HTTPException: 422, it is no whole number, or out of range.
        """
        told = request.query_params.get(self.name)
        if told is None:
            return self.default
        try:
            number = int(told)
        except ValueError:
            number = self.least - 1
        if not self.least <= number <= self.most:
            raise HTTPException(422, f"{self.name}: this is a whole number from {self.least} to {self.most}.")
        return number

    def schema(self) -> dict[str, Any]:
        """For the description of the API."""
        schema = {"type": "integer", "minimum": self.least, "maximum": self.most}
        return schema if self.default is None else schema | {"default": self.default}


class Flag:
    """Yes or no, in the query; no if it is not there."""

    def __init__(self, name: str) -> None:
        self.name = name

    def of(self, request: Request) -> bool:
        """As the request has it.

        Raises:
            HTTPException: 422, it is neither.
        """
        told = request.query_params.get(self.name, "no").lower()
        if told not in _YES | _NO:
            raise HTTPException(422, f"{self.name}: this is true or false.")
        return told in _YES

    def schema(self) -> dict[str, Any]:
        """For the description of the API."""
        return {"type": "boolean", "default": False}


class QuickRoute:
    """How an endpoint is reached, and described."""

    def __init__(
        self,
        method: str,
        path: str,
        answer: Callable[[Request], Awaitable[Response]],
        *,
        parameters: Sequence[Parameter],
        tags: Sequence[str],
        status_code: int = 200,
        responses: Mapping[int | str, dict[str, Any]] = {200: {}},
        openapi_extra: Mapping[str, Any] = {},
    ) -> None:
        self.method, self.path, self.answer = method, path, answer
        # As elsewhere, a slash too many leads there, too.
        self._pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path) + "/?")
        self._parameters, self._tags = parameters, tags
        self._status, self._responses, self._extra = status_code, responses, openapi_extra

    def match(self, path: str) -> dict[str, str] | None:
        """What stands in the path for each of its parameters; None if it leads elsewhere."""
        found = self._pattern.fullmatch(path)
        return None if found is None else found.groupdict()

    def described(self) -> dict[str, Any]:
        """For the description of the API: what stands below its path."""
        in_path = [
            {"name": part[1:-1], "in": "path", "required": True, "schema": {"type": "string"}}
            for part in self.path.split("/")
            if part.startswith("{")
        ]
        in_query = [
            {"name": one.name, "in": "query", "required": False, "schema": one.schema()}
            for one in self._parameters
        ]
        name = self.answer.__name__
        return {
            self.method.lower(): {
                "tags": list(self._tags),
                "summary": name.replace("_", " ").title(),
                "description": self.answer.__doc__,
                "operationId": f"{name}{re.sub(r'[^0-9a-z]+', '_', self.path)}_{self.method.lower()}",
                "parameters": in_path + in_query,
                "responses": {
                    str(status): {"description": "Successful Response", **said}
                    for status, said in self._responses.items()
                },
                **self._extra,
            }
        }
