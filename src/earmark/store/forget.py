"""Erase a listener, and whatever only they gave to the record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection

from earmark.store.rows import do
from earmark.store.wanted import wanted_ids

_OF_LISTENER: Final = (
    "DELETE FROM entry WHERE edition_id IN (SELECT id FROM edition WHERE listener_id = ?)",
    "DELETE FROM edition WHERE listener_id = ?",
    "DELETE FROM feedback WHERE listener_id = ?",
    "DELETE FROM playlist_item WHERE playlist_id IN (SELECT id FROM playlist WHERE listener_id = ?)",
    "DELETE FROM playlist WHERE listener_id = ?",
    "DELETE FROM listen WHERE listener_id = ?",
    "DELETE FROM taste_edit WHERE listener_id = ?",
    "DELETE FROM taste_version WHERE listener_id = ?",
    "DELETE FROM playing WHERE listener_id = ?",
    "DELETE FROM import_mark WHERE listener_id = ?",
    "DELETE FROM exposure WHERE listener_id = ?",
    "DELETE FROM receipt WHERE listener_id = ?",
    "DELETE FROM token WHERE listener_id = ?",
    "DELETE FROM library_track WHERE connection_id IN (SELECT id FROM connection WHERE listener_id = ?)",
    "DELETE FROM pushed_song WHERE connection_id IN (SELECT id FROM connection WHERE listener_id = ?)",
    "DELETE FROM pushed WHERE connection_id IN (SELECT id FROM connection WHERE listener_id = ?)",
    "DELETE FROM connection WHERE listener_id = ?",
    "DELETE FROM account WHERE listener_id = ?",
    "DELETE FROM job WHERE listener_id = ?",
    "DELETE FROM listener WHERE id = ?",
)

_SWEEP: Final = (
    "DROP TABLE IF EXISTS kept",
    "DROP TABLE IF EXISTS thinned",
    "CREATE TEMP TABLE kept (id INTEGER PRIMARY KEY)",
    "CREATE TEMP TABLE thinned (id INTEGER PRIMARY KEY)",
    # One pass over each table beats a look-up per item, which would need an index on every listen.
    """
    INSERT INTO kept
    SELECT item_id FROM listen UNION SELECT item_id FROM playlist_item UNION SELECT item_id FROM entry
    UNION SELECT item_id FROM library_track UNION SELECT item_id FROM exposure
    UNION SELECT item_id FROM file WHERE item_id IS NOT NULL
    UNION SELECT i.id FROM wanted_id w JOIN item i ON i.id = w.id
    """,
    # A song that only feedback speaks of keeps one version, so that it can still be shown.
    """
    INSERT INTO kept SELECT min(id) FROM item
    WHERE song_id IN (SELECT song_id FROM feedback WHERE song_id IS NOT NULL)
    AND song_id NOT IN (SELECT i.song_id FROM kept k JOIN item i ON i.id = k.id WHERE i.song_id IS NOT NULL)
    GROUP BY song_id
    """,
    """
    INSERT INTO thinned SELECT DISTINCT song_id FROM item
    WHERE song_id IS NOT NULL AND id NOT IN (SELECT id FROM kept)
    """,
    "DELETE FROM item WHERE id NOT IN (SELECT id FROM kept)",
    """
    DELETE FROM song WHERE id NOT IN (SELECT song_id FROM item WHERE song_id IS NOT NULL)
    """,
    # The title shown may have come from a version that just went.
    """
    UPDATE song SET title =
        (SELECT title FROM item WHERE item.song_id = song.id ORDER BY length(title), item.id LIMIT 1)
    WHERE id IN (SELECT id FROM thinned)
    """,
    """
    DELETE FROM artist WHERE id NOT IN (SELECT artist_id FROM song)
    AND id NOT IN (SELECT artist_id FROM feedback WHERE artist_id IS NOT NULL)
    """,
    # Texts and tags are about whom the record knows: they hold nobody in it.
    """
    DELETE FROM mention WHERE artist_id NOT IN (SELECT id FROM artist)
    OR (song_id <> 0 AND song_id NOT IN (SELECT id FROM song))
    OR (release <> '' AND (artist_id, release) NOT IN
        (SELECT s.artist_id, i.release FROM item i JOIN song s ON s.id = i.song_id WHERE i.release IS NOT NULL))
    """,
    """
    DELETE FROM tag WHERE artist_id NOT IN (SELECT id FROM artist)
    OR (song_id <> 0 AND song_id NOT IN (SELECT id FROM song))
    """,
    """
    DELETE FROM community WHERE id NOT IN (SELECT community_id FROM listener WHERE community_id IS NOT NULL)
    AND id NOT IN (SELECT community_id FROM playlist WHERE community_id IS NOT NULL)
    """,
)


def forget_listener(connection: Connection, listener: int) -> None:
    """Delete the listener and all that hangs on them; what they alone referred to stays until `sweep`."""
    for statement in _OF_LISTENER:
        do(connection, statement, (listener,))


def sweep(connection: Connection, keep: Sequence[int]) -> None:
    """Delete every item, song, artist and community that nothing refers to any more; items of ``keep`` stay."""
    for statement in _SWEEP:
        do(connection, statement, wanted=wanted_ids(keep) if "wanted_id" in statement else None)
