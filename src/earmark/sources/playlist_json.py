"""Playlists as JSON: JSPF (https://xspf.org/jspf), and JSON lines with one playlist each."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from earmark.listening.playlists import Playlist
from earmark.music.items import Track
from earmark.sources.batch import Batch, Skipped
from earmark.sources.checks import NO_TITLE, RowFaultError, clean, track_of
from earmark.sources.files import SourceFile
from earmark.sources.gathering import gathered
from earmark.sources.json_documents import cut_at, decode_elements, read_document
from earmark.sources.json_rows import UNEXPECTED, Block, read_rows
from earmark.sources.playlist_lists import ORIGIN, add_playlist, name_from_file

_JSPF_DEPTH = 3
_GATHER = 512


class _JspfTrack(msgspec.Struct):
    title: str | None = None
    creator: str | None = None
    album: str | None = None
    duration: int | float | None = None
    identifier: str | list[str] | None = None
    location: str | list[str] | None = None


class _Jspf(msgspec.Struct):
    title: str | None = None
    track: list[msgspec.Raw] = []


class _Document(msgspec.Struct):
    playlist: _Jspf


class _Line(msgspec.Struct):
    """``tracks`` are ``[artist, title, uri]`` or ``{"artist", "title", "uri"}``, in one list even."""

    name: str | None = None
    tracks: list[Any] = []
    followers: int | None = None


def read_jspf(file: SourceFile) -> Batch:
    """The playlist of a JSPF file; its rows are its tracks.

    Raises:
        UnreadableInputError: it is not JSPF, or compressed data is damaged.
    """
    document, skipped = read_document(file, _Document, _JSPF_DEPTH)
    batch = Batch(file.name, ORIGIN, skipped=skipped, bytes_read=file.size)
    listing = document.playlist if document else _Jspf()
    batch.rows = len(listing.track)
    tracks = []
    for number, row in decode_elements(file.name, listing.track, _JspfTrack, skipped):
        try:
            uri = _first(row.identifier) or _first(row.location)
            duration_ms = None if row.duration is None else round(row.duration)
            tracks.append(track_of(row.creator, row.title, row.album, uri, duration_ms))
        except RowFaultError as fault:
            skipped.append(fault.at(file.name, number))
    cut_at(skipped, batch.rows + 1)
    add_playlist(batch, Playlist(clean(listing.title) or name_from_file(file.name), tuple(tracks)))
    return batch


def _first(value: str | list[str] | None) -> str | None:
    return (value[0] if value else None) if isinstance(value, list) else value


def read_lines(file: SourceFile) -> Iterator[Batch]:
    """The playlists of a file that holds one on each line, or a list of them; its rows are playlists.

    Raises:
        UnreadableInputError: it is not JSON, or compressed data is damaged.
    """
    return gathered((_batch(file.name, block) for block in read_rows(file, _Line)), rows=_GATHER)


def read_single(file: SourceFile) -> Batch:
    """A file that is one playlist, written over several lines.

    Raises:
        UnreadableInputError: it is not, or compressed data is damaged.
    """
    line, skipped = read_document(file, _Line, 2)
    batch = Batch(file.name, ORIGIN, 1, skipped=skipped, bytes_read=file.size)
    _take(batch, 1, line or _Line())
    cut_at(skipped, 1)
    return batch


def _batch(file: str, block: Block[_Line]) -> Batch:
    batch = Batch(file, ORIGIN, block.count, skipped=block.skipped, bytes_read=block.bytes_read)
    for number, line in zip(block.numbers, block.rows, strict=True):
        _take(batch, number, line)
    return batch


def _take(batch: Batch, number: int, line: _Line) -> None:
    tracks = []
    for place, given in enumerate(line.tracks, start=1):
        try:
            tracks.append(_track(given))
        except RowFaultError as fault:
            detail = f"place {place} {fault.detail}".rstrip()[:80]
            batch.skipped.append(Skipped(batch.file, number, fault.cause, detail))
    name = clean(line.name) or f"{name_from_file(batch.file)} {number}"
    add_playlist(batch, Playlist(name, tuple(tracks), line.followers), number)


def _track(given: Any) -> Track:
    if isinstance(given, dict):
        given = [given.get("artist"), given.get("title"), given.get("uri")]
    if not isinstance(given, list) or not all(part is None or isinstance(part, str) for part in given[:3]):
        raise RowFaultError(UNEXPECTED)
    if len(given) < 2:
        raise RowFaultError(NO_TITLE)
    return track_of(given[0], given[1], None, given[2] if len(given) > 2 else None)
