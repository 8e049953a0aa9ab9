"""The playlists of listeners, imported or made here: reading them, and editing them track by track."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import takewhile
from typing import Final, NewType, Protocol

import msgspec
from sqlalchemy import Connection

from earmark.errors import OutOfPlaceError, UnknownNameError
from earmark.listening.listens import UnixMs
from earmark.music.items import Track
from earmark.store.catalogue import Catalogue
from earmark.store.database import Database, Intent
from earmark.store.port import ItemId, ListenerId, SongId
from earmark.store.remembered import Remembered
from earmark.store.rows import do, fetch, insert, new_id
from earmark.store.wanted import Row, wanted_ids

PlaylistId = NewType("PlaylistId", int)


class PlaylistRecord(msgspec.Struct, frozen=True):
    """A playlist without its tracks. Who does not own it may read it if it is ``public``."""

    id: PlaylistId
    listener: ListenerId
    owner: str
    title: str
    annotation: str | None
    public: bool
    made_at: UnixMs
    changed_at: UnixMs
    size: int
    """How many tracks there are."""


class ListedTrack(msgspec.Struct, frozen=True, gc=False):
    """One place of a playlist: the item, the song that it is a version of, and its words."""

    item: ItemId
    song: SongId
    artist: str
    title: str
    release: str | None
    uri: str | None
    duration_ms: int | None


TOLD_AGAIN_MS: Final = 24 * 3_600_000
"""A request that comes again within this time is still the same request."""


class Playlists(Protocol):
    """Every call is a transaction of its own. Places count from 0, as in Python's lists.

    Each change moves the owner's ``revision``, for what somebody lists says what they like. A list that was imported
    may be edited as any other: see `earmark.store.imported_playlists`.
    """

    def page(self, listener: ListenerId, *, offset: int, n: int) -> tuple[list[PlaylistRecord], int]:
        """At most ``n`` playlists of a listener, the newest first, and how many there are in all."""

    def search(
        self, listener: ListenerId, text: str, *, everybodys: bool, offset: int, n: int
    ) -> tuple[list[PlaylistRecord], int]:
        """The same of those whose title or annotation holds this text; ``everybodys`` public ones, too.

        Case is ignored within ASCII.
        """

    def find(self, playlist: PlaylistId) -> PlaylistRecord | None:
        """The playlist, whoever owns it; None if it is no listener's, or gone."""

    def read(self, playlist: PlaylistId) -> tuple[PlaylistRecord, list[ListedTrack]] | None:
        """The same with its tracks, both as of one moment."""

    def make(
        self,
        listener: ListenerId,
        title: str,
        tracks: Sequence[Track | ItemId],
        at: UnixMs,
        *,
        annotation: str | None = None,
        public: bool = False,
        request: bytes | None = None,
    ) -> PlaylistId:
        """Make a playlist; or find it, if it was made by the same ``request`` (a digest of it) within `TOLD_AGAIN_MS`.

        Raises:
            UnknownNameError: the listener is gone, or the record holds no track of one of these ids.
        """

    def describe(
        self,
        listener: ListenerId,
        playlist: PlaylistId,
        at: UnixMs,
        *,
        title: str | None = None,
        annotation: str | None = None,
        public: bool | None = None,
    ) -> None:
        """Change what is said of a playlist; None leaves it, an empty annotation takes it away.

        Raises:
            UnknownNameError: the listener has no such playlist.
        """

    def add(
        self,
        listener: ListenerId,
        playlist: PlaylistId,
        tracks: Sequence[Track | ItemId],
        at: UnixMs,
        *,
        place: int | None = None,
    ) -> None:
        """Put tracks before the one at a place; at the end if there is none, or no place is given.

        Raises:
            UnknownNameError: the listener has no such playlist, or the record no track of one of these ids.
        """

    def move(
        self, listener: ListenerId, playlist: PlaylistId, at: UnixMs, *, first: int, n: int, to: int
    ) -> None:
        """Take out ``n`` tracks from ``first`` on, and put them back so that the first of them stands at ``to``.

        Raises:
            UnknownNameError: the listener has no such playlist.
            OutOfPlaceError: no track stands at ``first``, or ``n`` is less than one.
        """

    def remove(self, listener: ListenerId, playlist: PlaylistId, at: UnixMs, *, first: int, n: int) -> None:
        """Take out ``n`` tracks from ``first`` on, or as many as there are.

        Raises:
            UnknownNameError: the listener has no such playlist.
            OutOfPlaceError: no track stands at ``first``, or ``n`` is less than one.
        """

    def replace(
        self, listener: ListenerId, playlist: PlaylistId, tracks: Sequence[Track | ItemId], at: UnixMs
    ) -> None:
        """Put these tracks in the place of all others.

        Raises:
            UnknownNameError: the listener has no such playlist, or the record no track of one of these ids.
        """

    def delete(self, listener: ListenerId, playlist: PlaylistId) -> None:
        """Delete a playlist.

        Raises:
            UnknownNameError: the listener has no such playlist.
        """


PLAYLIST: Final = """
    SELECT p.id, p.listener_id, l.name, p.name, p.annotation, p.public, p.made_at, p.changed_at,
        (SELECT count(*) FROM playlist_item t WHERE t.playlist_id = p.id)
    FROM playlist p JOIN listener l ON l.id = p.listener_id"""
"""Playlists of listeners, as `playlist_of` reads them."""
_THEIRS: Final = "p.listener_id = ?"
_READABLE: Final = "p.listener_id IS NOT NULL AND (p.listener_id = ? OR p.public = TRUE)"
_HOLDS: Final = "AND (lower(p.name) LIKE ? ESCAPE '!' OR lower(coalesce(p.annotation, '')) LIKE ? ESCAPE '!')"
_TRACKS: Final = """
    SELECT i.id, s.id, a.name, i.title, i.release, i.uri, i.duration_ms
    FROM playlist_item t JOIN item i ON i.id = t.item_id
    JOIN song s ON s.id = i.song_id JOIN artist a ON a.id = s.artist_id
    WHERE t.playlist_id = ? ORDER BY t.position"""
_LISTED: Final = "SELECT item_id FROM playlist_item WHERE playlist_id = ? ORDER BY position"
_KNOWN: Final = "SELECT i.id FROM wanted_id w JOIN item i ON i.id = w.id WHERE i.song_id IS NOT NULL"
_CHANGE: Final = "UPDATE playlist SET changed_at = ? WHERE id = ? AND listener_id = ?"
_DESCRIBED: Final = "SELECT name, annotation, public FROM playlist WHERE id = ?"
_DESCRIBE: Final = "UPDATE playlist SET name = ?, annotation = ?, public = ? WHERE id = ?"
_MADE: Final = """
    SELECT id FROM playlist WHERE listener_id = ? AND imported_as IS NULL AND fingerprint = ? AND made_at > ?"""
_CUT: Final = "DELETE FROM playlist_item WHERE playlist_id = ? AND position >= ?"


class SqlPlaylists:
    """`Playlists` of an SQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def page(self, listener: ListenerId, *, offset: int, n: int) -> tuple[list[PlaylistRecord], int]:
        """At most ``n`` playlists of a listener, the newest first, and how many there are in all."""
        return self._page(_THEIRS, (listener,), offset, n)

    def search(
        self, listener: ListenerId, text: str, *, everybodys: bool, offset: int, n: int
    ) -> tuple[list[PlaylistRecord], int]:
        """The same of those whose title or annotation holds this text; ``everybodys`` public ones, too."""
        literal = text.lower().replace("!", "!!").replace("%", "!%").replace("_", "!_")
        which = _READABLE if everybodys else _THEIRS
        return self._page(f"{which} {_HOLDS}", (listener, f"%{literal}%", f"%{literal}%"), offset, n)

    def _page(self, which: str, values: Row, offset: int, n: int) -> tuple[list[PlaylistRecord], int]:
        page = f"{PLAYLIST} WHERE {which} ORDER BY p.made_at DESC, p.id DESC LIMIT ? OFFSET ?"
        with self._database.transaction(Intent.READ) as connection:
            found = fetch(connection, page, (*values, n, offset))
            ((total,),) = fetch(connection, f"SELECT count(*) FROM playlist p WHERE {which}", values)
        return [playlist_of(row) for row in found], int(total)

    def find(self, playlist: PlaylistId) -> PlaylistRecord | None:
        """The playlist, whoever owns it; None if it is no listener's, or gone."""
        with self._database.transaction(Intent.READ) as connection:
            return _found(connection, playlist)

    def read(self, playlist: PlaylistId) -> tuple[PlaylistRecord, list[ListedTrack]] | None:
        """The same with its tracks, both as of one moment."""
        with self._database.transaction(Intent.READ) as connection:
            found = _found(connection, playlist)
            if found is None:
                return None
            return found, [ListedTrack(*row) for row in fetch(connection, _TRACKS, (playlist,))]

    def make(
        self,
        listener: ListenerId,
        title: str,
        tracks: Sequence[Track | ItemId],
        at: UnixMs,
        *,
        annotation: str | None = None,
        public: bool = False,
        request: bytes | None = None,
    ) -> PlaylistId:
        """Make a playlist; or find it, if it was made by the same ``request`` (a digest of it) within `TOLD_AGAIN_MS`.

        Raises:
            UnknownNameError: the listener is gone, or the record holds no track of one of these ids.
        """
        with self._database.transaction(Intent.WRITE) as connection:
            _hold(connection, listener)
            if request is not None:
                for (made,) in fetch(connection, _MADE, (listener, request, at - TOLD_AGAIN_MS)):
                    return PlaylistId(made)
            number = new_id(connection, "playlist")
            row = (number, listener, None, title, None, 0, None, request, annotation or None, public, at, at)
            insert(connection, "playlist", [row])
            _write(connection, number, 0, _items(connection, tracks))
        return PlaylistId(number)

    def describe(
        self,
        listener: ListenerId,
        playlist: PlaylistId,
        at: UnixMs,
        *,
        title: str | None = None,
        annotation: str | None = None,
        public: bool | None = None,
    ) -> None:
        """Change what is said of a playlist; None leaves it, an empty annotation takes it away.

        Raises:
            UnknownNameError: the listener has no such playlist.
        """
        with self._changing(listener, playlist, at) as connection:
            ((before, noted, shown),) = fetch(connection, _DESCRIBED, (playlist,))
            said = (
                before if title is None else title,
                noted if annotation is None else annotation or None,
                bool(shown) if public is None else public,
            )
            do(connection, _DESCRIBE, (*said, playlist))

    def add(
        self,
        listener: ListenerId,
        playlist: PlaylistId,
        tracks: Sequence[Track | ItemId],
        at: UnixMs,
        *,
        place: int | None = None,
    ) -> None:
        """Put tracks before the one at a place; at the end if there is none, or no place is given.

        Raises:
            UnknownNameError: the listener has no such playlist, or the record no track of one of these ids.
        """
        with self._changing(listener, playlist, at) as connection:
            items, new = _listed(connection, playlist), _items(connection, tracks)
            place = len(items) if place is None else place
            _rewrite(connection, playlist, items, [*items[:place], *new, *items[place:]])

    def move(
        self, listener: ListenerId, playlist: PlaylistId, at: UnixMs, *, first: int, n: int, to: int
    ) -> None:
        """Take out ``n`` tracks from ``first`` on, and put them back so that the first of them stands at ``to``.

        Raises:
            UnknownNameError: the listener has no such playlist.
            OutOfPlaceError: no track stands at ``first``, or ``n`` is less than one.
        """
        with self._changing(listener, playlist, at) as connection:
            items = _listed(connection, playlist)
            moved, others = _taken(items, first, n)
            _rewrite(connection, playlist, items, [*others[:to], *moved, *others[to:]])

    def remove(self, listener: ListenerId, playlist: PlaylistId, at: UnixMs, *, first: int, n: int) -> None:
        """Take out ``n`` tracks from ``first`` on, or as many as there are.

        Raises:
            UnknownNameError: the listener has no such playlist.
            OutOfPlaceError: no track stands at ``first``, or ``n`` is less than one.
        """
        with self._changing(listener, playlist, at) as connection:
            items = _listed(connection, playlist)
            _, others = _taken(items, first, n)
            _rewrite(connection, playlist, items, others)

    def replace(
        self, listener: ListenerId, playlist: PlaylistId, tracks: Sequence[Track | ItemId], at: UnixMs
    ) -> None:
        """Put these tracks in the place of all others.

        Raises:
            UnknownNameError: the listener has no such playlist, or the record no track of one of these ids.
        """
        with self._changing(listener, playlist, at) as connection:
            _rewrite(connection, playlist, _listed(connection, playlist), _items(connection, tracks))

    def delete(self, listener: ListenerId, playlist: PlaylistId) -> None:
        """Delete a playlist.

        Raises:
            UnknownNameError: the listener has no such playlist.
        """
        with self._changing(listener, playlist, UnixMs(0)) as connection:
            _rewrite(connection, playlist, _listed(connection, playlist), [])
            do(connection, "DELETE FROM playlist WHERE id = ?", (playlist,))

    @contextmanager
    def _changing(self, listener: ListenerId, playlist: PlaylistId, at: UnixMs) -> Iterator[Connection]:
        """A transaction on a playlist of the listener, which nobody else changes until it ends."""
        with self._database.transaction(Intent.WRITE) as connection:
            _hold(connection, listener)
            if not do(connection, _CHANGE, (at, playlist, listener)):
                raise UnknownNameError(
                    f"There is no playlist {playlist} among the listener's.",
                    "It may have been deleted: list them anew.",
                )
            yield connection


def _hold(connection: Connection, listener: ListenerId) -> None:
    """Keep other writers from the listener's lists until the transaction ends, and note that they change."""
    if not do(connection, "UPDATE listener SET revision = revision + 1 WHERE id = ?", (listener,)):
        raise UnknownNameError("The listener is gone.", "Nothing was stored; sign in as somebody else.")


def _found(connection: Connection, playlist: PlaylistId) -> PlaylistRecord | None:
    found = fetch(connection, f"{PLAYLIST} WHERE p.id = ?", (playlist,))
    return playlist_of(found[0]) if found else None


def playlist_of(row: Row) -> PlaylistRecord:
    """A row of `PLAYLIST`."""
    number, listener, owner, title, annotation, public, made_at, changed_at, size = row
    return PlaylistRecord(number, listener, owner, title, annotation, bool(public), made_at, changed_at, size)


def _listed(connection: Connection, playlist: PlaylistId) -> list[int]:
    return [item for (item,) in fetch(connection, _LISTED, (playlist,))]


def _items(connection: Connection, tracks: Sequence[Track | ItemId]) -> list[int]:
    """The item that each track is, made if new."""
    asked = sorted({one for one in tracks if not isinstance(one, Track)})
    known = {item for (item,) in fetch(connection, _KNOWN, wanted=wanted_ids(asked))}
    if missing := [item for item in asked if item not in known]:
        raise UnknownNameError(
            f"The record holds no track {missing[0]}.", "Name it by artist and title, or leave it out."
        )
    named = [one for one in tracks if isinstance(one, Track)]
    item_of = dict(zip(named, Catalogue(connection, Remembered()).tracks(named)[0], strict=True))
    return [item_of[one] if isinstance(one, Track) else one for one in tracks]


def _taken(items: list[int], first: int, n: int) -> tuple[list[int], list[int]]:
    """``n`` items from ``first`` on, and the others."""
    if n < 1:
        raise OutOfPlaceError(f"{n} tracks are none.", "Name at least one.")
    if not 0 <= first < len(items):
        raise OutOfPlaceError(
            f"No track stands at {first}: the playlist has {len(items):,}.", "Places count from 0."
        )
    return items[first : first + n], items[:first] + items[first + n :]


def _rewrite(connection: Connection, playlist: int, before: list[int], after: list[int]) -> None:
    """Write what differs, from the first place that does."""
    same = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(before, after, strict=False)))
    do(connection, _CUT, (playlist, same))
    _write(connection, playlist, same, after[same:])


def _write(connection: Connection, playlist: int, first: int, items: list[int]) -> None:
    rows = ((playlist, position, item) for position, item in enumerate(items, start=first))
    insert(connection, "playlist_item", rows)
