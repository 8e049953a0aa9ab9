"""The service as people run it: `earmark serve`, a process of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


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
    log = home / "serve.log"
    process = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=environment, start_new_session=True
    )
    ready = threading.Event()
    reader = threading.Thread(target=_keep, args=(process, log, ready))
    reader.start()
    try:
        if not ready.wait(60) or process.poll() is not None:
            raise RuntimeError(log.read_text())
        yield f"http://127.0.0.1:{port}", process
    finally:
        if process.poll() is None:
            process.terminate()
            process.wait(30)
        reader.join()


def _keep(process: subprocess.Popen[bytes], log: Path, ready: threading.Event) -> None:
    """Write down what the service says, and note when it is ready, or has ended."""
    assert process.stdout
    with log.open("ab", buffering=0) as file, process.stdout:
        for line in process.stdout:
            file.write(line)
            if b"Application startup complete" in line:
                ready.set()
    process.wait()
    ready.set()
