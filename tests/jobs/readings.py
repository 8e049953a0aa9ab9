"""Readers for tests: they find names as whole words, and do as a text tells them. Other processes import them."""

from __future__ import annotations

import hashlib
import os
import signal
import threading
from collections.abc import Sequence

from earmark.errors import EarmarkError
from earmark.jobs.readers import CalledSo, Reads
from earmark.music.documents import Document, Mention, Reading


class ToyReader:
    """Mentions whoever a text names, and calls them by the word before."""

    def __init__(self, names: Sequence[CalledSo]) -> None:
        self._names = names

    def read(self, document: Document) -> Reading:
        text = document.text
        if "crash me" in text:
            os.kill(os.getpid(), signal.SIGSEGV)
        if "hang me" in text:
            threading.Event().wait()
        if "eat all" in text:
            bytearray(1 << 34)
        mentions = [
            Mention(artist, text.count(name), 0.5, None, text[:20], (("word", 1.0),), song, release)
            for name, artist, song, release in self._names
            if name in text
        ]
        sketch = b"".join(
            hashlib.blake2b(text.encode(), digest_size=64, salt=bytes([n])).digest() for n in range(8)
        )
        return Reading(document.language or "en", len(text.split()), sketch, tuple(mentions))


def toys(names: Sequence[CalledSo]) -> Reads:
    """Makes a toy reader."""
    return ToyReader(names)


def broken(names: Sequence[CalledSo]) -> Reads:
    """Makes none."""
    raise EarmarkError(f"There are {len(names)} names, which is too few.", "Import some.")
