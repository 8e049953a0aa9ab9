"""Tracks, songs and artists by their ids and exact names, and whether a listener has anything to do with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

import msgspec

from earmark.music.names import artist_key
from earmark.store.database import Database, Intent
from earmark.store.port import ItemId, ListenerId, SongId
from earmark.store.rows import Row, fetch, wanted_ids


class TrackRecord(msgspec.Struct, frozen=True, gc=False):
    """A track with the song that it is a version of, and the song's artist."""

    item: ItemId
    song: SongId
    artist: int
    artist_name: str
    title: str
    release: str | None
    uri: str | None
    duration_ms: int | None


class Tracks(Protocol):
    """Every call is a transaction of its own."""

    def tracks(self, items: Sequence[ItemId]) -> list[TrackRecord]:
        """Those of the items that are on record and are tracks, in the order given."""

    def versions(self, song: SongId) -> list[TrackRecord]:
        """All tracks that are versions of a song, the oldest on record first."""

    def artist_named(self, name: str) -> int | None:
        """The artist of this name, or None."""

    def concerns(
        self, listener: ListenerId, *, song: SongId | None = None, artist: int | None = None
    ) -> bool:
        """Whether the listener played, judged, listed, owns or was given this song, or any song of this artist."""


_TRACK: Final = """
    SELECT i.id, s.id, a.id, a.name, i.title, i.release, i.uri, i.duration_ms
    FROM item i JOIN song s ON s.id = i.song_id JOIN artist a ON a.id = s.artist_id"""
_THEIRS: Final = """
    FROM (
        SELECT i.song_id AS song FROM listen p JOIN item i ON i.id = p.item_id WHERE p.listener_id = ?
        UNION ALL SELECT f.song_id FROM feedback f WHERE f.listener_id = ?
        UNION ALL SELECT i.song_id FROM playlist l JOIN playlist_item pi ON pi.playlist_id = l.id
            JOIN item i ON i.id = pi.item_id WHERE l.listener_id = ?
        UNION ALL SELECT t.song_id FROM edition e JOIN entry t ON t.edition_id = e.id WHERE e.listener_id = ?
        UNION ALL SELECT t.song_id FROM connection c JOIN library_track t ON t.connection_id = c.id
            WHERE c.listener_id = ?
    ) AS theirs"""
_SONG_IS_THEIRS: Final = f"SELECT 1 {_THEIRS} WHERE song = ? LIMIT 1"
_ARTIST_IS_THEIRS: Final = f"""
    SELECT 1 {_THEIRS} JOIN song s ON s.id = theirs.song WHERE s.artist_id = ?
    UNION SELECT 1 FROM feedback WHERE listener_id = ? AND artist_id = ? LIMIT 1"""


class SqlTracks:
    """`Tracks` of an SQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def tracks(self, items: Sequence[ItemId]) -> list[TrackRecord]:
        """Those of the items that are on record and are tracks, in the order given."""
        with self._database.transaction(Intent.READ) as connection:
            statement = f"{_TRACK} JOIN wanted_id w ON w.id = i.id ORDER BY w.n"
            return [TrackRecord(*row) for row in fetch(connection, statement, wanted=wanted_ids(items))]

    def versions(self, song: SongId) -> list[TrackRecord]:
        """All tracks that are versions of a song, the oldest on record first."""
        return [TrackRecord(*row) for row in self._fetch(f"{_TRACK} WHERE s.id = ? ORDER BY i.id", song)]

    def artist_named(self, name: str) -> int | None:
        """The artist of this name, or None."""
        found = self._fetch("SELECT id FROM artist WHERE key = ?", artist_key(name))
        return int(found[0][0]) if found else None

    def concerns(
        self, listener: ListenerId, *, song: SongId | None = None, artist: int | None = None
    ) -> bool:
        """Whether the listener played, judged, listed, owns or was given this song, or any song of this artist.

        Raises:
            ValueError: both a song and an artist are asked about, or neither.
        """
        if (song is None) == (artist is None):
            raise ValueError("either a song or an artist concerns a listener")
        each = (listener,) * 5
        if song is not None:
            return bool(self._fetch(_SONG_IS_THEIRS, *each, song))
        return bool(self._fetch(_ARTIST_IS_THEIRS, *each, artist, listener, artist))

    def _fetch(self, statement: str, *values: object) -> list[Row]:
        with self._database.transaction(Intent.READ) as connection:
            return fetch(connection, statement, values)
