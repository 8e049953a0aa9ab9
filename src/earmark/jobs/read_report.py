"""What reading found, in figures, and what it left out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import msgspec


class NotRead(msgspec.Struct, frozen=True):
    """A feed, a page, a file or a part of one that could not be read, and why."""

    address: str
    cause: str


class ReadReport(msgspec.Struct, frozen=True):
    """What was read. Each document is new, changed, the same or a duplicate."""

    documents: int
    new: int
    changed: int
    """With another text, title or date than before."""
    same: int
    duplicates: int
    """New or changed ones that nearly repeat another: they say nothing by themselves."""
    said_otherwise: int
    """Of the same ones, those that say other things than when they were read before."""
    mentions: int
    artists: int
    """How many the documents mention that were read now."""
    unchanged_feeds: int
    """Feeds that had nothing new."""
    languages: dict[str, int]
    """How many documents are in each, the most common first; ISO 639-1."""
    not_read: tuple[NotRead, ...]
    build_asked_for: bool
    """Whether something is known now that a build is to be made from, and one was asked for."""
    seconds: float

    @property
    def changed_anything(self) -> bool:
        """Whether the record says other things than before."""
        return any((self.new, self.changed, self.said_otherwise))


def by_cause(not_read: Sequence[NotRead]) -> list[tuple[str, list[str]]]:
    """The causes, and what each kept from being read; the most common first."""
    counts = Counter(one.cause for one in not_read)
    return [
        (cause, [one.address for one in not_read if one.cause == cause]) for cause, _ in counts.most_common()
    ]
