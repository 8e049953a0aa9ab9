"""Read: texts about music go through readers into the record: what they say of whom, and where it stands.

Texts come one after another, from feeds, pages and files (`earmark.sources.reading`); processes read them
(`earmark.jobs.readers`); each is compared with all that were read before, and stored as it comes
(`earmark.jobs.read_ledger`). So reading may be stopped or killed at any moment, and the next time does what is left.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence

import msgspec

from earmark.engines.progress import Advance, Progress
from earmark.errors import EarmarkError, TooLittleError
from earmark.jobs.crew import Crew, Lost
from earmark.jobs.house import House
from earmark.jobs.locks import reading
from earmark.jobs.read_amount import Amount
from earmark.jobs.read_ledger import ReadLedger
from earmark.jobs.read_report import NotRead, ReadReport, not_read
from earmark.jobs.readers import CalledSo, OpenReader, Readers, Task, begin, open_reader
from earmark.jobs.schedule import ask_for_build
from earmark.listening.listens import clock
from earmark.music.documents import Document, Reading
from earmark.signals.culture.originals import Originals
from earmark.signals.culture.reading import READ_BY
from earmark.sources.batch import Skipped
from earmark.sources.reading.fetching import Fetcher, Validators
from earmark.sources.reading.texts import Asked, Texts
from earmark.threads import default_threads


class ReadOptions(msgspec.Struct, frozen=True):
    """How one reading differs from others."""

    keep_text: bool | None = None
    """Whether texts are kept whole, in place of the setting and of what was noted with a feed."""
    follow: bool = True
    """Whether feeds that are new are noted, to be read again and again."""
    again: bool = False
    """Read feeds whole that have not changed, and pages that were read before."""
    workers: int | None = None
    """Processes at once, in place of the setting."""


def read(
    house: House,
    what: Sequence[str],
    progress: Progress,
    options: ReadOptions = ReadOptions(),  # noqa: B008
    *,
    reader: OpenReader = open_reader,
    fetcher: Callable[[], Fetcher] | None = None,
) -> ReadReport:
    """Read what stands at these addresses and in these files and folders.

    Args:
        house: whose record.
        what: addresses of feeds and pages, paths of files, folders and zips, as somebody typed them.
        progress: told of documents that are read.
        options: how.
        reader: makes what reads.
        fetcher: makes what fetches.

    Raises:
        EarmarkError: nobody is in the catalogue; none of these can be read; another run is reading; the record refuses.
            What was stored before stays.
    """
    began = time.monotonic()
    with reading(house.home):
        names: list[CalledSo] = [
            (one.text, one.artist, one.song, one.release) for one in house.store.documents.names()
        ]
        if not names:
            raise TooLittleError(
                "Nobody is in the catalogue whom a text could be about.",
                "First import what somebody listened to (earmark import), or scan a music folder (earmark scan).",
            )
        size = options.workers or house.read.workers or default_threads()
        limits = (house.read.document_seconds, house.read.process_megabytes)
        open_fetcher = fetcher or (lambda: Fetcher(house.read.fetching))
        with (
            Crew[Task, list[Reading]](size, begin, (reader, names), *limits, called="reader") as crew,
            open_fetcher() as at_hand,
        ):
            run = _Reading(house, Readers(crew, size), at_hand, options)
            run.go(list(dict.fromkeys(what)), progress)
    return run.report(time.monotonic() - began)


class _Reading:
    """One reading."""

    def __init__(self, house: House, readers: Readers, fetcher: Fetcher, options: ReadOptions) -> None:
        self._house, self._readers, self._options = house, readers, options
        self._ledger = ReadLedger(house.store, Originals(house.store.documents.sketches()), READ_BY)
        self._texts = Texts(fetcher, house.read.documents, known=self._known)
        self._feeds = {one.address: one for one in house.store.feeds.all()}
        self._under_way: deque[tuple[bool, int]] = deque()
        """Of each document that is being read, whether its text is kept, and how far its reading goes on the whole."""
        self._amount = Amount([])
        self._asked: list[Asked] = []
        self._failed: dict[str, EarmarkError] = {}
        self._not_read: list[NotRead] = []
        self._feeds_added: list[str] = []
        self._unchanged_feeds = 0

    def go(self, what: Sequence[str], progress: Progress) -> None:
        """Read it all, and note how feeds were found.

        Raises:
            EarmarkError: none of it can be read.
        """
        self._amount = Amount(what)
        try:
            with progress.stage("reading", self._amount.total, self._amount.unit) as advance:
                self._read(what, advance)
        finally:
            self._ledger.write()
        # Not before what they held is stored: the next time they have nothing new to tell.
        self._note_feeds()
        if len(self._failed) == len(what):
            raise self._failed[what[0]]

    def _read(self, what: Sequence[str], advance: Advance) -> None:
        for document, told in self._readers.read(self._documents_of(what)):
            keep_text, amount = self._under_way.popleft()
            if isinstance(told, Lost):
                self._leave_out(document.address, told.cause)
            else:
                self._ledger.read(document, told, keep_text=keep_text)
            advance(amount)

    def _documents_of(self, what: Sequence[str]) -> Iterator[Document]:
        for one in what:
            try:
                for told in self._texts.read(one, self._validators(one)):
                    match told:
                        case Document():
                            self._under_way.append((self._keeps_text(one), self._amount.of(told)))
                            yield told
                        case Skipped():
                            where = f"{told.file}, {told.row}" if told.row else told.file
                            self._leave_out(where, told.cause, told.detail)
                        case Asked():
                            self._asked.append(told)
            except EarmarkError as error:
                self._failed[one] = error
                self._leave_out(one, error.what, error.remedy)

    def _leave_out(self, where: str, cause: str, detail: str = "") -> None:
        self._not_read.append(not_read(where, cause, detail))

    def _known(self, address: str) -> bool:
        """Whether a page was read already as this reader would read it."""
        if self._options.again:
            return False
        return self._house.store.documents.known([address]) == {address: READ_BY}

    def _validators(self, address: str) -> Validators | None:
        feed = self._feeds.get(address)
        return None if feed is None or self._options.again else Validators(feed.etag, feed.modified)

    def _keeps_text(self, address: str) -> bool:
        if self._options.keep_text is not None:
            return self._options.keep_text
        feed = self._feeds.get(address)
        return self._house.read.keep_text if feed is None else feed.keep_text

    def _note_feeds(self) -> None:
        feeds, now = self._house.store.feeds, clock()
        for asked in self._asked:
            feed = self._feeds.get(asked.address)
            if feed is None:
                if not (asked.feed and self._options.follow):
                    continue
                self._feeds_added.append(asked.address)
                feed = feeds.add(asked.address, now, keep_text=self._keeps_text(asked.address))
            elif self._options.keep_text is not None:
                feeds.add(asked.address, now, keep_text=self._options.keep_text)
            self._unchanged_feeds += not asked.changed
            feeds.note(
                feed.id, now, etag=asked.validators.etag, modified=asked.validators.modified, fault=None
            )
        for address, error in self._failed.items():
            if (feed := self._feeds.get(address)) is not None:
                feeds.note(feed.id, now, etag=feed.etag, modified=feed.modified, fault=error.what)

    def report(self, seconds: float) -> ReadReport:
        """What was found and done; a build is asked for if anything is known now that was not before."""
        kept = self._ledger.kept
        report = ReadReport(
            documents=sum(self._ledger.languages.values()),
            new=kept["new"],
            changed=kept["changed"],
            same=kept["same"],
            duplicates=kept["duplicates"],
            said_otherwise=kept["said_otherwise"],
            mentions=kept["mentions"],
            unsure=self._ledger.unsure,
            artists=len(self._ledger.artists),
            unchanged_feeds=self._unchanged_feeds,
            feeds_added=tuple(self._feeds_added),
            languages=dict(self._ledger.languages.most_common()),
            not_read=tuple(self._not_read),
            build_asked_for=False,
            seconds=seconds,
        )
        asked = report.changed_anything and ask_for_build(self._house.store, clock())
        return msgspec.structs.replace(report, build_asked_for=asked)
