"""Files that appear whole or not at all, whenever a run is stopped."""

from __future__ import annotations

import os
from pathlib import Path
from uuid import uuid4


def write_whole(path: Path, content: bytes) -> None:
    """Write a file, in place of one that may be there, in one step for whoever reads; several may write at once.

    Raises:
        OSError: the disk is full, or the like; then the file is as it was.
    """
    beside = path.with_name(f".{path.name}.{uuid4().hex}.partial")
    try:
        with beside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
