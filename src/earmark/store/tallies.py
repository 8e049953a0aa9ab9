"""Counts of a listener's plays: by artist, release and recording, and over time. Private plays are not counted."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Protocol

import msgspec
import numpy as np
from numpy.typing import NDArray

from earmark.listening.listens import UnixMs
from earmark.store.database import Database, Intent
from earmark.store.port import ItemId, ListenerId
from earmark.store.rows import fetch, fetch_ints


class Of(StrEnum):
    """What plays are counted by."""

    ARTIST = "artist"
    RELEASE = "release"
    RECORDING = "recording"


class Tally(msgspec.Struct, frozen=True, gc=False):
    """How often something was played; what does not apply to it is None."""

    plays: int
    artist: str
    title: str | None = None
    release: str | None = None
    item: ItemId | None = None
    uri: str | None = None


class Tallies(Protocol):
    """Every call is a transaction of its own; moments are Unix ms, the first included, the last not."""

    def tally(
        self, listener: ListenerId, of: Of, first: UnixMs, last: UnixMs, *, offset: int, n: int
    ) -> tuple[list[Tally], int]:
        """A page of counts, most played first, and how many there are in all."""

    def moments(self, listener: ListenerId, first: UnixMs, last: UnixMs) -> NDArray[np.int64]:
        """When each play started, ascending, Unix ms."""


_PLAYS: Final = """
    FROM listen p JOIN item i ON i.id = p.item_id JOIN song s ON s.id = i.song_id JOIN artist a ON a.id = s.artist_id
    WHERE p.listener_id = ? AND p.started_at >= ? AND p.started_at < ? AND p.private = FALSE"""
_TALLIES: Final = {
    Of.ARTIST: f"SELECT count(*) AS plays, a.name {_PLAYS} GROUP BY a.id, a.name",
    Of.RELEASE: f"""
        SELECT count(*) AS plays, a.name, NULL, i.release {_PLAYS} AND i.release IS NOT NULL
        GROUP BY a.id, a.name, i.release""",
    Of.RECORDING: f"""
        SELECT count(*) AS plays, a.name, i.title, i.release, i.id, i.uri {_PLAYS}
        GROUP BY i.id, a.name, i.title, i.release, i.uri""",
}
_ORDER: Final = {
    Of.ARTIST: "a.name, a.id",
    Of.RELEASE: "a.name, a.id, i.release",
    Of.RECORDING: "a.name, i.title, i.id",
}
_MOMENTS: Final = """
    SELECT started_at FROM listen WHERE listener_id = ? AND started_at >= ? AND started_at < ? AND private = FALSE
    ORDER BY started_at"""


class SqlTallies:
    """`Tallies` of an SQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def tally(
        self, listener: ListenerId, of: Of, first: UnixMs, last: UnixMs, *, offset: int, n: int
    ) -> tuple[list[Tally], int]:
        """A page of counts, most played first, and how many there are."""
        which = (listener, first, last)
        with self._database.transaction(Intent.READ) as connection:
            page = f"{_TALLIES[of]} ORDER BY plays DESC, {_ORDER[of]} LIMIT ? OFFSET ?"
            rows = fetch(connection, page, (*which, n, offset))
            ((total,),) = fetch(connection, f"SELECT count(*) FROM ({_TALLIES[of]}) AS every", which)
        return [Tally(*row) for row in rows], int(total)

    def moments(self, listener: ListenerId, first: UnixMs, last: UnixMs) -> NDArray[np.int64]:
        """When each play started, ascending, Unix ms."""
        with self._database.transaction(Intent.READ) as connection:
            moments: NDArray[np.int64] = fetch_ints(connection, _MOMENTS, 1, (listener, first, last))[0]
            return moments
