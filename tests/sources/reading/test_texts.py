"""Reading feeds and pages from the web: what comes, what is fetched for it, and that it ends."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.sources.reading.conftest import Asking, Sent, Site

from earmark.errors import UnreadableInputError
from earmark.listening.listens import UnixMs
from earmark.music.documents import Document
from earmark.sources.batch import Skipped
from earmark.sources.reading.config import ReadingConfig
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

    def test_an_entry_keeps_its_summary_where_its_page_cannot_be_read(self, site: Site, texts: Texts) -> None:
        site.pages["/feed"] = rss(
            item("/gone", "A summary.", "One"),
            item("/sound", "Another summary.", "Two"),
            item("/feed?again", "A third.", "Three"),
            item("/bomb", "A fourth.", "Four"),
        )
        site.pages["/sound"] = Sent(b"ID3", "audio/mpeg")
        site.pages["/feed?again"] = rss(item("/x", LONG))
        site.pages["/bomb"] = Sent((b"<i>" * 200 + b"x" + b"</i>" * 200) * 60)
        found, skipped, _ = read(texts, f"{site.url}/feed")
        assert [one.text for one in found] == ["A summary.", "Another summary.", "A third.", "A fourth."]
        assert [(one.row, one.cause) for one in skipped] == [
            (1, "the summary alone was read: the server refuses (HTTP status 404)"),
            (2, "the summary alone was read: not a page of text"),
            (3, "the summary alone was read: a feed where a page was expected"),
            (4, "the summary alone was read: page nested too deeply"),
        ]

    def test_a_page_that_was_read_before_is_not_fetched_again(self, site: Site, fetcher: Fetcher) -> None:
        site.pages["/feed"] = rss(item("/one", "In short."), item("/two", LONG))
        texts = Texts(fetcher, known=lambda address: address.endswith("/one"), now=NOW)
        found, skipped, _ = read(texts, f"{site.url}/feed")
        assert [one.address for one in found] == [f"{site.url}/two"]
        assert skipped == []
        assert site.paths == ["/feed"]

    def test_no_page_is_fetched_where_that_is_not_wanted(self, site: Site, fetcher: Fetcher) -> None:
        site.pages["/feed"] = rss(item("/one", "In short."))
        texts = Texts(fetcher, ReadingConfig(fetch_pages=False), now=NOW)
        found, _, _ = read(texts, f"{site.url}/feed")
        assert [one.text for one in found] == ["In short."]
        assert site.paths == ["/feed"]

    def test_entries_that_lead_into_the_house_are_not_followed(
        self, site: Site, other_site: Site, texts: Texts
    ) -> None:
        site.pages["/feed"] = rss(item(f"{other_site.url}/admin", "In short."))
        other_site.pages["/admin"] = Sent(ARTICLE)
        found, skipped, _ = read(texts, f"{site.url}/feed")
        assert [one.text for one in found] == ["In short."]
        assert "a machine of the house" in skipped[0].cause
        assert other_site.asked == []

    def test_a_dateless_entry_has_the_date_of_its_page(self, site: Site, texts: Texts) -> None:
        site.pages["/feed"] = rss("<item><link>/one</link><description>In short.</description></item>")
        site.pages["/one"] = Sent(ARTICLE)
        found, _, _ = read(texts, f"{site.url}/feed")
        assert (found[0].title, found[0].published_at) == ("A record of autumn", 1_727_913_600_000)


class TestFeedsThatLoop:
    @staticmethod
    def following(to: str) -> str:
        return f'<atom:link rel="next" href="{to}"/>'

    def test_next_pages_are_read(self, site: Site, texts: Texts) -> None:
        site.pages["/feed"] = rss(item("/1", LONG), more=self.following("/feed?page=2"))
        site.pages["/feed?page=2"] = rss(item("/2", LONG))
        found, _, _ = read(texts, f"{site.url}/feed")
        assert [one.address for one in found] == [f"{site.url}/1", f"{site.url}/2"]

    @pytest.mark.parametrize("to", ["/feed", "/feed#more"])
    def test_a_feed_that_follows_itself_ends(self, site: Site, texts: Texts, to: str) -> None:
        site.pages["/feed"] = rss(item("/1", LONG), more=self.following(to))
        found, _, _ = read(texts, f"{site.url}/feed")
        assert len(found) == 1
        assert site.paths == ["/feed"]

    def test_pages_that_are_always_new_end(self, site: Site, fetcher: Fetcher) -> None:
        for number in range(9):
            more = self.following(f"/feed{number + 1}")
            site.pages[f"/feed{number}"] = rss(item(f"/{number}", LONG), more=more)
        texts = Texts(fetcher, ReadingConfig(most_pages=4), now=NOW)
        found, _, _ = read(texts, f"{site.url}/feed0")
        assert len(found) == 4

    def test_pages_with_nothing_new_end(self, site: Site, fetcher: Fetcher) -> None:
        for number in range(9):
            more = self.following(f"/feed{number + 1}")
            site.pages[f"/feed{number}"] = rss(item("/same", LONG), more=more)
        found, _, _ = read(Texts(fetcher, ReadingConfig(most_pages=9), now=NOW), f"{site.url}/feed0")
        assert len(found) == 1
        assert site.paths == ["/feed0", "/feed1"]

    def test_a_next_page_that_is_not_there_costs_nothing_else(self, site: Site, texts: Texts) -> None:
        site.pages["/feed"] = rss(item("/1", LONG), more=self.following("/feed2"))
        found, skipped, asked = read(texts, f"{site.url}/feed")
        assert len(found) == 1
        assert [one.cause for one in skipped] == ["the feed's next page cannot be read"]
        assert asked is not None

    def test_an_entry_that_leads_to_its_feed_is_read_as_it_stands(self, site: Site, texts: Texts) -> None:
        site.pages["/feed"] = rss(item("/feed", "In short."), item("/feed", "In brief."))
        found, _, _ = read(texts, f"{site.url}/feed")
        assert [one.text for one in found] == ["In short.", "In brief."]
        assert len({one.address for one in found}) == 2
        assert site.paths == ["/feed"]

    def test_more_entries_than_are_wanted_are_left(self, site: Site, fetcher: Fetcher) -> None:
        site.pages["/feed"] = rss(*(item(f"/{number}", LONG) for number in range(30)))
        found, _, _ = read(Texts(fetcher, ReadingConfig(most_entries=10), now=NOW), f"{site.url}/feed")
        assert len(found) == 10


class TestPages:
    def test_a_page_is_one_document(self, site: Site, texts: Texts) -> None:
        site.pages["/one"] = Sent(ARTICLE, headers={"ETag": '"7"'})
        found, skipped, asked = read(texts, f"{site.url}/one")
        assert [(one.title, one.language, one.source) for one in found] == [
            ("A record of autumn", "en", "127.0.0.1")
        ]
        assert skipped == []
        assert asked == Asked(f"{site.url}/one", False, Validators('"7"'), True)

    def test_a_page_that_names_its_feed_says_so(self, site: Site, texts: Texts) -> None:
        named = b'<link rel="alternate" type="application/rss+xml" href="/feed"></head>'
        site.pages["/"] = Sent(ARTICLE.replace(b"</head>", named))
        found, skipped, _ = read(texts, site.url)
        assert len(found) == 1
        assert [(one.cause, one.detail) for one in skipped] == [
            ("one page; to read what is new there, read its feed", f"{site.url}/feed")
        ]

    def test_plain_text_and_markdown_are_read_as_such(self, site: Site, texts: Texts) -> None:
        site.pages["/a.txt"] = Sent(b"One *line*.", "text/plain")
        site.pages["/a.md"] = Sent(b"---\ntitle: x\n---\nOne *line*.", "text/markdown; charset=utf-8")
        assert read(texts, f"{site.url}/a.txt")[0][0].text == "One *line*."
        assert read(texts, f"{site.url}/a.md")[0][0].text == "One line."

    @pytest.mark.parametrize("kind", ["application/pdf", "image/png", "application/octet-stream"])
    def test_what_is_no_text_is_refused(self, site: Site, texts: Texts, kind: str) -> None:
        site.pages["/a"] = Sent(b"%PDF", kind)
        with pytest.raises(UnreadableInputError, match=f"not a page of text .{kind}"):
            read(texts, f"{site.url}/a")

    def test_a_feed_by_any_other_name(self, site: Site, texts: Texts) -> None:
        for kind in ("text/html", "text/plain", "application/octet-stream", ""):
            site.pages["/feed"] = rss(item("/1", LONG))._replace(kind=kind)
            found, _, asked = read(texts, f"{site.url}/feed")
            assert [one.address for one in found] == [f"{site.url}/1"], kind
            assert asked is not None
            assert asked.feed

    def test_what_claims_to_be_a_feed_and_is_none(self, site: Site, texts: Texts) -> None:
        site.pages["/feed"] = Sent(b"<?xml version='1.0'?><opml><rss></rss></opml>", "application/rss+xml")
        with pytest.raises(UnreadableInputError, match="Read another page, or a feed"):
            read(texts, f"{site.url}/feed")


class TestWhatWasTyped:
    def test_a_site_without_its_scheme(self, texts: Texts) -> None:
        with pytest.raises(UnreadableInputError) as told:
            read(texts, "music.example/feed")
        assert "https://music.example/feed" in told.value.remedy

    def test_an_address_of_another_kind(self, texts: Texts) -> None:
        with pytest.raises(UnreadableInputError, match="is not the address of a feed"):
            read(texts, "ftp://music.example/feed")

    def test_nothing_is_there(self, texts: Texts) -> None:
        with pytest.raises(UnreadableInputError, match="There is nothing at"):
            list(texts.read("/nowhere at all"))
