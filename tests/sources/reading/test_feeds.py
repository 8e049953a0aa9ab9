"""What the entries of feeds say, whatever their kind, and feeds that were made to be trouble."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earmark.errors import UnreadableInputError
from earmark.sources.reading.feeds import Feed, is_feed, parse_feed

AT = "https://notes.example/feed"
ATOM = """<?xml version="1.0"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de">
<title type="html">Notes &amp;amp; queries</title>
<link rel="self" href="https://notes.example/feed"/><link rel="next" href="?page=2"/>
<entry>
 <id>tag:notes.example,2024:7</id><link href="/2024/7?utm_source=feed&amp;a=1#top"/>
 <title type="html">Quiet &lt;i&gt;and&lt;/i&gt; loud</title>
 <updated>2024-10-04T00:00:00Z</updated><published>2024-10-03T12:00:00+02:00</published>
 <summary>Short.</summary>
 <content type="xhtml">
  <div xmlns="http://www.w3.org/1999/xhtml"><p>Die ersten <b>Worte</b>.</p><p>Und mehr.</p></div></content>
</entry>
<entry xml:lang="ar"><id>urn:x:8</id><title>نص</title><updated>2024-10-05T00:00:00Z</updated>
 <content type="text">موسيقى هادئة\u200f من الشمال</content></entry>
</feed>"""


def rss(entry: str, head: str = "") -> Feed:
    return parse_feed(
        f'<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/"'
        f' xmlns:dc="http://purl.org/dc/elements/1.1/"><channel>{head}<item>{entry}</item></channel></rss>',
        AT,
        100,
    )


class TestAtom:
    def test_entries(self) -> None:
        feed = parse_feed(ATOM, AT, 100)
        assert (feed.title, feed.next) == ("Notes & queries", "https://notes.example/feed?page=2")
        first, second = feed.entries
        assert first.address == first.link == "https://notes.example/2024/7?a=1"
        assert (first.title, first.text) == ("Quiet and loud", "Die ersten Worte.\n\nUnd mehr.")
        assert (first.published_at, first.language) == (1_727_949_600_000, "de")
        assert (second.title, second.text) == ("نص", "موسيقى هادئة\u200f من الشمال")
        assert (second.published_at, second.language) == (1_728_086_400_000, "ar")
        assert second.link is None
        assert second.address.startswith(f"{AT}#")


class TestRss:
    def test_the_whole_content_stands_before_the_summary(self) -> None:
        text = "&lt;p&gt;All of it, and this is long.&lt;/p&gt;"
        feed = rss(
            f"<link>/1</link><description>A part.</description><content:encoded>{text}</content:encoded>"
        )
        assert feed.entries[0].text == "All of it, and this is long."

    def test_text_that_is_markup_though_nothing_says_so(self) -> None:
        assert rss("<description>a &amp;amp; b&lt;br/&gt;c</description>").entries[0].text == "a & b\nc"
        assert rss("<description>1 &lt; 2, said they</description>").entries[0].text == "1 < 2, said they"

    def test_dates(self) -> None:
        for date, moment in {
            "<pubDate>Thu, 3 Oct 2024 12:00:00 +0200</pubDate>": 1_727_949_600_000,
            "<dc:date>2024-10-03</dc:date>": 1_727_913_600_000,
            "<pubDate>the other day</pubDate>": None,
            "": None,
        }.items():
            assert rss(f"<description>x</description>{date}").entries[0].published_at == moment

    def test_an_address_stands_for_a_link_where_there_is_none(self) -> None:
        assert rss("<guid>https://notes.example/9</guid>").entries[0].link == "https://notes.example/9"
        assert rss("<guid isPermaLink='false'>9</guid>").entries[0].link is None
        assert rss("<link>javascript:alert(1)</link>").entries[0].link is None

    def test_entries_without_a_page_keep_their_address_from_day_to_day(self) -> None:
        one = rss("<title>A</title><description>x</description>").entries[0]
        assert one.address == rss("<title>A</title><description>x</description>").entries[0].address
        assert one.address != rss("<title>B</title><description>x</description>").entries[0].address

    def test_a_feed_that_is_not_well_formed_is_read_as_far_as_it_goes(self) -> None:
        feed = parse_feed(
            '<rss version="2.0"><channel><item><title>A & B</title><link>/1</link></channel>', AT, 9
        )
        assert [one.title for one in feed.entries] == ["A & B"]

    def test_of_many_entries_the_first_are_read(self) -> None:
        many = "".join(f"<item><link>/{number}</link></item>" for number in range(20))
        feed = parse_feed(f'<rss version="2.0"><channel>{many}</channel></rss>', AT, 3)
        assert [one.link for one in feed.entries] == [
            f"https://notes.example/{number}" for number in range(3)
        ]


class TestTrouble:
    @pytest.mark.parametrize(
        "xml",
        [
            "",
            "no feed at all",
            "<html><body>page</body></html>",
            '<rss version="2.0"><channel>' + "<item>" * 200_001,
            '<rss version="2.0"><channel><item><title>' + "&" * 1_100_000,
            '<rss version="2.0"><channel>' + "<item " + "a " * 600_000,
        ],
        ids=["nothing", "words", "page", "tags", "broken", "attributes"],
    )
    def test_is_told(self, xml: str) -> None:
        try:
            assert parse_feed(xml, AT, 100).entries == ()
        except UnreadableInputError as error:
            assert AT in error.what

    def test_entities_that_grow_without_end_are_not_filled_in(self) -> None:
        grow = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10 if n else "ha"}">' for n in range(12))
        xml = f'<!DOCTYPE x [{grow}]><rss version="2.0"><channel><item><title>&a11;</title></item></channel></rss>'
        assert all(len(one.title) < 100 for one in parse_feed(xml, AT, 9).entries)

    def test_files_of_this_machine_are_not_filled_in(self) -> None:
        xml = (
            '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>'
            '<rss version="2.0"><channel><item><title>a&f;b</title></item></channel></rss>'
        )
        assert all("root" not in one.title for one in parse_feed(xml, AT, 9).entries)

    def test_endless_words_cost_no_endless_time(self) -> None:
        feed = rss(f"<author>{'a' * 1_000_000}</author><description>x</description>")
        assert feed.entries[0].text == "x"

    def test_an_entry_too_deep_to_be_parsed_is_told_and_the_rest_is_read(self) -> None:
        deep = ("&lt;i>" * 200 + "x" + "&lt;/i>" * 200) * 60
        feed = parse_feed(
            f'<rss version="2.0"><channel><item><description>{deep}</description></item>'
            "<item><description>y</description></item></channel></rss>",
            AT,
            9,
        )
        assert [one.text for one in feed.entries] == ["", "y"]
        assert feed.entries[0].fault is not None

    @settings(max_examples=50)
    @given(st.text(max_size=300))
    def test_any_text_is_a_feed_or_told(self, text: str) -> None:
        try:
            parse_feed(f'<rss version="2.0"><channel><item>{text}', AT, 9)
        except UnreadableInputError as error:
            assert error.remedy


class TestLooking:
    @pytest.mark.parametrize(
        "head",
        [
            b"<rss version='2.0'>",
            b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- <html> -->\n<rdf:RDF xmlns='x'>",
            b"\n<!DOCTYPE feed>\n<feed xmlns='http://www.w3.org/2005/Atom'>",
            "<?xml version='1.0'?><feed>".encode("utf-16"),
        ],
    )
    def test_feeds(self, head: bytes) -> None:
        assert is_feed(head)

    @pytest.mark.parametrize(
        "head",
        [b"", b"<!doctype html><html><body><rss>", b"<opml><rss>", b"words <rss>", b"<feedback>", b"{}"],
    )
    def test_others(self, head: bytes) -> None:
        assert not is_feed(head)
