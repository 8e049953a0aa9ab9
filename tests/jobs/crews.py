"""Workers for tests of crews: some do their jobs, others crash, hang, or eat memory. Other processes import them."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable

from earmark.errors import EarmarkError


def diligent(factor: int) -> Callable[[object], object]:
    """Multiplies; a word is an order."""

    def do(job: object) -> object:
        match job:
            case "crash":
                os.kill(os.getpid(), signal.SIGSEGV)
            case "killed":
                os.kill(os.getpid(), signal.SIGKILL)
            case "exit":
                os._exit(3)
            case "hang":
                threading.Event().wait()
            case "greed":
                return len(bytearray(4 << 30))
            case "fault":
                raise ValueError("a secret")
            case "who":
                return os.getpid()
        return factor * job  # type: ignore[operator]

    return do


def unfit(_: object) -> Callable[[object], object]:
    """Cannot begin, and says so."""
    raise EarmarkError("The model is damaged.", "Fetch it anew.")


def stillborn(_: object) -> Callable[[object], object]:
    """Cannot begin, and cannot say so."""
    os.kill(os.getpid(), signal.SIGABRT)
    raise AssertionError


def watched(path: str) -> Callable[[object], object]:
    """Says who it is in a file, and hangs."""

    def do(_: object) -> object:
        with open(f"{path}.new", "w") as file:  # noqa: PTH123
            file.write(str(os.getpid()))
        os.rename(f"{path}.new", path)  # noqa: PTH104
        threading.Event().wait()
        return None

    return do
