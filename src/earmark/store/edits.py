"""What listeners changed about their taste by their own hand, and how their taste looked from day to day."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from typing import Final, Protocol

import msgspec
import polars as pl
from sqlalchemy import Connection

from earmark.errors import UnknownNameError
from earmark.listening.edits import Edit, EditRecord, Exclude
from earmark.listening.exclusions import Exclusion
from earmark.listening.listens import UnixMs
from earmark.store.database import Database, Intent
from earmark.store.exclusions import Exclusions
from earmark.store.port import ListenerId
from earmark.store.reader import listens_as_played
from earmark.store.rows import do, fetch, hold_listeners, insert, new_id
from earmark.store.wanted import Row, wanted_ids

_OF: Final = """
    SELECT e.listener_id, e.id, e.about, e.made_at, e.undone_at FROM wanted_id w CROSS JOIN taste_edit e
    WHERE e.listener_id = w.id ORDER BY e.listener_id, e.id"""
_STEERS: Final = "e.kind NOT IN ('exclude', 'rename') AND e.undone_at IS NULL"
_STEERING: Final = f"""
    SELECT e.listener_id, e.id, e.about, e.made_at, e.undone_at FROM taste_edit e WHERE {_STEERS}
    ORDER BY e.listener_id, e.id"""
_STEERING_OF: Final = f"""
    SELECT e.listener_id, e.id, e.about, e.made_at, e.undone_at FROM wanted_id w CROSS JOIN taste_edit e
    WHERE e.listener_id = w.id AND {_STEERS} ORDER BY e.listener_id, e.id"""
_EXCLUDING: Final = "SELECT id FROM taste_edit WHERE kind = 'exclude' AND undone_at IS NULL ORDER BY id"
_UNDO: Final = "UPDATE taste_edit SET undone_at = ? WHERE id = ? AND listener_id = ? AND undone_at IS NULL"
_REVISE: Final = "UPDATE listener SET revision = revision + 1 WHERE id = ?"
_LAST_VERSION: Final = """
    SELECT id, made_at, cause, build, profile FROM taste_version
    WHERE listener_id = ? AND made_at <= ? ORDER BY made_at DESC, id DESC LIMIT 1"""
_VERSIONS: Final = """
    SELECT id, made_at, cause, build FROM taste_version WHERE listener_id = ? ORDER BY made_at, id"""

_encode: Final = msgspec.json.Encoder().encode
_decode: Final = msgspec.json.Decoder(Edit).decode


class VersionRecord(msgspec.Struct, frozen=True):
    """That a listener's taste was seen at a moment (unix ms), why, and by which build."""

    id: int
    made_at: int
    cause: str
    build: str | None


class Edits(Protocol):
    """The ledger of edits of taste, and its versions; every call is a transaction of its own."""

    def add(self, listener: ListenerId, edit: Edit, at: UnixMs) -> EditRecord:
        """Note an edit; it is in effect from now on."""

    def undo(self, listener: ListenerId, number: int, at: UnixMs) -> EditRecord:
        """Take an edit back.

        Raises:
            UnknownNameError: the listener made no such edit, or it is undone.
        """

    def of(self, listeners: Sequence[ListenerId]) -> dict[ListenerId, list[EditRecord]]:
        """All edits of these listeners, undone ones too, the oldest first; who made none is not there."""

    def excluding(self) -> tuple[int, ...]:
        """The numbers of all exclusions in effect: when they change, what was learned before no longer holds."""

    def steering(self, listeners: Sequence[ListenerId] | None = None) -> dict[ListenerId, list[EditRecord]]:
        """Of these listeners, or of all, the edits in effect that change what is recommended though the record's
        listens stay: all but exclusions and names."""

    def listens_hit(self, listener: ListenerId, exclusions: Sequence[Exclusion]) -> pl.DataFrame:
        """The listens that these exclude, in the columns of ``Snapshot.listens``, whatever else is in effect."""

    def keep_version(
        self, listener: ListenerId, profile: bytes, cause: str, build: str | None, at: UnixMs
    ) -> bool:
        """Note how the taste looks now, unless it looks just as the last time; returns whether it was noted."""

    def versions(self, listener: ListenerId) -> list[VersionRecord]:
        """When the taste was noted, the oldest first."""

    def version(self, listener: ListenerId, at: UnixMs) -> tuple[VersionRecord, bytes] | None:
        """How the taste looked at a moment; None if it was not noted before that."""


class SqlEdits:
    """The `Edits` of an SQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, listener: ListenerId, edit: Edit, at: UnixMs) -> EditRecord:
        """Note an edit."""
        with self._database.transaction(Intent.WRITE) as connection:
            _hold(connection, listener)
            number = new_id(connection, "taste_edit")
            row = (number, listener, type(edit).__struct_config__.tag, _encode(edit).decode(), at, None)
            insert(connection, "taste_edit", [row])
            do(connection, _REVISE, (listener,))
            return EditRecord(number, edit, at)

    def undo(self, listener: ListenerId, number: int, at: UnixMs) -> EditRecord:
        """Take an edit back."""
        with self._database.transaction(Intent.WRITE) as connection:
            _hold(connection, listener)
            if not do(connection, _UNDO, (at, number, listener)):
                raise UnknownNameError(
                    f"There is no edit {number} in effect.", "See them all with: earmark taste NAME --edits"
                )
            do(connection, _REVISE, (listener,))
            (record,) = [one for one in _edits(connection, [listener])[listener] if one.id == number]
            return record

    def of(self, listeners: Sequence[ListenerId]) -> dict[ListenerId, list[EditRecord]]:
        """All edits of these listeners."""
        with self._database.transaction(Intent.READ) as connection:
            return _edits(connection, listeners)

    def excluding(self) -> tuple[int, ...]:
        """The numbers of all exclusions in effect."""
        with self._database.transaction(Intent.READ) as connection:
            return tuple(number for (number,) in fetch(connection, _EXCLUDING))

    def steering(self, listeners: Sequence[ListenerId] | None = None) -> dict[ListenerId, list[EditRecord]]:
        """The edits in effect that change what is recommended though the record's listens stay."""
        with self._database.transaction(Intent.READ) as connection:
            if listeners is None:
                rows = fetch(connection, _STEERING)
            else:
                rows = fetch(connection, _STEERING_OF, wanted=wanted_ids(sorted(set(listeners))))
        return _records(rows)

    def listens_hit(self, listener: ListenerId, exclusions: Sequence[Exclusion]) -> pl.DataFrame:
        """The listens that these exclude."""
        with self._database.transaction(Intent.READ) as connection:
            listens = listens_as_played(connection, [listener])
            supposed = [EditRecord(0, Exclude(one), 0) for one in exclusions]
            out = Exclusions.among(connection, {listener: supposed}).left_out(listens)
            return listens.filter(out).drop("device")

    def keep_version(
        self, listener: ListenerId, profile: bytes, cause: str, build: str | None, at: UnixMs
    ) -> bool:
        """Note how the taste looks now."""
        with self._database.transaction(Intent.WRITE) as connection:
            _hold(connection, listener)
            last = fetch(connection, _LAST_VERSION, (listener, at))
            if last and zlib.decompress(last[0][4]) == profile:
                return False
            row = (new_id(connection, "taste_version"), listener, at, cause, build, zlib.compress(profile))
            insert(connection, "taste_version", [row])
            return True

    def versions(self, listener: ListenerId) -> list[VersionRecord]:
        """When the taste was noted."""
        with self._database.transaction(Intent.READ) as connection:
            return [VersionRecord(*row) for row in fetch(connection, _VERSIONS, (listener,))]

    def version(self, listener: ListenerId, at: UnixMs) -> tuple[VersionRecord, bytes] | None:
        """How the taste looked at a moment."""
        with self._database.transaction(Intent.READ) as connection:
            found = fetch(connection, _LAST_VERSION, (listener, at))
        if not found:
            return None
        *record, profile = found[0]
        return VersionRecord(*record), zlib.decompress(profile)


def _hold(connection: Connection, listener: int) -> None:
    if not hold_listeners(connection, [listener]):
        raise UnknownNameError("That listener is not in the record any more.", "See who is: earmark status")


def _edits(connection: Connection, listeners: Sequence[ListenerId]) -> dict[ListenerId, list[EditRecord]]:
    return _records(fetch(connection, _OF, wanted=wanted_ids(sorted(set(listeners)))))


def _records(rows: Sequence[Row]) -> dict[ListenerId, list[EditRecord]]:
    found: dict[ListenerId, list[EditRecord]] = {}
    for listener, number, about, made_at, undone_at in rows:
        found.setdefault(listener, []).append(EditRecord(number, _decode(about), made_at, undone_at))
    return found
