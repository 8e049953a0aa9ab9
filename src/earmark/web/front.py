"""The front door: who asks for what is asked thousands of times a second is answered here, everybody else within."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from fastapi import FastAPI
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from earmark.web.failures import KINDS, answer_failure
from earmark.web.quick import QuickRoute

ROUTE: Final = "route"
"""Where in a request's scope stands which route it takes, as FastAPI has it, too."""


class Front:
    """An application with a short way to some of its routes.

    Args:
        app: all the others.
        routes: those that are answered here.
        layers: puts around their answers what every answer passes through.
    """

    def __init__(
        self, app: FastAPI, routes: Sequence[QuickRoute], layers: Callable[[ASGIApp], ASGIApp]
    ) -> None:
        self.app = app
        self._routes = routes
        self._quick = layers(self._answer)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer, or pass on."""
        if scope["type"] == "http":
            for route in self._routes:
                told = route.match(scope["path"])
                if told is not None:
                    scope.update({"app": self.app, ROUTE: route, "path_params": told})
                    await self._quick(scope, receive, send)
                    return
        await self.app(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        route: QuickRoute = scope[ROUTE]
        try:
            if scope["method"] != route.method:
                raise HTTPException(405, "Method Not Allowed", {"Allow": route.method})
            response = await route.answer(request)
        except KINDS as error:
            response = await answer_failure(request, error)
        await response(scope, receive, send)
