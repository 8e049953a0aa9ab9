"""What people and files call artists and songs: tags, each by the source that it is from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Final, NamedTuple

import msgspec
import polars as pl
from sqlalchemy import Connection

from earmark.store.catalogue_names import catalogued
from earmark.store.culture_frames import TAGS
from earmark.store.rows import do, fetch, insert
from earmark.store.wanted import storable, wanted_ids

FILES: Final = "files"
"""The source of genres that the house's own files name."""
SERVERS: Final = "servers"
"""The source of genres that listeners' music servers name."""

_FORGET: Final = "DELETE FROM tag WHERE source = ? AND artist_id IN (SELECT id FROM wanted_id)"
_TAGS: Final = "SELECT artist_id, song_id, source, tag, weight FROM tag"
_OF_FILES: Final = """
    SELECT DISTINCT s.artist_id, s.id, f.genres FROM file f JOIN song s ON s.id = f.song_id WHERE f.genres <> '[]'"""
_OF_SERVERS: Final = """
    SELECT DISTINCT s.artist_id, s.id, t.genres FROM library_track t JOIN song s ON s.id = t.song_id
    WHERE t.genres <> '[]'"""


class TagRecord(NamedTuple):
    """What an artist, or one song of theirs, is called."""

    artist: int
    song: int | None
    """None for the artist as such."""
    tag: str
    weight: float
    """Compared only with those of the same source."""


def replace_tags(
    connection: Connection, source: str, artists: Iterable[int], tags: Sequence[TagRecord]
) -> int:
    """Note what a source calls these artists and their songs, in place of all that it called them before.

    Each tag of an artist or a song stands once in ``tags``. Those that are in the catalogue no more are left out.

    Returns:
        How many tags were noted.

    Raises:
        ValueError: the source is one of those that are read from files and servers.
    """
    if source in (FILES, SERVERS):
        raise ValueError(f"{source!r} tells of genres of its own")
    do(connection, _FORGET, (source,), wanted=wanted_ids(sorted(set(artists))))
    there = catalogued(connection, ((one.artist, one.song) for one in tags))
    rows = (
        (source, one.artist, one.song or 0, storable(one.tag), one.weight)
        for one in tags
        if (one.artist, one.song) in there
    )
    return insert(connection, "tag", rows)


def tags_frame(connection: Connection) -> pl.DataFrame:
    """All tags and genres in the columns of ``Snapshot.tags``; a genre that a file or a server names weighs 1."""
    tags = (
        (artist, song or None, source, tag, weight)
        for artist, song, source, tag, weight in fetch(connection, _TAGS)
    )
    genres = {
        (artist, song, source, genre, 1.0)
        for source, statement in ((FILES, _OF_FILES), (SERVERS, _OF_SERVERS))
        for artist, song, told in fetch(connection, statement)
        for genre in msgspec.json.decode(told, type=list[str])
        if genre
    }
    frame = pl.DataFrame(list(chain(tags, genres)), schema=TAGS, orient="row")
    return frame.sort("artist", "song", "source", "tag", nulls_last=False)
