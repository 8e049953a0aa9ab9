"""What players ask about plays and tell beside them: pages of plays, what sounds now, how far an import has come."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

import msgspec

from earmark.listening.listens import Ending, UnixMs
from earmark.store.database import Database, Intent
from earmark.store.port import ItemId, ListenerId, SongId
from earmark.store.rows import do, fetch, hold_listeners, put
from earmark.store.wanted import Row


class Scrobble(msgspec.Struct, frozen=True, gc=False):
    """One play with the words of its item. ``song`` is None for episodes and chapters."""

    started_at: UnixMs
    item: ItemId
    song: SongId | None
    artist: str
    title: str
    release: str | None
    uri: str | None
    duration_ms: int | None
    ms_played: int | None
    ending: Ending
    private: bool
    origin: str
    device: str | None = None
    """What it was played on, in the words of its source."""


class Opinion(msgspec.Struct, frozen=True, gc=False):
    """A verdict on a song, with the words of one of its versions. ``at`` is None where nobody dated it."""

    verdict: str
    at: UnixMs | None
    item: ItemId
    artist: str
    title: str
    release: str | None
    uri: str | None


class Scrobbles(Protocol):
    """Every call is a transaction of its own."""

    def page(
        self, listener: ListenerId, *, after: UnixMs | None, before: UnixMs | None, n: int
    ) -> list[Scrobble]:
        """At most ``n`` plays that started between two moments, neither included; newest first.

        With ``after`` alone, the ``n`` that follow it.
        """

    def count(self, listener: ListenerId) -> int:
        """How many plays there are."""

    def span(self, listener: ListenerId) -> tuple[UnixMs, UnixMs] | None:
        """When the oldest and the newest play started; None if there is none."""

    def remove(self, listener: ListenerId, item: ItemId, second: int) -> int:
        """Delete the plays of an item that started within a second of Unix time; returns how many there were."""

    def tell_playing(self, listener: ListenerId, told: str, expires_at: UnixMs) -> None:
        """Note what sounds now, in the player's words, until then."""

    def playing(self, listener: ListenerId, now: UnixMs) -> str | None:
        """What sounds now."""

    def stop_playing(self, listener: ListenerId) -> None:
        """Nothing does any more."""

    def import_mark(self, listener: ListenerId, service: str) -> int:
        """Up to when, in Unix seconds, plays were imported from a service; 0 if never."""

    def set_import_mark(self, listener: ListenerId, service: str, at: int) -> None:
        """Note that; a mark never goes back."""

    def opinions(
        self, listener: ListenerId, verdicts: Sequence[str], *, offset: int, n: int
    ) -> tuple[list[Opinion], int]:
        """A page of verdicts on songs, newest first, undated last; and how many there are in all."""


SCROBBLES: Final = """
    SELECT p.started_at, i.id, i.song_id, coalesce(a.name, i.creator), i.title, i.release, i.uri, i.duration_ms,
        p.ms_played, p.ending, p.private, o.name, d.name
    FROM listen p JOIN item i ON i.id = p.item_id JOIN origin o ON o.id = p.origin_id
    LEFT JOIN device d ON d.id = p.device_id
    LEFT JOIN song s ON s.id = i.song_id LEFT JOIN artist a ON a.id = s.artist_id
    WHERE p.listener_id = ? AND p.started_at > ? AND p.started_at < ?"""
"""Plays between two moments, as `scrobble_of` reads them."""
_OPINIONS: Final = """
    SELECT f.verdict, f.at, i.id, a.name, i.title, i.release, i.uri
    FROM feedback f JOIN item i ON i.id = (SELECT min(v.id) FROM item v WHERE v.song_id = f.song_id)
    JOIN song s ON s.id = i.song_id JOIN artist a ON a.id = s.artist_id
    WHERE f.listener_id = ? AND f.verdict IN ({verdicts})
    ORDER BY f.at IS NULL, f.at DESC, f.song_id LIMIT ? OFFSET ?"""
_ALWAYS: Final = 1 << 60


class SqlScrobbles:
    """`Scrobbles` of an SQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def _fetch(self, statement: str, *values: object) -> list[Row]:
        with self._database.transaction(Intent.READ) as connection:
            return fetch(connection, statement, values)

    def _do(self, statement: str, *values: object) -> int:
        with self._database.transaction(Intent.WRITE) as connection:
            return do(connection, statement, values)

    def page(
        self, listener: ListenerId, *, after: UnixMs | None, before: UnixMs | None, n: int
    ) -> list[Scrobble]:
        """At most ``n`` plays that started between two moments, neither included; newest first.

        With ``after`` alone, the ``n`` that follow it.
        """
        forward = after is not None and before is None
        statement = f"{SCROBBLES} ORDER BY p.started_at {'ASC' if forward else 'DESC'}, p.item_id LIMIT ?"
        bounds = (-_ALWAYS if after is None else after, _ALWAYS if before is None else before)
        found = [scrobble_of(row) for row in self._fetch(statement, listener, *bounds, n)]
        return found[::-1] if forward else found

    def count(self, listener: ListenerId) -> int:
        """How many plays there are."""
        ((n,),) = self._fetch("SELECT count(*) FROM listen WHERE listener_id = ?", listener)
        return int(n)

    def span(self, listener: ListenerId) -> tuple[UnixMs, UnixMs] | None:
        """When the oldest and the newest play started; None if there is none."""
        statement = "SELECT min(started_at), max(started_at) FROM listen WHERE listener_id = ?"
        ((oldest, newest),) = self._fetch(statement, listener)
        return None if oldest is None else (UnixMs(oldest), UnixMs(newest))

    def remove(self, listener: ListenerId, item: ItemId, second: int) -> int:
        """Delete the plays of an item that started within a second of Unix time; returns how many there were."""
        statement = "DELETE FROM listen WHERE listener_id = ? AND started_at BETWEEN ? AND ? AND item_id = ?"
        with self._database.transaction(Intent.WRITE) as connection:
            hold_listeners(connection, [listener])
            removed = do(connection, statement, (listener, second * 1_000, second * 1_000 + 999, item))
            if removed:
                put(connection, "UPDATE listener SET revision = revision + 1 WHERE id = ?", [(listener,)])
            return removed

    def tell_playing(self, listener: ListenerId, told: str, expires_at: UnixMs) -> None:
        """Note what sounds now, in the player's words, until then."""
        statement = """
            INSERT INTO playing VALUES (?, ?, ?) ON CONFLICT (listener_id)
            DO UPDATE SET told = excluded.told, expires_at = excluded.expires_at"""
        self._do(statement, listener, told, expires_at)

    def playing(self, listener: ListenerId, now: UnixMs) -> str | None:
        """What sounds now."""
        statement = "SELECT told FROM playing WHERE listener_id = ? AND expires_at > ?"
        found = self._fetch(statement, listener, now)
        return str(found[0][0]) if found else None

    def stop_playing(self, listener: ListenerId) -> None:
        """Nothing does any more."""
        self._do("DELETE FROM playing WHERE listener_id = ?", listener)

    def import_mark(self, listener: ListenerId, service: str) -> int:
        """Up to when, in Unix seconds, plays were imported from a service; 0 if never."""
        found = self._fetch(
            "SELECT at FROM import_mark WHERE listener_id = ? AND service = ?", listener, service
        )
        return int(found[0][0]) if found else 0

    def set_import_mark(self, listener: ListenerId, service: str, at: int) -> None:
        """Note that; a mark never goes back."""
        statement = """
            INSERT INTO import_mark VALUES (?, ?, ?) ON CONFLICT (listener_id, service)
            DO UPDATE SET at = excluded.at WHERE excluded.at > import_mark.at"""
        self._do(statement, listener, service, at)

    def opinions(
        self, listener: ListenerId, verdicts: Sequence[str], *, offset: int, n: int
    ) -> tuple[list[Opinion], int]:
        """A page of verdicts on songs, newest first, undated last; and how many there are in all."""
        marks = ", ".join("?" * len(verdicts))
        count = f"SELECT count(*) FROM feedback WHERE listener_id = ? AND song_id IS NOT NULL AND verdict IN ({marks})"
        with self._database.transaction(Intent.READ) as connection:
            found = fetch(connection, _OPINIONS.format(verdicts=marks), (listener, *verdicts, n, offset))
            ((total,),) = fetch(connection, count, (listener, *verdicts))
        return [Opinion(*row) for row in found], int(total)


def scrobble_of(row: Row) -> Scrobble:
    """A row of `SCROBBLES`."""
    at, item, song, artist, title, release, uri, duration_ms, ms_played, ending, private, origin, device = row
    return Scrobble(
        at,
        item,
        song,
        artist,
        title,
        release,
        uri,
        duration_ms,
        ms_played,
        Ending(ending),
        bool(private),
        origin,
        device,
    )
