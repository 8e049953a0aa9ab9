"""What listeners keep out of their taste, applied where anything leaves the record to be learned from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Self

import msgspec
import polars as pl
from sqlalchemy import Connection

from earmark.listening.edits import Edit, EditRecord, Exclude
from earmark.listening.exclusions import (
    AllByArtist,
    Exclusion,
    ThatDevice,
    ThatPlaylist,
    left_out,
    silent_songs,
)
from earmark.store.port import ListenerId
from earmark.store.rows import fetch
from earmark.store.wanted import Wanted, wanted_ids

_ALL: Final = """
    SELECT id, listener_id, about FROM taste_edit WHERE kind = 'exclude' AND undone_at IS NULL ORDER BY id"""
_OF_SOME: Final = """
    SELECT e.id, e.listener_id, e.about FROM wanted_id w CROSS JOIN taste_edit e
    WHERE e.listener_id = w.id AND e.kind = 'exclude' AND e.undone_at IS NULL ORDER BY e.id"""
_SONGS_BY: Final = """
    SELECT s.artist_id, s.id FROM wanted_id w CROSS JOIN song s WHERE s.artist_id = w.id ORDER BY s.id"""

_decode: Final = msgspec.json.Decoder(Edit).decode


@dataclass(frozen=True)
class Exclusions:
    """What is in effect, by listener (record id), with what its names stand for."""

    by_listener: Mapping[int, Sequence[Exclusion]]
    songs_by: Mapping[int, Sequence[int]]
    devices: Mapping[str, int]
    edits: tuple[int, ...] = ()
    """The numbers of the edits that say so."""

    @classmethod
    def read(cls, connection: Connection, listeners: Wanted | None = None) -> Self:
        """Of these listeners, or of everybody."""
        rows = fetch(connection, _ALL) if listeners is None else fetch(connection, _OF_SOME, wanted=listeners)
        found: dict[int, list[Exclusion]] = {}
        for _, listener, about in rows:
            edit = _decode(about)
            assert isinstance(edit, Exclude)
            found.setdefault(listener, []).append(edit.what)
        return cls(
            found,
            *_named(connection, [one for some in found.values() for one in some]),
            tuple(number for number, _, _ in rows),
        )

    @classmethod
    def among(cls, connection: Connection, edits: Mapping[ListenerId, Sequence[EditRecord]]) -> Self:
        """As if these were all edits that there are."""
        found: dict[int, Sequence[Exclusion]] = {
            listener: [
                one.edit.what for one in some if one.undone_at is None and isinstance(one.edit, Exclude)
            ]
            for listener, some in edits.items()
        }
        return cls(found, *_named(connection, [one for some in found.values() for one in some]))

    def left_out(self, listens: pl.DataFrame) -> pl.Series:
        """Which rows of `earmark.store.frames.listens_frame` have no effect, ``(n_listens,)`` of bool."""
        return left_out(listens, self.by_listener, self.songs_by, self.devices)

    def of_listens(self, listens: pl.DataFrame) -> pl.DataFrame:
        """The rest of them, in the columns of ``Snapshot.listens``."""
        if self.by_listener:
            listens = listens.filter(~self.left_out(listens))
        return listens.drop("device")

    def of_feedback(self, feedback: pl.DataFrame) -> pl.DataFrame:
        """Verdicts without those on what is silent, by song or by artist."""
        return feedback.join(self._silent, on=["listener", "song"], how="anti", maintain_order="left").join(
            self._silent_artists, on=["listener", "artist"], how="anti", maintain_order="left"
        )

    def of_playlists(self, playlists: pl.DataFrame) -> pl.DataFrame:
        """Rows with ``playlist`` without those of playlists that do not count."""
        return playlists.filter(
            ~pl.col("playlist").is_in(pl.Series(self._playlists, dtype=pl.Int32).implode())
        )

    def of_playlist_songs(self, listed: pl.DataFrame) -> pl.DataFrame:
        """Rows with ``listener`` (null for nobody's), ``playlist`` and ``song``, likewise, without what is silent."""
        return self.of_playlists(listed).join(
            self._silent, on=["listener", "song"], how="anti", maintain_order="left"
        )

    @property
    def _playlists(self) -> list[int]:
        return sorted(
            {
                one.playlist
                for some in self.by_listener.values()
                for one in some
                if isinstance(one, ThatPlaylist)
            }
        )

    @property
    def _silent(self) -> pl.DataFrame:
        pairs = [
            (listener, song)
            for listener, some in self.by_listener.items()
            for song in sorted(silent_songs(some, self.songs_by))
        ]
        return pl.DataFrame(pairs, {"listener": pl.Int32, "song": pl.Int32}, orient="row")

    @property
    def _silent_artists(self) -> pl.DataFrame:
        pairs = {
            (listener, one.artist)
            for listener, some in self.by_listener.items()
            for one in some
            if isinstance(one, AllByArtist)
        }
        return pl.DataFrame(sorted(pairs), {"listener": pl.Int32, "artist": pl.Int32}, orient="row")


def _named(
    connection: Connection, exclusions: Iterable[Exclusion]
) -> tuple[dict[int, list[int]], dict[str, int]]:
    """The songs of the artists, and the numbers of the devices, that exclusions name."""
    artists, devices = set(), set()
    for one in exclusions:
        if isinstance(one, AllByArtist):
            artists.add(one.artist)
        if isinstance(one, ThatDevice):
            devices.add(one.device)
    songs_by: dict[int, list[int]] = {}
    if artists:
        for artist, song in fetch(connection, _SONGS_BY, wanted=wanted_ids(sorted(artists))):
            songs_by.setdefault(artist, []).append(song)
    known: dict[str, int] = dict(fetch(connection, "SELECT name, id FROM device")) if devices else {}
    return songs_by, {name: known[name] for name in sorted(devices & known.keys())}
