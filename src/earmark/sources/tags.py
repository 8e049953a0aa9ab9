"""Tags that people gave to artists and songs (Last.fm and its kind): tables with a header, and JSON lines."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from operator import attrgetter
from pathlib import Path
from typing import Final

import msgspec

from earmark.errors import UnreadableInputError
from earmark.sources.batch import Skipped
from earmark.sources.checks import (
    ARTIST_TOO_LONG,
    LONGEST_NAME,
    NO_ARTIST,
    TITLE_TOO_LONG,
    UNREADABLE_FILE,
    RowFaultError,
    clean,
)
from earmark.sources.delimited import WRONG_WIDTH
from earmark.sources.files import SourceFile, opened
from earmark.sources.json_rows import read_rows
from earmark.sources.shapes import is_json
from earmark.sources.tables import read_cells, read_header

NO_TAG: Final = "no tag"
TAG_TOO_LONG: Final = "tag longer than 100 characters"
NO_WEIGHT: Final = "count that is no number above zero"
NOT_TAGS: Final = "not a file of tags"
LONGEST_TAG: Final = 100

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "artist": ("artist", "artist_name", "artistname"),
    "title": ("title", "track", "track_name", "song"),
    "tag": ("tag", "genre"),
    "count": ("count", "weight"),
}
"""Field → what a column that holds it may be called, in letters of any size."""
_NAMES: Final = frozenset(name for names in COLUMNS.values() for name in names)


class Tag(msgspec.Struct, frozen=True, gc=False):
    """A tag on a song, or with no ``title`` on an artist; ``weight`` is above 0, 1 where the source has none."""

    artist: str
    title: str | None
    tag: str
    weight: float


class TagBatch(msgspec.Struct):
    """A stretch of one file: as `earmark.sources.batch.Batch`, of tags."""

    file: str
    rows: int = 0
    tags: list[Tag] = []
    skipped: list[Skipped] = []
    bytes_read: int = 0


class _Given(msgspec.Struct, frozen=True):
    """One of an artist's or a song's tags, in a row that lists them."""

    name: str
    count: float | str | None = None


class _Row(msgspec.Struct, frozen=True):
    """A row of JSON: one tag, or all that an artist or a song has."""

    artist: str | None = None
    title: str | None = None
    tag: str | None = None
    count: float | str | None = None
    weight: float | str | None = None
    tags: list[str | _Given] | dict[str, float] | None = None


def read_tags(path: Path) -> Iterator[TagBatch]:
    """The tags in a file, a folder or a zip.

    A table has the columns artist and tag, and may have title and count. A row of JSON has the same fields, or
    ``tags``: a list of names, a list of objects with name and count, or an object of names and counts.

    Raises:
        UnreadableInputError: nothing is there, or nothing at ``path`` holds tags.
    """
    with opened(path) as files:
        readable = {file.name: _is_tags(file) for file in files}
        if not any(readable.values()):
            raise UnreadableInputError(
                f"{path} holds no tags.",
                "Hand over a table with the columns artist, tag and perhaps title and count; or such JSON lines.",
            )
        for file in files:
            if not readable[file.name]:
                yield _left_out(file, Skipped(file.name, 0, NOT_TAGS))
                continue
            try:
                for batch in _json(file) if is_json(file.head()) else _table(file):
                    batch.skipped.sort(key=attrgetter("row"))
                    yield batch
            except UnreadableInputError as error:
                yield TagBatch(file.name, skipped=[Skipped(file.name, 0, UNREADABLE_FILE, error.what[:80])])


def _is_tags(file: SourceFile) -> bool:
    head = file.head()
    if is_json(head):
        return b'"artist"' in head and b'"tag' in head
    places = _places(head)[1]
    return "artist" in places and "tag" in places


def _left_out(file: SourceFile, skip: Skipped) -> TagBatch:
    return TagBatch(file.name, skipped=[skip], bytes_read=file.size)


def _places(head: bytes) -> tuple[str, dict[str, int], int]:
    """The delimiter of a table, where in a row which field stands, and how many cells a row has."""
    header, delimiter = read_header(head, _NAMES)
    names = [cell.casefold() for cell in header]
    places = {
        field: names.index(found)
        for field, known in COLUMNS.items()
        if (found := next((name for name in known if name in names), None)) is not None
    }
    return delimiter, places, len(header)


def _table(file: SourceFile) -> Iterator[TagBatch]:
    delimiter, places, width = _places(file.head())
    artist, tag = places["artist"], places["tag"]
    title, count = places.get("title"), places.get("count")
    for block in read_cells(file, delimiter):
        batch = TagBatch(file.name, len(block.rows), skipped=block.skipped, bytes_read=block.bytes_read)
        for number, cells in enumerate(block.rows, start=block.first):
            try:
                if len(cells) != width:
                    raise RowFaultError(WRONG_WIDTH, f"{len(cells)} instead of {width}")
                weight = None if count is None else cells[count].strip()
                song = None if title is None else cells[title]
                batch.tags.append(_tag(cells[artist], song, cells[tag], weight or None))
            except RowFaultError as fault:
                batch.skipped.append(fault.at(file.name, number))
        yield batch


def _json(file: SourceFile) -> Iterator[TagBatch]:
    for block in read_rows(file, _Row):
        batch = TagBatch(file.name, block.count, skipped=block.skipped, bytes_read=block.bytes_read)
        for number, row in zip(block.numbers, block.rows, strict=True):
            try:
                given = list(_given(row))
                if not given:
                    raise RowFaultError(NO_TAG, row.artist or "")
            except RowFaultError as fault:
                batch.skipped.append(fault.at(file.name, number))
                continue
            for name, count in given:
                try:
                    batch.tags.append(_tag(row.artist, row.title, name, count))
                except RowFaultError as fault:
                    batch.skipped.append(fault.at(file.name, number))
        yield batch


def _given(row: _Row) -> Iterator[tuple[str, float | str | None]]:
    """The tags of a row, with their counts."""
    if row.tag is not None:
        yield row.tag, row.weight if row.count is None else row.count
    if isinstance(row.tags, dict):
        yield from row.tags.items()
    else:
        for one in row.tags or ():
            yield (one, None) if isinstance(one, str) else (one.name, one.count)


def _tag(artist: str | None, title: str | None, tag: str | None, count: float | str | None) -> Tag:
    """A tag with its weight.

    Raises:
        RowFaultError: it has no artist or no name, or its count is none.
    """
    artist, title, tag = clean(artist), clean(title), clean(tag)
    if artist is None:
        raise RowFaultError(NO_ARTIST, tag or "")
    if tag is None:
        raise RowFaultError(NO_TAG, artist)
    if len(artist) > LONGEST_NAME:
        raise RowFaultError(ARTIST_TOO_LONG, artist)
    if title is not None and len(title) > LONGEST_NAME:
        raise RowFaultError(TITLE_TOO_LONG, title)
    if len(tag) > LONGEST_TAG:
        raise RowFaultError(TAG_TOO_LONG, tag)
    try:
        weight = 1.0 if count is None else float(count)
    except ValueError:
        weight = math.nan
    if not (0 < weight < math.inf):
        raise RowFaultError(NO_WEIGHT, count)
    return Tag(artist, title, tag, weight)
