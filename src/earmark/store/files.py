"""Files of the house's own music, their covers and their lyrics. They are the house's, and no listener's.

A file is known by its path, and its sound by a digest of what is encoded in it (`earmark.store.sounds`): so a file
that was moved or tagged anew is the same sound.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, Protocol

import msgspec
from sqlalchemy import Connection

from earmark.listening.libraries import FileMark, LibraryFile, Lyrics
from earmark.listening.listens import UnixMs, clock
from earmark.music.lyrics import LyricFigures
from earmark.music.sound import Sound
from earmark.store.catalogue import Catalogue
from earmark.store.database import Database, Intent
from earmark.store.lyrics_said import UnreadLyrics, figures_of_lyrics, unread_lyrics
from earmark.store.paths import path_of, spelled
from earmark.store.port import ItemId, SongId
from earmark.store.rows import do, fetch, insert, new_ids, put
from earmark.store.sounds import SoundRecord, all_figures, sounds_of
from earmark.store.wanted import Row, wanted_ids, wanted_keys


class KnownFile(msgspec.Struct, frozen=True, gc=False):
    """What a scan must know of a file to see what is left to do with it."""

    path: str
    mark: FileMark
    digest: bytes | None
    duration_ms: int | None
    fault: str | None
    heard_by: str | None
    """Which models heard its sound; None if none did."""


class FileRecord(msgspec.Struct, frozen=True):
    """A file that could be read, and what the catalogue calls it."""

    path: str
    item: ItemId
    song: SongId
    duration_ms: int | None
    cover: str | None
    genres: tuple[str, ...]
    mbid: str | None
    isrc: str | None
    added_at: UnixMs
    """When it was first seen; it keeps that when it is moved, tagged anew, or encoded anew under its path."""


class Files(Protocol):
    """The files; every call is a transaction of its own. What changes them is within one: `Writer.keep_files`, …"""

    def known(self, folder: str) -> list[KnownFile]:
        """Every file in a folder and those within it, by path."""

    def holding(self, digest: bytes) -> list[str]:
        """Paths of all files with this sound, in order."""

    def heard_by(self, digest: bytes) -> str | None:
        """Which models heard this sound; None if none did."""

    def figures(self) -> Iterator[Sound]:
        """What every sound is like, in no order; none that no file has."""

    def of_songs(self, songs: Sequence[SongId]) -> dict[SongId, list[FileRecord]]:
        """The files of each of these songs, the lowest item first; songs without are left out."""

    def sounds(self, songs: Sequence[SongId]) -> dict[SongId, SoundRecord]:
        """What each of these songs sounds like, by the file of its lowest item that was heard."""

    def lyrics(self, songs: Sequence[SongId]) -> dict[SongId, Lyrics]:
        """The words of each of these songs; timed ones before others, then by the lowest item."""

    def unread_lyrics(self, by: str, limit: int) -> list[UnreadLyrics]:
        """Lyrics that this reader has not read, ``limit`` at most; what it finds goes to `Writer.keep_lyrics_said`."""

    def figures_of_lyrics(self, songs: Sequence[SongId]) -> dict[SongId, LyricFigures]:
        """What the words of each of these songs are like, as far as they were read; chosen as ``lyrics`` does."""

    def covers(self) -> set[str]:
        """Names of all pictures that a file shows."""


_COLUMNS: Final = (
    "size, mtime_ns, beside, digest, duration_ms, item_id, song_id, cover, genres, mbid, isrc, fault"
)
_KNOWN: Final = """
    SELECT f.path, f.size, f.mtime_ns, f.beside, f.digest, f.duration_ms, f.fault, s.heard_by
    FROM file f LEFT JOIN sound s ON s.digest = f.digest
    WHERE f.path = ? OR f.path >= ? AND f.path < ? ORDER BY f.path"""
_NUMBERED: Final = "SELECT w.n, f.id FROM wanted_key w CROSS JOIN file f WHERE f.path = w.key"
_CHANGE: Final = f"UPDATE file SET ({_COLUMNS}) = ({', '.join('?' * 12)}) WHERE id = ?"
_OF_SONGS: Final = """
    SELECT f.path, f.item_id, f.song_id, f.duration_ms, f.cover, f.genres, f.mbid, f.isrc, f.added_at
    FROM wanted_id w CROSS JOIN file f WHERE f.song_id = w.id ORDER BY f.song_id, f.item_id, f.path"""
_LYRICS: Final = """
    SELECT f.song_id, l.text, l.timed FROM wanted_id w CROSS JOIN file f CROSS JOIN lyrics l
    WHERE f.song_id = w.id AND l.file_id = f.id ORDER BY l.timed, f.item_id DESC, f.path DESC"""
_COVERS: Final = "SELECT DISTINCT cover FROM file WHERE cover IS NOT NULL"
_ID_OF: Final = "(SELECT id FROM file WHERE path = ?)"
_AFTER_SLASH: Final = chr(ord("/") + 1)


class SqlFiles:
    """`Files` of an SQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def known(self, folder: str) -> list[KnownFile]:
        """Every file in a folder and those within it, by path."""
        within = spelled(folder).rstrip("/")
        with self._database.transaction(Intent.READ) as connection:
            rows = fetch(connection, _KNOWN, (within, f"{within}/", within + _AFTER_SLASH))
        return [
            KnownFile(path_of(path), FileMark(size, mtime_ns, beside), digest, *rest)
            for path, size, mtime_ns, beside, digest, *rest in rows
        ]

    def holding(self, digest: bytes) -> list[str]:
        """Paths of all files with this sound, in order."""
        with self._database.transaction(Intent.READ) as connection:
            found = fetch(connection, "SELECT path FROM file WHERE digest = ? ORDER BY path", (digest,))
        return [path_of(path) for (path,) in found]

    def heard_by(self, digest: bytes) -> str | None:
        """Which models heard this sound; None if none did."""
        with self._database.transaction(Intent.READ) as connection:
            found = fetch(connection, "SELECT heard_by FROM sound WHERE digest = ?", (digest,))
        return found[0][0] if found else None

    def figures(self) -> Iterator[Sound]:
        """What every sound is like, in no order; none that no file has."""
        with self._database.transaction(Intent.READ) as connection:
            yield from all_figures(connection)

    def of_songs(self, songs: Sequence[SongId]) -> dict[SongId, list[FileRecord]]:
        """The files of each of these songs, the lowest item first; songs without are left out."""
        found: dict[SongId, list[FileRecord]] = {}
        with self._database.transaction(Intent.READ) as connection:
            rows = fetch(connection, _OF_SONGS, wanted=wanted_ids(sorted(set(songs))))
        for path, item, song, duration, cover, genres, *rest in rows:
            told = tuple(msgspec.json.decode(genres, type=list[str]))
            found.setdefault(song, []).append(
                FileRecord(path_of(path), item, song, duration, cover, told, *rest)
            )
        return found

    def sounds(self, songs: Sequence[SongId]) -> dict[SongId, SoundRecord]:
        """What each of these songs sounds like, by the file of its lowest item that was heard."""
        with self._database.transaction(Intent.READ) as connection:
            return {SongId(song): sound for song, sound in sounds_of(connection, sorted(set(songs))).items()}

    def lyrics(self, songs: Sequence[SongId]) -> dict[SongId, Lyrics]:
        """The words of each of these songs; timed ones before others, then by the lowest item."""
        with self._database.transaction(Intent.READ) as connection:
            rows = fetch(connection, _LYRICS, wanted=wanted_ids(sorted(set(songs))))
        return {song: Lyrics(text, bool(timed)) for song, text, timed in rows}

    def unread_lyrics(self, by: str, limit: int) -> list[UnreadLyrics]:
        """Lyrics that this reader has not read, ``limit`` at most; what it finds goes to `Writer.keep_lyrics_said`."""
        with self._database.transaction(Intent.READ) as connection:
            return unread_lyrics(connection, by, limit)

    def figures_of_lyrics(self, songs: Sequence[SongId]) -> dict[SongId, LyricFigures]:
        """What the words of each of these songs are like, as far as they were read; chosen as ``lyrics`` does."""
        with self._database.transaction(Intent.READ) as connection:
            return {SongId(song): said for song, said in figures_of_lyrics(connection, songs).items()}

    def covers(self) -> set[str]:
        """Names of all pictures that a file shows."""
        with self._database.transaction(Intent.READ) as connection:
            return {name for (name,) in fetch(connection, _COVERS)}


def keep_files(connection: Connection, catalogue: Catalogue, files: Sequence[LibraryFile]) -> None:
    """Make the record of these files as they were read: new ones come in, of others what is said of them changes.

    Each path stands once in ``files``.
    """
    read = {n: file.track for n, file in enumerate(files) if file.track is not None}
    items, songs = (dict(zip(read, ids, strict=True)) for ids in catalogue.tracks(list(read.values())))
    described = [_described(file, items.get(n), songs.get(n)) for n, file in enumerate(files)]
    paths = [spelled(file.path) for file in files]
    numbers: dict[int, int] = dict(fetch(connection, _NUMBERED, wanted=wanted_keys([0] * len(paths), paths)))
    put(connection, _CHANGE, ((*described[n], number) for n, number in numbers.items()))
    new = [n for n in range(len(files)) if n not in numbers]
    numbers |= dict(zip(new, new_ids(connection, "file", len(new)), strict=True))
    now = clock()
    insert(
        connection,
        "file",
        ((numbers[n], paths[n], *described[n][:-1], now, described[n][-1]) for n in new),
    )
    written = wanted_ids(sorted(numbers.values()))
    for table in ("lyrics", "lyrics_said"):
        do(connection, f"DELETE FROM {table} WHERE file_id IN (SELECT id FROM wanted_id)", wanted=written)
    sung = [
        (numbers[n], items[n], file.lyrics.text, file.lyrics.timed, None)
        for n, file in enumerate(files)
        if file.lyrics is not None and n in items
    ]
    insert(connection, "lyrics", sung)


def move_files(connection: Connection, moves: Sequence[tuple[str, str]]) -> None:
    """Give files that lie elsewhere now, ``(before, now)``, their new paths; whatever stood there before goes out."""
    drop_files(connection, [now for _, now in moves])
    put(
        connection,
        "UPDATE file SET path = ? WHERE path = ?",
        ((spelled(now), spelled(before)) for before, now in moves),
    )


def drop_files(connection: Connection, paths: Sequence[str]) -> int:
    """Let files go that are no more, with their lyrics; returns how many there were.

    Their items stay in the catalogue, as do those of other libraries: forgetting drops what nothing refers to.
    """
    gone = [(spelled(path),) for path in paths]
    for table in ("lyrics", "lyrics_said"):
        put(connection, f"DELETE FROM {table} WHERE file_id = {_ID_OF}", gone)
    return put(connection, "DELETE FROM file WHERE path = ?", gone)


def note_faults(connection: Connection, faults: Sequence[tuple[str, str | None]]) -> None:
    """Note why files, ``(path, fault)``, could not be heard; None: they could."""
    put(
        connection,
        "UPDATE file SET fault = ? WHERE path = ?",
        ((fault, spelled(path)) for path, fault in faults),
    )


def _described(file: LibraryFile, item: int | None, song: int | None) -> Row:
    """The columns of `_COLUMNS`."""
    mark, genres = file.mark, msgspec.json.encode(file.genres).decode()
    seen = (mark.size, mark.mtime_ns, mark.beside, file.digest, file.duration_ms)
    return (*seen, item, song, file.cover, genres, file.mbid, file.isrc, file.fault)
