"""Reading feeds and pages from the web: what comes, what is fetched for it, and that it ends."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.sources.reading.conftest import Asking, Sent, Site

from earmark.listening.listens import UnixMs
from earmark.music.documents import Document
from earmark.sources.batch import Skipped
from earmark.sources.reading.fetching import Fetcher, Validators
from earmark.sources.reading.texts import Asked, Texts

NOW = UnixMs(1_760_000_000_000)
LONG = "The Paper Foxes play slow and bright music, and their second record is better than the first. " * 12
ARTICLE = f"""<!doctype html><html lang="en-GB"><head><title>A record of autumn</title>
<meta property="article:published_time" content="2024-10-03T10:00:00Z"></head>
<body><nav><a href="/">Home</a> <a href="/about">About</a></nav>
<article><h1>A record of autumn</h1><p>{LONG}</p><p>{LONG[:300]}</p></article></body></html>""".encode()


def rss(*items: str, more: str = "") -> Sent:
    body = f"""<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"
    xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Notes</title><language>en-us</language>
    {more}{"".join(items)}</channel></rss>"""
    return Sent(body.encode(), "application/rss+xml")


def item(link: str, text: str, title: str = "Post", date: str = "Thu, 03 Oct 2024 12:00:00 GMT") -> str:
    about = f"<title>{title}</title><link>{link}</link><pubDate>{date}</pubDate>"
    return f"<item>{about}<description>{text}</description></item>"


def read(
    texts: Texts, what: str, validators: Validators | None = None
) -> tuple[list[Document], list[Skipped], Asked | None]:
    found = list(texts.read(what, validators))
    asked = [one for one in found if isinstance(one, Asked)]
    assert found[-1:] == asked
    return (
        [one for one in found if isinstance(one, Document)],
        [one for one in found if isinstance(one, Skipped)],
        asked[0] if asked else None,
    )


@pytest.fixture
def texts(fetcher: Fetcher) -> Iterator[Texts]:
    return Texts(fetcher, now=NOW)


class TestFeeds:
    def test_whole_entries_become_documents(self, site: Site, texts: Texts) -> None:
        site.pages["/feed"] = rss(item(f"{site.url}/one", LONG, "One"), item("/two", LONG, "Two"))
        found, skipped, asked = read(texts, f"{site.url}/feed")
        assert [(one.title, one.address, one.source) for one in found] == [
            ("One", f"{site.url}/one", "127.0.0.1"),
            ("Two", f"{site.url}/two", "127.0.0.1"),
        ]
        assert found[0] == Document(
            f"{site.url}/one", "127.0.0.1", "One", LONG.strip(), 1_727_956_800_000, "en"
        )
        assert skipped == []
        assert asked == Asked(f"{site.url}/feed", True, Validators(), True)
        assert site.paths == ["/feed"]

    def test_the_page_of_a_short_entry_is_fetched(self, site: Site, texts: Texts) -> None:
        site.pages["/feed"] = rss(item("/one", "In short.", "One", "Fri, 04 Oct 2024 12:00:00 GMT"))
        site.pages["/one"] = Sent(ARTICLE)
        found, skipped, _ = read(texts, f"{site.url}/feed")
        assert skipped == []
        assert found[0].text.startswith("A record of autumn\n\nThe Paper Foxes play") or found[
            0
        ].text.startswith("The Paper Foxes play")
        assert "About" not in found[0].text
        assert (found[0].title, found[0].published_at, found[0].language) == ("One", 1_728_043_200_000, "en")

    def test_what_was_not_changed_is_not_sent_again(self, site: Site, texts: Texts) -> None:
        def feed(asking: Asking) -> Sent:
            same = asking.headers.get("if-none-match") == '"v1"'
            headers = {"ETag": '"v1"', "Last-Modified": "Thu, 03 Oct 2024 12:00:00 GMT"}
            return (
                Sent(status=304, headers=headers) if same else rss(item("/1", LONG))._replace(headers=headers)
            )

        site.pages["/feed"] = feed
        found, _, asked = read(texts, f"{site.url}/feed")
        assert len(found) == 1
        assert asked is not None
        assert asked.validators == Validators('"v1"', "Thu, 03 Oct 2024 12:00:00 GMT")
        found, _, again = read(texts, f"{site.url}/feed", asked.validators)
        assert found == []
        assert again == Asked(f"{site.url}/feed", None, asked.validators, False)
        assert site.asked[-1].headers["if-modified-since"] == "Thu, 03 Oct 2024 12:00:00 GMT"
