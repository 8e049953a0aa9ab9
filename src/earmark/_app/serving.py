"""The service, wired: the house, the inbox, the application and a worker, in one process or in many."""

from __future__ import annotations

import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from multiprocessing import parent_process
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

from earmark.errors import EarmarkError

if TYPE_CHECKING:
    from earmark.web.front import Front

SWITCH_S: Final = 50e-6
"""A thread that waits for the interpreter waits so long: the thread that chooses songs comes back from a kernel every
millisecond, and would wait for five each time while requests are read."""


def serve(home: Path | None, host: str, port: int, workers: int) -> None:
    """Answer requests until told to stop.

    Raises:
        EarmarkError: the record cannot be opened, the port is taken, or more than one process was asked for on SQLite.
    """
    import uvicorn
    from uvicorn.supervisors import Multiprocess

    from earmark._app.main import log, open_house
    from earmark._app.settings import read_settings
    from earmark.web.connections import Connection

    if home is not None:
        # Worker processes read their settings from the environment.
        os.environ["EARMARK_HOME"] = str(home)
    with open_house(None) as house:
        if workers > 1 and not house.store.shared:
            raise EarmarkError(
                "Several processes need a record on a PostgreSQL server; in SQLite, one writes at a time.",
                "Set EARMARK_DATABASE_URL, or leave --workers at 1.",
            )
    log()
    limits = read_settings().serve
    config = uvicorn.Config(
        "earmark._app.serving:application",
        factory=True,
        workers=workers,
        http=Connection,
        ws="none",
        limit_concurrency=limits.connections,
        forwarded_allow_ips=limits.trusted_proxies,
        server_header=False,
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=20,
    )
    with _listening(host, port) as listener:
        if workers == 1:
            uvicorn.Server(config).run([listener])
        else:
            with _shared_numbers():
                Multiprocess(config, [listener]).run()


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    """A socket to which clients connect.

    Raises:
        EarmarkError: the port is taken, or the address is none of this machine.
    """
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            listener.listen(2_048)
        except OSError as error:
            raise EarmarkError(
                f"Nobody can listen on {host}, port {port}: {error.strerror or error}.",
                "If another Earmark is running there, stop it; or choose another --port or --host.",
            ) from error
        listener.set_inheritable(True)
        yield listener


@contextmanager
def _shared_numbers() -> Iterator[None]:
    """A folder in which the processes of this service keep what they count, for as long as it runs."""
    from earmark.web.metrics import SHARED_FOLDER

    with TemporaryDirectory(prefix="earmark-metrics-") as folder:
        os.environ[SHARED_FOLDER] = folder
        yield


def application() -> Front:
    """The application with everything that it works with, opened now and closed when it stops."""
    from earmark._app.main import log, open_house
    from earmark._app.settings import read_settings
    from earmark.jobs.inbox import Inbox
    from earmark.jobs.worker import at_work
    from earmark.threads import one_blas_thread
    from earmark.web.app import make_app
    from earmark.web.metrics import Metrics
    from earmark.web.service import Service

    _end_with_parent()
    log()
    config = read_settings().serve
    closing = ExitStack()
    sys.setswitchinterval(SWITCH_S)
    # Answers are so small that threads of a library would only get in each other's way.
    closing.enter_context(one_blas_thread())
    house = closing.enter_context(open_house(None))
    metrics = Metrics(house)
    inbox = closing.enter_context(Inbox(house.store, metrics.committed))
    if not house.store.shared:
        # Where several processes may write, `earmark work` does this.
        closing.enter_context(at_work(house))
    return make_app(Service(house, inbox, config=config, metrics=metrics), closing)


def _end_with_parent() -> None:
    """Stop, as if told to, when the process that started this one is no more: nobody else would ever tell."""
    parent = parent_process()
    if parent is None:
        return

    def wait() -> None:
        parent.join()
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=wait, name="parent", daemon=True).start()
