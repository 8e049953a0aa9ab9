"""Readers for tests: they find names as whole words, and do as a text tells them. Other processes import them."""

from __future__ import annotations

import hashlib
import os
import signal
import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from earmark.errors import EarmarkError
from earmark.jobs.readers import CalledSo, Reads
from earmark.music.documents import Document, Mention, Reading

Given = TypeVar("Given")
Came = TypeVar("Came")


class ToyReader:
    """Mentions whoever a text names, and calls them by the word before."""

    def __init__(self, names: Sequence[CalledSo]) -> None:
        self._names = names

    def read_all(self, documents: Sequence[Document]) -> list[Reading]:
        return [self._read(one) for one in documents]

    def _read(self, document: Document) -> Reading:
        text = document.text
        if "crash me" in text:
            os.kill(os.getpid(), signal.SIGSEGV)
        if "hang me" in text:
            threading.Event().wait()
        if "eat all" in text:
            bytearray(1 << 34)
        mentions = [
            Mention(
                artist,
                text.count(name),
                0.25 if f"{name}?" in text else 0.5,
                None,
                text[:20],
                (("word", 1.0),),
                song,
                release,
            )
            for name, artist, song, release in self._names
            if name in text
        ]
        sketch = b"".join(
            hashlib.blake2b(text.encode(), digest_size=64, salt=bytes([n])).digest() for n in range(8)
        )
        return Reading(document.language or "en", len(text.split()), sketch, tuple(mentions))


class HereCrew(Generic[Given, Came]):
    """A crew of nobody: whoever gives a task does it, when it is asked what was done."""

    def __init__(
        self,
        size: int,
        begin: Callable[..., Callable[[Given], Came]],
        arguments: tuple[object, ...],
        *_: object,
        **__: object,
    ) -> None:
        self._size, self._tasks = size, list[Given]()
        self._do = begin(*arguments)

    def __enter__(self) -> HereCrew[Given, Came]:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    @property
    def busy(self) -> int:
        return len(self._tasks)

    @property
    def free(self) -> int:
        return self._size - self.busy

    def give(self, task: Given) -> None:
        self._tasks.append(task)

    def done(self, _patience: float) -> list[tuple[Given, Came]]:
        return [(task, self._do(task)) for task in [self._tasks.pop()]]


def toys(names: Sequence[CalledSo]) -> Reads:
    """Makes a toy reader."""
    return ToyReader(names)


def broken(names: Sequence[CalledSo]) -> Reads:
    """Makes none."""
    raise EarmarkError(f"There are {len(names)} names, which is too few.", "Import some.")
