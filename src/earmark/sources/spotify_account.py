"""Spotify's account data: a year of plays to the minute, the playlists, and the library."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote_plus

import msgspec

from earmark.listening.feedback import Feedback, Verdict
from earmark.listening.listens import Listen, Origin
from earmark.listening.playlists import Playlist
from earmark.music.items import Chapter, Episode, Item, Track
from earmark.sources.batch import Batch, Skipped
from earmark.sources.checks import (
    NO_ARTIST,
    NO_DATE,
    NO_TITLE,
    NO_TRACKS,
    UNREADABLE_DATE,
    RowFaultError,
    Window,
    clean,
    play_length,
    track_of,
)
from earmark.sources.files import SourceFile
from earmark.sources.gathering import gathered
from earmark.sources.json_documents import cut_at, decode_elements, read_document
from earmark.sources.json_rows import UNEXPECTED, Block, read_rows
from earmark.sources.times import iso_moment

ORIGIN: Final = Origin("spotify-account", 60_000)
"""``endTime`` is when the play ended, in UTC, without seconds."""


class _Play(msgspec.Struct, gc=False, rename="camel"):
    end_time: str | None = None
    ms_played: int | float | None = None
    artist_name: str | None = None
    track_name: str | None = None
    podcast_name: str | None = None
    episode_name: str | None = None
    audiobook_name: str | None = None
    chapter_name: str | None = None


class _ListedTrack(msgspec.Struct, rename="camel"):
    track_name: str | None = None
    artist_name: str | None = None
    album_name: str | None = None
    track_uri: str | None = None


class _LocalTrack(msgspec.Struct):
    uri: str | None = None


class _Entry(msgspec.Struct, rename="camel"):
    track: _ListedTrack | None = None
    local_track: _LocalTrack | None = None


class _List(msgspec.Struct, rename="camel"):
    name: str | None = None
    items: list[msgspec.Raw] = []
    number_of_followers: int | None = None


class _Lists(msgspec.Struct):
    playlists: list[msgspec.Raw]


class _Saved(msgspec.Struct):
    artist: str | None = None
    track: str | None = None
    album: str | None = None
    uri: str | None = None


class _Artist(msgspec.Struct):
    name: str | None = None


class _Library(msgspec.Struct, rename="camel"):
    tracks: list[msgspec.Raw] = []
    banned_tracks: list[msgspec.Raw] = []
    banned_artists: list[msgspec.Raw] = []


def read_plays(file: SourceFile, window: Window) -> Iterator[Batch]:
    """The plays of one ``StreamingHistory*.json``: music, podcasts and audiobooks, together or apart.

    Raises:
        UnreadableInputError: it is not JSON, or its compressed data is damaged.
    """
    yield from gathered(_batch(file.name, block, window) for block in read_rows(file, _Play))


def _batch(name: str, block: Block[_Play], window: Window) -> Batch:
    batch = Batch(name, ORIGIN, block.count, skipped=block.skipped, bytes_read=block.bytes_read)
    for number, row in zip(block.numbers, block.rows, strict=True):
        try:
            batch.listens.append(_listen(row, window))
        except RowFaultError as fault:
            batch.skipped.append(fault.at(name, number))
    return batch


def _listen(row: _Play, window: Window) -> Listen:
    if row.end_time is None:
        raise RowFaultError(NO_DATE)
    try:
        ended_at = iso_moment(row.end_time)
    except (ValueError, OverflowError):
        raise RowFaultError(UNREADABLE_DATE, row.end_time) from None
    ms_played = play_length(row.ms_played)
    return Listen(_item(row), window.check(ended_at - ms_played), ms_played)


def _item(row: _Play) -> Item:
    if episode := clean(row.episode_name):
        return Episode(clean(row.podcast_name) or episode, episode)
    if book := clean(row.audiobook_name):
        return Chapter(book, clean(row.chapter_name) or book)
    # What Spotify writes for a play whose track has left its catalogue.
    if row.track_name == "Unknown Track":
        raise RowFaultError(NO_TITLE, row.track_name)
    if row.artist_name == "Unknown Artist":
        raise RowFaultError(NO_ARTIST, row.artist_name)
    return track_of(row.artist_name, row.track_name)


def read_playlists(file: SourceFile) -> Iterator[Batch]:
    """The playlists of one ``Playlist*.json``; podcasts and audiobooks on them are passed over.

    Raises:
        UnreadableInputError: it is not such a file.
    """
    lists, skipped = read_document(file, _Lists, 4)
    batch = Batch(file.name, ORIGIN, skipped=skipped, bytes_read=file.size)
    for number, one in decode_elements(file.name, lists.playlists if lists else [], _List, skipped):
        tracks = tuple(_tracks(file.name, number, one, skipped))
        if tracks:
            name = clean(one.name) or f"Playlist {number}"
            batch.playlists.append(Playlist(name, tracks, one.number_of_followers))
        else:
            skipped.append(Skipped(file.name, number, NO_TRACKS, (one.name or "")[:80]))
    batch.rows = len(lists.playlists) if lists else 0
    cut_at(skipped, max(1, batch.rows))
    yield batch


def _tracks(file: str, number: int, one: _List, skipped: list[Skipped]) -> Iterator[Track]:
    faults: list[Skipped] = []
    for place, entry in decode_elements(file, one.items, _Entry, faults):
        try:
            if entry.track is not None:
                listed = entry.track
                yield track_of(listed.artist_name, listed.track_name, listed.album_name, listed.track_uri)
            elif entry.local_track is not None:
                yield _local_track(entry.local_track.uri or "")
        except RowFaultError as fault:
            skipped.append(Skipped(file, number, fault.cause, f"place {place} {fault.detail}".strip()[:80]))
    skipped += [
        Skipped(file, number, UNEXPECTED, f"place {fault.row}: {fault.detail}"[:80]) for fault in faults
    ]


def _local_track(uri: str) -> Track:
    """A track of the listener's own files: ``spotify:local:Artist:Album:Title:seconds``, form-encoded."""
    parts = [unquote_plus(part) for part in uri.split(":")]
    if len(parts) != 6 or parts[1] != "local":
        raise RowFaultError(NO_TITLE, uri)
    seconds = int(parts[5]) if parts[5].isascii() and parts[5].isdigit() and len(parts[5]) < 7 else 0
    return track_of(parts[2], parts[4], parts[3], None, seconds * 1_000)


def read_library(file: SourceFile) -> Iterator[Batch]:
    """What ``YourLibrary.json`` says: saved tracks, and the tracks and artists that were hidden.

    Raises:
        UnreadableInputError: it is not such a file.
    """
    library, skipped = read_document(file, _Library, 2)
    batch = Batch(file.name, ORIGIN, skipped=skipped, bytes_read=file.size)
    library = library or _Library()
    first = 1
    for elements, verdict in ((library.tracks, Verdict.SAVE), (library.banned_tracks, Verdict.HIDE)):
        for number, saved in decode_elements(file.name, elements, _Saved, skipped, first):
            try:
                track = track_of(saved.artist, saved.track, saved.album, saved.uri)
                batch.feedback.append(Feedback(verdict, track))
            except RowFaultError as fault:
                skipped.append(fault.at(file.name, number))
        first += len(elements)
    for number, artist in decode_elements(file.name, library.banned_artists, _Artist, skipped, first):
        if name := clean(artist.name):
            batch.feedback.append(Feedback(Verdict.HIDE, artist=name))
        else:
            skipped.append(Skipped(file.name, number, NO_ARTIST))
    batch.rows = first - 1 + len(library.banned_artists)
    cut_at(skipped, batch.rows + 1)
    yield batch
