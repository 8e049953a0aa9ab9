"""What the catalogue calls artists, their songs and their releases, for whoever looks for them in texts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from sqlalchemy import Connection

from earmark.music.names import artist_key
from earmark.store.rows import fetch, stream
from earmark.store.wanted import wanted_ids, wanted_keys

_STRETCH: Final = 65_536
"""Names read at once."""
_ARTISTS: Final = "SELECT name, id FROM artist ORDER BY id"
_SONGS: Final = "SELECT title, artist_id, id FROM song ORDER BY id"
_RELEASES: Final = """
    SELECT DISTINCT s.artist_id, i.release FROM item i JOIN song s ON s.id = i.song_id
    WHERE i.release IS NOT NULL AND i.release <> '' ORDER BY s.artist_id, i.release"""
_ARTISTS_THERE: Final = "SELECT a.id FROM wanted_id w CROSS JOIN artist a WHERE a.id = w.id"
_SONGS_THERE: Final = "SELECT s.artist_id, s.id FROM wanted_id w CROSS JOIN song s WHERE s.id = w.id"
_NAMED: Final = "SELECT w.n, a.id FROM wanted_key w CROSS JOIN artist a WHERE a.key = w.key"


class CatalogueName(NamedTuple):
    """A name, and who or what is called so: an artist, or a song or a release of theirs."""

    text: str
    artist: int
    song: int | None = None
    release: str | None = None


def all_names(connection: Connection) -> Iterator[CatalogueName]:
    """Those of all artists, then of all songs, then of all releases, each in a fixed order."""
    for name, artist in stream(connection, _ARTISTS, _STRETCH):
        yield CatalogueName(name, artist)
    for title, artist, song in stream(connection, _SONGS, _STRETCH):
        yield CatalogueName(title, artist, song)
    for artist, release in stream(connection, _RELEASES, _STRETCH):
        yield CatalogueName(release, artist, None, release)


def artists_named(connection: Connection, names: Sequence[str]) -> list[int | None]:
    """The artist of each name, in the order given; None where there is nobody of that name."""
    keys = [artist_key(name) for name in names]
    found: dict[int, int] = dict(fetch(connection, _NAMED, wanted=wanted_keys([0] * len(keys), keys)))
    return [found.get(n) for n in range(len(keys))]


def catalogued(connection: Connection, whom: Iterable[tuple[int, int | None]]) -> set[tuple[int, int | None]]:
    """Those pairs of an artist and a song of theirs, or None, that are in the catalogue still."""
    asked = set(whom)
    artists = wanted_ids(sorted({artist for artist, _ in asked}))
    songs = wanted_ids(sorted({song for _, song in asked if song is not None}))
    there: set[tuple[int, int | None]] = {
        (artist, None) for (artist,) in fetch(connection, _ARTISTS_THERE, wanted=artists)
    }
    there.update((artist, song) for artist, song in fetch(connection, _SONGS_THERE, wanted=songs))
    return asked & there
