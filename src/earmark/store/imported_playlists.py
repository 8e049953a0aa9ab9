"""Store imported playlists: an owner's is replaced under its name, a community's is kept once per contents.

An owner's list is known by the name under which a source told of it and its place among those of that name, so it
may be renamed here. Its fingerprint is of what the source told, not of what was made of it since: a file that is
imported again as it was undoes no edits, and one that changed replaces the contents. (A list that was made here has
that of the request, if it was told with a key.)
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from hashlib import blake2b
from itertools import islice
from typing import Final

import numpy as np
from sqlalchemy import Connection

from earmark.listening.listens import clock
from earmark.listening.playlists import Playlist
from earmark.store.catalogue import Catalogue
from earmark.store.port import PlaylistsAdded
from earmark.store.rows import do, fetch, insert, new_id, new_ids
from earmark.store.wanted import Row

_OWNED: Final = """
    SELECT id, imported_as, namesake, followers, fingerprint FROM playlist
    WHERE listener_id = ? AND imported_as IS NOT NULL"""
_PUBLIC: Final = "SELECT fingerprint FROM playlist WHERE community_id = ?"
_UPDATE: Final = """
    UPDATE playlist SET fingerprint = ?, followers = coalesce(?, followers), changed_at = ? WHERE id = ?"""


Slot = tuple[str | None, int]
"""The name under which a source told of a list, and its place among an owner's of that name."""


def _fingerprint(playlist: Playlist, items: Sequence[int]) -> bytes:
    name = playlist.name.encode("utf-8", "surrogatepass")
    return blake2b(np.array(items, "<i4").tobytes() + name, digest_size=16).digest()


def _row(
    number: int, whose: tuple[int | None, int | None], playlist: Playlist, slot: Slot, fingerprint: bytes
) -> Row:
    """A new list; what sources do not tell of begins as nothing said, shown to nobody, made now."""
    moment = clock()
    return (
        number, *whose, playlist.name, *slot, playlist.followers, fingerprint, None, False, moment, moment
    )  # fmt: skip


class PlaylistLedger:
    """Takes the playlists of one transaction."""

    def __init__(self, connection: Connection, catalogue: Catalogue) -> None:
        self._connection = connection
        self._catalogue = catalogue
        self._public: dict[int, set[bytes]] = {}

    def add_owned(self, playlists: Sequence[Playlist], owner: int) -> PlaylistsAdded:
        """Store an owner's playlists. Namesakes within one sequence are told apart by their order."""
        stored = {
            (name, namesake): (number, followers, fingerprint)
            for number, name, namesake, followers, fingerprint in fetch(self._connection, _OWNED, (owner,))
        }
        namesakes: Counter[str] = Counter()
        new = updated = repeated = 0
        for playlist in playlists:
            items, _ = self._catalogue.tracks(playlist.tracks)
            fingerprint = _fingerprint(playlist, items)
            slot = (playlist.name, namesakes[playlist.name])
            namesakes[playlist.name] += 1
            if slot not in stored:
                new += 1
                number = new_id(self._connection, "playlist")
                insert(
                    self._connection, "playlist", [_row(number, (owner, None), playlist, slot, fingerprint)]
                )
            else:
                number, followers, known = stored[slot]
                if known == fingerprint and playlist.followers in (followers, None):
                    repeated += 1
                    continue
                updated += 1
                do(self._connection, _UPDATE, (fingerprint, playlist.followers, clock(), number))
                do(self._connection, "DELETE FROM playlist_item WHERE playlist_id = ?", (number,))
            content = ((number, position, item) for position, item in enumerate(items))
            insert(self._connection, "playlist_item", content)
        return PlaylistsAdded(new, updated, repeated)

    def add_public(self, playlists: Sequence[Playlist], community: int) -> PlaylistsAdded:
        """Store a community's playlists; one with the same name and contents is there already."""
        if community not in self._public:
            stored = fetch(self._connection, _PUBLIC, (community,))
            self._public[community] = {fingerprint for (fingerprint,) in stored}
        known = self._public[community]
        items, _ = self._catalogue.tracks([track for playlist in playlists for track in playlist.tracks])
        remaining = iter(items)
        fresh: list[tuple[Playlist, list[int], bytes]] = []
        for playlist in playlists:
            content = list(islice(remaining, len(playlist.tracks)))
            fingerprint = _fingerprint(playlist, content)
            if fingerprint not in known:
                known.add(fingerprint)
                fresh.append((playlist, content, fingerprint))
        numbers = new_ids(self._connection, "playlist", len(fresh))
        insert(
            self._connection,
            "playlist",
            (
                _row(number, (None, community), playlist, (None, 0), fingerprint)
                for number, (playlist, _, fingerprint) in zip(numbers, fresh, strict=True)
            ),
        )
        insert(
            self._connection,
            "playlist_item",
            (
                (number, position, item)
                for number, (_, content, _) in zip(numbers, fresh, strict=True)
                for position, item in enumerate(content)
            ),
        )
        return PlaylistsAdded(new=len(fresh), updated=0, repeated=len(playlists) - len(fresh))
