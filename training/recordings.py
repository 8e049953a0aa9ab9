"""Recordings by people, as they lie in folders: found, told apart by name, and heard from their beginning."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import numpy as np

from earmark.signals.audio.decoding import decode

SOUNDS: Final = {".mp3", ".ogg", ".opus", ".flac", ".m4a", ".wav"}
Samples = np.ndarray[Any, np.dtype[np.float32]]


def recordings(folders: list[Path], left_out: list[Path]) -> Iterator[Path]:
    """All recordings in some folders but those that go by the name of one in the folders left out, in order."""
    names = {plain(path) for folder in left_out for path in folder.rglob("*") if path.suffix in SOUNDS}
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and path.suffix.lower() in SOUNDS and plain(path) not in names:
                yield path


def plain(path: Path) -> str:
    """A name without its package, its case and its punctuation."""
    return re.sub(r"\W+", "", path.stem.rpartition("__")[2].casefold())


def number_of(path: Path) -> int:
    """A number that depends on nothing but what a recording holds, below 2^48."""
    return int.from_bytes(hashlib.sha256(path.read_bytes()).digest()[:6], "big")


def beginning(path: Path, seconds: float) -> tuple[Samples, int]:
    """One channel of a recording's first seconds, a block more or less, ``(n,)``, and its rate.

    Raises:
        AudioError: it cannot be decoded.
    """
    decoded, heard = decode(path), []
    for block in decoded:
        heard.append(block.mean(axis=0))
        if decoded.seconds > seconds:
            decoded.close()
            break
    return np.concatenate(heard), decoded.rate
