"""What reading learns goes into the record as it comes, in small transactions: one that is killed loses seconds."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from typing import Final

import msgspec

from earmark.music.documents import Document, Reading
from earmark.signals.culture.originals import Originals
from earmark.store.documents import DocumentsKept, ReadDocument
from earmark.store.port import Store

MOST_HELD: Final = 512
"""Documents that are written together at most."""
LONGEST_HELD_SECONDS: Final = 2.0
LIKELY: Final = 0.5
"""Whoever is less likely meant than this is a candidate, and no fact."""


class ReadLedger:
    """Documents that were read and are not written yet; what became of those that are.

    Args:
        store: the record.
        originals: those that are on record and repeat no other.
        by: who reads.
        now: seconds, from any beginning.
    """

    def __init__(
        self, store: Store, originals: Originals, by: str, now: Callable[[], float] = time.monotonic
    ) -> None:
        self._store, self._originals, self._by, self._now = store, originals, by, now
        self._held: dict[str, tuple[Document, Reading, bool]] = {}
        self._written_at = now()
        self.kept: Counter[str] = Counter()
        """By the names of `earmark.store.documents.DocumentsKept`."""
        self.languages: Counter[str] = Counter()
        self.artists: set[int] = set()
        """Those who are meant, as far as that is likely."""
        self.unsure = 0
        """Mentions of whoever may not be meant."""

    def read(self, document: Document, reading: Reading, *, keep_text: bool) -> None:
        """A document was read; of two of one address, the later stays.

        Raises:
            StoreError: the record refuses.
        """
        self._held[document.address] = (document, reading, keep_text)
        self.languages[reading.language] += 1
        if len(self._held) >= MOST_HELD or self._now() - self._written_at > LONGEST_HELD_SECONDS:
            self.write()

    def write(self) -> None:
        """Write all that is held.

        Raises:
            StoreError: the record refuses.
        """
        if self._held:
            held = list(self._held.values())
            repeated = self._originals.repeated([(one.address, reading.sketch) for one, reading, _ in held])
            documents = [
                ReadDocument(document, reading, self._by, first, keep_text)
                for (document, reading, keep_text), first in zip(held, repeated, strict=True)
            ]
            with self._store.writing() as writer:
                kept: DocumentsKept = writer.keep_documents(documents)
            self.kept.update(msgspec.structs.asdict(kept))
            for one in documents:
                if one.same_as is None:
                    self._note(one.reading)
        self._held.clear()
        self._written_at = self._now()

    def _note(self, reading: Reading) -> None:
        for mention in reading.mentions:
            if mention.probability >= LIKELY:
                self.artists.add(mention.artist)
            else:
                self.unsure += 1
