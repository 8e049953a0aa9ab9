"""The one door through which texts are read: a feed, a page, or files, told apart by looking."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

import msgspec

from earmark.errors import EarmarkError, UnreadableInputError
from earmark.listening.listens import UnixMs
from earmark.music.documents import Document
from earmark.sources.batch import Skipped
from earmark.sources.checks import RowFaultError
from earmark.sources.reading.addresses import site_of, web_address
from earmark.sources.reading.charsets import decoded
from earmark.sources.reading.config import ReadingConfig
from earmark.sources.reading.faults import FetchError
from earmark.sources.reading.feeds import Entry, Feed, is_feed, parse_feed
from earmark.sources.reading.fetching import Fetched, Fetcher, Validators
from earmark.sources.reading.local import read_local
from earmark.sources.reading.markdown import parted, plain_markdown
from earmark.sources.reading.pages import read_page
from earmark.sources.reading.prose import prose
from earmark.sources.reading.writing import Found, documents

NAMES_FEEDS: Final = "one page; to read what is new there, read its feed"
PAGE_NOT_FETCHED: Final = "the summary alone was read: "
NEXT_NOT_READ: Final = "the feed's next page cannot be read"
NOT_A_PAGE: Final = "not a page of text"
IS_A_FEED: Final = "a feed where a page was expected"

_PAGES: Final = frozenset({"text/html", "application/xhtml+xml", ""})
_PLAIN: Final = frozenset({"text/plain", "text/markdown", "text/x-markdown"})


class Asked(msgspec.Struct, frozen=True):
    """What a server said of a feed or page that was asked for; it comes last, once all that it holds was yielded.

    ``address`` is as it was handed in, ``validators`` are to be handed in next time; ``changed`` is whether there was
    anything new since those that were handed in this time; ``feed`` whether it is one, None where nothing changed, so
    that nothing was looked at.
    """

    address: str
    feed: bool | None
    validators: Validators
    changed: bool


class Texts:
    """Reads texts wherever they are, one after the other.

    Args:
        fetcher: for what is on the web.
        config: how.
        known: whether a page of this address was read already, and need not be fetched again.
        now: the present, to tell which dates lie in the future; the clock's time if None.
    """

    def __init__(
        self,
        fetcher: Fetcher,
        config: ReadingConfig | None = None,
        *,
        known: Callable[[str], bool] = lambda _: False,
        now: UnixMs | None = None,
    ) -> None:
        self.config = config or ReadingConfig()
        self._fetcher = fetcher
        self._known = known
        self._now = now

    def read(self, what: str, validators: Validators | None = None) -> Iterator[Document | Skipped | Asked]:
        """What stands at the address of a feed or page, or in a file, folder or zip; as it comes.

        Args:
            what: as the owner typed it. Its host may be anywhere; others, to which a feed leads, only on the internet.
            validators: what came with it last time; if it has not changed since, nothing but `Asked` comes.

        Raises:
            FetchError: it cannot be fetched.
            UnreadableInputError: nothing is there, or nothing that can be read.
        """
        if "://" not in what:
            yield from self._local(what)
            return
        address = web_address(what)
        if address is None:
            raise UnreadableInputError(
                f"{what} is not the address of a feed or page.",
                "It begins with http:// or https://, and holds no name or password.",
            )
        self._fetcher.trust(address)
        fetched = self._fetcher.fetch(address, validators)
        feed = None
        if fetched.changed:
            feed = is_feed(fetched.body)
            yield from self._feed(fetched) if feed else self._page(fetched)
        yield Asked(what, feed, fetched.validators, fetched.changed)

    def _local(self, what: str) -> Iterator[Document | Skipped]:
        path = Path(what).expanduser()
        if not path.exists() and _like_a_site(what):
            raise UnreadableInputError(
                f"There is nothing at {what}.",
                f"If it is on the web, write its whole address: https://{what}",
            )
        yield from read_local(path, self.config, now=self._now)

    def _page(self, fetched: Fetched) -> Iterator[Document | Skipped]:
        """A page that the owner named.

        Raises:
            UnreadableInputError: it is none.
        """
        try:
            found, feeds = _found(fetched)
        except RowFaultError as fault:
            raise UnreadableInputError(
                f"{fetched.address}: {fault.cause} ({fault.detail}).", "Read another page, or a feed."
            ) from fault
        if feeds:
            yield Skipped(fetched.address, 0, NAMES_FEEDS, feeds[0][:80])
        yield from documents(found, fetched.address, 1, self._now)

    def _feed(self, fetched: Fetched) -> Iterator[Document | Skipped]:
        """All entries of a feed, and of the pages of it that it names, none twice."""
        been: set[str] = set()
        row = 0
        for feed in self._pages_of(fetched):
            if isinstance(feed, Skipped):
                yield feed
                return
            for entry in feed.entries:
                row += 1
                if entry.address not in been and row <= self.config.most_entries:
                    been.add(entry.address)
                    yield from self._entry(entry, fetched.address, row)

    def _pages_of(self, fetched: Fetched) -> Iterator[Feed | Skipped]:
        """A feed, and what it names as its next pages, as far as they hold anything new; or why one is not read.

        Raises:
            UnreadableInputError: the first is no feed.
        """
        feed = self._parsed(fetched)
        been, entries = {fetched.address}, set[str]()
        for _ in range(self.config.most_pages - 1):
            yield feed
            new = {entry.address for entry in feed.entries} - entries
            if feed.next is None or feed.next in been or all(map(self._known, new)):
                return
            been.add(feed.next)
            entries |= new
            try:
                feed = self._parsed(self._fetcher.fetch(feed.next))
            except EarmarkError as error:
                yield Skipped(fetched.address, 0, NEXT_NOT_READ, error.what[:80])
                return
        yield feed

    def _parsed(self, fetched: Fetched) -> Feed:
        text = decoded(fetched.body, fetched.charset)
        return parse_feed(text, fetched.address, self.config.most_entries)

    def _entry(self, entry: Entry, feed: str, row: int) -> Iterator[Document | Skipped]:
        """An entry: its page, where the feed holds little of it and it was not read before, or what the feed holds."""
        link = entry.link
        short = len(entry.text) < self.config.short_letters
        if link is None or not short or not self.config.fetch_pages:
            yield from entry.documents(site_of(feed), feed, row, self._now)
            return
        if self._known(link):
            return
        try:
            found, _ = _found(self._fetcher.fetch(link))
        except FetchError as error:
            yield Skipped(feed, row, PAGE_NOT_FETCHED + error.cause, link[:80])
        except RowFaultError as fault:
            yield Skipped(feed, row, PAGE_NOT_FETCHED + fault.cause, link[:80])
        else:
            if len(found.text) > len(entry.text):
                # The feed knows best what its entries are called, and when they came out.
                found.address = entry.address
                found.title = entry.title or found.title
                found.published = found.published if entry.published_at is None else entry.published_at
                found.language = found.language or entry.language
                yield from documents(found, feed, row, self._now)
                return
        yield from entry.documents(site_of(feed), feed, row, self._now)


def _found(fetched: Fetched) -> tuple[Found, tuple[str, ...]]:
    """A page's text, and the feeds that it names.

    Raises:
        RowFaultError: it is no page of text, or cannot be parsed within bounds.
    """
    kind = fetched.kind
    if is_feed(fetched.body):
        raise RowFaultError(IS_A_FEED, fetched.address)
    if kind in _PLAIN:
        text = decoded(fetched.body, fetched.charset)
        text = prose(text) if kind == "text/plain" else plain_markdown(parted(text).body)
        return Found(fetched.address, site_of(fetched.address), text), ()
    if kind not in _PAGES:
        raise RowFaultError(NOT_A_PAGE, kind)
    page = read_page(decoded(fetched.body, fetched.charset), fetched.address)
    site = page.site or site_of(fetched.address)
    return Found(fetched.address, site, page.text, page.title, page.published, page.language), page.feeds


def _like_a_site(what: str) -> bool:
    return "." in what.partition("/")[0] and " " not in what
