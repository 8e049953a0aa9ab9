"""Files of the house's own: every kind, and what is wrong with them."""

from __future__ import annotations

import gzip
import json
import os
import zipfile
from pathlib import Path

import pytest

from earmark.errors import UnreadableInputError
from earmark.listening.listens import UnixMs
from earmark.music.documents import Document
from earmark.sources.batch import Skipped
from earmark.sources.reading.config import ReadingConfig
from earmark.sources.reading.local import read_local

NOW = UnixMs(1_760_000_000_000)
LONG = "The Paper Foxes play slow and bright music, and their second record is better than the first. " * 5
DAY = 1_727_913_600_000


def read(path: Path, config: ReadingConfig | None = None) -> tuple[list[Document], list[Skipped]]:
    found = list(read_local(path, config, now=NOW))
    return (
        [one for one in found if isinstance(one, Document)],
        [one for one in found if isinstance(one, Skipped)],
    )


def write(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


class TestKinds:
    def test_markdown(self, tmp_path: Path) -> None:
        path = write(
            tmp_path,
            "2024-01-01-post.md",
            "---\ntitle: A post\ndate: 2024-10-03\nlang: en-GB\n---\n**Words**.",
        )
        assert read(tmp_path) == ([Document(str(path), str(tmp_path), "A post", "Words.", DAY, "en")], [])

    def test_markdown_named_by_its_day_and_its_heading(self, tmp_path: Path) -> None:
        path = write(tmp_path, "2024-10-03-post.markdown", "# A post\n\nWords.")
        assert read(path) == ([Document(str(path), str(tmp_path), "A post", "A post\n\nWords.", DAY)], [])

    def test_html(self, tmp_path: Path) -> None:
        page = (
            "<!doctype html><html lang=fr><head><title>A page</title>"
            '<link rel=canonical href="https://www.notes.example/a"><meta name="date" content="2024-10-03"></head>'
            f"<body><nav>Home About</nav><article><p>{LONG}</p><p>And {LONG}</p></article></body></html>"
        )
        path = write(tmp_path, "in/a.html", page)
        (found,), skipped = read(tmp_path)
        assert (found.address, found.source, found.title) == (str(path), "notes.example", "A page")
        assert (found.language, found.published_at) == ("fr", DAY)
        assert found.text == f"{LONG.strip()}\n\nAnd {LONG.strip()}"
        assert skipped == []

    def test_html_too_short_for_a_body_to_stand_out(self, tmp_path: Path) -> None:
        write(tmp_path, "a.htm", "<title>x</title><p>Few words.")
        assert [(one.title, one.text) for one in read(tmp_path)[0]] == [("x", "Few words.")]

    def test_plain_text(self, tmp_path: Path) -> None:
        path = write(tmp_path, "a.txt", "Many words.\n\nAnd more.")
        assert read(tmp_path) == ([Document(str(path), str(tmp_path), "", "Many words.\n\nAnd more.")], [])

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "cp1251"])
    def test_text_in_any_encoding(self, tmp_path: Path, encoding: str) -> None:
        text = "Группа играет тихую музыку, и второй альбом лучше первого."
        write(tmp_path, "a.txt", text.encode(encoding))
        assert [one.text for one in read(tmp_path)[0]] == [text]

    def test_a_feed(self, tmp_path: Path) -> None:
        write(
            tmp_path,
            "a.xml",
            "<rss version='2.0'><channel><item><link>https://www.notes.example/1</link><title>One</title>"
            "<description>Words.</description></item><item><title>Two</title></item></channel></rss>",
        )
        found, skipped = read(tmp_path)
        assert found == [Document("https://www.notes.example/1", "notes.example", "One", "Words.")]
        assert skipped == [Skipped("a.xml", 2, "no text", "Two")]

    def test_a_gzipped_file_and_a_zip(self, tmp_path: Path) -> None:
        write(tmp_path, "a.txt.gz", gzip.compress(b"Words."))
        with zipfile.ZipFile(tmp_path / "b.zip", "w") as archive:
            archive.writestr("in/c.md", "# More\n")
        found, skipped = read(tmp_path)
        assert [(Path(one.address).relative_to(tmp_path).as_posix(), one.text) for one in found] == [
            ("a.txt.gz", "Words."),
            ("b.zip/in/c.md", "More"),
        ]
        assert skipped == []


class TestRows:
    def test_json_lines(self, tmp_path: Path) -> None:
        rows = [
            {
                "url": "https://a.example/1",
                "title": "One",
                "text": "Words.",
                "published": "2024-10-03",
                "lang": "de",
            },
            {
                "address": "a-2",
                "html": "<p>More &amp; <b>more</b></p>",
                "date": 1_727_913_600,
                "source": "A weekly",
            },
            {"content": "<p>Looks like <i>markup</i></p>", "id": 7, "published_at": DAY},
            {"markdown": "**Bold**", "date": None},
        ]
        path = write(tmp_path, "a.jsonl", "\n".join(map(json.dumps, rows)))
        found, skipped = read(path)
        assert skipped == []
        assert found == [
            Document("https://a.example/1", "a.example", "One", "Words.", DAY, "de"),
            Document(f"{path}#a-2", "A weekly", "", "More & more", DAY),
            Document(f"{path}#7", str(tmp_path), "", "Looks like markup", DAY),
            Document(f"{path}#4", str(tmp_path), "", "Bold"),
        ]

    def test_an_id_of_nought_is_an_id(self, tmp_path: Path) -> None:
        path = write(tmp_path, "a.jsonl", '{"id": 0, "text": "First."}\n{"id": 1, "text": "Second."}')
        assert [one.address for one in read(path)[0]] == [f"{path}#0", f"{path}#1"]

    def test_every_bad_row_is_told_and_the_good_ones_are_read(self, tmp_path: Path) -> None:
        path = write(
            tmp_path,
            "a.jsonl",
            '{"text": "Good."}\n{"text": 7}\nnonsense\n{"title": "Empty"}\n{"text": " \\u200b "}\n'
            '{"text": "Late.", "date": "2999-01-01"}\n{"text": "Sometime.", "date": "the other day"}\n'
            '{"text": "Year.", "date": "1999"}\n{"text": "Cut',
        )
        found, skipped = read(path)
        assert [(one.text, one.published_at) for one in found] == [
            ("Good.", None),
            ("Late.", None),
            ("Sometime.", None),
            ("Year.", None),
        ]
        assert sorted((one.row, one.cause) for one in skipped) == [
            (2, "field of an unexpected kind"),
            (3, "not valid JSON"),
            (4, "no text"),
            (5, "no text"),
            (6, "read without its date: date in the future"),
            (7, "read without its date: date not understood"),
            (8, "read without its date: date not understood"),
            (9, "file is cut off"),
        ]
        assert {one.file for one in skipped} == {"a.jsonl"}

    def test_tables(self, tmp_path: Path) -> None:
        path = write(
            tmp_path,
            "a.csv",
            'Title,Text,Date\n"One, two","Words.\n\n""More"".",2024-10-03\nToo,few\nThree,,\n',
        )
        found, skipped = read(path)
        assert found == [Document(f"{path}#1", str(tmp_path), "One, two", 'Words.\n\n"More".', DAY)]
        assert skipped == [
            Skipped("a.csv", 2, "wrong number of columns", "2 instead of 3"),
            Skipped("a.csv", 3, "no text", "Three"),
        ]

    def test_a_table_separated_by_tabs(self, tmp_path: Path) -> None:
        path = write(tmp_path, "a.tsv", "url\ttext\nhttps://a.example/1\tWords.\n")
        assert read(path)[0] == [Document("https://a.example/1", "a.example", "", "Words.")]

    def test_a_table_that_is_not_utf8_says_so(self, tmp_path: Path) -> None:
        path = write(tmp_path, "a.csv", "title,text\nOne,Größer.\n".encode("cp1252"))
        found, skipped = read(path)
        assert [one.text for one in found] == ["Größer."]
        assert skipped == [Skipped("a.csv", 0, "not written in UTF-8; read as Windows-1252")]

    def test_tables_of_other_things(self, tmp_path: Path) -> None:
        write(tmp_path, "a.csv", "artist,plays\nx,1\n")
        write(tmp_path, "b.json", '{\n "name": "x"\n}')
        write(tmp_path, "c.xml", "<playlist/>")
        assert read(tmp_path) == (
            [],
            [
                Skipped("a.csv", 0, "a table without a column of texts", "artist, plays"),
                Skipped("b.json", 0, "not a file of text"),
                Skipped("c.xml", 0, "not a file of text"),
            ],
        )


class TestTrouble:
    def test_one_bad_file_costs_no_other(self, tmp_path: Path) -> None:
        write(tmp_path, "a.mp3", b"ID3")
        write(tmp_path, "b.txt", "")
        write(tmp_path, "c.html", "<br>" * 60_000)
        write(tmp_path, "d.txt", "word " * 1_000)
        write(tmp_path, "e.txt.gz", gzip.compress(b"Words of many kinds.")[:-9])
        write(tmp_path, "f.jsonl", "no json")
        write(tmp_path, "g.txt", "Words.")
        found, skipped = read(tmp_path, ReadingConfig(largest_bytes=300_000))
        assert [one.text[:5] for one in found] == ["word ", "Words"]
        assert [(one.file, one.cause) for one in skipped] == [
            ("a.mp3", "not a file of text"),
            ("b.txt", "no text"),
            ("c.html", "page of too many elements"),
            ("e.txt.gz", "file that cannot be read"),
            ("f.jsonl", "file that cannot be read"),
        ]

    def test_a_file_too_large_is_not_read_whole(self, tmp_path: Path) -> None:
        write(tmp_path, "a.txt.gz", gzip.compress(bytes(12 << 20)))
        found, skipped = read(tmp_path, ReadingConfig(largest_bytes=1 << 20))
        assert found == []
        assert skipped == [Skipped("a.txt.gz", 0, "file too large for one text", "more than 1 MB")]

    def test_nothing_there(self, tmp_path: Path) -> None:
        with pytest.raises(UnreadableInputError, match="There is nothing"):
            read(tmp_path / "none")
        with pytest.raises(UnreadableInputError, match="holds no files"):
            read(tmp_path)

    def test_two_readings_are_the_same(self, tmp_path: Path) -> None:
        for number in range(9):
            write(tmp_path, f"{number}.txt", f"Words {number}.")
        assert read(tmp_path) == read(tmp_path)


@pytest.mark.skipif("EARMARK_DATA" not in os.environ, reason="EARMARK_DATA names no folder of real data")
class TestRealTexts:
    def test_posts_of_a_blog(self) -> None:
        posts = Path(os.environ["EARMARK_DATA"]) / "text" / "blog"
        found, skipped = read(posts)
        assert (len(found), skipped) == (sum(1 for _ in posts.glob("[!.]*")), [])
        assert all(one.title and one.published_at and len(one.text) > 100 for one in found)
        assert not any(mark in one.text for one in found for mark in ("<a ", "<!--", "](http", "**"))

    def test_a_table_of_pages(self) -> None:
        found, skipped = read(Path(os.environ["EARMARK_DATA"]) / "text" / "wikipedia")
        assert (len(found), skipped) == (221, [])
        assert all(one.title and one.text for one in found)
