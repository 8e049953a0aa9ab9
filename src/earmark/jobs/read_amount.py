"""How much there is to read, and how far each document goes: in bytes where all lies in files, or else in documents."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from earmark.errors import UnreadableInputError
from earmark.music.documents import Document
from earmark.sources.files import opened


class Amount:
    """The amount of what somebody wants read.

    Args:
        what: addresses and paths, as they were typed.
    """

    def __init__(self, what: Sequence[str]) -> None:
        self._sizes: dict[str, int] = {}
        in_files = bool(what) and not any("://" in one for one in what)
        for one in what if in_files else ():
            self._measure(Path(one).expanduser())
        self.total: int | None = sum(self._sizes.values()) or None
        """None where it is not known."""
        self.unit = "documents" if self.total is None else "bytes"

    def _measure(self, path: Path) -> None:
        root = path.resolve()
        folder = root if root.is_dir() else root.parent
        try:
            with opened(path) as files:
                self._sizes.update((str(folder / file.name), file.size) for file in files)
        except UnreadableInputError:
            # Whoever reads it says so.
            return

    def of(self, document: Document) -> int:
        """How far the reading of a document goes: its file, or its own letters where a file holds several."""
        if self.total is None:
            return 1
        size = self._sizes.get(document.address)
        return len(document.text.encode("utf-8", "replace")) if size is None else size
