"""Covers: pictures within a file of music or beside it, kept once by content however many files show them."""

from __future__ import annotations

from hashlib import blake2b
from pathlib import Path
from typing import Final

from earmark.errors import writing_to
from earmark.whole_files import write_whole

LARGEST: Final = 10_000_000
"""Bytes; larger pictures are no covers, and are left out."""
_PICTURES: Final = (
    (b"\xff\xd8\xff", "jpg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF8", "gif"),
    (b"BM", "bmp"),
)


class Covers:
    """The folder of covers, each named by a digest of its bytes and by what kind of picture it is."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def keep(self, picture: bytes) -> str | None:
        """The name of this picture, which is put into the folder if it is not there; None if it is no picture.

        Raises:
            EarmarkError: it cannot be written.
        """
        kind = _kind(picture)
        if kind is None:
            return None
        name = f"{blake2b(picture, digest_size=16).hexdigest()}.{kind}"
        path = self._folder / name
        if not path.exists():
            with writing_to(path):
                self._folder.mkdir(parents=True, exist_ok=True)
                write_whole(path, picture)
        return name

    def keep_only(self, names: set[str]) -> None:
        """Delete all others, and what killed runs left half-written.

        Raises:
            EarmarkError: one cannot be deleted.
        """
        with writing_to(self._folder):
            for path in self._folder.iterdir() if self._folder.is_dir() else ():
                if path.name not in names:
                    path.unlink(missing_ok=True)


def _kind(picture: bytes) -> str | None:
    if picture[:4] == b"RIFF" and picture[8:12] == b"WEBP":
        return "webp"
    return next((kind for sign, kind in _PICTURES if picture.startswith(sign)), None)
