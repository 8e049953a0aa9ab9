"""What was answered to requests that carry a key of their sender's, so that the same request told twice is done once.

Whoever begins a request claims its key; whoever comes meanwhile sees that it is under way, and whoever comes later
gets the answer again. A claim holds until it is answered or released, or, where its holder was killed, until
``free_at``: then the next one takes it over and does the request again. So a request that may carry a key must be one
that changes nothing when it is done again. See docs/decisions/keys-of-requests.md.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import Final, Protocol
from uuid import uuid4

import msgspec

from earmark.listening.listens import UnixMs
from earmark.store.database import Database, Intent
from earmark.store.named import see_that_is_there
from earmark.store.port import ListenerId
from earmark.store.rows import do, fetch, insert
from earmark.store.wanted import Row


class Standing(Enum):
    """How a request with a key stands."""

    OURS = auto()
    """It is for us to do."""
    UNDER_WAY = auto()
    """Somebody is doing it."""
    ANSWERED = auto()
    """It was done."""
    ANOTHER = auto()
    """The key was given to another request."""


class Claim(msgspec.Struct, frozen=True):
    """What is known of a key. ``ticket`` names our claim; ``status`` and ``answer`` are there if it was answered."""

    standing: Standing
    ticket: str = ""
    status: int = 0
    answer: bytes = b""


class Receipts(Protocol):
    """Every call is a transaction of its own; a listener's keys are theirs alone."""

    def claim(self, listener: ListenerId, key: str, request: bytes, now: UnixMs, free_at: UnixMs) -> Claim:
        """Begin a request, or learn why not.

        Args:
            listener: whose key it is.
            key: as its sender gave it.
            request: a digest of all that was asked.
            now: the present.
            free_at: until then the claim holds.

        Raises:
            StoreError: the listener was forgotten.
        """

    def note(self, listener: ListenerId, key: str, ticket: str, status: int, answer: bytes) -> None:
        """Say what was answered, unless somebody else took the claim over."""

    def release(self, listener: ListenerId, key: str, ticket: str) -> None:
        """Say that nothing was done, so that the request may be made again at once."""

    def prune(self, before: UnixMs) -> int:
        """Forget keys that were claimed before then; returns how many."""


_KNOWN: Final = (
    "SELECT request, ticket, free_at, status, answer FROM receipt WHERE listener_id = ? AND key = ?"
)
_TAKE_OVER: Final = """
    UPDATE receipt SET ticket = ?, made_at = ?, free_at = ? WHERE listener_id = ? AND key = ? AND ticket = ?"""
_NOTE: Final = "UPDATE receipt SET status = ?, answer = ? WHERE listener_id = ? AND key = ? AND ticket = ?"
_RELEASE: Final = "DELETE FROM receipt WHERE listener_id = ? AND key = ? AND ticket = ?"


class SqlReceipts:
    """`Receipts` of an SQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(self, listener: ListenerId, key: str, request: bytes, now: UnixMs, free_at: UnixMs) -> Claim:
        """Begin a request, or learn why not; see `Receipts.claim`."""
        ours = Claim(Standing.OURS, uuid4().hex)
        fresh = (listener, key, request, ours.ticket, now, free_at, None, None)
        with self._database.transaction(Intent.WRITE) as connection:
            see_that_is_there(connection, listener)
            if insert(connection, "receipt", [fresh], if_absent=True):
                return ours
            known = fetch(connection, _KNOWN, (listener, key))
            standing = _standing(known, request, now)
            if standing is Standing.OURS:
                (_, old, *_) = known[0]
                taken = do(connection, _TAKE_OVER, (ours.ticket, now, free_at, listener, key, old))
                return ours if taken else Claim(Standing.UNDER_WAY)
        if standing is Standing.ANSWERED:
            *_, status, answer = known[0]
            return Claim(standing, status=int(status), answer=bytes(answer))
        return Claim(standing)

    def note(self, listener: ListenerId, key: str, ticket: str, status: int, answer: bytes) -> None:
        """Say what was answered, unless somebody else took the claim over."""
        self._do(_NOTE, status, answer, listener, key, ticket)

    def release(self, listener: ListenerId, key: str, ticket: str) -> None:
        """Say that nothing was done, so that the request may be made again at once."""
        self._do(_RELEASE, listener, key, ticket)

    def prune(self, before: UnixMs) -> int:
        """Forget keys that were claimed before then; returns how many."""
        return self._do("DELETE FROM receipt WHERE made_at < ?", before)

    def _do(self, statement: str, *values: object) -> int:
        with self._database.transaction(Intent.WRITE) as connection:
            return do(connection, statement, values)


def _standing(known: list[Row], request: bytes, now: UnixMs) -> Standing:
    """Of a key that was there when it was to be added; it may have been released since."""
    if not known:
        return Standing.UNDER_WAY
    asked, _, free_at, status, _ = known[0]
    if bytes(asked) != request:
        return Standing.ANOTHER
    if status is not None:
        return Standing.ANSWERED
    return Standing.UNDER_WAY if free_at > now else Standing.OURS
