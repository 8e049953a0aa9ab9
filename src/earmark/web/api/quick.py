"""Endpoints that are asked thousands of times a second, which the front door answers without the framework.

FastAPI has six layers of its own, looks through all its routes, and works out a request's arguments one by one, which
takes longer than some answers. A quick endpoint reads its arguments itself; what it takes and answers stands in
`/api/openapi.json` like all others.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Generic, TypeVar

from starlette.requests import Request
from starlette.responses import Response

from earmark.web.api.problems import ProblemError

Default = TypeVar("Default", bound=int | None)


class WholeNumber(Generic[Default]):
    """A whole number of the query."""

    def __init__(self, name: str, least: int, most: int, *, default: Default) -> None:
        self.name, self.least, self.most, self.default = name, least, most, default

    def of(self, request: Request) -> int | Default:
        """As the request has it, or the default.

        Raises:
            ProblemError: 422, it is no whole number, or out of range.
        """
        told = request.query_params.get(self.name)
        if told is None:
            return self.default
        try:
            number = int(told)
        except ValueError:
            number = self.least - 1
        if not self.least <= number <= self.most:
            raise ProblemError(422, f"{self.name}: this is a whole number from {self.least} to {self.most}.")
        return number

    def described(self) -> dict[str, Any]:
        """For the description of the API."""
        schema = {"type": "integer", "minimum": self.least, "maximum": self.most}
        if self.default is not None:
            schema["default"] = self.default
        return {"name": self.name, "in": "query", "required": False, "schema": schema}


class QuickRoute:
    """How an endpoint is reached by GET, and described."""

    def __init__(
        self,
        path: str,
        answer: Callable[[Request], Awaitable[Response]],
        *,
        parameters: Sequence[WholeNumber[Any]],
        tags: Sequence[str],
        status_code: int,
        responses: Mapping[int | str, dict[str, Any]],
    ) -> None:
        self.path = path
        self.answer = answer
        self._pattern = re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", path))
        self._parameters, self._tags = parameters, tags
        self._status, self._responses = status_code, responses

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
        return {
            "get": {
                "tags": list(self._tags),
                "summary": self.answer.__name__.title(),
                "description": self.answer.__doc__,
                "operationId": f"{self.answer.__name__}_quick",
                "parameters": in_path + [one.described() for one in self._parameters],
                "responses": {
                    str(status): {"description": "Successful Response", **said}
                    for status, said in self._responses.items()
                },
            }
        }
