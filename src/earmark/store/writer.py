"""One transaction on the record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final
from zoneinfo import available_timezones

from sqlalchemy import Connection

from earmark.errors import ConflictError, StoreError
from earmark.listening.feedback import Feedback, Verdict
from earmark.listening.libraries import LibraryFile, LibraryTrack
from earmark.listening.listens import Listen, Origin
from earmark.listening.playlists import Playlist
from earmark.music.items import Track
from earmark.music.lyrics import LyricFigures
from earmark.store.catalogue import Catalogue
from earmark.store.document_ledger import keep_documents
from earmark.store.documents import DocumentsKept, ReadDocument
from earmark.store.editions import add_editions
from earmark.store.files import drop_files, keep_files, move_files, note_faults
from earmark.store.forget import forget_listener, sweep
from earmark.store.imported_playlists import PlaylistLedger
from earmark.store.libraries import LibraryChange, keep_library, meet_library
from earmark.store.listens import ListenLedger
from earmark.store.lyrics_said import keep_lyrics_said
from earmark.store.named import see_that_is_there
from earmark.store.port import EditionRecord, ItemId, ListenerId, PlaylistsAdded, Settled, SongId
from earmark.store.remembered import Remembered, count_forgetting
from earmark.store.rows import Held, do, fetch, insert, new_id
from earmark.store.sounds import SoundRecord, drop_unheld_sounds, keep_sounds
from earmark.store.tags import TagRecord, replace_tags
from earmark.store.verdicts import add_feedback, take_back, withdraw
from earmark.store.wanted import wanted_ids

_COUNT_CHANGE: Final = "UPDATE listener SET revision = revision + 1 WHERE id IN (SELECT id FROM wanted_id)"


class SqlWriter:
    """The `earmark.store.port.Writer` of an SQL database. `finish` is called once, before the commit,
    and `remember` after it."""

    def __init__(self, connection: Connection, remembered: Remembered, *, alone: bool) -> None:
        self._connection = connection
        self._alone = alone
        self._held = Held(connection)
        self._catalogue = Catalogue(connection, remembered)
        self._listens = ListenLedger(connection, self._catalogue, self._held)
        self._playlists = PlaylistLedger(connection, self._catalogue)
        self._listeners: dict[str, tuple[ListenerId, str | None]] = {}
        self._communities: dict[str, int] = {}
        self._changed: set[int] = set()
        self._forgotten = False
        self._keep: set[int] = set()

    def listener(self, name: str, *, community: str | None = None) -> ListenerId:
        """The listener of this name, created if new.

        Raises:
            ConflictError: the name exists on the other side (your own against a community, or another one).
        """
        known = self._listeners.get(name) or self._stored_listener(name)
        if known is None:
            known = self._add_listener(name, community)
        self._listeners[name] = known
        number, side = known
        if side != community:
            raise ConflictError(
                f"{name!r} is already {_side(side)}, so cannot become {_side(community)}.",
                "Choose another name, or forget the one that is there first.",
            )
        return number

    def present(self, listeners: Iterable[ListenerId]) -> set[ListenerId]:
        """Those who are in the record, and will be until the transaction ends."""
        return {ListenerId(number) for number in self._held.hold(listeners)}

    def _stored_listener(self, name: str) -> tuple[ListenerId, str | None] | None:
        found = fetch(
            self._connection,
            """
            SELECT l.id, c.name FROM listener l LEFT JOIN community c ON c.id = l.community_id
            WHERE l.name = ?""",
            (name,),
        )
        return (found[0][0], found[0][1]) if found else None

    def _add_listener(self, name: str, community: str | None) -> tuple[ListenerId, str | None]:
        side = None if community is None else self._community(community)
        number = new_id(self._connection, "listener")
        row = (number, name, side, 0, "UTC")
        if not insert(self._connection, "listener", [row], if_absent=True):
            # Another writer was first.
            return self._stored_listener(name) or self._add_listener(name, community)
        self._changed.add(number)
        return ListenerId(number), community

    def _community(self, name: str) -> int:
        if name not in self._communities:
            found = fetch(self._connection, "SELECT id FROM community WHERE name = ?", (name,))
            if not found:
                row = (new_id(self._connection, "community"), name)
                insert(self._connection, "community", [row], if_absent=True)
                return self._community(name)
            self._communities[name] = found[0][0]
        return self._communities[name]

    def set_time_zone(self, listener: ListenerId, time_zone: str) -> None:
        """Note where the listener lives, by an IANA name.

        Raises:
            StoreError: there is no such time zone.
        """
        if time_zone not in available_timezones():
            raise StoreError(
                f"{time_zone!r} is not a time zone.",
                "Write it as Region/City, such as Europe/Berlin, or UTC.",
            )
        do(self._connection, "UPDATE listener SET time_zone = ? WHERE id = ?", (time_zone, listener))

    def add_listens(self, listeners: Sequence[ListenerId], listens: Sequence[Listen], origin: Origin) -> None:
        """Hand over listens, ``listeners[i]`` having played ``listens[i]``. Buffered until ``settle``."""
        self._listens.add(listeners, listens, origin)

    def settle(self) -> Settled:
        """Store what was handed over, each play once, and say what became of it."""
        settled, changed = self._listens.settle()
        self._changed.update(changed)
        return settled

    def add_playlists(
        self, playlists: Sequence[Playlist], *, owner: ListenerId | None = None, community: str | None = None
    ) -> PlaylistsAdded:
        """Store playlists of an owner (same name: contents replaced) or a community (same contents: skipped).

        Raises:
            ValueError: both an owner and a community are given, or neither.
        """
        if community is not None and owner is None:
            return self._playlists.add_public(playlists, self._community(community))
        if owner is None or community is not None:
            raise ValueError("playlists belong either to an owner or to a community")
        self._held.hold([owner])
        added = self._playlists.add_owned(playlists, owner)
        if added.new or added.updated:
            self._changed.add(owner)
        return added

    def add_feedback(self, listener: ListenerId, feedback: Sequence[Feedback]) -> int:
        """Store verdicts; returns how many changed anything.

        Raises:
            StoreError: the listener was forgotten.
        """
        self._held.hold([listener])
        see_that_is_there(self._connection, listener)
        changed = add_feedback(self._connection, self._catalogue, listener, feedback)
        if changed:
            self._changed.add(listener)
        return changed

    def take_back(
        self,
        listener: ListenerId,
        *,
        song: SongId | None = None,
        artist: int | None = None,
        verdict: Verdict | None = None,
    ) -> int:
        """Delete every verdict of the listener on this song or artist, or one of them; returns how many there were.

        Raises:
            ValueError: both a song and an artist are given, or neither.
        """
        if (song is None) == (artist is None):
            raise ValueError("verdicts are taken back from either a song or an artist")
        taken = take_back(self._connection, listener, song, artist, verdict)
        if taken:
            self._changed.add(listener)
        return taken

    def withdraw(self, listener: ListenerId, feedback: Sequence[Feedback]) -> int:
        """Delete verdicts that stand just as given here, with the same date; returns how many did."""
        self._held.hold([listener])
        withdrawn = withdraw(self._connection, self._catalogue, listener, feedback)
        if withdrawn:
            self._changed.add(listener)
        return withdrawn

    def items(self, tracks: Sequence[Track]) -> list[tuple[ItemId, SongId]]:
        """The item that each track is and the song that it is a version of, made if new, in that order."""
        items, songs = self._catalogue.tracks(tracks)
        return [(ItemId(item), SongId(song)) for item, song in zip(items, songs, strict=True)]

    def meet_library(self, connection: int, tracks: Sequence[LibraryTrack]) -> None:
        """Find or make the items of some of a library's tracks, so that little is left to do when it is kept.

        Raises:
            UnknownNameError: the connection is gone.
        """
        meet_library(self._connection, self._catalogue, connection, tracks)

    def keep_library(self, connection: int, tracks: Sequence[LibraryTrack]) -> LibraryChange:
        """Make the record of a connection's library as it was read, each ``remote_id`` once.

        Raises:
            UnknownNameError: the connection is gone.
        """
        return keep_library(self._connection, self._catalogue, connection, tracks)

    def keep_files(self, files: Sequence[LibraryFile]) -> None:
        """Make the record of files of the house as they were read, each path once; others stay as they are."""
        keep_files(self._connection, self._catalogue, files)

    def move_files(self, moves: Sequence[tuple[str, str]]) -> None:
        """Give files that lie elsewhere now, ``(before, now)``, their new paths, in place of what stood there."""
        move_files(self._connection, moves)

    def drop_files(self, paths: Sequence[str]) -> int:
        """Let files go that are no more; returns how many there were."""
        return drop_files(self._connection, paths)

    def note_faults(self, faults: Sequence[tuple[str, str | None]]) -> None:
        """Note why files, ``(path, fault)``, could not be heard; None: they could."""
        note_faults(self._connection, faults)

    def keep_sounds(self, sounds: Sequence[SoundRecord]) -> None:
        """Note what sounds are like, in place of what older models heard."""
        keep_sounds(self._connection, sounds)

    def drop_unheld_sounds(self) -> int:
        """Let go of sounds that no file has any more; returns how many there were."""
        return drop_unheld_sounds(self._connection)

    def keep_documents(self, documents: Sequence[ReadDocument]) -> DocumentsKept:
        """Note documents as they were read, in place of what was known of the same addresses; each address once.

        Artists and songs that are in the catalogue no more are not mentioned. What has not changed is not written.
        """
        return keep_documents(self._connection, documents)

    def keep_lyrics_said(self, by: str, said: Sequence[tuple[int, LyricFigures]]) -> None:
        """Note what this reader found lyrics to be like, ``(file, figures)``, of files that still have some."""
        keep_lyrics_said(self._connection, by, said)

    def replace_tags(self, source: str, artists: Iterable[int], tags: Sequence[TagRecord]) -> int:
        """Note what a source calls these artists and their songs, in place of all that it called them before.

        Each tag of an artist or a song stands once in ``tags``; of those not in the catalogue none is noted.

        Returns:
            How many were noted.

        Raises:
            ValueError: the source is one of those that are read from files and servers.
        """
        return replace_tags(self._connection, source, artists, tags)

    def add_editions(self, editions: Iterable[EditionRecord]) -> None:
        """Store editions; one that exists for (listener, mix, week) stays as it was made."""
        add_editions(self._connection, editions)

    def forget(self, listener: ListenerId, *, keep: Iterable[int] = ()) -> None:
        """Erase the listener, all that hangs on them, and whatever nobody else refers to but items of ``keep``.

        Raises:
            ValueError: others may be writing: what they refer to could be erased under them.
        """
        if not self._alone:
            raise ValueError("who forgets must be alone: store.writing(alone=True)")
        self.settle()
        forget_listener(self._connection, listener)
        self._listeners = {name: known for name, known in self._listeners.items() if known[0] != listener}
        self._changed.discard(listener)
        self._forgotten = True
        self._keep.update(keep)

    def finish(self) -> None:
        """Settle what is still buffered and write what concerns the transaction as a whole."""
        self.settle()
        if self._forgotten:
            sweep(self._connection, sorted(self._keep))
            count_forgetting(self._connection)
        if self._changed:
            do(self._connection, _COUNT_CHANGE, wanted=wanted_ids(sorted(self._changed)))

    def remember(self) -> None:
        """Let the next transactions know what this one met, now that it has been committed."""
        self._catalogue.remember()


def _side(community: str | None) -> str:
    return "one of your own listeners" if community is None else f"a listener of the community {community!r}"
