"""RSS and Atom feeds, read by feedparser: their entries, with text, date, language and link.

An entry's text is its whole content where the feed holds it, or else its summary.
"""

from __future__ import annotations

import calendar
import hashlib
import io
import re
from collections.abc import Iterator
from typing import Any, Final
from xml.parsers import expat

import msgspec

from earmark.errors import UnreadableInputError
from earmark.listening.listens import UnixMs
from earmark.music.documents import Document
from earmark.sources.batch import Skipped
from earmark.sources.checks import RowFaultError
from earmark.sources.reading.addresses import site_of, web_address
from earmark.sources.reading.markup import bounded, is_markup, plain
from earmark.sources.reading.prose import one_line, prose
from earmark.sources.reading.writing import Found, documents

_ROOT: Final = re.compile(
    rb"\s*(?:(?:<\?.*?\?>|<!--.*?-->|<!DOCTYPE[^>]*>)\s*)*+<(?:\w+:)?(?:rss|feed|rdf)[\s>]",
    re.IGNORECASE | re.DOTALL,
)
_HEAD: Final = 4_096
BROKEN: Final = "large, and not XML"
LARGEST_BROKEN: Final = 1 << 20
"""Bytes up to which a feed may be broken XML: to mend one takes seconds a megabyte."""
_RUN: Final = re.compile(r"(?<![\w.+-])[\w.+-]{1000,}+", re.ASCII)
"""What is no word; to look for somebody's address in it takes time with the square of its length."""


class Entry(msgspec.Struct, frozen=True):
    """One entry of a feed.

    ``address`` is that of its page, or one made of the feed's and its own name, where it has no page (``link`` None).
    ``fault`` is why there is no text, where it cannot be parsed.
    """

    address: str
    link: str | None
    title: str
    text: str
    published_at: int | None
    language: str | None
    fault: RowFaultError | None = None

    def documents(self, source: str, file: str, row: int, now: UnixMs | None) -> Iterator[Document | Skipped]:
        """The document of what stands in the feed, or why there is none; arguments as for `documents`."""
        if self.fault is not None:
            yield self.fault.at(file, row)
            return
        site = site_of(self.link) if self.link else source
        found = Found(self.address, site, self.text, self.title, self.published_at, self.language)
        yield from documents(found, file, row, now)


class Feed(msgspec.Struct, frozen=True):
    """A feed, or a page of one; ``next`` is the address of the page before it in time, if it names one (RFC 5005)."""

    title: str
    entries: tuple[Entry, ...]
    next: str | None


def is_feed(head: bytes) -> bool:
    """Whether bytes are XML whose outermost element is that of a feed."""
    # Of UTF-16 the marks and zeros are left out.
    start = head[:_HEAD].lstrip(b"\xef\xbb\xbf\xff\xfe").replace(b"\0", b"")
    return _ROOT.match(start) is not None


def parse_feed(xml: str, address: str, most: int) -> Feed:
    """The feed's first ``most`` entries.

    Args:
        xml: the feed, already text.
        address: where it was found: a base for relative links.
        most: how many entries are read.

    Raises:
        UnreadableInputError: it is no feed, or one made to exhaust who reads it.
    """
    import feedparser  # type: ignore[import-untyped]

    try:
        # As bytes in a stream: feedparser would take a short string for the name of a file.
        stream = io.BytesIO(_tame(xml))
    except RowFaultError as fault:
        raise UnreadableInputError(
            f"{address}: {fault.cause} ({fault.detail}).", "Leave it out: no feed is made like that."
        ) from fault
    # It is UTF-8 now, whatever its first line says.
    told = {"content-type": "application/xml; charset=utf-8", "content-location": address}
    parsed = feedparser.parse(stream, response_headers=told, sanitize_html=False, resolve_relative_uris=False)
    if not parsed.get("version"):
        raise UnreadableInputError(
            f"{address} is not a feed that can be read ({parsed.get('bozo_exception', 'it names no kind')}).",
            "See that the address is that of an RSS or Atom feed.",
        )
    language = parsed.feed.get("language")
    following = next(
        (link.get("href") for link in parsed.feed.get("links", []) if link.get("rel") == "next"), None
    )
    return Feed(
        _text(parsed.feed.get("title", "")),
        tuple(_entry(entry, address, language) for entry in parsed.entries[:most]),
        web_address(following, address) if following else None,
    )


def _tame(xml: str) -> bytes:
    """A feed without what feedparser would take very long over.

    Raises:
        RowFaultError: it has too many tags; or it is large, and not XML.
    """
    tame = _RUN.sub(" ", bounded(xml)).encode("utf-8", "replace")
    if len(tame) > LARGEST_BROKEN:
        parser = expat.ParserCreate("utf-8")
        try:
            parser.Parse(tame, True)
        except expat.ExpatError as error:
            raise RowFaultError(BROKEN, error) from error
    return tame


def _entry(entry: Any, feed: str, language: str | None) -> Entry:
    link = _link(entry, feed)
    title = _text(entry.get("title", ""))
    address = link or f"{feed}#{_own_name(entry)}"
    text, fault = "", None
    try:
        said = [(plain_of(value, kind), spoken) for value, kind, spoken in _said(entry)]
    except RowFaultError as error:
        said, fault = [], error
    # The longest: some feeds hold the text as content and a teaser as summary, some the other way round.
    text, spoken = max(said, key=lambda one: len(one[0]), default=("", None))
    return Entry(address, link, title, text, _published(entry), spoken or language, fault)


def _said(entry: Any) -> Iterator[tuple[str, str, str | None]]:
    """What an entry holds: text, its media type, its language."""
    for content in entry.get("content", []):
        yield content.get("value", ""), content.get("type", ""), content.get("language")
    summary = entry.get("summary", "")
    yield summary, entry.get("summary_detail", {}).get("type", ""), None


def plain_of(value: str, kind: str) -> str:
    """A piece of a feed as prose: feeds say "text/plain" of HTML, and the other way round.

    Raises:
        RowFaultError: it cannot be parsed within bounds.
    """
    return plain(value) if "html" in kind or is_markup(value) else prose(value)


def _text(title: str) -> str:
    try:
        return one_line(plain(title)) if is_markup(title) else one_line(title)
    except RowFaultError:
        return ""


def _link(entry: Any, feed: str) -> str | None:
    """The address of an entry's page, past any service that stands between; never that of the feed itself."""
    for said in (entry.get("feedburner_origlink"), entry.get("link"), entry.get("id")):
        relative = said is not None and said is not entry.get("id")
        address = web_address(said, feed if relative else "") if said else None
        if address is not None and address != feed:
            return address
    return None


def _own_name(entry: Any) -> str:
    """By which an entry without a page is known: its id, or a fingerprint of its words."""
    words = entry.get("id") or f"{entry.get('title', '')}\n{entry.get('summary', '')}"
    return hashlib.blake2b(words.encode("utf-8", "replace"), digest_size=12).hexdigest()


def _published(entry: Any) -> int | None:
    for field in ("published_parsed", "updated_parsed", "created_parsed"):
        # Not entry.get, which answers for one of them with another, and warns.
        moment = dict.get(entry, field)
        if moment:
            try:
                return calendar.timegm(moment) * 1_000
            except (ValueError, OverflowError):
                pass
    return None
