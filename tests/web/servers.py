"""The service as its clients meet it: over HTTP, on a port of this machine."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import uvicorn

from earmark.jobs.house import House
from earmark.jobs.inbox import Inbox
from earmark.listening.listens import UnixMs
from earmark.web.app import make_app
from earmark.web.service import Service, clock


@contextmanager
def serving(house: House, now: Callable[[], UnixMs] = clock) -> Iterator[str]:
    """The address at which this house is served, until the block is left."""
    with Inbox(house.store) as inbox:
        config = uvicorn.Config(make_app(Service(house, inbox, now)), port=0, log_level="warning")
        server = uvicorn.Server(config)
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
