"""The service as its clients meet it: over HTTP, on a port of this machine."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn

from earmark.jobs.house import House
from earmark.jobs.inbox import Inbox
from earmark.listening.listens import UnixMs, clock
from earmark.web.app import make_app
from earmark.web.config import ServeConfig
from earmark.web.connections import Connection
from earmark.web.metrics import Metrics
from earmark.web.service import Service


@contextmanager
def serving(
    house: House, now: Callable[[], UnixMs] = clock, config: ServeConfig | None = None
) -> Iterator[str]:
    """The address at which this house is served, until the block is left."""
    config = config or ServeConfig()
    metrics = Metrics(house)
    with Inbox(house.store, metrics.committed) as inbox:
        app = make_app(Service(house, inbox, now, config, metrics))
        uvicorn_config = uvicorn.Config(
            app,
            port=0,
            http=Connection,
            ws="none",
            limit_concurrency=config.connections,
            access_log=False,
            log_config=None,
        )
        server = uvicorn.Server(uvicorn_config)
        ready = threading.Event()

        async def started(sockets: object = None) -> None:
            await type(server).startup(server, sockets)  # type: ignore[arg-type]
            ready.set()

        server.startup = started  # type: ignore[method-assign]
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        if not ready.wait(30):
            raise RuntimeError("the server did not start")
        port = server.servers[0].sockets[0].getsockname()[1]
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            thread.join(30)
