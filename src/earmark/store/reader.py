"""Questions about listeners, answered from the record as it is now."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import polars as pl
from sqlalchemy import Connection

from earmark.store import frames
from earmark.store.exclusions import Exclusions
from earmark.store.port import AsIf, Counts, EditionRecord, EntryRecord, ItemId, ListenerId, SongId
from earmark.store.rows import fetch, fetch_ints
from earmark.store.wanted import Wanted, wanted_ids

_COUNTS: Final = """
    SELECT
        (SELECT count(*) FROM listener WHERE community_id IS NULL),
        (SELECT count(*) FROM listener WHERE community_id IS NOT NULL),
        (SELECT count(*) FROM community),
        (SELECT count(*) FROM listen),
        (SELECT count(*) FROM artist),
        (SELECT count(*) FROM song),
        (SELECT count(*) FROM item WHERE kind = 'track'),
        (SELECT count(*) FROM item WHERE kind = 'episode'),
        (SELECT count(*) FROM item WHERE kind = 'chapter'),
        (SELECT count(*) FROM playlist),
        (SELECT count(*) FROM playlist_item),
        (SELECT count(*) FROM feedback),
        (SELECT count(*) FROM edition)"""
_LISTENS: Final = f"""
    SELECT {frames.LISTEN_COLUMNS}, i.song_id FROM wanted_id w CROSS JOIN listen l CROSS JOIN item i
    WHERE l.listener_id = w.id AND i.id = l.item_id AND i.song_id IS NOT NULL
    ORDER BY w.n, l.started_at, l.item_id"""
_PLAYLIST_SONGS: Final = """
    SELECT p.listener_id, p.id, pi.position, i.song_id
    FROM wanted_id w CROSS JOIN playlist p CROSS JOIN playlist_item pi CROSS JOIN item i
    WHERE p.listener_id = w.id AND pi.playlist_id = p.id AND i.id = pi.item_id
    ORDER BY p.listener_id, p.id, pi.position"""
_FEEDBACK: Final = """
    SELECT f.listener_id, f.song_id, f.artist_id, f.verdict, f.at
    FROM wanted_id w CROSS JOIN feedback f WHERE f.listener_id = w.id
    ORDER BY f.listener_id, f.verdict, coalesce(f.song_id, 0), coalesce(f.artist_id, 0)"""
_SONGS_GIVEN: Final = """
    SELECT e.listener_id, t.song_id, e.week
    FROM wanted_id w CROSS JOIN edition e CROSS JOIN entry t
    WHERE e.listener_id = w.id AND e.mix = ? AND t.edition_id = e.id
    ORDER BY e.listener_id, e.week, t.position"""
_ITEMS: Final = """
    SELECT i.id, i.kind, coalesce(a.name, i.creator), i.title, i.release, i.uri, i.duration_ms
    FROM wanted_id w JOIN item i ON i.id = w.id
    LEFT JOIN song s ON s.id = i.song_id LEFT JOIN artist a ON a.id = s.artist_id
    ORDER BY w.n"""
_SONGS: Final = """
    SELECT s.id, s.artist_id, a.name, s.title
    FROM wanted_id w JOIN song s ON s.id = w.id JOIN artist a ON a.id = s.artist_id ORDER BY w.n"""
_ARTISTS: Final = "SELECT a.id, a.name FROM wanted_id w JOIN artist a ON a.id = w.id ORDER BY w.n"
_EDITION: Final = """
    SELECT id, made_at, build, still_learning FROM edition WHERE listener_id = ? AND mix = ? AND week = ?"""
_ENTRIES: Final = "SELECT item_id, song_id, reason FROM entry WHERE edition_id = ? ORDER BY position"


def counts(connection: Connection) -> Counts:
    """How much is stored."""
    return Counts(*fetch(connection, _COUNTS)[0])


def listens(
    connection: Connection, listeners: Sequence[ListenerId], edits: AsIf | None = None
) -> pl.DataFrame:
    """Their track listens, in the columns and the order of ``Snapshot.listens``, without what they exclude."""
    return _exclusions(connection, listeners, edits).of_listens(listens_as_played(connection, listeners))


def listens_as_played(connection: Connection, listeners: Sequence[ListenerId]) -> pl.DataFrame:
    """All of them, whatever is excluded, and ``device``."""
    *packed, songs = fetch_ints(connection, _LISTENS, 4, wanted=_each(listeners))
    return frames.listens_frame(np.array(packed), songs)


def playlist_songs(
    connection: Connection, listeners: Sequence[ListenerId], edits: AsIf | None = None
) -> pl.DataFrame:
    """Songs on playlists that they own: ``listener``, ``playlist``, ``position``, ``song``."""
    found = frames.table(fetch(connection, _PLAYLIST_SONGS, wanted=_each(listeners)), frames.OWNED_SONGS)
    return _exclusions(connection, listeners, edits).of_playlist_songs(found)


def feedback(
    connection: Connection, listeners: Sequence[ListenerId], edits: AsIf | None = None
) -> pl.DataFrame:
    """Their verdicts, in the columns of ``Snapshot.feedback``."""
    found = frames.table(fetch(connection, _FEEDBACK, wanted=_each(listeners)), frames.FEEDBACK)
    return _exclusions(connection, listeners, edits).of_feedback(found)


def songs_given(connection: Connection, listeners: Sequence[ListenerId], mix: str) -> pl.DataFrame:
    """Songs of all editions made for them: ``listener``, ``song``, ``week``."""
    return frames.table(fetch(connection, _SONGS_GIVEN, (mix,), wanted=_each(listeners)), frames.SONGS_GIVEN)


def items(connection: Connection, wanted: Sequence[ItemId]) -> pl.DataFrame:
    """The given items, in the order given; an id that is not in the record has no row."""
    return frames.table(fetch(connection, _ITEMS, wanted=wanted_ids(wanted)), frames.ITEMS)


def songs(connection: Connection, wanted: Sequence[int]) -> pl.DataFrame:
    """``song``, ``artist``, ``artist_name``, ``title`` of the given songs, in the order given."""
    return frames.table(fetch(connection, _SONGS, wanted=wanted_ids(wanted)), frames.SONGS)


def artists(connection: Connection, wanted: Sequence[int]) -> pl.DataFrame:
    """``artist``, ``artist_name`` of the given artists, in the order given."""
    return frames.table(fetch(connection, _ARTISTS, wanted=wanted_ids(wanted)), frames.ARTISTS)


def edition(connection: Connection, listener: ListenerId, mix: str, week: str) -> EditionRecord | None:
    """The edition as it was made, or None."""
    found = fetch(connection, _EDITION, (listener, mix, week))
    if not found:
        return None
    number, made_at, build, still_learning = found[0]
    entries = tuple(
        EntryRecord(ItemId(item), SongId(song), reason)
        for item, song, reason in fetch(connection, _ENTRIES, (number,))
    )
    return EditionRecord(listener, mix, week, made_at, build, bool(still_learning), entries)


def _exclusions(connection: Connection, listeners: Sequence[ListenerId], edits: AsIf | None) -> Exclusions:
    return (
        Exclusions.read(connection, _each(listeners))
        if edits is None
        else Exclusions.among(connection, edits)
    )


def _each(listeners: Sequence[ListenerId]) -> Wanted:
    return wanted_ids(sorted(set(listeners)))
