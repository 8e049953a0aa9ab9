"""Import tags: what people call artists and songs goes into the record, of those whom the catalogue knows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import msgspec

from earmark.engines.progress import Progress
from earmark.errors import EarmarkError
from earmark.jobs.importing import SHOWN_PER_CAUSE, Cause, LeftOutRows
from earmark.music.items import Track
from earmark.sources.registry import total_bytes
from earmark.sources.tags import Tag, read_tags
from earmark.store.port import Store
from earmark.store.tags import FILES, SERVERS, TagRecord

SOURCE: Final = "tags"
"""What ``earmark import`` calls it."""
PEOPLE: Final = "people"
"""Whose tags they are, where nobody says."""

_Of = tuple[int, int | None]
"""An artist, and a song of theirs or None."""


class TagReport(msgspec.Struct, frozen=True):
    """What an import of tags read and stored."""

    source: str
    community: str
    rows: int
    tags: int
    """Different ones of an artist or a song."""
    artists: int
    songs: int
    unknown: int
    """Artists and songs that are not in the catalogue."""
    unknown_first: tuple[str, ...]
    """The first few of them."""
    left_out: tuple[Cause, ...]


def import_tags(
    store: Store,
    path: Path,
    *,
    listener: str | None,
    community: str | None,
    columns: str | None,
    progress: Progress,
) -> TagReport:
    """Read the tags at ``path`` and store those of artists and songs that the catalogue knows.

    The same tag given several times counts so often; its letters are made small. What the same community called these
    artists and their songs before is replaced.

    Args:
        store: the record.
        path: a file, a folder or a zip.
        listener: None: tags are no listening.
        community: whose tags they are.
        columns: None: the columns have names of their own.
        progress: told of bytes read.

    Raises:
        EarmarkError: an option does not fit; the input is unreadable; the record refuses. Nothing is stored then.
    """
    if listener is not None or columns is not None:
        raise EarmarkError(
            "Tags are no listening, and their columns are called artist, title, tag and count.",
            "Leave --listener and --columns out; --community NAME says whose tags they are.",
        )
    whose = " ".join((community or PEOPLE).split())
    if whose in ("", FILES, SERVERS):
        raise EarmarkError(f"Tags cannot be those of {whose!r}.", "Give --community another name.")
    weights, known, left_out, rows = dict[tuple[_Of, str], float](), _Known(store), LeftOutRows(), 0
    with progress.stage("reading", total_bytes(path), "bytes") as advance:
        for batch in read_tags(path):
            for tag, of in zip(batch.tags, known.of(batch.tags), strict=True):
                if of is not None:
                    name = tag.tag.lower()
                    weights[of, name] = weights.get((of, name), 0.0) + tag.weight
            left_out.add(batch.skipped)
            rows += batch.rows
            advance(batch.bytes_read)
    tags = [TagRecord(*of, tag, weight) for (of, tag), weight in weights.items()]
    with progress.stage("storing"), store.writing() as writer:
        stored = writer.replace_tags(whose, {one.artist for one in tags}, tags)
    return TagReport(
        source=SOURCE,
        community=whose,
        rows=rows,
        tags=stored,
        artists=len({one.artist for one in tags}),
        songs=len({one.song for one in tags if one.song is not None}),
        unknown=len(known.unknown),
        unknown_first=tuple(" – ".join(filter(None, one)) for one in list(known.unknown)[:SHOWN_PER_CAUSE]),
        left_out=left_out.causes(),
    )


class _Known:
    """Who and what is in the catalogue, each asked for once."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._found: dict[tuple[str, str | None], _Of | None] = {}
        self.unknown: dict[tuple[str, str | None], None] = {}
        """Those that are not, in the order in which they came."""

    def of(self, tags: Sequence[Tag]) -> list[_Of | None]:
        """What each tag is of; None for what is not in the catalogue."""
        new = [
            one for one in dict.fromkeys((tag.artist, tag.title) for tag in tags) if one not in self._found
        ]
        artists = list(dict.fromkeys(artist for artist, _ in new))
        ids = dict(zip(artists, self._store.documents.artists_named(artists), strict=True))
        titled = [(artist, title) for artist, title in new if title is not None]
        songs = dict(zip(titled, self._store.known_songs([Track(*one) for one in titled]), strict=True))
        for artist, title in new:
            number, song = ids[artist], None if title is None else songs[artist, title]
            of = None if number is None or (title is not None and song is None) else (number, song)
            self._found[artist, title] = of
            if of is None:
                self.unknown[artist, title] = None
        return [self._found[tag.artist, tag.title] for tag in tags]
