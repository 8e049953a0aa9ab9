"""What a scan learns goes into the record as it comes, in small transactions: a scan that is killed loses seconds."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from earmark.listening.libraries import LibraryFile
from earmark.music.sound import Sound
from earmark.store.port import Store
from earmark.store.sounds import SoundRecord

MOST_HELD: Final = 200
"""Things learned that are written together at most."""
LONGEST_HELD_SECONDS: Final = 2.0


class Ledger:
    """Files, sounds and faults that are not written yet."""

    def __init__(self, store: Store, now: Callable[[], float] = time.monotonic) -> None:
        self._store, self._now = store, now
        self._moves: list[tuple[str, str]] = []
        self._files: dict[str, LibraryFile] = {}
        self._sounds: dict[bytes, SoundRecord] = {}
        self._faults: dict[str, str | None] = {}
        self._written_at = now()

    def moved(self, before: str, path: str) -> None:
        """A file lies elsewhere now."""
        self._moves.append((before, path))

    def read(self, file: LibraryFile) -> None:
        """A file was read."""
        self._files[file.path] = file

    def heard(self, digest: bytes, by: str, sound: Sound, embedding: NDArray[np.float32]) -> None:
        """A sound was heard."""
        self._sounds[digest] = SoundRecord(digest, by, sound, embedding)

    def fault(self, path: str, fault: str | None) -> None:
        """A file could not be heard, or could this time."""
        self._faults[path] = fault

    def write_when_due(self) -> None:
        """Write what is held if it is much, or was held for long.

        Raises:
            StoreError: the record refuses.
        """
        held = len(self._moves) + len(self._files) + len(self._sounds) + len(self._faults)
        if held >= MOST_HELD or (held and self._now() - self._written_at > LONGEST_HELD_SECONDS):
            self.write()

    def write(self) -> None:
        """Write all that is held.

        Raises:
            StoreError: the record refuses.
        """
        if self._moves or self._files or self._sounds or self._faults:
            with self._store.writing() as writer:
                writer.move_files(self._moves)
                writer.keep_files(list(self._files.values()))
                writer.keep_sounds(list(self._sounds.values()))
                writer.note_faults(list(self._faults.items()))
        for held in (self._moves, self._files, self._sounds, self._faults):
            held.clear()
        self._written_at = self._now()
