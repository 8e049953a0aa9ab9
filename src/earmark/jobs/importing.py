"""Import: what a source tells goes into the record, in one transaction, each play once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import msgspec

from earmark.engines.progress import Progress
from earmark.errors import EarmarkError
from earmark.sources.batch import Batch, Skipped
from earmark.sources.registry import read, total_bytes
from earmark.store.port import ListenerId, Store, Writer

SHOWN_PER_CAUSE = 3


class Cause(msgspec.Struct, frozen=True):
    """Rows that were not stored for one cause; the first few stand for all."""

    cause: str
    rows: int
    first: tuple[Skipped, ...]


class ImportReport(msgspec.Struct, frozen=True):
    """What an import read, stored, and left out.

    ``rows`` = listens read + rows left out, for sources of listens; playlists and feedback count apart.
    """

    source: str
    rows: int
    listens_new: int
    listens_repeated: int
    listens_same_play: int
    playlists_new: int
    playlists_updated: int
    playlists_repeated: int
    feedback_changed: int
    listeners: int
    left_out: tuple[Cause, ...]


def import_from(
    store: Store,
    source: str,
    path: Path,
    *,
    listener: str | None,
    community: str | None,
    columns: str | None,
    time_zone: str | None = None,
    progress: Progress,
) -> ImportReport:
    """Read ``path`` as ``source`` and store what it tells.

    Args:
        store: the record.
        source: a name from `earmark.sources.registry.SOURCES`.
        path: a file, a folder or a zip.
        listener: whose listening it is; None for public data, or where the file names its listeners.
        community: under which name public data is kept; its listeners are called ``community/name``.
        columns: for ``csv``, which column holds what.
        time_zone: where the listener lives, an IANA name; for the hours in their taste.
        progress: told of bytes read.

    Raises:
        EarmarkError: nobody is named whose data this is; the input is unreadable; the record refuses. Nothing is
            stored then.
    """
    listener, community = _name(listener), _name(community)
    if any(name is not None and not _can_be_read(name) for name in (listener, community)):
        raise EarmarkError(
            "A name cannot be blank or garbled.", "Give --listener or --community a name that can be read."
        )
    if listener is None and community is None and "listener=" not in (columns or ""):
        raise EarmarkError(
            "Whose listening is this?",
            "Add --listener NAME for a person of yours, or --community NAME for public data.",
        )
    if time_zone is not None and (listener is None or community is not None):
        raise EarmarkError(
            "A time zone is of one listener of yours.", "Give --time-zone together with --listener alone."
        )
    left_out = LeftOutRows()
    rows = 0
    with store.writing() as writer:
        intake = _Intake(writer, listener, community)
        with progress.stage("reading", total_bytes(path), "bytes") as advance:
            for batch in read(source, path, columns=columns):
                intake.take(batch)
                left_out.add(batch.skipped)
                rows += batch.rows
                advance(batch.bytes_read)
        if listener is not None and time_zone is not None:
            writer.set_time_zone(writer.listener(listener), time_zone)
        with progress.stage("storing"):
            settled = writer.settle()
    return ImportReport(
        source=source,
        rows=rows,
        listens_new=settled.new,
        listens_repeated=settled.repeated,
        listens_same_play=settled.same_play,
        playlists_new=intake.counts["new"],
        playlists_updated=intake.counts["updated"],
        playlists_repeated=intake.counts["repeated"],
        feedback_changed=intake.counts["feedback"],
        listeners=len(intake.people),
        left_out=left_out.causes(),
    )


def _name(given: str | None) -> str | None:
    """A name as it was meant: without the blanks around it, and with a space for each break within."""
    return None if given is None else " ".join(given.split())


def _can_be_read(name: str) -> bool:
    """Whether it says something, and in whole characters: the shell hands over stray bytes as half of one."""
    return bool(name) and not any("\ud800" <= character <= "\udfff" for character in name)


class _Intake:
    """Hands batches to a writer, under the names that they belong to."""

    def __init__(self, writer: Writer, listener: str | None, community: str | None) -> None:
        self._writer = writer
        self._listener = listener
        self._community = community
        self.counts: Counter[str] = Counter()
        self.people: set[str] = set()

    def take(self, batch: Batch) -> None:
        writer = self._writer
        if batch.listens:
            ids = {name: self._who(name) for name in dict.fromkeys(one.listener for one in batch.listens)}
            writer.add_listens([ids[one.listener] for one in batch.listens], batch.listens, batch.origin)
        if batch.playlists:
            added = (
                writer.add_playlists(batch.playlists, owner=self._who(None))
                if self._community is None
                else writer.add_playlists(batch.playlists, community=self._community)
            )
            self.counts.update(new=added.new, updated=added.updated, repeated=added.repeated)
        if batch.feedback:
            self.counts["feedback"] += writer.add_feedback(self._who(None), batch.feedback)

    def _who(self, named: str | None) -> ListenerId:
        name = named or self._listener or "everyone"
        if self._community is not None:
            name = f"{self._community}/{name}"
        self.people.add(name)
        return self._writer.listener(name, community=self._community)


class LeftOutRows:
    """Counts rows by cause and keeps the first few of each."""

    def __init__(self) -> None:
        self._counts: Counter[str] = Counter()
        self._first: dict[str, list[Skipped]] = {}

    def add(self, skipped: Sequence[Skipped]) -> None:
        """Rows that were not used."""
        for row in skipped:
            self._counts[row.cause] += 1
            first = self._first.setdefault(row.cause, [])
            if len(first) < SHOWN_PER_CAUSE:
                first.append(row)

    def causes(self) -> tuple[Cause, ...]:
        """The causes, the most common first."""
        return tuple(
            Cause(cause, count, tuple(self._first[cause])) for cause, count in self._counts.most_common()
        )
