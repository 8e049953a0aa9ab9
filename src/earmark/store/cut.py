"""Cut the consistent Parquet copy that a build learns from, in bounded memory.

Listens leave the database in the order of its primary key, a stretch at a time, each into a Parquet file of
its own; Polars then streams those into one. Nothing is sorted, and never more than a stretch is held.
"""

from __future__ import annotations

import shutil
import tempfile
from itertools import chain
from pathlib import Path
from typing import Final

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sqlalchemy import Connection

from earmark.errors import StoreError
from earmark.store import frames
from earmark.store.culture_frames import among
from earmark.store.durations import durations_from_plays
from earmark.store.exclusions import Exclusions
from earmark.store.lyrics_said import lyrics_frame
from earmark.store.mentions import mention_frames
from earmark.store.rows import fetch, fetch_ints, stream_ints
from earmark.store.snapshot import Snapshot
from earmark.store.sounds import sounds_frame
from earmark.store.tags import tags_frame
from earmark.store.wanted import wanted_ids

STRETCH: Final = 1 << 20
"""Listens held at once."""

_LISTENS: Final = (
    f"SELECT {frames.LISTEN_COLUMNS} FROM listen l ORDER BY l.listener_id, l.started_at, l.item_id"
)
_PLAYLISTS: Final = "SELECT id, listener_id, followers, name FROM playlist ORDER BY id"
_PLAYLIST_ITEMS: Final = """
    SELECT playlist_id, position, item_id FROM playlist_item ORDER BY playlist_id, position"""
_LISTENERS: Final = "SELECT id, community_id IS NOT NULL, revision FROM listener ORDER BY id"
_SPOKEN_OF: Final = """
    SELECT song_id FROM feedback WHERE song_id IS NOT NULL UNION SELECT song_id FROM file WHERE song_id IS NOT NULL
    UNION SELECT song_id FROM library_track"""
_FEEDBACK: Final = """
    SELECT listener_id, song_id, artist_id, verdict, at FROM feedback
    ORDER BY listener_id, verdict, coalesce(song_id, 0), coalesce(artist_id, 0)"""
_SONGS: Final = """
    SELECT s.id, s.artist_id, a.name, s.title FROM song s JOIN artist a ON a.id = s.artist_id ORDER BY s.id"""
_ITEM_TITLES: Final = """
    SELECT i.song_id, i.id, i.title FROM wanted_id w CROSS JOIN item i WHERE i.song_id = w.id ORDER BY i.id"""
_HELD_ITEMS: Final = """
    SELECT item_id FROM entry UNION SELECT item_id FROM library_track UNION SELECT item_id FROM exposure
    UNION SELECT item_id FROM file WHERE item_id IS NOT NULL"""
_TRACKS: Final = "SELECT id, song_id, release, duration_ms FROM item WHERE song_id IS NOT NULL ORDER BY id"


def cut(connection: Connection, folder: Path) -> Snapshot:
    """Copy the record, as this transaction sees it, into a new folder that appears whole or not at all.

    Raises:
        StoreError: the folder exists, or cannot be written.
    """
    if folder.exists():
        raise StoreError(f"{folder}: there is a snapshot already.", "Name a folder that does not exist yet.")
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{folder.name}-", dir=folder.parent) as beside:
            whole = Path(beside) / "snapshot"
            _cut_tables(connection, whole)
            whole.rename(folder)
    # Polars wraps what the system says while it writes into an error of its own.
    except (OSError, pl.exceptions.ComputeError) as error:
        raise StoreError(
            f"{folder}: the snapshot cannot be written ({error}).",
            "Free some space, or check that you may write there, and run the command again.",
        ) from error
    return Snapshot(folder)


def _cut_tables(connection: Connection, folder: Path) -> None:
    folder.mkdir()
    tracks = frames.table(fetch(connection, _TRACKS), frames.TRACKS)
    song_of = _songs_by_item(connection, tracks)
    excluded = Exclusions.read(connection)
    uses, silenced = _cut_listens(connection, folder, song_of, excluded)

    playlists = excluded.of_playlists(frames.table(fetch(connection, _PLAYLISTS), frames.PLAYLISTS))
    playlist, position, item = fetch_ints(connection, _PLAYLIST_ITEMS, 3)
    listed = pl.DataFrame(
        {"playlist": playlist, "position": position, "song": song_of[item], "item": item},
        schema={**frames.PLAYLIST_SONGS, "item": pl.Int32},
    ).join(playlists.select("playlist", "listener"), on="playlist", maintain_order="left")
    listed = excluded.of_playlist_songs(listed)
    uses += np.bincount(listed["item"], minlength=len(uses))
    _write(listed.select(*frames.PLAYLIST_SONGS), folder, "playlist_songs")
    _write(playlists, folder, "playlists")

    songs = frames.table(fetch(connection, _SONGS), frames.SONGS)
    if len(silenced):
        unheard_of = _unheard_of(connection, silenced, uses, song_of)
        songs = songs.filter(~pl.col("song").is_in(unheard_of.implode()))
        songs = _with_plainest_titles(connection, songs, silenced, uses)
    shown = _shown_versions(tracks, uses, folder)
    _write(songs.join(shown, on="song", how="left", maintain_order="left"), folder, "songs")

    people = [(number, bool(public), revision) for number, public, revision in fetch(connection, _LISTENERS)]
    everyone = frames.table(people, {**frames.LISTENERS, "revision": pl.Int64})
    _write(everyone.select(*frames.LISTENERS), folder, "listeners")
    _write(everyone.select("listener", "revision"), folder, "revisions")
    _write(pl.DataFrame({"edit": excluded.edits}, schema={"edit": pl.Int32}), folder, "exclusions")
    feedback = frames.table(fetch(connection, _FEEDBACK), frames.FEEDBACK)
    _write(excluded.of_feedback(feedback), folder, "feedback")
    _write(sounds_frame(connection, uses), folder, "sounds")
    _cut_mentions(connection, folder, songs)
    _write(among(songs, tags_frame(connection)), folder, "tags")
    _write(lyrics_frame(connection).filter(pl.col("song").is_in(songs["song"].implode())), folder, "lyrics")


def _songs_by_item(connection: Connection, tracks: pl.DataFrame) -> NDArray[np.int32]:
    """Song id by item id, ``(greatest item id + 1,)``; 0 for what is no track."""
    greatest = fetch(connection, "SELECT coalesce(max(id), 0) FROM item")[0][0]
    song_of = np.zeros(greatest + 1, np.int32)
    song_of[tracks["item"].to_numpy()] = tracks["song"].to_numpy()
    return song_of


def _cut_listens(
    connection: Connection, folder: Path, song_of: NDArray[np.int32], excluded: Exclusions
) -> tuple[NDArray[np.int64], NDArray[np.int32]]:
    """Write the listens that count; returns the number of them by item id, and the songs of the others."""
    stretches = folder / "stretches"
    stretches.mkdir()
    plays = np.zeros(len(song_of), np.int64)
    nothing = np.zeros((3, 0), np.int64)
    silenced = [np.empty(0, np.int32)]
    for n, packed in enumerate(chain([nothing], stream_ints(connection, _LISTENS, 3, STRETCH))):
        listens = frames.listens_frame(packed, song_of[frames.items_of(packed)])
        if excluded.by_listener:
            silenced.append(listens.filter(excluded.left_out(listens))["song"].unique().to_numpy())
        counting = excluded.of_listens(listens)
        plays += np.bincount(counting["item"], minlength=len(plays))
        _write(counting, stretches, f"{n:06}")
    pl.scan_parquet(sorted(stretches.iterdir())).sink_parquet(
        folder / "listens.parquet", compression="zstd", maintain_order=True, row_group_size=STRETCH
    )
    shutil.rmtree(stretches)
    return plays, np.unique(np.concatenate(silenced))


def _unheard_of(
    connection: Connection, silenced: NDArray[np.int32], uses: NDArray[np.int64], song_of: NDArray[np.int32]
) -> pl.Series:
    """The songs of excluded listens that nothing else speaks of: without these they would not be known."""
    spoken_of = fetch_ints(connection, _SPOKEN_OF, 1)[0]
    return pl.Series(np.setdiff1d(silenced, np.union1d(song_of[uses > 0], spoken_of)), dtype=pl.Int32)


def _cut_mentions(connection: Connection, folder: Path, songs: pl.DataFrame) -> None:
    """Write the mentions of artists and works that are among these songs."""
    stretches = folder / "stretches"
    stretches.mkdir()
    for n, stretch in enumerate(mention_frames(connection)):
        _write(among(songs, stretch), stretches, f"{n:06}")
    pl.scan_parquet(sorted(stretches.iterdir())).sink_parquet(
        folder / "mentions.parquet", compression="zstd", maintain_order=True, row_group_size=STRETCH
    )
    shutil.rmtree(stretches)


def _with_plainest_titles(
    connection: Connection, songs: pl.DataFrame, silenced: NDArray[np.int32], uses: NDArray[np.int64]
) -> pl.DataFrame:
    """Songs whose title does not come from a version that excluded listens alone are of."""
    versions = fetch(connection, _ITEM_TITLES, wanted=wanted_ids(silenced.tolist()))
    held = set(fetch_ints(connection, _HELD_ITEMS, 1)[0].tolist())
    plainest: dict[int, str] = {}
    for song, item, title in versions:
        if uses[item] or item in held:
            known = plainest.get(song)
            plainest[song] = title if known is None or len(title) < len(known) else known
    told = pl.DataFrame(
        {"song": list(plainest), "plainest": list(plainest.values())},
        {"song": pl.Int32, "plainest": pl.String},
    )
    named = songs.join(told, on="song", how="left", maintain_order="left")
    return named.with_columns(title=pl.coalesce("plainest", "title")).drop("plainest")


def _shown_versions(tracks: pl.DataFrame, uses: NDArray[np.int64], folder: Path) -> pl.DataFrame:
    """``song``, ``item``, ``release``, ``duration_ms``: of each song the version most played and listed."""
    shown = (
        tracks.with_columns(pl.Series("uses", uses[tracks["item"].to_numpy()]))
        .sort("song", "uses", "item", descending=[False, True, False])
        .unique("song", keep="first", maintain_order=True)
    )
    lacking = shown.lazy().filter(pl.col("duration_ms").is_null()).select("item")
    plays = (
        pl.scan_parquet(folder / "listens.parquet")
        .select("item", "ms_played", "ending")
        .filter(pl.col("ms_played") > 0)
        .join(lacking, on="item", how="semi")
        .collect(engine="streaming")
    )
    agreed = durations_from_plays(plays)
    return shown.join(agreed, on="item", how="left", suffix="_agreed").select(
        "song", "item", "release", pl.coalesce("duration_ms", "duration_ms_agreed").alias("duration_ms")
    )


def _write(frame: pl.DataFrame, folder: Path, name: str) -> None:
    frame.write_parquet(folder / f"{name}.parquet", compression="zstd", row_group_size=STRETCH)
