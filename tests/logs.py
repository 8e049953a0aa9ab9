"""Logging is set up for a whole process; tests put it back."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def put_back() -> Iterator[None]:
    """Whatever is set up within the block, logging is afterwards as it was."""
    root, hook = logging.getLogger(), threading.excepthook
    before = root.handlers, root.level
    levels = {name: logging.getLogger(name).level for name in ("earmark", "uvicorn")}
    try:
        yield
    finally:
        root.handlers, root.level = before
        threading.excepthook = hook
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
