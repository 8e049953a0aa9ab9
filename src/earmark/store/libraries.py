"""Music servers that listeners connected: their accounts, what their libraries hold, what was pushed there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final, Protocol

import msgspec
from sqlalchemy import Connection

from earmark.errors import UnknownNameError
from earmark.listening.libraries import LibraryTrack
from earmark.listening.listens import UnixMs, clock
from earmark.store.catalogue import Catalogue
from earmark.store.database import Database, Intent
from earmark.store.port import ItemId, ListenerId, SongId
from earmark.store.rows import do, fetch, hold_listeners, insert, new_id, put
from earmark.store.wanted import Row

ConnectionId = int
"""The number of a connection, by which people name it."""


class ConnectionRecord(msgspec.Struct, frozen=True):
    """An account of a listener on a music server. ``read_at`` is None until its library was read."""

    id: ConnectionId
    listener: ListenerId
    name: str
    """The listener's."""
    kind: str
    url: str
    username: str
    secret: bytes
    """Sealed with a key that is not in the database."""
    made_at: UnixMs
    read_at: UnixMs | None


class HeldTrack(msgspec.Struct, frozen=True, gc=False):
    """A file of a library, and what the catalogue calls it."""

    remote_id: str
    item: ItemId
    song: SongId
    plays: int
    starred_at: UnixMs | None


class LibraryChange(msgspec.Struct, frozen=True):
    """What reading a library anew changed. A song's star counts once, however many files hold the song."""

    held: int
    new: int
    gone: int
    starred: tuple[LibraryTrack, ...]
    """One of each song whose star is new, or of another date than it was."""
    unstarred: tuple[tuple[LibraryTrack, UnixMs], ...]
    """One of each song that is held still and starred no more, and when it had been."""


class Libraries(Protocol):
    """The connections; every call is a transaction of its own. A library is read within one: `Writer.keep_library`."""

    def connect(
        self, listener: ListenerId, kind: str, url: str, username: str, secret: bytes
    ) -> ConnectionRecord:
        """Note an account; one of the same listener on the same server takes its place and keeps its library."""

    def connections(self) -> list[ConnectionRecord]:
        """All of them, by number."""

    def find(self, number: ConnectionId) -> ConnectionRecord:
        """The connection of this number.

        Raises:
            UnknownNameError: there is none.
        """

    def held(self, number: ConnectionId) -> list[HeldTrack]:
        """What its library held when it was last read, by the server's ids."""

    def pushed(self, number: ConnectionId) -> dict[str, str]:
        """The server's id of the playlist that shows each mix."""

    def weeks_pushed(self, number: ConnectionId, mix: str) -> dict[int, str]:
        """The last week in which each song stood on that playlist; songs of one week in their order."""

    def note_pushed(
        self,
        number: ConnectionId,
        mix: str,
        playlist: str,
        week: str,
        songs: Sequence[SongId],
        *,
        in_place_of: str | None,
    ) -> bool:
        """Note which playlist shows a mix, and which songs stand on it this week.

        False, and nothing is noted, if the mix is shown by another playlist by now than ``in_place_of`` says.
        """

    def disconnect(self, number: ConnectionId) -> None:
        """Delete the connection and all that is known of its library."""


_CONNECTION: Final = """
    SELECT c.id, c.listener_id, l.name, c.kind, c.url, c.username, c.secret, c.made_at, c.read_at
    FROM connection c JOIN listener l ON l.id = c.listener_id"""
_CONNECT_AGAIN: Final = """
    UPDATE connection SET username = ?, secret = ? WHERE listener_id = ? AND kind = ? AND url = ?"""
_HELD: Final = """
    SELECT remote_id, item_id, song_id, play_count, starred_at FROM library_track
    WHERE connection_id = ? ORDER BY remote_id"""
_LIBRARY: Final = """
    SELECT remote_id, item_id, song_id, path, genres, mbid, isrc, play_count, starred_at FROM library_track
    WHERE connection_id = ?"""
_DROP_TRACK: Final = "DELETE FROM library_track WHERE connection_id = ? AND remote_id = ?"
_CHANGE_TRACK: Final = """
    UPDATE library_track SET
        item_id = ?, song_id = ?, path = ?, genres = ?, mbid = ?, isrc = ?, play_count = ?, starred_at = ?
    WHERE connection_id = ? AND remote_id = ?"""
_PUSHED: Final = """
    INSERT INTO pushed VALUES (?, ?, ?)
    ON CONFLICT (connection_id, mix) DO UPDATE SET playlist = excluded.playlist WHERE pushed.playlist = ?"""
_PUSHED_SONG: Final = """
    INSERT INTO pushed_song VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (connection_id, mix, song_id) DO UPDATE SET week = excluded.week, position = excluded.position"""
_WEEKS: Final = """
    SELECT song_id, week FROM pushed_song WHERE connection_id = ? AND mix = ? ORDER BY week, position"""
_DISCONNECT: Final = (
    "DELETE FROM library_track WHERE connection_id = ?",
    "DELETE FROM pushed_song WHERE connection_id = ?",
    "DELETE FROM pushed WHERE connection_id = ?",
    "DELETE FROM connection WHERE id = ?",
)


class SqlLibraries:
    """`Libraries` of an SQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def connect(
        self, listener: ListenerId, kind: str, url: str, username: str, secret: bytes
    ) -> ConnectionRecord:
        """Note an account; one of the same listener on the same server takes its place and keeps its library."""
        with self._database.transaction(Intent.WRITE) as connection:
            hold_listeners(connection, [listener])
            if not do(connection, _CONNECT_AGAIN, (username, secret, listener, kind, url)):
                row = (new_id(connection, "connection"), listener, kind, url, username, secret, clock(), None)
                insert(connection, "connection", [row])
            theirs = "WHERE c.listener_id = ? AND c.kind = ? AND c.url = ?"
            return ConnectionRecord(*fetch(connection, f"{_CONNECTION} {theirs}", (listener, kind, url))[0])

    def connections(self) -> list[ConnectionRecord]:
        """All of them, by number."""
        with self._database.transaction(Intent.READ) as connection:
            return [ConnectionRecord(*row) for row in fetch(connection, f"{_CONNECTION} ORDER BY c.id")]

    def find(self, number: ConnectionId) -> ConnectionRecord:
        """The connection of this number.

        Raises:
            UnknownNameError: there is none.
        """
        with self._database.transaction(Intent.READ) as connection:
            found = fetch(connection, f"{_CONNECTION} WHERE c.id = ?", (number,))
        if not found:
            raise UnknownNameError(
                f"There is no connection {number}.", "See their numbers with `earmark connect list`."
            )
        return ConnectionRecord(*found[0])

    def held(self, number: ConnectionId) -> list[HeldTrack]:
        """What its library held when it was last read, by the server's ids."""
        with self._database.transaction(Intent.READ) as connection:
            return [HeldTrack(*row) for row in fetch(connection, _HELD, (number,))]

    def pushed(self, number: ConnectionId) -> dict[str, str]:
        """The server's id of the playlist that shows each mix."""
        with self._database.transaction(Intent.READ) as connection:
            return dict(
                fetch(connection, "SELECT mix, playlist FROM pushed WHERE connection_id = ?", (number,))
            )

    def weeks_pushed(self, number: ConnectionId, mix: str) -> dict[int, str]:
        """The last week in which each song stood on that playlist; songs of one week in their order."""
        with self._database.transaction(Intent.READ) as connection:
            return dict(fetch(connection, _WEEKS, (number, mix)))

    def note_pushed(
        self,
        number: ConnectionId,
        mix: str,
        playlist: str,
        week: str,
        songs: Sequence[SongId],
        *,
        in_place_of: str | None,
    ) -> bool:
        """Note which playlist shows a mix, and which songs stand on it this week.

        False, and nothing is noted, if the mix is shown by another playlist by now than ``in_place_of`` says.
        """
        with self._database.transaction(Intent.WRITE) as connection:
            if _listener_of(connection, number) is None:
                # Disconnected or forgotten meanwhile: there is nothing to note, and nobody else notes another.
                return True
            if not do(connection, _PUSHED, (number, mix, playlist, in_place_of)):
                return False
            put(connection, _PUSHED_SONG, ((number, mix, song, week, at) for at, song in enumerate(songs)))
            return True

    def disconnect(self, number: ConnectionId) -> None:
        """Delete the connection and all that is known of its library."""
        with self._database.transaction(Intent.WRITE) as connection:
            for statement in _DISCONNECT:
                do(connection, statement, (number,))


def meet_library(
    connection: Connection, catalogue: Catalogue, number: ConnectionId, tracks: Sequence[LibraryTrack]
) -> None:
    """Find or make the items of some of a library's tracks: most of what there is to do for `keep_library`.

    Raises:
        UnknownNameError: the connection is gone.
    """
    _see_that_is_there(connection, number)
    catalogue.tracks([one.track for one in tracks])


def keep_library(
    connection: Connection, catalogue: Catalogue, number: ConnectionId, tracks: Sequence[LibraryTrack]
) -> LibraryChange:
    """Make the record of a library as it was read, each ``remote_id`` once: new ones come in, those gone go out.

    Raises:
        UnknownNameError: the connection is gone.
    """
    _see_that_is_there(connection, number)
    items, songs = catalogue.tracks([one.track for one in tracks])
    now = {
        track.remote_id: _described(track, item, song)
        for track, item, song in zip(tracks, items, songs, strict=True)
    }
    before = {remote: tuple(said) for remote, *said in fetch(connection, _LIBRARY, (number,))}
    new = [remote for remote in now if remote not in before]
    gone = [remote for remote in before if remote not in now]
    changed = [remote for remote in now if remote in before and now[remote] != before[remote]]
    insert(connection, "library_track", ((number, remote, *now[remote]) for remote in new))
    put(connection, _CHANGE_TRACK, ((*now[remote], number, remote) for remote in changed))
    put(connection, _DROP_TRACK, ((number, remote) for remote in gone))
    do(connection, "UPDATE connection SET read_at = ? WHERE id = ?", (clock(), number))
    stars, were = _stars(now.values()), _stars(before.values())
    one_of = dict(zip(songs, tracks, strict=True))
    one_of |= {
        song: track for song, track in zip(songs, tracks, strict=True) if stars.get(song) == track.starred_at
    }
    return LibraryChange(
        held=len(now),
        new=len(new),
        gone=len(gone),
        starred=tuple(one_of[song] for song, at in stars.items() if at != were.get(song)),
        unstarred=tuple(
            (one_of[song], at) for song, at in were.items() if song in one_of and song not in stars
        ),
    )


def _see_that_is_there(connection: Connection, number: ConnectionId) -> None:
    if _listener_of(connection, number) is None:
        raise UnknownNameError(f"There is no connection {number} any more.", "Connect the server again.")


def _described(track: LibraryTrack, item: int, song: int) -> Row:
    """A row of the table after its keys."""
    genres = msgspec.json.encode(track.genres).decode()
    return (item, song, track.path, genres, track.mbid, track.isrc, track.plays, track.starred_at)


def _stars(described: Iterable[Row]) -> dict[int, UnixMs]:
    """When each starred song was starred; of several versions, the last."""
    stars: dict[int, UnixMs] = {}
    for _, song, *_, at in described:
        if at is not None:
            stars[song] = max(at, stars.get(song, at))
    return stars


def _listener_of(connection: Connection, number: ConnectionId) -> int | None:
    """Whose connection it is; they are held until the transaction ends."""
    found = fetch(connection, "SELECT listener_id FROM connection WHERE id = ?", (number,))
    if not found:
        return None
    hold_listeners(connection, [found[0][0]])
    # Whoever held them before may have disconnected or forgotten them.
    return found[0][0] if fetch(connection, "SELECT 1 FROM connection WHERE id = ?", (number,)) else None
