"""What the record keeps of a listener, a page at a time: plays, verdicts, editions and playlists, each newest first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

import msgspec

from earmark.listening.listens import UnixMs
from earmark.store.database import Database, Intent
from earmark.store.playlists import PLAYLIST, PlaylistRecord, playlist_of
from earmark.store.port import ItemId, ListenerId, SongId
from earmark.store.rows import fetch
from earmark.store.scrobbles import SCROBBLES, Scrobble, scrobble_of
from earmark.store.walks import Walk
from earmark.store.wanted import Row

_LAST: Final = 1 << 60


class Judgement(msgspec.Struct, frozen=True, gc=False):
    """A verdict on a song or on all of an artist; ``song``, ``item`` and ``title`` are None for an artist.

    ``item`` is one version of the song. ``at`` is None where nobody dated it.
    """

    verdict: str
    at: UnixMs | None
    song: SongId | None
    item: ItemId | None
    artist: int
    artist_name: str
    title: str | None


class EditionMade(msgspec.Struct, frozen=True, gc=False):
    """An edition without its entries, of which there are ``songs``."""

    mix: str
    week: str
    made_at: UnixMs
    build: str
    still_learning: bool
    songs: int


LISTENS: Final = Walk[Scrobble, tuple[int, int]](lambda one: (one.started_at, one.item), (_LAST, 1 << 31))
"""By moment and item."""
JUDGEMENTS: Final = Walk[Judgement, tuple[int, str, int, int]](
    lambda one: (
        -1 if one.at is None else one.at,
        one.verdict,
        one.song or 0,
        0 if one.song else one.artist,
    ),
    (_LAST, "\U0010ffff", 1 << 31, 1 << 31),
)
"""By moment (−1 where undated), verdict, song (or 0) and artist (or 0)."""
EDITIONS: Final = Walk[EditionMade, tuple[str, str]](
    lambda one: (one.week, one.mix), ("\U0010ffff", "\U0010ffff")
)
"""By week and mix."""
PLAYLISTS: Final = Walk[PlaylistRecord, tuple[int, int]](lambda one: (one.made_at, one.id), (_LAST, 1 << 31))
"""By when they were made, and number."""


class Pages(Protocol):
    """Every call is a transaction of its own; ``n`` is how many at most."""

    def listens(
        self,
        listener: ListenerId,
        *,
        after: UnixMs,
        before: UnixMs,
        beyond: tuple[int, int] = LISTENS.first,
        n: int,
    ) -> list[Scrobble]:
        """Plays that started between two moments, neither included."""

    def judgements(
        self,
        listener: ListenerId,
        verdicts: Sequence[str],
        *,
        beyond: tuple[int, str, int, int] = JUDGEMENTS.first,
        n: int,
    ) -> list[Judgement]:
        """Verdicts of these kinds."""

    def editions(
        self,
        listener: ListenerId,
        mix: str | None = None,
        *,
        beyond: tuple[str, str] = EDITIONS.first,
        n: int,
    ) -> list[EditionMade]:
        """Editions, of one mix or of all."""

    def playlists(
        self, listener: ListenerId, *, beyond: tuple[int, int] = PLAYLISTS.first, n: int
    ) -> list[PlaylistRecord]:
        """Playlists, imported or made here."""


_LISTENS: Final = f"""{SCROBBLES}
    AND (p.started_at, p.item_id) < (?, ?) ORDER BY p.started_at DESC, p.item_id DESC LIMIT ?"""
_KEY: Final = ("coalesce(f.at, -1)", "f.verdict", "coalesce(f.song_id, 0)", "coalesce(f.artist_id, 0)")
_JUDGEMENTS: Final = f"""
    SELECT f.verdict, f.at, f.song_id, (SELECT min(v.id) FROM item v WHERE v.song_id = f.song_id), a.id, a.name, s.title
    FROM feedback f LEFT JOIN song s ON s.id = f.song_id JOIN artist a ON a.id = coalesce(f.artist_id, s.artist_id)
    WHERE f.listener_id = ? AND f.verdict IN ({{verdicts}}) AND ({", ".join(_KEY)}) < (?, ?, ?, ?)
    ORDER BY {" DESC, ".join(_KEY)} DESC LIMIT ?"""
_EDITIONS: Final = """
    SELECT e.mix, e.week, e.made_at, e.build, e.still_learning,
        (SELECT count(*) FROM entry t WHERE t.edition_id = e.id)
    FROM edition e WHERE e.listener_id = ? AND e.mix = coalesce(?, e.mix) AND (e.week, e.mix) < (?, ?)
    ORDER BY e.week DESC, e.mix DESC LIMIT ?"""
_PLAYLISTS: Final = f"""{PLAYLIST}
    WHERE p.listener_id = ? AND (p.made_at, p.id) < (?, ?) ORDER BY p.made_at DESC, p.id DESC LIMIT ?"""


class SqlPages:
    """`Pages` of an SQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def _fetch(self, statement: str, *values: object) -> list[Row]:
        with self._database.transaction(Intent.READ) as connection:
            return fetch(connection, statement, values)

    def listens(
        self,
        listener: ListenerId,
        *,
        after: UnixMs,
        before: UnixMs,
        beyond: tuple[int, int] = LISTENS.first,
        n: int,
    ) -> list[Scrobble]:
        """Plays that started between two moments, neither included."""
        return [scrobble_of(row) for row in self._fetch(_LISTENS, listener, after, before, *beyond, n)]

    def judgements(
        self,
        listener: ListenerId,
        verdicts: Sequence[str],
        *,
        beyond: tuple[int, str, int, int] = JUDGEMENTS.first,
        n: int,
    ) -> list[Judgement]:
        """Verdicts of these kinds."""
        statement = _JUDGEMENTS.format(verdicts=", ".join("?" * len(verdicts)))
        return [Judgement(*row) for row in self._fetch(statement, listener, *verdicts, *beyond, n)]

    def editions(
        self,
        listener: ListenerId,
        mix: str | None = None,
        *,
        beyond: tuple[str, str] = EDITIONS.first,
        n: int,
    ) -> list[EditionMade]:
        """Editions, of one mix or of all."""
        return [
            EditionMade(kind, week, made_at, build, bool(still_learning), songs)
            for kind, week, made_at, build, still_learning, songs in self._fetch(
                _EDITIONS, listener, mix, *beyond, n
            )
        ]

    def playlists(
        self, listener: ListenerId, *, beyond: tuple[int, int] = PLAYLISTS.first, n: int
    ) -> list[PlaylistRecord]:
        """Playlists, imported or made here."""
        return [playlist_of(row) for row in self._fetch(_PLAYLISTS, listener, *beyond, n)]
