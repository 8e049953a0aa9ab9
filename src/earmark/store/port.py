"""What the rest of the house may ask of the record, whatever database keeps it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, NewType, Protocol

import msgspec
import polars as pl

from earmark.listening.edits import EditRecord
from earmark.listening.feedback import Feedback, Verdict
from earmark.listening.libraries import LibraryFile, LibraryTrack
from earmark.listening.listens import Listen, Origin, UnixMs
from earmark.listening.playlists import Playlist
from earmark.music.items import Track
from earmark.music.lyrics import LyricFigures
from earmark.store.snapshot import Snapshot

if TYPE_CHECKING:
    from earmark.store.attempts import Attempts
    from earmark.store.documents import Documents, DocumentsKept, ReadDocument
    from earmark.store.edits import Edits
    from earmark.store.exposures import Exposures
    from earmark.store.feeds import Feeds
    from earmark.store.files import Files
    from earmark.store.libraries import Libraries, LibraryChange
    from earmark.store.pages import Pages
    from earmark.store.people import People
    from earmark.store.playlists import Playlists
    from earmark.store.queue import Queue
    from earmark.store.receipts import Receipts
    from earmark.store.scrobbles import Scrobbles
    from earmark.store.sounds import SoundRecord
    from earmark.store.tags import TagRecord
    from earmark.store.tallies import Tallies
    from earmark.store.tracks import Tracks

ListenerId = NewType("ListenerId", int)
SongId = NewType("SongId", int)
ItemId = NewType("ItemId", int)


AsIf = Mapping[ListenerId, Sequence[EditRecord]]
"""By listener, all edits of taste that are to be taken for theirs."""


class ListenerRecord(msgspec.Struct, frozen=True):
    """A listener as stored. ``community`` is None for the people whom we make music for.

    ``revision`` grows with every change to what this listener played, said or listed.
    """

    id: ListenerId
    name: str
    community: str | None
    revision: int
    time_zone: str = "UTC"
    """An IANA name."""


class Settled(msgspec.Struct, frozen=True):
    """What became of the listens handed over in one transaction."""

    new: int
    repeated: int
    """The same row of the same origin was there already."""
    same_play: int
    """Another origin had told of the same play."""


class PlaylistsAdded(msgspec.Struct, frozen=True):
    """What became of a sequence of playlists."""

    new: int
    updated: int
    repeated: int


class EntryRecord(msgspec.Struct, frozen=True, gc=False):
    """One place in a mix: the item shown, the song it is a version of, and its reason as JSON."""

    item: ItemId
    song: SongId
    reason: str


class EditionRecord(msgspec.Struct, frozen=True):
    """The mix of one week as it was made. ``week`` is written ``2026-W47``."""

    listener: ListenerId
    mix: str
    week: str
    made_at: UnixMs
    build: str
    still_learning: bool
    entries: tuple[EntryRecord, ...]


class Counts(msgspec.Struct, frozen=True):
    """How much the record holds."""

    listeners: int
    community_listeners: int
    communities: int
    listens: int
    artists: int
    songs: int
    tracks: int
    episodes: int
    chapters: int
    playlists: int
    playlist_entries: int
    feedback: int
    editions: int


class Writer(Protocol):
    """One transaction: all that it is given lands together on leaving the ``with`` block, or nothing does."""

    def listener(self, name: str, *, community: str | None = None) -> ListenerId:
        """The listener of this name, created if new.

        Raises:
            StoreError: the name exists on the other side (own listener against community, or another community).
        """

    def present(self, listeners: Iterable[ListenerId]) -> set[ListenerId]:
        """Those who are in the record, and will be until the transaction ends."""

    def set_time_zone(self, listener: ListenerId, time_zone: str) -> None:
        """Note where the listener lives, by an IANA name."""

    def add_listens(self, listeners: Sequence[ListenerId], listens: Sequence[Listen], origin: Origin) -> None:
        """Hand over listens, ``listeners[i]`` having played ``listens[i]``. Buffered until ``settle``."""

    def settle(self) -> Settled:
        """Store what was handed over, each play once, and say what became of it."""

    def add_playlists(
        self, playlists: Sequence[Playlist], *, owner: ListenerId | None = None, community: str | None = None
    ) -> PlaylistsAdded:
        """Store playlists under an owner (same name: contents replaced) or a community (same contents: skipped)."""

    def add_feedback(self, listener: ListenerId, feedback: Sequence[Feedback]) -> int:
        """Store verdicts; returns how many changed anything."""

    def take_back(
        self,
        listener: ListenerId,
        *,
        song: SongId | None = None,
        artist: int | None = None,
        verdict: Verdict | None = None,
    ) -> int:
        """Delete every verdict of the listener on this song or artist, or one of them; returns how many there were."""

    def withdraw(self, listener: ListenerId, feedback: Sequence[Feedback]) -> int:
        """Delete verdicts that stand just as given here, with the same date; returns how many did."""

    def items(self, tracks: Sequence[Track]) -> list[tuple[ItemId, SongId]]:
        """The item that each track is and the song that it is a version of, made if new, in the order given."""

    def meet_library(self, connection: int, tracks: Sequence[LibraryTrack]) -> None:
        """Find or make the items of some of a library's tracks, so that little is left to do when it is kept.

        Raises:
            UnknownNameError: the connection is gone.
        """

    def keep_library(self, connection: int, tracks: Sequence[LibraryTrack]) -> LibraryChange:
        """Make the record of a connection's library as it was read, each ``remote_id`` once.

        Raises:
            UnknownNameError: the connection is gone.
        """

    def keep_files(self, files: Sequence[LibraryFile]) -> None:
        """Make the record of files of the house as they were read, each path once; others stay as they are."""

    def move_files(self, moves: Sequence[tuple[str, str]]) -> None:
        """Give files that lie elsewhere now, ``(before, now)``, their new paths, in place of what stood there."""

    def drop_files(self, paths: Sequence[str]) -> int:
        """Let files go that are no more; returns how many there were."""

    def note_faults(self, faults: Sequence[tuple[str, str | None]]) -> None:
        """Note why files, ``(path, fault)``, could not be heard; None: they could."""

    def keep_sounds(self, sounds: Sequence[SoundRecord]) -> None:
        """Note what sounds are like, in place of what older models heard."""

    def drop_unheld_sounds(self) -> int:
        """Let go of sounds that no file has any more; returns how many there were."""

    def keep_documents(self, documents: Sequence[ReadDocument]) -> DocumentsKept:
        """Note documents as they were read, in place of what was known of the same addresses; each address once.

        Artists and songs that are in the catalogue no more are not mentioned. What has not changed is not written.
        """

    def keep_lyrics_said(self, by: str, said: Sequence[tuple[int, LyricFigures]]) -> None:
        """Note what this reader found lyrics to be like, ``(file, figures)``, of files that still have some."""

    def replace_tags(self, source: str, artists: Iterable[int], tags: Sequence[TagRecord]) -> int:
        """Note what a source calls these artists and their songs, in place of all that it called them before.

        Each tag of an artist or a song stands once in ``tags``; of those not in the catalogue none is noted. Returns
        how many were.
        """

    def add_editions(self, editions: Iterable[EditionRecord]) -> None:
        """Store editions; one that exists for (listener, mix, week) stays as it was made."""

    def forget(self, listener: ListenerId, *, keep: Iterable[int] = ()) -> None:
        """Erase the listener, all that hangs on them, and every item, song and artist that nobody else refers to.

        The writer must be alone.

        Items of ``keep``, and so their songs and artists, stay even if nothing stored refers to them.
        """


class Store(Protocol):
    """The record. The only truth; everything learned can be thrown away and rebuilt from it."""

    @property
    def shared(self) -> bool:
        """Whether several processes may write at once."""

    @property
    def people(self) -> People:
        """Who may sign in."""

    @property
    def attempts(self) -> Attempts:
        """How often somebody tried to."""

    @property
    def scrobbles(self) -> Scrobbles:
        """What players ask about plays, and tell beside them."""

    @property
    def tallies(self) -> Tallies:
        """Counts of plays."""

    @property
    def queue(self) -> Queue:
        """Work that waits for its time."""

    @property
    def libraries(self) -> Libraries:
        """The music servers that listeners connected."""

    @property
    def files(self) -> Files:
        """The house's own music, and what it sounds like."""

    @property
    def playlists(self) -> Playlists:
        """The playlists of listeners."""

    @property
    def edits(self) -> Edits:
        """What listeners changed about their taste, and its versions."""

    @property
    def pages(self) -> Pages:
        """What is kept of a listener, a page at a time."""

    @property
    def tracks(self) -> Tracks:
        """Tracks, songs and artists by what they are called, and what a listener has to do with them."""

    @property
    def feeds(self) -> Feeds:
        """The feeds that are read again and again."""

    @property
    def documents(self) -> Documents:
        """Texts about music, and what they say of whom."""

    @property
    def exposures(self) -> Exposures:
        """What listeners were shown."""

    @property
    def receipts(self) -> Receipts:
        """What was answered to requests with a key."""

    def writing(self, *, alone: bool = False) -> AbstractContextManager[Writer]:
        """Open a transaction; with ``alone``, as forgetting asks for, nobody else writes meanwhile.

        Raises:
            StoreError: on leaving, if the database refuses (disk full, locked, damaged).
        """

    def revisions(self, ids: Sequence[ListenerId]) -> dict[ListenerId, int]:
        """The ``revision`` of those of ``ids`` who are our own; it is asked for with every answer, so it is cheap."""

    def listeners(self, ids: Sequence[ListenerId] | None = None) -> list[ListenerRecord]:
        """Everyone, or those of ``ids`` who are on record, by name; community listeners last."""

    def time_zones(self) -> list[str]:
        """Where our own listeners live: IANA names, each once."""

    def find_listener(self, name: str) -> ListenerRecord:
        """The listener of this name.

        Raises:
            UnknownNameError: there is none; the message names the nearest.
        """

    def counts(self) -> Counts:
        """How much is stored."""

    def snapshot(self, folder: Path) -> Snapshot:
        """Cut a consistent Parquet copy into ``folder`` (atomically: the folder appears whole or not at all)."""

    def listens(self, listeners: Sequence[ListenerId], *, edits: AsIf | None = None) -> pl.DataFrame:
        """Their track listens, in the columns of ``Snapshot.listens``, without what they exclude from their taste.

        With ``edits`` they exclude what these say, and nothing else: as it would be.
        """

    def playlist_songs(self, listeners: Sequence[ListenerId], *, edits: AsIf | None = None) -> pl.DataFrame:
        """Songs on playlists that they own: ``listener``, ``playlist``, ``position``, ``song``; likewise."""

    def feedback(self, listeners: Sequence[ListenerId], *, edits: AsIf | None = None) -> pl.DataFrame:
        """Their verdicts, in the columns of ``Snapshot.feedback``; likewise."""

    def songs_given(self, listeners: Sequence[ListenerId], mix: str) -> pl.DataFrame:
        """Songs of all editions made for them: ``listener``, ``song``, ``week``."""

    def edition(self, listener: ListenerId, mix: str, week: str) -> EditionRecord | None:
        """The edition as it was made, or None."""

    def editions_made(self, mix: str, week: str) -> set[ListenerId]:
        """Who has an edition of this week already."""

    def items(self, items: Sequence[ItemId]) -> pl.DataFrame:
        """``item``, ``kind``, ``artist``, ``title``, ``release``, ``uri``, ``duration_ms``, in the order given."""

    def songs(self, songs: Sequence[int]) -> pl.DataFrame:
        """The given songs in the columns of ``Snapshot.songs`` but for the last two, in the order given."""

    def artists(self, artists: Sequence[int]) -> pl.DataFrame:
        """``artist``, ``artist_name`` of the given artists, in the order given."""

    def find_song(self, artist: str, title: str) -> SongId:
        """The song that this artist and title name in any version.

        Raises:
            UnknownNameError: nothing of that name was ever imported; the message names the nearest.
        """

    def known_songs(self, tracks: Sequence[Track]) -> list[SongId | None]:
        """The song that each track names in any version, in the order given; None for one that was never imported."""

    def find_artist(self, name: str) -> int:
        """The artist of this name, likewise."""

    def erase_traces(self) -> None:
        """Overwrite what deleted rows left in the database files (after ``forget``)."""

    def close(self) -> None:
        """Release the database."""
