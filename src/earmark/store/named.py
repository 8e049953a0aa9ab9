"""Find listeners, artists and songs by the names that people type, or name the nearest."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Final

from sqlalchemy import Connection

from earmark.errors import StoreError, UnknownNameError
from earmark.music.items import Track
from earmark.music.names import artist_key, song_key, track_key
from earmark.store.port import ListenerId, ListenerRecord, SongId
from earmark.store.rows import fetch
from earmark.store.wanted import Row, wanted_ids, wanted_tracks

_LISTENER: Final = """
    SELECT l.id, l.name, c.name, l.revision, l.time_zone
    FROM listener l LEFT JOIN community c ON c.id = l.community_id"""
_REVISIONS: Final = """
    SELECT l.id, l.revision FROM wanted_id w CROSS JOIN listener l
    WHERE l.id = w.id AND l.community_id IS NULL"""
_SONG: Final = """
    SELECT w.n, s.id FROM wanted_track w CROSS JOIN artist a CROSS JOIN song s
    WHERE a.key = w.artist AND s.artist_id = a.id AND s.key = w.song"""
_NEAR_ARTISTS: Final = """
    SELECT key, name FROM artist WHERE key >= ? AND key < ? AND length(key) BETWEEN ? AND ? LIMIT 20000"""
"""Names that begin alike and are about as long: comparing a million of them would take seconds."""


def revisions(connection: Connection, ids: Sequence[ListenerId]) -> dict[ListenerId, int]:
    """The ``revision`` of those of ``ids`` who are our own."""
    return dict(fetch(connection, _REVISIONS, wanted=wanted_ids(ids)))


def listeners(connection: Connection, ids: Sequence[ListenerId] | None = None) -> list[ListenerRecord]:
    """Everyone, or those of ``ids`` who are on record, by name; community listeners last."""
    order = "ORDER BY l.community_id IS NOT NULL, l.name"
    if ids is None:
        found = fetch(connection, f"{_LISTENER} {order}")
    else:
        found = fetch(
            connection, f"{_LISTENER} JOIN wanted_id w ON w.id = l.id {order}", wanted=wanted_ids(ids)
        )
    return [_listener(row) for row in found]


def time_zones(connection: Connection) -> list[str]:
    """Where our own listeners live: IANA names, each once."""
    statement = "SELECT DISTINCT time_zone FROM listener WHERE community_id IS NULL ORDER BY time_zone"
    return [name for (name,) in fetch(connection, statement)]


def find_listener(connection: Connection, name: str) -> ListenerRecord:
    """The listener of this name.

    Raises:
        UnknownNameError: there is none; the message names the nearest.
    """
    found = fetch(connection, f"{_LISTENER} WHERE l.name = ?", (name,))
    if found:
        return _listener(found[0])
    own = [known for (known,) in fetch(connection, "SELECT name FROM listener WHERE community_id IS NULL")]
    if not own:
        raise UnknownNameError(
            f"There is no listener {name!r}: nobody's listening was imported yet.",
            f"Import some first: earmark import SOURCE PATH --listener {shlex.quote(name)}.",
        )
    raise UnknownNameError(
        f"There is no listener {name!r}.",
        did_you_mean(name.casefold(), {known.casefold(): known for known in own}),
    )


def _listener(row: Row) -> ListenerRecord:
    number, name, community, revision, time_zone = row
    return ListenerRecord(ListenerId(number), name, community, revision, time_zone)


def see_that_is_there(connection: Connection, listener: int) -> None:
    """Whoever asks may have been forgotten since they were let in.

    Raises:
        StoreError: they were.
    """
    if not fetch(connection, "SELECT 1 FROM listener WHERE id = ?", (listener,)):
        raise StoreError("The listener was forgotten.", "Nothing was stored; sign in as somebody else.")


def find_artist(connection: Connection, name: str) -> int:
    """The artist of this name.

    Raises:
        UnknownNameError: there is none; the message names the nearest.
    """
    key = artist_key(name)
    found = fetch(connection, "SELECT id FROM artist WHERE key = ?", (key,))
    if found:
        return int(found[0][0])
    near = fetch(
        connection, _NEAR_ARTISTS, (key[:1], key[:1] + "\U0010ffff", max(1, len(key) - 3), len(key) + 3)
    )
    raise UnknownNameError(
        f"There is no artist {name!r} in the record.", did_you_mean(key, dict(_pairs(near)))
    )


def find_song(connection: Connection, artist: str, title: str) -> SongId:
    """The song that this artist and title name in any version.

    Raises:
        UnknownNameError: there is none; the message names the nearest.
    """
    (known,) = known_songs(connection, [Track(artist, title)])
    if known is not None:
        return known
    artist_id, key = find_artist(connection, artist), song_key(title)
    theirs = fetch(connection, "SELECT key, title FROM song WHERE artist_id = ?", (artist_id,))
    raise UnknownNameError(
        f"There is no song {title!r} by {artist!r} in the record.", did_you_mean(key, dict(_pairs(theirs)))
    )


def known_songs(connection: Connection, tracks: Sequence[Track]) -> list[SongId | None]:
    """The song that each track names in any version, in that order; None where there is none."""
    wanted = wanted_tracks(
        [artist_key(track.artist) for track in tracks],
        [song_key(track.title) for track in tracks],
        [track_key(track.title) for track in tracks],
    )
    found: dict[int, int] = dict(fetch(connection, _SONG, wanted=wanted))
    return [SongId(found[n]) if n in found else None for n in range(len(tracks))]


def _pairs(rows: Iterable[Row]) -> Iterable[tuple[str, str]]:
    return ((key, shown) for key, shown in rows)


def did_you_mean(key: str, shown_by_key: dict[str, str]) -> str:
    """The names nearest to what was typed, as advice."""
    nearest = get_close_matches(key, shown_by_key, n=3, cutoff=0.6)
    if not nearest:
        return "Check the spelling; only what was imported can be named."
    return "Did you mean " + " or ".join(repr(shown_by_key[near]) for near in nearest) + "?"
