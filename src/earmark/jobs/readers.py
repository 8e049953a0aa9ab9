"""Readers in processes of their own: documents go in, and what is kept of each comes out in the same order.

Texts are others' work and may be made to do harm, so one that a reader does not get done with, or that takes too much
memory, is given up (`earmark.jobs.crew`). They go by the portion; of a portion that is lost, each is tried by itself.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final, NamedTuple, Protocol

import msgspec

from earmark.jobs.crew import Crew, Lost
from earmark.music.documents import Document, Reading

PORTION: Final = 64
"""Documents at once: enough that sending them costs nothing, few enough that progress is seen."""
PORTION_LETTERS: Final = 400_000
LONGEST_HELD_SECONDS: Final = 1.0
"""A portion that fills slowly, as pages come from a site, is read after so long."""


class Reads(Protocol):
    """Whoever reads; see `earmark.signals.culture.reading.Reader`."""

    def read_all(self, documents: Sequence[Document]) -> Sequence[Reading]:
        """What is kept of each document."""


CalledSo = tuple[str, int, int | None, str | None]
"""A name, and whose it is: `earmark.store.catalogue_names.CatalogueName` without its class, whose module takes longer
to import than many a text to read."""
OpenReader = Callable[[Sequence[CalledSo]], Reads]
"""Makes a reader that knows these names; of a module, so that other processes can call it."""


def open_reader(names: Sequence[CalledSo]) -> Reads:
    """The reader that comes with Earmark."""
    from earmark.signals.culture.linking.linker import Linker
    from earmark.signals.culture.linking.names import Name
    from earmark.signals.culture.reading import Reader

    return Reader(Linker([Name(*one) for one in names]))


class Task(msgspec.Struct, frozen=True):
    """Documents for one process, from a place on in the portion of a number."""

    portion: int
    first: int
    documents: tuple[Document, ...]


def begin(open_: OpenReader, names: Sequence[CalledSo]) -> Callable[[Task], list[Reading]]:
    """What a process does, once its reader is made."""
    reader = open_(names)
    return lambda task: list(reader.read_all(task.documents))


class Read(NamedTuple):
    """A document, and what is kept of it; or why nothing is."""

    document: Document
    reading: Reading | Lost


class Readers:
    """Hands documents to a crew of processes, a portion to whoever is free.

    Args:
        crew: of `begin`.
        size: how many processes they are.
    """

    def __init__(self, crew: Crew[Task, list[Reading]], size: int) -> None:
        self._crew, self._size = crew, size
        self._waiting: deque[Task] = deque()
        self._portions: dict[int, list[Read | None]] = {}
        """Those of which not all has been read, in their order; None for what has not."""
        self._n_portions = 0
        self._filling: list[Document] = []
        self._letters = 0
        self._since = 0.0

    def read(self, documents: Iterable[Document]) -> Iterator[Read]:
        """What is kept of each document, in their order; no more are asked for than can be read soon.

        Raises:
            EarmarkError: a process cannot begin to work.
        """
        for document in documents:
            if not self._filling:
                self._since = time.monotonic()
            self._filling.append(document)
            self._letters += len(document.text)
            full = len(self._filling) == PORTION or self._letters >= PORTION_LETTERS
            if full or time.monotonic() - self._since > LONGEST_HELD_SECONDS:
                self._hand_over()
                yield from self._done(most_left=2 * self._size)
        self._hand_over()
        yield from self._done(most_left=0)

    def _hand_over(self) -> None:
        """What has been gathered is a portion now."""
        if not self._filling:
            return
        self._portions[self._n_portions] = [None] * len(self._filling)
        self._waiting.append(Task(self._n_portions, 0, tuple(self._filling)))
        self._n_portions += 1
        self._filling.clear()
        self._letters = 0
        self._give()

    def _give(self) -> None:
        while self._waiting and self._crew.free:
            self._crew.give(self._waiting.popleft())

    def _done(self, most_left: int) -> Iterator[Read]:
        """Portions that have been read, as they come; waits until no more are left than that."""
        while self._crew.busy:
            patience = LONGEST_HELD_SECONDS if len(self._portions) > most_left else 0.0
            heard = self._crew.done(patience)
            for task, told in heard:
                self._take(task, told)
            self._give()
            while self._portions and (read := self._first_read()) is not None:
                yield from read
            if not heard and len(self._portions) <= most_left:
                return

    def _take(self, task: Task, told: list[Reading] | Lost) -> None:
        portion = self._portions[task.portion]
        if isinstance(told, Lost) and len(task.documents) > 1:
            self._waiting.extendleft(
                Task(task.portion, task.first + n, (one,)) for n, one in enumerate(task.documents)
            )
            return
        readings: Sequence[Reading | Lost] = [told] if isinstance(told, Lost) else told
        for n, (document, reading) in enumerate(zip(task.documents, readings, strict=True), task.first):
            portion[n] = Read(document, reading)

    def _first_read(self) -> list[Read] | None:
        """The first portion, if all of it has been read."""
        number = next(iter(self._portions))
        read = [one for one in self._portions[number] if one is not None]
        if len(read) < len(self._portions[number]):
            return None
        del self._portions[number]
        return read
