"""Tracks, songs and artists by what they are called, and what a listener has to do with them; many at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final, Protocol

import msgspec

from earmark.listening.listens import UnixMs
from earmark.music.names import artist_key
from earmark.store.database import Database, Intent
from earmark.store.port import ItemId, ListenerId, SongId
from earmark.store.rows import fetch
from earmark.store.wanted import Row, Wanted, wanted_ids, wanted_keys


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
    """Every call is a transaction of its own; what is not on record is not in the answer."""

    def called(self, uris: Sequence[str]) -> dict[str, ItemId]:
        """The oldest track that has each of these URIs."""

    def tracks(self, items: Sequence[ItemId]) -> dict[ItemId, TrackRecord]:
        """Those of the items that are tracks."""

    def versions(self, songs: Sequence[SongId]) -> dict[SongId, list[TrackRecord]]:
        """All tracks that are versions of each of these songs, the oldest on record first."""

    def artist_named(self, name: str) -> int | None:
        """The artist of this name, or None."""

    def concerns(
        self, listener: ListenerId, *, song: SongId | None = None, artist: int | None = None
    ) -> bool:
        """Whether the listener played, judged, listed, owns or was given this song, or any song of this artist."""

    def verdicts(
        self, listener: ListenerId, songs: Sequence[SongId], verdicts: Sequence[str]
    ) -> dict[SongId, tuple[str, UnixMs | None]]:
        """Which of these verdicts a listener gave on each of these songs, and when; a later one is the one told."""


_CALLED: Final = """
    SELECT w.key, min(i.id) FROM wanted_key w CROSS JOIN item i
    WHERE i.uri = w.key AND i.song_id IS NOT NULL GROUP BY w.key"""
_TRACK: Final = """
    SELECT i.id, s.id, a.id, a.name, i.title, i.release, i.uri, i.duration_ms
    FROM wanted_id w CROSS JOIN item i CROSS JOIN song s CROSS JOIN artist a
    WHERE s.id = i.song_id AND a.id = s.artist_id"""
_TRACKS: Final = f"{_TRACK} AND i.id = w.id"
_VERSIONS: Final = f"{_TRACK} AND i.song_id = w.id ORDER BY i.id"
_VERDICTS: Final = """
    SELECT f.song_id, f.verdict, f.at FROM wanted_id w CROSS JOIN feedback f
    WHERE f.song_id = w.id AND f.listener_id = ? AND f.verdict IN ({verdicts}) ORDER BY f.at IS NOT NULL, f.at"""
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

    def called(self, uris: Sequence[str]) -> dict[str, ItemId]:
        """The oldest track that has each of these URIs."""
        distinct = sorted(set(uris))
        return dict(self._fetch(_CALLED, wanted=wanted_keys([0] * len(distinct), distinct)))

    def tracks(self, items: Sequence[ItemId]) -> dict[ItemId, TrackRecord]:
        """Those of the items that are tracks."""
        found = [TrackRecord(*row) for row in self._fetch(_TRACKS, wanted=wanted_ids(sorted(set(items))))]
        return {one.item: one for one in found}

    def versions(self, songs: Sequence[SongId]) -> dict[SongId, list[TrackRecord]]:
        """All tracks that are versions of each of these songs, the oldest on record first."""
        found: defaultdict[SongId, list[TrackRecord]] = defaultdict(list)
        for row in self._fetch(_VERSIONS, wanted=wanted_ids(sorted(set(songs)))):
            one = TrackRecord(*row)
            found[one.song].append(one)
        return dict(found)

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

    def verdicts(
        self, listener: ListenerId, songs: Sequence[SongId], verdicts: Sequence[str]
    ) -> dict[SongId, tuple[str, UnixMs | None]]:
        """Which of these verdicts a listener gave on each of these songs, and when; a later one is the one told."""
        statement = _VERDICTS.format(verdicts=", ".join("?" * len(verdicts)))
        said = self._fetch(statement, listener, *verdicts, wanted=wanted_ids(sorted(set(songs))))
        return {song: (verdict, at) for song, verdict, at in said}

    def _fetch(self, statement: str, *values: object, wanted: Wanted | None = None) -> list[Row]:
        with self._database.transaction(Intent.READ) as connection:
            return fetch(connection, statement, values, wanted=wanted)
