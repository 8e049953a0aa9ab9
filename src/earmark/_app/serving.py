"""The service, wired: the house, the inbox, the application and a worker, in one process or in many."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from earmark.errors import EarmarkError

if TYPE_CHECKING:
    from fastapi import FastAPI


def serve(home: Path | None, host: str, port: int, workers: int) -> None:
    """Answer requests until told to stop.

    Raises:
        EarmarkError: the record cannot be opened, or more than one process was asked for on SQLite.
    """
    import uvicorn

    from earmark._app.main import open_house

    if home is not None:
        # Worker processes read their settings from the environment.
        os.environ["EARMARK_HOME"] = str(home)
    with open_house(None) as house:
        if workers > 1 and not house.store.shared:
            raise EarmarkError(
                "Several processes need a record on a PostgreSQL server; in SQLite, one writes at a time.",
                "Set EARMARK_DATABASE_URL, or leave --workers at 1.",
            )
    uvicorn.run(
        "earmark._app.serving:application",
        factory=True,
        host=host,
        port=port,
        workers=workers,
        server_header=False,
        access_log=False,
        timeout_graceful_shutdown=20,
    )


def application() -> FastAPI:
    """The application with everything that it works with, opened now and closed when it stops."""
    from earmark._app.main import open_house
    from earmark.jobs.inbox import Inbox
    from earmark.jobs.worker import at_work
    from earmark.web.app import make_app
    from earmark.web.service import Service

    closing = ExitStack()
    house = closing.enter_context(open_house(None))
    inbox = closing.enter_context(Inbox(house.store))
    if not house.store.shared:
        # Where several processes may write, `earmark work` does this.
        closing.enter_context(at_work(house))
    app = make_app(Service(house, inbox))

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        with closing:
            yield

    app.router.lifespan_context = lifespan
    return app
