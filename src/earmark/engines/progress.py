"""How long work tells whoever waits for it how far it is."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Protocol

Advance = Callable[[int], None]
"""Call with how much more is done, in the stage's unit."""


class Progress(Protocol):
    """Somebody who watches."""

    def stage(self, name: str, total: int | None = None, unit: str = "") -> AbstractContextManager[Advance]:
        """A stretch of work of ``total`` units (None: unknown); "bytes" is a unit that is shown as such."""


class Unwatched:
    """Nobody watches."""

    @contextmanager
    def stage(self, name: str, total: int | None = None, unit: str = "") -> Iterator[Advance]:
        """Do nothing."""
        del name, total, unit
        yield lambda _: None
