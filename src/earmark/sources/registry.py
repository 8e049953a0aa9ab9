"""The sources by name, and the one door through which all are read."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Final, Protocol, cast

from earmark.errors import UnreadableInputError
from earmark.listening.listens import Origin, UnixMs
from earmark.sources.batch import Batch, Skipped
from earmark.sources.checks import NOT_A_LISTENING_FILE
from earmark.sources.files import SourceFile, opened

SOURCES: Final[Mapping[str, str]] = {
    "spotify": "earmark.sources.spotify",
    "lastfm": "earmark.sources.lastfm",
    "listenbrainz": "earmark.sources.listenbrainz",
    "csv": "earmark.sources.delimited",
    "playlists": "earmark.sources.playlist_files",
}
"""What ``earmark import`` calls a source → the module that reads it, imported when it is first asked for."""


class Source(Protocol):
    """What a source's module offers. All are pure readers: files in, batches out."""

    TITLE: str

    def recognises(self, name: str, head: bytes) -> bool:
        """Whether a file is this source's, from its name and first 64 KB."""

    def read(self, files: Sequence[SourceFile], now: UnixMs | None) -> Iterator[Batch]:
        """What the files say."""


def read(
    source: str, path: Path, *, columns: str | None = None, now: UnixMs | None = None
) -> Iterator[Batch]:
    """Everything at ``path``, a file, a folder or a zip, as ``source`` writes it.

    Files that are not about listening are named in a batch each, with a skip of row 0, and left alone.

    Args:
        source: one of `SOURCES`.
        path: what the person handed over.
        columns: for ``csv`` only: which column holds which field.
        now: the present, to tell which dates lie in the future; the clock's time if None.

    Raises:
        UnreadableInputError: the source is unknown, or nothing at ``path`` can be read as this source's.
    """
    module = _module(source)
    if columns is not None and source != "csv":
        raise UnreadableInputError(
            f"--columns means nothing for {source}.", "Leave it out, or import as csv."
        )
    with opened(path) as files:
        recognised = [module.recognises(file.name, file.head()) for file in files]
        own = [file for file, known in zip(files, recognised, strict=True) if known]
        if not own:
            raise _not_this(source, module, path, files)
        for file, known in zip(files, recognised, strict=True):
            if not known:
                skip = Skipped(file.name, 0, NOT_A_LISTENING_FILE)
                yield Batch(file.name, Origin(source), skipped=[skip], bytes_read=file.size)
        if source == "csv":
            from earmark.sources import delimited

            yield from delimited.read(own, now, columns)
        else:
            yield from module.read(own, now)


def total_bytes(path: Path) -> int:
    """How much ``Batch.bytes_read`` adds up to over everything at ``path``.

    Raises:
        UnreadableInputError: nothing is there to read.
    """
    with opened(path) as files:
        return sum(file.size for file in files)


def guess(files: Sequence[SourceFile]) -> str | None:
    """The name of the source that most of the files look like; ``csv`` only where nothing else fits."""
    heads = [(file.name, file.head()) for file in files]
    votes = {
        source: sum(_module(source).recognises(name, head) for name, head in heads) for source in SOURCES
    }
    special = {source: count for source, count in votes.items() if source != "csv" and count}
    if special:
        return max(special, key=lambda source: special[source])
    return "csv" if votes["csv"] else None


def _module(source: str) -> Source:
    if source not in SOURCES:
        raise UnreadableInputError(
            f'There is no source called "{source}".', f"The sources are: {', '.join(SOURCES)}."
        )
    return cast(Source, import_module(SOURCES[source]))


def _not_this(source: str, module: Source, path: Path, files: Sequence[SourceFile]) -> UnreadableInputError:
    looks_like = guess(files)
    what = f"{path} does not look like {module.TITLE}"
    if looks_like is None or looks_like == source:
        return UnreadableInputError(
            f"{what}.", "Hand over the file, folder or zip as the service gave it to you."
        )
    more = ' --columns "…"' if looks_like == "csv" else ""
    return UnreadableInputError(
        f"{what}, but like {_module(looks_like).TITLE}.",
        f"Import it as that: earmark import {looks_like} {shlex.quote(str(path))}{more}",
    )
