"""The store on an SQL database, through SQLAlchemy Core."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path

import polars as pl
from sqlalchemy import Connection
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from earmark.errors import StoreError
from earmark.music.items import Track
from earmark.store import editions, named, reader
from earmark.store.attempts import Attempts, SqlAttempts
from earmark.store.cut import cut
from earmark.store.database import Database, Intent
from earmark.store.documents import Documents, SqlDocuments
from earmark.store.edits import Edits, SqlEdits
from earmark.store.exposures import Exposures, SqlExposures
from earmark.store.feeds import Feeds, SqlFeeds
from earmark.store.files import Files, SqlFiles
from earmark.store.libraries import Libraries, SqlLibraries
from earmark.store.migrate import bring_up_to_date, is_up_to_date
from earmark.store.pages import Pages, SqlPages
from earmark.store.people import People, SqlPeople
from earmark.store.playlists import Playlists, SqlPlaylists
from earmark.store.port import (
    AsIf,
    Counts,
    EditionRecord,
    ItemId,
    ListenerId,
    ListenerRecord,
    SongId,
    Store,
)
from earmark.store.queue import Queue, SqlQueue
from earmark.store.receipts import Receipts, SqlReceipts
from earmark.store.remembered import Remembered
from earmark.store.scrobbles import Scrobbles, SqlScrobbles
from earmark.store.snapshot import Snapshot
from earmark.store.sqlite import Sqlite
from earmark.store.tallies import SqlTallies, Tallies
from earmark.store.tracks import SqlTracks, Tracks
from earmark.store.writer import SqlWriter


def open_store(url: str) -> Store:
    """Open the record at a database URL; its tables are made or brought up to date.

    Such as ``sqlite:////home/me/earmark/earmark.db``, made if missing, or ``postgresql+psycopg://me@host/earmark``.

    Raises:
        StoreError: the database cannot be opened, is of another program, or was written by a newer version.
    """
    remedy = "Use a URL such as sqlite:////path/earmark.db or postgresql+psycopg://user@host/database."
    try:
        backend = make_url(url).get_backend_name()
    except ArgumentError as error:
        raise StoreError("That is not the URL of a database.", remedy) from error
    # The URL itself is never said: it may hold a password.
    match backend:
        case "sqlite":
            return SqlStore(Sqlite(url))
        case "postgresql":
            # Its driver takes a while to load, and households do without.
            from earmark.store.postgres import Postgres

            return SqlStore(Postgres(url))
        case _:
            raise StoreError(f"The record cannot be kept in {backend}, but in SQLite or PostgreSQL.", remedy)


class SqlStore:
    """The `earmark.store.port.Store` of an SQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.shared = database.shared
        self._remembered = Remembered()
        self.people: People = SqlPeople(database)
        self.attempts: Attempts = SqlAttempts(database)
        self.scrobbles: Scrobbles = SqlScrobbles(database)
        self.tallies: Tallies = SqlTallies(database)
        self.queue: Queue = SqlQueue(database)
        self.libraries: Libraries = SqlLibraries(database)
        self.files: Files = SqlFiles(database)
        self.playlists: Playlists = SqlPlaylists(database)
        self.edits: Edits = SqlEdits(database)
        self.pages: Pages = SqlPages(database)
        self.tracks: Tracks = SqlTracks(database)
        self.feeds: Feeds = SqlFeeds(database)
        self.documents: Documents = SqlDocuments(database)
        self.exposures: Exposures = SqlExposures(database)
        self.receipts: Receipts = SqlReceipts(database)
        with ExitStack() as if_it_fails:
            if_it_fails.callback(self.close)
            self._bring_up_to_date()
            if_it_fails.pop_all()

    def _bring_up_to_date(self) -> None:
        # Looking takes no lock, so the record opens while another process is writing to it.
        with self._reading() as connection:
            if is_up_to_date(connection, self._database.name):
                return
        with self._database.transaction(Intent.ALONE) as connection:
            bring_up_to_date(connection, self._database.name)

    def _reading(self) -> AbstractContextManager[Connection]:
        return self._database.transaction(Intent.READ)

    @contextmanager
    def writing(self, *, alone: bool = False) -> Iterator[SqlWriter]:
        """Open a transaction: all that the writer is given lands together, or nothing does.

        With ``alone``, nobody else writes meanwhile.

        Raises:
            StoreError: on leaving, if the database refuses (disk full, locked, damaged).
        """
        with self._database.transaction(Intent.ALONE if alone else Intent.WRITE) as connection:
            writer = SqlWriter(connection, self._remembered, alone=alone)
            yield writer
            writer.finish()
        writer.remember()

    def revisions(self, ids: Sequence[ListenerId]) -> dict[ListenerId, int]:
        """The ``revision`` of those of ``ids`` who are our own."""
        with self._reading() as connection:
            return named.revisions(connection, ids)

    def listeners(self, ids: Sequence[ListenerId] | None = None) -> list[ListenerRecord]:
        """Everyone, or those of ``ids`` who are on record, by name; community listeners last."""
        with self._reading() as connection:
            return named.listeners(connection, ids)

    def time_zones(self) -> list[str]:
        """Where our own listeners live: IANA names, each once."""
        with self._reading() as connection:
            return named.time_zones(connection)

    def find_listener(self, name: str) -> ListenerRecord:
        """The listener of this name.

        Raises:
            UnknownNameError: there is none; the message names the nearest.
        """
        with self._reading() as connection:
            return named.find_listener(connection, name)

    def counts(self) -> Counts:
        """How much is stored."""
        with self._reading() as connection:
            return reader.counts(connection)

    def snapshot(self, folder: Path) -> Snapshot:
        """Cut a consistent Parquet copy into ``folder`` (atomically: the folder appears whole or not at all).

        Raises:
            StoreError: the folder exists, or cannot be written.
        """
        with self._reading() as connection:
            return cut(connection, folder)

    def listens(self, listeners: Sequence[ListenerId], *, edits: AsIf | None = None) -> pl.DataFrame:
        """Their track listens, in the columns of ``Snapshot.listens``."""
        with self._reading() as connection:
            return reader.listens(connection, listeners, edits)

    def playlist_songs(self, listeners: Sequence[ListenerId], *, edits: AsIf | None = None) -> pl.DataFrame:
        """Songs on playlists that they own: ``listener``, ``playlist``, ``position``, ``song``."""
        with self._reading() as connection:
            return reader.playlist_songs(connection, listeners, edits)

    def feedback(self, listeners: Sequence[ListenerId], *, edits: AsIf | None = None) -> pl.DataFrame:
        """Their verdicts, in the columns of ``Snapshot.feedback``."""
        with self._reading() as connection:
            return reader.feedback(connection, listeners, edits)

    def songs_given(self, listeners: Sequence[ListenerId], mix: str) -> pl.DataFrame:
        """Songs of all editions made for them: ``listener``, ``song``, ``week``."""
        with self._reading() as connection:
            return reader.songs_given(connection, listeners, mix)

    def edition(self, listener: ListenerId, mix: str, week: str) -> EditionRecord | None:
        """The edition as it was made, or None."""
        with self._reading() as connection:
            return reader.edition(connection, listener, mix, week)

    def editions_made(self, mix: str, week: str) -> set[ListenerId]:
        """Who has an edition of this week already."""
        with self._reading() as connection:
            return {ListenerId(number) for number in editions.made(connection, mix, week)}

    def items(self, items: Sequence[ItemId]) -> pl.DataFrame:
        """``item``, ``kind``, ``artist``, ``title``, ``release``, ``uri``, ``duration_ms``, in that order."""
        with self._reading() as connection:
            return reader.items(connection, items)

    def songs(self, songs: Sequence[int]) -> pl.DataFrame:
        """``song``, ``artist``, ``artist_name``, ``title`` of the given songs, in that order."""
        with self._reading() as connection:
            return reader.songs(connection, songs)

    def artists(self, artists: Sequence[int]) -> pl.DataFrame:
        """``artist``, ``artist_name`` of the given artists, in that order."""
        with self._reading() as connection:
            return reader.artists(connection, artists)

    def find_song(self, artist: str, title: str) -> SongId:
        """The song that this artist and title name in any version.

        Raises:
            UnknownNameError: nothing of that name was ever imported; the message names the nearest.
        """
        with self._reading() as connection:
            return named.find_song(connection, artist, title)

    def known_songs(self, tracks: Sequence[Track]) -> list[SongId | None]:
        """The song that each track names in any version, in that order; None for one that was never imported."""
        with self._reading() as connection:
            return named.known_songs(connection, tracks)

    def find_artist(self, name: str) -> int:
        """The artist of this name.

        Raises:
            UnknownNameError: nobody of that name was ever imported; the message names the nearest.
        """
        with self._reading() as connection:
            return named.find_artist(connection, name)

    def erase_traces(self) -> None:
        """Overwrite what deleted rows left in the database files (after ``forget``).

        Raises:
            StoreError: another process holds the database.
        """
        self._database.erase_traces()

    def close(self) -> None:
        """Release the database."""
        self._database.close()
