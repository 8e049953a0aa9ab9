"""The service as its clients meet it: over HTTP, on a port of this machine."""

from __future__ import annotations

import asyncio
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


class _Server(uvicorn.Server):
    """Says when it is ready, and hears at once that it is to stop."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = threading.Event()

    async def main_loop(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        await self.on_tick(0)
        self.ready.set()
        await self._stop.wait()

    def stop(self) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)


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
        server = _Server(uvicorn_config)
        thread = threading.Thread(target=server.run, daemon=True)
        thread.start()
        if not server.ready.wait(30):
            raise RuntimeError("the server did not start")
        port = server.servers[0].sockets[0].getsockname()[1]
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.stop()
            thread.join(30)
