"""How often something was tried lately, counted for all processes together.

Each digest of who or what is tried has an allowance: so many at once, and then one each so often. One moment a digest
is all that is stored (the generic cell rate algorithm, ITU-T I.371): when the allowance would be whole again.
"""

from __future__ import annotations

from typing import Final, Protocol

import msgspec

from earmark.listening.listens import UnixMs
from earmark.store.database import Database, Intent
from earmark.store.rows import do, fetch


class Allowance(msgspec.Struct, frozen=True):
    """``at_once`` attempts, and after them one each ``every_ms``."""

    at_once: int
    every_ms: int


class Attempts(Protocol):
    """The counts; every call is a transaction of its own."""

    def begin(self, digest: bytes, allowance: Allowance, now: UnixMs) -> int:
        """Count an attempt: 0. Where there were too many, it does not count; returns after how many ms the next may."""

    def take_back(self, digest: bytes, allowance: Allowance) -> None:
        """One that was counted shall not count."""

    def prune(self, now: UnixMs) -> int:
        """Forget digests whose allowance is whole again; returns how many."""


_BEGIN: Final = """
    INSERT INTO attempt VALUES (?, ?) ON CONFLICT (digest) DO UPDATE
    SET free_at = CASE WHEN attempt.free_at BETWEEN ? AND ? THEN attempt.free_at + ? ELSE ? END
    WHERE attempt.free_at <= ? OR attempt.free_at > ?"""


class SqlAttempts:
    """`Attempts` of an SQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, digest: bytes, allowance: Allowance, now: UnixMs) -> int:
        """Count an attempt: 0. Where there were too many, it does not count; returns after how many ms the next may."""
        every, whole = allowance.every_ms, allowance.at_once * allowance.every_ms
        latest = now + whole - every
        # No clock that is right writes a moment so far ahead; one that was wrong must not keep anybody out.
        absurd = now + 2 * whole
        values = (digest, now + every, now, absurd, every, now + every, latest, absurd)
        with self._database.transaction(Intent.WRITE) as connection:
            if do(connection, _BEGIN, values):
                return 0
            ((free_at,),) = fetch(connection, "SELECT free_at FROM attempt WHERE digest = ?", (digest,))
            return int(free_at) - latest

    def take_back(self, digest: bytes, allowance: Allowance) -> None:
        """One that was counted shall not count."""
        with self._database.transaction(Intent.WRITE) as connection:
            statement = "UPDATE attempt SET free_at = free_at - ? WHERE digest = ?"
            do(connection, statement, (allowance.every_ms, digest))

    def prune(self, now: UnixMs) -> int:
        """Forget digests whose allowance is whole again; returns how many."""
        with self._database.transaction(Intent.WRITE) as connection:
            return do(connection, "DELETE FROM attempt WHERE free_at <= ?", (now,))
