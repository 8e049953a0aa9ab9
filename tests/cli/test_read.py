"""`earmark read`: texts in, and what they say of whom out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.jobs import readings
from tests.sources.reading.conftest import Sent, site_running

from earmark.cli.read import SHOWN_PER_CAUSE
from earmark.jobs import reading

FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>
<item><title>A</title><guid isPermaLink="false">a</guid><description>Of Low Tide.</description></item>
</channel></rss>"""


@pytest.fixture
def home(earmark, tmp_path: Path) -> Path:
    """A home that knows two artists; its texts are read in this process."""
    plays = tmp_path / "plays.csv"
    plays.write_text("ended,artist,title\n1700000000,Velvet Harbour,Lantern\n1700001000,Low Tide,Shells\n")
    columns = "ended=ended,artist=artist,title=title"
    said = earmark(
        "import", "csv", plays, "--listener", "Ada", "--columns", columns, "--home", tmp_path / "home"
    )
    assert said.status == 0, said.err
    return tmp_path / "home"


@pytest.fixture(autouse=True)
def _here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "Crew", readings.HereCrew)


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    folder = tmp_path / "texts"
    folder.mkdir()
    (folder / "one.md").write_text("# Review\n\nVelvet Harbour made a wonderful slow dub record.")
    (folder / "two.txt").write_text("Velvet Harbour made a wonderful slow dub record.")
    return folder


def test_what_was_read_and_left_out_is_told(earmark, home: Path, texts: Path) -> None:
    for n in range(SHOWN_PER_CAUSE + 1):
        (texts / f"bad {n}.png").write_bytes(b"\x89PNG")
    said = earmark("read", texts, "--home", home)
    assert said.status == 0, said.err
    lines = [" ".join(line.replace("┃", "").replace("│", "").split()) for line in said.out.splitlines()]
    assert lines[0].startswith("2 documents read in ")
    assert {"New 1", "Nearly the same as others 1"} <= {*lines}
    assert "They speak of 1 artist, in 1 mention." in lines
    assert "Languages: en 2." in lines
    assert "Left out, in part or as a whole: 4" in lines
    assert "4 × not a file of text" in lines
    assert "bad 2.png" in lines
    assert "bad 3.png" not in lines
    assert "--json tells of all." in lines
    assert lines[-1].startswith("A build that knows what they say is asked for")
    again = json.loads(earmark("read", texts, "--json", "--home", home).out)
    assert (again["documents"], again["same"], again["new"], len(again["not_read"])) == (2, 2, 0, 4)
    assert again["not_read"][3] == {"where": "bad 3.png", "cause": "not a file of text", "detail": ""}
    assert earmark("read", texts, "--home", home).out.splitlines()[-1] == (
        "Nothing is known that was not known before."
    )


def test_feeds_are_listed_and_dropped(earmark, home: Path) -> None:
    with site_running() as site:
        address = f"{site.url}/feed"
        site.pages["/feed"] = Sent(FEED.encode(), "application/rss+xml")
        said = earmark("read", address, "--home", home)
        assert said.status == 0, said.err
        assert f"reads {address} again and again from now on." in said.out
    listed = json.loads(earmark("read", "--list", "--json", "--home", home).out)
    assert [one["address"] for one in listed["feeds"]] == [address]
    assert listed["counts"]["documents"] == 1
    shown = earmark("read", "--list", "--home", home, columns=200).out
    assert address in shown
    assert (
        "On record: 1 document of 1 source, 0 of them nearly the same as others; 1 mention of 1 artist."
        in shown
    )
    assert earmark("read", "--drop", address, "--home", home).out == f"{address} is read no more.\n"
    dropped = json.loads(earmark("read", "--drop", "127.0.0.1", "--json", "--home", home).out)
    assert dropped == {"feed": False, "documents": 1}
    empty = earmark("read", "--list", "--home", home).out
    assert empty.startswith("No feed is read again and again. Add one: earmark read ADDRESS\n")
    assert "On record: 0 documents" in empty
    again = earmark("read", "--drop", address, "--home", home)
    assert (again.status, f"no source {address}" in again.err) == (1, True)


def test_what_cannot_be_read_is_an_error(earmark, home: Path, tmp_path: Path) -> None:
    said = earmark("read", tmp_path / "nothing", "--home", home)
    assert said.status == 1
    assert "nothing" in said.err
    said = earmark("read", tmp_path, "--home", tmp_path / "empty")
    assert said.status == 1
    assert said.err.startswith("Nobody is in the catalogue")


@pytest.mark.parametrize("arguments", [[], ["--list", "--drop", "a"], ["a", "--list"]])
def test_one_thing_is_asked_for_at_a_time(earmark, tmp_path: Path, arguments: list[str]) -> None:
    said = earmark("read", *arguments, "--home", tmp_path / "home", columns=300)
    assert said.status == 2
    assert "give feeds, pages or folders to read; or --list; or --drop ADDRESS" in said.err


def test_tags_are_imported(earmark, home: Path, tmp_path: Path) -> None:
    (tmp_path / "tags.csv").write_text("artist,tag\nLow Tide,Dub\nNobody,dub\nLow Tide,\n")
    said = earmark("import", "tags", tmp_path / "tags.csv", "--community", "radio", "--home", home)
    assert said.out.splitlines()[:4] == [
        "Read 3 rows.",
        "Tags: 1 on 1 artist and 0 songs, in place of what radio called them before.",
        "Left out: 1 × not in the catalogue, such as Nobody",
        "Left out: 1 × no tag",
    ]
    told = json.loads(earmark("import", "tags", tmp_path / "tags.csv", "--json", "--home", home).out)
    assert (told["community"], told["tags"], told["unknown"]) == ("people", 1, 1)
