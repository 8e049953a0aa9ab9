"""What feeds, pages and files say of whom goes into the record, once, and what keeps it out is told."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from tests.homes import opened
from tests.jobs import readings
from tests.sources.reading.conftest import Asking, Sent, Site, site_running

from earmark.engines.progress import Unwatched
from earmark.errors import BusyError, TooLittleError, UnreadableInputError
from earmark.jobs import read_ledger, reading
from earmark.jobs.house import House
from earmark.jobs.locks import reading as reading_here
from earmark.jobs.read_config import ReadConfig
from earmark.jobs.read_report import ReadReport
from earmark.jobs.reading import ReadOptions, read
from earmark.jobs.schedule import LEARN
from earmark.listening.listens import Listen, Origin, UnixMs
from earmark.music.items import Track
from earmark.sources.reading.config import FetchingConfig
from earmark.store.queue import State

NOON = UnixMs(1_700_000_000_000)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A house that knows two artists."""
    home = tmp_path / "home"
    home.mkdir()
    with opened(home) as house:
        with house.store.writing() as writer:
            heard = [
                Listen(Track("Velvet Harbour", "Lantern"), NOON),
                Listen(Track("Low Tide", "Shells"), NOON),
            ]
            writer.add_listens([writer.listener("Ada")] * 2, heard, Origin("phone"))
        yield replace(house, read=ReadConfig(workers=1, fetching=FetchingConfig(pause_s=0)))


@pytest.fixture
def site() -> Iterator[Site]:
    with site_running() as running:
        yield running


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    folder = tmp_path / "texts"
    folder.mkdir()
    return folder


@pytest.fixture
def processes() -> None:
    """A test uses processes of their own."""


@pytest.fixture(autouse=True)
def _here(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts are read in this process, but in tests that use others: to begin one takes a while."""
    if "processes" not in request.fixturenames:
        monkeypatch.setattr(reading, "Crew", readings.HereCrew)


def take_in(house: House, *what: object, **options: object) -> ReadReport:
    told = ReadOptions(**options)  # type: ignore[arg-type]
    return read(house, [str(one) for one in what], Unwatched(), told, reader=readings.toys)


def figures(report: ReadReport) -> dict[str, int]:
    names = ("documents", "new", "changed", "same", "duplicates", "said_otherwise", "mentions", "artists")
    return {name: n for name in names if (n := getattr(report, name))}


def said_of(house: House, artist: str) -> list[str]:
    return [one.address for one in house.store.documents.about(house.store.find_artist(artist))]


def feed(*entries: str) -> Sent:
    items = "".join(f"<item>{one}</item>" for one in entries)
    xml = f'<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>{items}</channel></rss>'
    return Sent(xml.encode(), "application/rss+xml", headers={"ETag": f'"{hash(xml)}"'})


def entry(title: str, text: str) -> str:
    return f"<title>{title}</title><guid isPermaLink='false'>{title}</guid><description>{text}</description>"


def test_a_folder_through_its_life(house: House, texts: Path) -> None:
    (texts / "one.md").write_text("# One\n\nAll about Velvet Harbour and Low Tide.")
    (texts / "two.txt").write_text("Low Tide again.")
    (texts / "copy.txt").write_text("Low Tide again.")
    (texts / "picture.png").write_bytes(b"\x89PNG")
    first = take_in(house, texts)
    # Files come by name.
    assert figures(first) == {"documents": 3, "new": 2, "duplicates": 1, "mentions": 3, "artists": 2}
    assert [(one.where, one.cause) for one in first.not_read] == [("picture.png", "not a file of text")]
    assert first.languages == {"en": 3}
    assert first.build_asked_for
    assert [job.kind for job in house.store.queue.jobs([State.WAITING], 10)] == [LEARN]
    assert said_of(house, "Low Tide") == [str(texts / "one.md"), str(texts / "copy.txt")]
    assert figures(take_in(house, texts)) == {
        "documents": 3, "same": 3, "mentions": 3, "artists": 2,
    }  # fmt: skip
    (texts / "two.txt").write_text("Velvet Harbour now.")
    changed = take_in(house, texts)
    assert (changed.changed, changed.same) == (1, 2)
    assert said_of(house, "Velvet Harbour") == [str(texts / "two.txt"), str(texts / "one.md")]
    with house.store.writing() as writer:
        writer.items([Track("Again", "And")])
    assert take_in(house, texts / "one.md").said_otherwise == 0
    assert (texts / "copy.txt").exists()
    otherwise = take_in(house, texts)
    assert (otherwise.same, otherwise.said_otherwise) == (3, 0)


def test_names_that_are_new_are_found_when_texts_are_read_again(house: House, texts: Path) -> None:
    (texts / "one.txt").write_text("Of Low Tide and Glass Wren.")
    take_in(house, texts)
    with house.store.writing() as writer:
        writer.items([Track("Glass Wren", "And")])
    again = take_in(house, texts)
    assert figures(again) == {"documents": 1, "same": 1, "said_otherwise": 1, "mentions": 2, "artists": 2}
    assert again.changed_anything
    assert said_of(house, "Glass Wren") == [str(texts / "one.txt")]


def test_whoever_may_not_be_meant_is_counted_apart(house: House, texts: Path) -> None:
    (texts / "one.txt").write_text("Low Tide? Perhaps. Velvet Harbour surely.")
    (texts / "two.txt").write_text("Low Tide? Perhaps. Velvet Harbour surely.")
    report = take_in(house, texts)
    assert (report.mentions, report.unsure, report.artists, report.duplicates) == (2, 1, 1, 1)


def test_texts_are_kept_if_they_shall_be(house: House, texts: Path) -> None:
    (texts / "one.txt").write_text("Of Low Tide.")
    kept = []
    for wish in (None, True, None, False):
        take_in(house, texts, keep_text=wish)
        document = house.store.documents.find(str(texts / "one.txt"))
        kept.append(document and document.text)
    assert kept == [None, "Of Low Tide.", None, None]
    by_setting = replace(house, read=house.read.model_copy(update={"keep_text": True}))
    take_in(by_setting, texts)
    document = house.store.documents.find(str(texts / "one.txt"))
    assert document is not None
    assert document.text == "Of Low Tide."


def test_many_texts_are_written_as_they_come(
    house: House, texts: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_ledger, "MOST_HELD", 3)
    rows = [{"text": f"Low Tide {n % 8}", "id": f"n{n}"} for n in range(10)]
    (texts / "many.jsonl").write_text("\n".join(map(json.dumps, rows)))
    assert figures(take_in(house, texts)) == {
        "documents": 10, "new": 8, "duplicates": 2, "mentions": 8, "artists": 1,
    }  # fmt: skip


@pytest.mark.usefixtures("processes")
def test_a_text_that_does_harm_is_left_out_and_the_others_are_read(house: House, texts: Path) -> None:
    for n, text in enumerate(["Of Low Tide.", "crash me", "Velvet Harbour."]):
        (texts / f"{n}.txt").write_text(text)
    report = take_in(house, texts)
    assert figures(report) == {"documents": 2, "new": 2, "mentions": 2, "artists": 2}
    assert [(one.where, one.cause) for one in report.not_read] == [
        (str(texts / "1.txt"), "crashed its reader (SIGSEGV)")
    ]


def test_a_feed_is_followed_and_asked_for_what_is_new(house: House, site: Site) -> None:
    address = f"{site.url}/feed"
    site.pages["/feed"] = feed(entry("A", "Of Low Tide."), entry("B", "Of Velvet Harbour."))
    first = take_in(house, address)
    assert (first.new, first.feeds_added, first.unchanged_feeds) == (2, (address,), 0)
    (noted,) = house.store.feeds.all()
    assert noted.etag == site.pages["/feed"].headers["ETag"]  # type: ignore[union-attr]
    assert (noted.read_at is not None, noted.fault, noted.keep_text) == (True, None, False)

    def conditional(asking: Asking) -> Sent:
        assert asking.headers["if-none-match"] == noted.etag
        return Sent(status=304)

    site.pages["/feed"] = conditional
    second = take_in(house, address)
    assert (second.documents, second.unchanged_feeds, second.feeds_added) == (0, 1, ())
    assert not second.build_asked_for
    site.pages["/feed"] = feed(entry("B", "Of Velvet Harbour."), entry("C", "Low Tide anew."))
    third = take_in(house, address)
    assert (third.new, third.same) == (1, 1)
    assert "if-none-match" in site.asked[-1].headers
    take_in(house, address, again=True)
    assert "if-none-match" not in site.asked[-1].headers


def test_whether_a_feeds_texts_are_kept_is_noted_with_it(house: House, site: Site) -> None:
    address = f"{site.url}/feed"
    texts = []
    for n, wish in enumerate([True, None, False, None]):
        site.pages["/feed"] = feed(entry("A", f"Of Low Tide {n}."))
        take_in(house, address, keep_text=wish)
        (said,) = house.store.documents.about(house.store.find_artist("Low Tide"))
        document = house.store.documents.find(said.address)
        texts.append(document and document.text)
    assert texts == ["Of Low Tide 0.", "Of Low Tide 1.", None, None]


def test_a_feed_need_not_be_followed(house: House, site: Site) -> None:
    site.pages["/feed"] = feed(entry("A", "Of Low Tide."))
    assert take_in(house, f"{site.url}/feed", follow=False).new == 1
    assert house.store.feeds.all() == []


def test_pages_that_were_read_are_not_fetched_again(house: House, site: Site) -> None:
    words = (
        "Low Tide play slow songs about the sea, and this is the longest review that anybody wrote of them. "
        * 12
    )
    page = f"<html><head><title>A</title></head><body><article><p>{words}</p></article></body></html>"
    site.pages["/a"] = Sent(page.encode())
    link = f"<title>A</title><link>{site.url}/a</link><description>Short.</description>"
    site.pages["/feed"] = feed(link)
    assert take_in(house, f"{site.url}/feed").new == 1
    assert said_of(house, "Low Tide") == [f"{site.url}/a"]
    site.pages["/feed"] = feed(link, entry("B", "Else."))
    assert take_in(house, f"{site.url}/feed").new == 1
    assert site.paths == ["/feed", "/a", "/feed"]
    take_in(house, f"{site.url}/feed", again=True)
    assert site.paths[3:] == ["/feed", "/a"]


def test_what_cannot_be_read_is_noted_and_the_rest_is_read(house: House, site: Site, texts: Path) -> None:
    address = f"{site.url}/feed"
    site.pages["/feed"] = feed(entry("A", "Of Low Tide."))
    take_in(house, address)
    before = house.store.feeds.all()[0]
    del site.pages["/feed"]
    (texts / "one.txt").write_text("Velvet Harbour.")
    report = take_in(house, address, texts, texts / "nothing")
    assert report.new == 1
    first, second = report.not_read
    assert (first.where, "404" in first.cause) == (address, True)
    assert second.where == str(texts / "nothing")
    (noted,) = house.store.feeds.all()
    assert noted.fault is not None
    assert (noted.etag, "404" in noted.fault) == (before.etag, True)
    site.pages["/feed"] = feed(entry("A", "Of Low Tide."))
    take_in(house, address)
    assert house.store.feeds.all()[0].fault is None


def test_nothing_that_can_be_read_is_an_error(house: House, texts: Path) -> None:
    with pytest.raises(UnreadableInputError, match="nothing"):
        take_in(house, texts / "nothing", texts / "nor this", texts / "nothing")


def test_a_house_that_knows_nobody_says_so(tmp_path: Path, texts: Path) -> None:
    with opened(tmp_path) as empty, pytest.raises(TooLittleError, match="Nobody is in the catalogue"):
        take_in(empty, texts)


def test_one_reads_at_a_time(house: House, texts: Path) -> None:
    with reading_here(house.home), pytest.raises(BusyError, match="Another run is reading"):
        take_in(house, texts)
