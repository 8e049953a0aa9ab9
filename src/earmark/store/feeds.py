"""The feeds that are read again and again, each by its address."""

from __future__ import annotations

from typing import Final, NewType, Protocol

import msgspec

from earmark.listening.listens import UnixMs
from earmark.store.database import Database, Intent
from earmark.store.rows import do, fetch, insert, new_id

FeedId = NewType("FeedId", int)


class FeedRecord(msgspec.Struct, frozen=True):
    """A feed, and how it was when it was last asked for."""

    id: FeedId
    address: str
    keep_text: bool
    """Whether the texts of what it tells of are kept whole."""
    etag: str | None
    """What its server calls the version that was read last (RFC 9110, 8.8.3); None where it does not say."""
    modified: str | None
    """When it says that this version was made, in its own words (RFC 9110, 8.8.2)."""
    made_at: UnixMs
    read_at: UnixMs | None
    """When it was last asked for; None if it never was."""
    fault: str | None
    """Why it could not be read the last time; None if it could."""


class Feeds(Protocol):
    """The feeds; every call is a transaction of its own."""

    def add(self, address: str, now: UnixMs, *, keep_text: bool) -> FeedRecord:
        """The feed at this address, noted if new; of one that is not, whether texts are kept is noted anew."""

    def all(self) -> list[FeedRecord]:
        """Every feed, by number."""

    def note(
        self, number: FeedId, now: UnixMs, *, etag: str | None, modified: str | None, fault: str | None
    ) -> None:
        """Note how the feed was found; nothing happens if it has been dropped meanwhile."""

    def drop(self, address: str) -> bool:
        """Read this feed no more; what it told of stays. Whether there was one."""


_FEED: Final = "SELECT id, address, keep_text, etag, modified, made_at, read_at, fault FROM feed"
_NOTE: Final = "UPDATE feed SET read_at = ?, etag = ?, modified = ?, fault = ? WHERE id = ?"


class SqlFeeds:
    """`Feeds` of an SQL database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, address: str, now: UnixMs, *, keep_text: bool) -> FeedRecord:
        """The feed at this address, noted if new; of one that is not, whether texts are kept is noted anew."""
        with self._database.transaction(Intent.WRITE) as connection:
            if not do(connection, "UPDATE feed SET keep_text = ? WHERE address = ?", (keep_text, address)):
                row = (new_id(connection, "feed"), address, None, None, now, None, None, keep_text)
                insert(connection, "feed", [row], if_absent=True)
            (found,) = fetch(connection, f"{_FEED} WHERE address = ?", (address,))
        return _feed(*found)

    def all(self) -> list[FeedRecord]:
        """Every feed, by number."""
        with self._database.transaction(Intent.READ) as connection:
            return [_feed(*row) for row in fetch(connection, f"{_FEED} ORDER BY id")]

    def note(
        self, number: FeedId, now: UnixMs, *, etag: str | None, modified: str | None, fault: str | None
    ) -> None:
        """Note how the feed was found; nothing happens if it has been dropped meanwhile."""
        with self._database.transaction(Intent.WRITE) as connection:
            do(connection, _NOTE, (now, etag, modified, fault, number))

    def drop(self, address: str) -> bool:
        """Read this feed no more; what it told of stays. Whether there was one."""
        with self._database.transaction(Intent.WRITE) as connection:
            return bool(do(connection, "DELETE FROM feed WHERE address = ?", (address,)))


def _feed(number: int, address: str, keep_text: object, *rest: str | int | None) -> FeedRecord:
    return FeedRecord(FeedId(number), address, bool(keep_text), *rest)  # type: ignore[arg-type]
