"""Which track of the record somebody means, and what a listener said of it; many at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Final, Protocol

from earmark.listening.listens import UnixMs
from earmark.store.database import Database, Intent
from earmark.store.playlists import ListedTrack
from earmark.store.port import ItemId, ListenerId, SongId
from earmark.store.rows import Row, Wanted, fetch, wanted_ids, wanted_keys


class Lookups(Protocol):
    """Every call is a transaction of its own; what is not on record is not in the answer."""

    def called(self, uris: Sequence[str]) -> dict[str, ItemId]:
        """The oldest track that has each of these URIs."""

    def tracks(self, items: Sequence[ItemId]) -> dict[ItemId, ListedTrack]:
        """The words of tracks."""

    def versions(self, songs: Sequence[SongId]) -> dict[SongId, list[ListedTrack]]:
        """All tracks that are versions of each of these songs, the oldest on record first."""

    def verdicts(
        self, listener: ListenerId, songs: Sequence[SongId], verdicts: Sequence[str]
    ) -> dict[SongId, tuple[str, UnixMs | None]]:
        """Which of these verdicts a listener gave on each of these songs, and when; a later one is the one told."""


_CALLED: Final = """
    SELECT w.key, min(i.id) FROM wanted_key w CROSS JOIN item i
    WHERE i.uri = w.key AND i.song_id IS NOT NULL GROUP BY w.key"""
_TRACK: Final = """
    SELECT i.id, s.id, a.name, i.title, i.release, i.uri, i.duration_ms
    FROM wanted_id w CROSS JOIN item i CROSS JOIN song s CROSS JOIN artist a
    WHERE s.id = i.song_id AND a.id = s.artist_id"""
_TRACKS: Final = f"{_TRACK} AND i.id = w.id"
_VERSIONS: Final = f"{_TRACK} AND i.song_id = w.id ORDER BY i.id"
_VERDICTS: Final = """
    SELECT f.song_id, f.verdict, f.at FROM wanted_id w CROSS JOIN feedback f
    WHERE f.song_id = w.id AND f.listener_id = ? AND f.verdict IN ({verdicts}) ORDER BY f.at IS NOT NULL, f.at"""


class SqlLookups:
    """`Lookups` of an SQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def called(self, uris: Sequence[str]) -> dict[str, ItemId]:
        """The oldest track that has each of these URIs."""
        distinct = sorted(set(uris))
        return dict(self._fetch(_CALLED, wanted_keys([0] * len(distinct), distinct)))

    def tracks(self, items: Sequence[ItemId]) -> dict[ItemId, ListedTrack]:
        """The words of tracks."""
        found = [ListedTrack(*row) for row in self._fetch(_TRACKS, wanted_ids(sorted(set(items))))]
        return {one.item: one for one in found}

    def versions(self, songs: Sequence[SongId]) -> dict[SongId, list[ListedTrack]]:
        """All tracks that are versions of each of these songs, the oldest on record first."""
        found: defaultdict[SongId, list[ListedTrack]] = defaultdict(list)
        for row in self._fetch(_VERSIONS, wanted_ids(sorted(set(songs)))):
            one = ListedTrack(*row)
            found[one.song].append(one)
        return dict(found)

    def verdicts(
        self, listener: ListenerId, songs: Sequence[SongId], verdicts: Sequence[str]
    ) -> dict[SongId, tuple[str, UnixMs | None]]:
        """Which of these verdicts a listener gave on each of these songs, and when; a later one is the one told."""
        statement = _VERDICTS.format(verdicts=", ".join("?" * len(verdicts)))
        said = self._fetch(statement, wanted_ids(sorted(set(songs))), listener, *verdicts)
        return {song: (verdict, at) for song, verdict, at in said}

    def _fetch(self, statement: str, wanted: Wanted, *values: object) -> list[Row]:
        with self._database.transaction(Intent.READ) as connection:
            return fetch(connection, statement, values, wanted=wanted)
