"""The service as people run it: `earmark serve`, a process of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx


@contextmanager
def served(
    home: Path, *options: str, database: str | None = None
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The address of a running service, and its process, which leads a group and is stopped on leaving."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, **({"EARMARK_DATABASE_URL": database} if database else {})}
    command = [sys.executable, "-m", "earmark", "serve", "--home", str(home), "--port", str(port), *options]
    with (home / "serve.log").open("ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, env=environment, start_new_session=True)
    try:
        until = time.monotonic() + 60
        while True:
            try:
                httpx.get(f"http://127.0.0.1:{port}/health/live").raise_for_status()
                break
            except httpx.TransportError as error:
                if process.poll() is not None or time.monotonic() > until:
                    raise RuntimeError((home / "serve.log").read_text()) from error
                time.sleep(0.05)
        yield f"http://127.0.0.1:{port}", process
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(30)
