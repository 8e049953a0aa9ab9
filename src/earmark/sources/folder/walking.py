"""Every file in a folder that may be music, with what lies beside it; in a fixed order, whatever the disk's.

Links are followed, but no folder is gone through twice, so links in a circle do no harm; folders that really lie here
come first, so that a file keeps its own path. What cannot be reached is told of, and the walk goes on. A file costs one
question to the disk (its size and when it was written) and is not opened.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from errno import ELOOP
from hashlib import blake2b
from pathlib import Path
from typing import Final

import msgspec

from earmark.listening.libraries import FileMark
from earmark.sources.folder.kinds import MUSIC, PASSED_OVER, ending

COVERS: Final = ("cover", "folder", "front", "album", "albumart")
"""What a picture is called that shows all that lies beside it; the first that is there is taken."""
PICTURES: Final = ("jpg", "jpeg", "png", "webp", "gif")
LYRICS: Final = ("lrc", "txt")
"""Endings of words beside a file of the same name."""
NOT_ENTERED: Final = frozenset(
    {"@eadir", "#recycle", "#snapshot", "$recycle.bin", "system volume information", "lost+found"}
)
"""Folders that network drives and systems keep for themselves."""
LONGEST_PATH: Final = 2_000
"""Bytes; a longer one cannot be looked up in every database."""


class Beside(msgspec.Struct, frozen=True, gc=False):
    """What lies beside a file and belongs to it: paths, if there are any."""

    cover: str | None = None
    timed: str | None = None
    """Lyrics in LRC."""
    plain: str | None = None
    """Lyrics as text."""


class Found(msgspec.Struct, frozen=True, gc=False):
    """A file that may be music; ``named_so`` if its name says that it is."""

    path: str
    mark: FileMark
    beside: Beside
    named_so: bool


class Unreached(msgspec.Struct, frozen=True):
    """What could not be looked at, and why; if a folder, what may lie in it is unknown."""

    path: str
    cause: str


_Stat = tuple[int, int]
"""Size, and when it was written in ns."""


def walk(root: str) -> Iterator[Found | Unreached]:
    """All files in a folder and the folders within it; or the one file, if it is one.

    Args:
        root: absolute, without links in it.
    """
    if Path(root).is_file():
        yield from (one for one in _Walk().files_of(str(Path(root).parent)) if one.path == root)
    else:
        yield from _Walk().through(root)


class _Walk:
    """One walk: the folders that were gone through, and the links to folders, which come last."""

    def __init__(self) -> None:
        self._been_in: set[tuple[int, int]] = set()
        self._links: list[str] = []

    def through(self, root: str) -> Iterator[Found | Unreached]:
        yield from self._below(root)
        while self._links:
            link = self._links.pop(0)
            if _leads_back(link):
                yield Unreached(link, "is a link that leads back to a folder it lies in; it is not followed")
            else:
                yield from self._below(link)

    def _below(self, root: str) -> Iterator[Found | Unreached]:
        waiting = [root]
        while waiting:
            folder = waiting.pop()
            within: list[str] = []
            yield from self._gone_through(folder, within)
            waiting.extend(sorted(within, reverse=True))

    def files_of(self, folder: str) -> Iterator[Found | Unreached]:
        """What lies in a folder itself."""
        yield from self._gone_through(folder, [])

    def _gone_through(self, folder: str, within: list[str]) -> Iterator[Found | Unreached]:
        """What lies in a folder; the folders in it are added to ``within``."""
        try:
            about = Path(folder).stat()
            if (about.st_dev, about.st_ino) in self._been_in:
                return
            self._been_in.add((about.st_dev, about.st_ino))
            with os.scandir(folder) as entries:
                listed = sorted(entries, key=lambda entry: entry.name)
        except OSError as error:
            yield Unreached(folder, _said(error))
            return
        files: dict[str, os.DirEntry[str]] = {}
        for entry in listed:
            if entry.name.startswith("."):
                continue
            try:
                if entry.is_dir(follow_symlinks=False):
                    if entry.name.lower() not in NOT_ENTERED:
                        within.append(entry.path)
                elif entry.is_symlink() and stat.S_ISDIR(entry.stat().st_mode):
                    self._links.append(entry.path)
                else:
                    files[entry.name] = entry
            except OSError as error:
                if ending(entry.name) not in PASSED_OVER:
                    yield Unreached(entry.path, _said(error))
        yield from _music_among(files)


def _music_among(files: dict[str, os.DirEntry[str]]) -> Iterator[Found | Unreached]:
    """Those of a folder's files that may be music, with their covers and lyrics."""
    endings = {name: ending(name) for name in files}
    candidates = [name for name, kind in endings.items() if kind not in PASSED_OVER]
    if not candidates:
        return
    by_name = {name.lower(): entry for name, entry in reversed(files.items())}
    pictures = (f"{name}.{kind}" for name in COVERS for kind in PICTURES)
    cover = next((by_name[name] for name in pictures if name in by_name), None)
    fingerprints: dict[tuple[os.DirEntry[str], ...], int] = {(): 0}
    for name in candidates:
        entry = files[name]
        try:
            about = entry.stat()
            if not stat.S_ISREG(about.st_mode):
                continue
            if _is_endless(entry.path):
                yield Unreached(entry.path, f"has a path of more than {LONGEST_PATH:,} bytes")
                continue
            stem = name.rpartition(".")[0].lower() or name.lower()
            timed, plain = (by_name.get(f"{stem}.{kind}") for kind in LYRICS)
            beside = tuple(one for one in (cover, timed, plain) if one is not None)
            if beside not in fingerprints:
                fingerprints[beside] = _fingerprint(beside)
        except OSError as error:
            yield Unreached(entry.path, _said(error))
            continue
        mark = FileMark(about.st_size, about.st_mtime_ns, fingerprints[beside])
        paths = (one and one.path for one in (cover, timed, plain))
        yield Found(entry.path, mark, Beside(*paths), endings[name] in MUSIC)


def _is_endless(path: str) -> bool:
    # No character takes more than four bytes.
    return len(path) * 4 > LONGEST_PATH and len(os.fsencode(path)) > LONGEST_PATH


def _fingerprint(beside: Sequence[os.DirEntry[str]]) -> int:
    """Of the names, sizes and times of these files."""
    seen = [(os.fsencode(one.name), one.stat().st_size, one.stat().st_mtime_ns) for one in beside]
    return int.from_bytes(blake2b(repr(seen).encode(), digest_size=8).digest(), signed=True)


def _leads_back(link: str) -> bool:
    """Whether a link leads to a folder in which it lies itself."""
    return Path(link).parent.resolve().is_relative_to(Path(link).resolve())


def _said(error: OSError) -> str:
    """The system's words as a cause."""
    match error:
        case FileNotFoundError():
            return "is a link to nothing, or has just gone"
        case PermissionError():
            return "may not be read (permission denied)"
        case _ if error.errno == ELOOP:
            return "is a link in a circle"
        case _:
            return f"cannot be read ({error.strerror or error})"
