"""The text of a web page without what stands around it, and what the page says of itself.

Method: trafilatura (Barbaresi 2021, "Trafilatura: A web scraping library and command-line tool for text discovery and
extraction", ACL), its date by htmldate.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec

from earmark.sources.reading.addresses import site_of, web_address
from earmark.sources.reading.markup import parsed, prose_of
from earmark.sources.reading.prose import prose


class Page(msgspec.Struct, frozen=True):
    """A page's text, empty where it has none, and what its markup says."""

    title: str
    text: str
    published: str | None
    """A day, as ISO 8601."""
    language: str | None
    site: str | None
    """The host that it says it belongs to."""
    feeds: tuple[str, ...]
    """The addresses of feeds that it names."""


def read_page(html: str, address: str | None = None, *, whole: bool = False) -> Page:
    """What a page says.

    Args:
        html: the page.
        address: where it was found, if on the web.
        whole: whether a page in which no body of text stands out is taken with all that stands on it.

    Raises:
        RowFaultError: it cannot be parsed within bounds.
    """
    from trafilatura import bare_extraction
    from trafilatura.settings import Document

    root = parsed(html)
    language = _language(root)
    feeds = _feeds(root, address or "")
    site = site_of(address) if address else _own_site(root)
    title = root.findtext(".//title") or ""
    today = dt.datetime.now(dt.UTC).date().isoformat()
    found = bare_extraction(
        root,
        url=address,
        include_comments=False,
        with_metadata=True,
        date_extraction_params={"original_date": True, "extensive_search": False, "max_date": today},
    )
    body = found if isinstance(found, Document) else Document()
    # Each of its lines is a paragraph.
    text = prose((body.text or "").replace("\n", "\n\n"))
    if whole and not text:
        text = prose_of(parsed(html))
    return Page(body.title or title, text, body.date, language, site, feeds)


def _language(root: Any) -> str | None:
    said = root.xpath(
        "(/html/@lang | /html/@*[name()='xml:lang'] | //meta[@property='og:locale']/@content)[1]"
    )
    return str(said[0]) if said else None


def _own_site(root: Any) -> str | None:
    """The host of the address that a page gives as its own."""
    for own in root.xpath("//link[@rel='canonical']/@href | //meta[@property='og:url']/@content"):
        if address := web_address(str(own)):
            return site_of(address)
    return None


def _feeds(root: Any, base: str) -> tuple[str, ...]:
    named = root.xpath(
        "//link[contains(@rel, 'alternate') and (contains(@type, 'rss+xml') or contains(@type, 'atom+xml'))]/@href"
    )
    return tuple(address for one in named if (address := web_address(str(one), base)))
