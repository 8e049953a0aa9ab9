"""Who may sign in, as what, and by which tokens their players do."""

from __future__ import annotations

import time
from collections.abc import Sequence
from enum import StrEnum
from typing import Final, Protocol

import msgspec
from sqlalchemy import Connection

from earmark.errors import ConflictError, UnknownNameError
from earmark.listening.listens import UnixMs
from earmark.store import named
from earmark.store.database import Database, Intent
from earmark.store.port import ListenerId
from earmark.store.remembered import Remembered
from earmark.store.rows import do, fetch, insert, new_id
from earmark.store.wanted import Row, wanted_digests
from earmark.store.writer import SqlWriter


class Role(StrEnum):
    """What somebody may do."""

    OWNER = "owner"
    """Everything: people, builds, settings."""
    EDITOR = "editor"
    """What everybody hears: shields, editions, the review queue."""
    LISTENER = "listener"
    """Their own music."""
    SERVICE = "service"
    """A program that acts for every listener, as the back end of a music service does, and manages nothing."""


class AccountRecord(msgspec.Struct, frozen=True):
    """Somebody who may sign in."""

    listener: ListenerId
    name: str
    role: Role
    password: str | None
    """Its Argon2 hash; None for who may use tokens only."""
    epoch: int
    """Sessions of an earlier one are over."""
    made_at: UnixMs


class TokenRecord(msgspec.Struct, frozen=True):
    """A token by the name that its listener gave it; the token itself is nowhere."""

    listener: ListenerId
    name: str
    made_at: UnixMs


class People(Protocol):
    """The accounts; every call is a transaction of its own."""

    def accounts(self) -> list[AccountRecord]:
        """Everyone, by name."""

    def find(self, name: str) -> AccountRecord | None:
        """The account of a listener, or None."""

    def of_listener(self, listener: ListenerId) -> AccountRecord | None:
        """The account of the listener with this id, or None."""

    def of_tokens(self, digests: Sequence[bytes]) -> dict[bytes, AccountRecord]:
        """Whose tokens have these SHA-256; nobody's are not there."""

    def offer_set_up(self, digest: bytes) -> bool:
        """Where nobody is owner yet, let whoever has the key of this SHA-256 become it, and whoever had an earlier
        one no more; returns whether nobody is."""

    def offers_set_up(self, digest: bytes) -> bool:
        """Whether the key of this SHA-256 may still make an owner."""

    def set_up(self, digest: bytes, name: str, password: str) -> AccountRecord | None:
        """Make the owner by the key of this SHA-256, which then opens nothing any more; None if it did not before.

        Raises:
            ConflictError: they have an account already, or the name is a community listener's.
        """

    def add(self, name: str, role: Role, password: str | None) -> AccountRecord:
        """Let a listener sign in; who is new to the record is added to it.

        Raises:
            ConflictError: they have an account already, or the name is a community listener's.
        """

    def change(self, listener: ListenerId, *, role: Role | None = None, password: str | None = None) -> None:
        """Set a role, a password's hash, or both. A new password ends every session.

        Raises:
            ConflictError: nobody would own the record any more.
        """

    def end_sessions(self, listener: ListenerId) -> None:
        """Begin a new epoch: whoever is signed in as them no longer is."""

    def rehash(self, listener: ListenerId, password: str) -> None:
        """Store the same password under a newer hash; sessions go on."""

    def add_token(self, listener: ListenerId, name: str, digest: bytes) -> TokenRecord:
        """Note a token.

        Raises:
            ConflictError: they have one of this name.
        """

    def tokens(self, listener: ListenerId) -> list[TokenRecord]:
        """A listener's tokens, by name."""

    def revoke(self, listener: ListenerId, name: str) -> None:
        """Take a token back.

        Raises:
            UnknownNameError: there is none of this name.
        """


_ACCOUNT: Final = """
    SELECT a.listener_id, l.name, a.role, a.password, a.epoch, a.made_at
    FROM account a JOIN listener l ON l.id = a.listener_id"""
_OF_TOKENS: Final = """
    SELECT w.n, a.listener_id, l.name, a.role, a.password, a.epoch, a.made_at
    FROM wanted_digest w JOIN token t ON t.digest = w.digest
    JOIN account a ON a.listener_id = t.listener_id JOIN listener l ON l.id = a.listener_id"""

_OFFER: Final = "INSERT INTO set_up VALUES (1, ?) ON CONFLICT (id) DO UPDATE SET digest = excluded.digest"
"""One row, so that there is one key, and one who takes it away."""
_WITHDRAW: Final = "DELETE FROM set_up"


class SqlPeople:
    """`People` of an SQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def accounts(self) -> list[AccountRecord]:
        """Everyone, by name."""
        with self._database.transaction(Intent.READ) as connection:
            return [_account(row) for row in fetch(connection, f"{_ACCOUNT} ORDER BY l.name")]

    def find(self, name: str) -> AccountRecord | None:
        """The account of a listener, or None."""
        with self._database.transaction(Intent.READ) as connection:
            return _only(fetch(connection, f"{_ACCOUNT} WHERE l.name = ?", (name,)))

    def of_listener(self, listener: ListenerId) -> AccountRecord | None:
        """The account of the listener with this id, or None."""
        with self._database.transaction(Intent.READ) as connection:
            return _only(fetch(connection, f"{_ACCOUNT} WHERE a.listener_id = ?", (listener,)))

    def of_tokens(self, digests: Sequence[bytes]) -> dict[bytes, AccountRecord]:
        """Whose tokens have these SHA-256; nobody's are not there."""
        with self._database.transaction(Intent.READ) as connection:
            found = fetch(connection, _OF_TOKENS, wanted=wanted_digests(digests))
        return {digests[row[0]]: _account(row[1:]) for row in found}

    def add(self, name: str, role: Role, password: str | None) -> AccountRecord:
        """Let a listener sign in; who is new to the record is added to it.

        Raises:
            ConflictError: they have an account already, or the name is a community listener's.
        """
        with self._database.transaction(Intent.WRITE) as connection:
            return _add(connection, name, role, password)

    def offer_set_up(self, digest: bytes) -> bool:
        """Where nobody is owner yet, let whoever has the key of this SHA-256 become it; returns whether nobody is."""
        with self._database.transaction(Intent.WRITE) as connection:
            if _somebody_owns(connection):
                return False
            do(connection, _OFFER, (digest,))
            return True

    def offers_set_up(self, digest: bytes) -> bool:
        """Whether the key of this SHA-256 may still make an owner."""
        with self._database.transaction(Intent.READ) as connection:
            offered = fetch(connection, "SELECT 1 FROM set_up WHERE digest = ?", (digest,))
            return bool(offered) and not _somebody_owns(connection)

    def set_up(self, digest: bytes, name: str, password: str) -> AccountRecord | None:
        """Make the owner by the key of this SHA-256, which then opens nothing any more; None if it did not before.

        Raises:
            ConflictError: they have an account already, or the name is a community listener's.
        """
        with self._database.transaction(Intent.WRITE) as connection:
            # Of several who come at once, one takes the row away; the others wait for that, and find none.
            if not do(connection, "DELETE FROM set_up WHERE digest = ?", (digest,)):
                return None
            return None if _somebody_owns(connection) else _add(connection, name, Role.OWNER, password)

    def change(self, listener: ListenerId, *, role: Role | None = None, password: str | None = None) -> None:
        """Set a role, a password's hash, or both. A new password ends every session.

        Raises:
            ConflictError: nobody would own the record any more.
        """
        with self._database.transaction(Intent.WRITE) as connection:
            if password is not None:
                statement = "UPDATE account SET password = ?, epoch = epoch + 1 WHERE listener_id = ?"
                do(connection, statement, (password, listener))
            if role is not None:
                do(connection, "UPDATE account SET role = ? WHERE listener_id = ?", (role, listener))
                if role is Role.OWNER:
                    do(connection, _WITHDRAW)
                _see_that_somebody_owns(connection)

    def end_sessions(self, listener: ListenerId) -> None:
        """Begin a new epoch: whoever is signed in as them no longer is."""
        with self._database.transaction(Intent.WRITE) as connection:
            do(connection, "UPDATE account SET epoch = epoch + 1 WHERE listener_id = ?", (listener,))

    def rehash(self, listener: ListenerId, password: str) -> None:
        """Store the same password under a newer hash; sessions go on."""
        with self._database.transaction(Intent.WRITE) as connection:
            do(connection, "UPDATE account SET password = ? WHERE listener_id = ?", (password, listener))

    def add_token(self, listener: ListenerId, name: str, digest: bytes) -> TokenRecord:
        """Note a token.

        Raises:
            ConflictError: they have one of this name.
        """
        made = TokenRecord(listener, name, _now())
        with self._database.transaction(Intent.WRITE) as connection:
            row = (new_id(connection, "token"), listener, name, digest, made.made_at)
            if not insert(connection, "token", [row], if_absent=True):
                raise ConflictError(
                    f"There is a token {name!r} already.", "Choose another name, or revoke it first."
                )
        return made

    def tokens(self, listener: ListenerId) -> list[TokenRecord]:
        """A listener's tokens, by name."""
        statement = "SELECT listener_id, name, made_at FROM token WHERE listener_id = ? ORDER BY name"
        with self._database.transaction(Intent.READ) as connection:
            return [TokenRecord(*row) for row in fetch(connection, statement, (listener,))]

    def revoke(self, listener: ListenerId, name: str) -> None:
        """Take a token back.

        Raises:
            UnknownNameError: there is none of this name.
        """
        with self._database.transaction(Intent.WRITE) as connection:
            if not do(connection, "DELETE FROM token WHERE listener_id = ? AND name = ?", (listener, name)):
                theirs = fetch(connection, "SELECT name FROM token WHERE listener_id = ?", (listener,))
                known = {token.casefold(): token for (token,) in theirs}
                raise UnknownNameError(
                    f"There is no token {name!r}.", named.did_you_mean(name.casefold(), known)
                )


def _add(connection: Connection, name: str, role: Role, password: str | None) -> AccountRecord:
    writer = SqlWriter(connection, Remembered(), alone=False)
    listener = writer.listener(name)
    writer.finish()
    made = AccountRecord(listener, name, role, password, 0, _now())
    row = (listener, role, password, made.epoch, made.made_at)
    if not insert(connection, "account", [row], if_absent=True):
        raise ConflictError(
            f"{name!r} has an account already.", "Change it with `earmark people password` or `role`."
        )
    if role is Role.OWNER:
        do(connection, _WITHDRAW)
    return made


def _somebody_owns(connection: Connection) -> bool:
    return bool(fetch(connection, "SELECT 1 FROM account WHERE role = ?", (Role.OWNER,)))


def _see_that_somebody_owns(connection: Connection) -> None:
    if not _somebody_owns(connection):
        raise ConflictError("Then nobody would own this Earmark.", "Make somebody else its owner first.")


def _account(row: Row) -> AccountRecord:
    listener, name, role, password, epoch, made_at = row
    return AccountRecord(ListenerId(listener), name, Role(role), password, epoch, UnixMs(made_at))


def _only(rows: list[Row]) -> AccountRecord | None:
    return _account(rows[0]) if rows else None


def _now() -> UnixMs:
    return UnixMs(int(time.time() * 1000))
