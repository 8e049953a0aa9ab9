"""What reading found, in figures, and what it left out."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from earmark.jobs.scan_report import readable


class NotRead(msgspec.Struct, frozen=True):
    """A feed, a page, a file or a part of one of which something could not be taken in, and why."""

    where: str
    cause: str
    """Short and countable: the same words for the same kind of fault."""
    detail: str = ""


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
    """In all documents that were read now, but for duplicates."""
    unsure: int
    """Of these, how many are of somebody who is less likely meant than not: candidates, no facts."""
    artists: int
    """How many are mentioned by the others."""
    unchanged_feeds: int
    """Feeds that had nothing new."""
    feeds_added: tuple[str, ...]
    """Addresses of feeds that are read again and again from now on."""
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


def not_read(where: str, cause: str, detail: str = "") -> NotRead:
    """What could not be taken in, in characters that can be written anywhere."""
    return NotRead(readable(where), readable(cause), readable(detail))


def by_cause(left_out: Iterable[NotRead]) -> dict[str, list[NotRead]]:
    """What could not be taken in by its cause, the most common first."""
    found: dict[str, list[NotRead]] = {}
    for one in left_out:
        found.setdefault(one.cause, []).append(one)
    return dict(sorted(found.items(), key=lambda each: -len(each[1])))
