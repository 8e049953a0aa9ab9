"""Exports of a Last.fm history, in the shapes that the common exporters write (Last.fm itself has none).

All give the time at which a play started, and none how long it lasted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from earmark.listening.listens import Listen, Origin, UnixMs
from earmark.sources.batch import Batch, Skipped
from earmark.sources.checks import NO_DATE, RowFaultError, Window, track_of, window
from earmark.sources.delimited import Layout, read_listens
from earmark.sources.files import SourceFile
from earmark.sources.gathering import gathered
from earmark.sources.json_documents import cut_at, decode_elements, read_document
from earmark.sources.json_rows import CUT_OFF, Block, read_rows
from earmark.sources.shapes import field_names, is_json
from earmark.sources.tables import DELIMITERS, read_header, split_line
from earmark.sources.times import moment_of, unix_moment

TITLE: Final = "a Last.fm export"

ORIGIN: Final = Origin("lastfm", 1_000)
ORIGIN_BY_MINUTE: Final = Origin("lastfm", 60_000)

NOW_PLAYING: Final = "playing now, no date yet"

_ARTIST: Final = ("artist", "artist_name", "artist name")
_TRACK: Final = ("track", "track_name", "track name", "title", "name", "song")
_ALBUM: Final = ("album", "album_name", "album name", "release")
_TO_THE_SECOND: Final = ("uts", "timestamp")
_TO_THE_MINUTE: Final = ("utc_time", "date", "datetime", "time")
_DATE: Final = re.compile(r"\d{1,2} [A-Za-z]{3} \d{4},? \d{1,2}:\d\d", re.ASCII)
_PAGES: Final = re.compile(rb'\s*\[\s*\{\s*"(?:track"\s*:\s*\[|@attr"|recenttracks")')
_PAGE_DEPTH: Final = 2
_DOCUMENT_DEPTH: Final = 3


class _Named(msgspec.Struct, gc=False):
    text: str | None = msgspec.field(name="#text", default=None)
    name: str | None = None


class _Date(msgspec.Struct, gc=False):
    uts: str | int | float | None = None
    text: str | None = msgspec.field(name="#text", default=None)


class _Page(msgspec.Struct):
    track: list[msgspec.Raw] = []


class _Scrobble(msgspec.Struct):
    """One play, or, where ``track`` is a list or ``recenttracks`` is there, a page of plays."""

    artist: str | _Named | None = None
    album: str | _Named | None = None
    name: str | None = None
    track: str | list[msgspec.Raw] | None = None
    date: _Date | str | int | float | None = None
    uts: str | int | float | None = None
    timestamp: str | int | float | None = None
    time: str | int | float | None = None
    recenttracks: _Page | None = None

    @property
    def page(self) -> list[msgspec.Raw] | None:
        """The plays on it, if this is a page."""
        if self.recenttracks is not None:
            return self.recenttracks.track
        return self.track if isinstance(self.track, list) else None


def recognises(name: str, head: bytes) -> bool:
    """Whether a file begins like one of the known exports."""
    if not head.strip():
        return False
    if not is_json(head):
        return _layout(head) is not None
    fields = field_names(head)
    return b"recenttracks" in fields or (
        b"artist" in fields
        and bool(fields & {b"name", b"track"})
        and bool(fields & {b"uts", b"#text", b"timestamp", b"date"})
        and not fields & {b"listened_at", b"playlists", b"tracks"}
    )


def read(files: Sequence[SourceFile], now: UnixMs | None) -> Iterator[Batch]:
    """The plays in the files.

    Raises:
        UnreadableInputError: a file's compressed data is damaged, or its JSON has another shape.
    """
    possible = window(now)
    for file in files:
        head = file.head()
        layout = None if is_json(head) else _layout(head)
        if layout is not None:
            yield from read_listens(file, layout, possible)
        elif head.lstrip().startswith(b"{"):
            yield _read_document(file, possible)
        else:
            yield from gathered(_read_list(file, possible, _PAGE_DEPTH if _PAGES.match(head) else 0))


def _layout(head: bytes) -> Layout | None:
    """Where a table's columns are; None if it is not one of the known."""
    cells, delimiter = read_header(head)
    header = [cell.lower() for cell in cells]

    def place(names: Sequence[str]) -> int | None:
        return next((header.index(name) for name in names if name in header), None)

    artist, track, album = place(_ARTIST), place(_TRACK), place(_ALBUM)
    second, minute = place(_TO_THE_SECOND), place(_TO_THE_MINUTE)
    when = minute if second is None else second
    if artist is not None and track is not None and when is not None:
        places = {"artist": artist, "title": track, "started": when}
        if album is not None:
            places["release"] = album
        return Layout(delimiter, len(header), places, ORIGIN_BY_MINUTE if second is None else ORIGIN)
    line = head.lstrip().split(b"\n", 1)[0].decode("utf-8", "replace").strip()
    for mark in DELIMITERS:
        row = split_line(line, mark)
        if len(row) == 4 and _DATE.fullmatch(row[3].strip()):
            places = {"artist": 0, "release": 1, "title": 2, "started": 3}
            return Layout(mark, 4, places, ORIGIN_BY_MINUTE, header=False)
    return None


def _read_list(file: SourceFile, possible: Window, depth: int) -> Iterator[Batch]:
    plays = 0
    for block in read_rows(file, _Scrobble, depth=depth):
        batch = _batch(file.name, block, possible, plays)
        plays += batch.rows
        yield batch


def _batch(file: str, block: Block[_Scrobble], possible: Window, before: int) -> Batch:
    """The plays of a block of plays or of pages; plays on pages are numbered on from ``before``."""
    batch = Batch(file, ORIGIN, bytes_read=block.bytes_read)
    paged = False
    for number, row in zip(block.numbers, block.rows, strict=True):
        page = row.page
        if page is None:
            _take(file, number, row, possible, batch)
            batch.rows += 1
        else:
            paged = True
            _take_page(file, page, possible, batch, before)
    for skip in block.skipped:
        cut = paged and skip.cause == CUT_OFF
        batch.skipped.append(Skipped(file, before + batch.rows + 1, CUT_OFF) if cut else skip)
        batch.rows += skip.row > 0
    return batch


def _take_page(file: str, page: list[msgspec.Raw], possible: Window, batch: Batch, before: int) -> None:
    first = before + batch.rows + 1
    for number, play in decode_elements(file, page, _Scrobble, batch.skipped, first):
        _take(file, number, play, possible, batch)
    batch.rows += len(page)


def _read_document(file: SourceFile, possible: Window) -> Batch:
    page, skipped = read_document(file, _Scrobble, _DOCUMENT_DEPTH)
    batch = Batch(file.name, ORIGIN, skipped=skipped, bytes_read=file.size)
    if page is not None:
        _take_page(file.name, page.page or [], possible, batch, 0)
    cut_at(skipped, batch.rows + 1)
    return batch


def _take(file: str, number: int, row: _Scrobble, possible: Window, batch: Batch) -> None:
    try:
        title = row.name or (row.track if isinstance(row.track, str) else None)
        track = track_of(_name(row.artist), title, _name(row.album))
        batch.listens.append(Listen(track, possible.check(_moment(row))))
    except RowFaultError as fault:
        batch.skipped.append(fault.at(file, number))


def _name(value: str | _Named | None) -> str | None:
    return (value.text or value.name) if isinstance(value, _Named) else value


def _moment(row: _Scrobble) -> int:
    stamp = row.date.uts if isinstance(row.date, _Date) else row.date
    for value in (stamp, row.uts, row.timestamp, row.time):
        if isinstance(value, str) and value.strip():
            return moment_of(value)
        if isinstance(value, int | float):
            return unix_moment(value)
    raise RowFaultError(NOW_PLAYING if row.date is None else NO_DATE)
