"""Texts in files: HTML, Markdown, plain text, feeds, tables and JSON lines; one file, a folder or a zip of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from earmark.errors import UnreadableInputError
from earmark.listening.listens import UnixMs
from earmark.music.documents import Document
from earmark.sources.batch import Skipped
from earmark.sources.checks import UNREADABLE_FILE, RowFaultError
from earmark.sources.files import SourceFile, opened
from earmark.sources.reading.charsets import decoded
from earmark.sources.reading.config import ReadingConfig
from earmark.sources.reading.feeds import is_feed, parse_feed
from earmark.sources.reading.markdown import heading, parted, plain_markdown
from earmark.sources.reading.pages import read_page
from earmark.sources.reading.prose import prose
from earmark.sources.reading.rows import Rows
from earmark.sources.reading.writing import Found, documents
from earmark.sources.shapes import base_name

NOT_A_TEXT: Final = "not a file of text"
TOO_LARGE: Final = "file too large for one text"

_HTML: Final = frozenset({"html", "htm", "xhtml"})
_MARKDOWN: Final = frozenset({"md", "markdown", "mdown", "mkd"})
_TEXT: Final = frozenset({"txt", "text"})
_ROWS: Final = frozenset({"jsonl", "ndjson", "json"})
_TABLES: Final = frozenset({"csv", "tsv"})
_FEEDS: Final = frozenset({"xml", "rss", "atom"})
_DATED: Final = re.compile(r"(\d{4}-\d{2}-\d{2})-.")
"""How site generators name a post."""
_BLOCK: Final = 1 << 20


def read_local(
    path: Path, config: ReadingConfig | None = None, *, now: UnixMs | None = None
) -> Iterator[Document | Skipped]:
    """The documents in a file, a folder with all within it, or a zip; and what in there is none, and why.

    All come from one source, the folder itself, but for those that name the site that they were taken from.

    Args:
        path: what the person handed over.
        config: how.
        now: the present, to tell which dates lie in the future; the clock's time if None.

    Raises:
        UnreadableInputError: nothing is there, or it cannot be opened.
    """
    root = path.resolve()
    folder = root if root.is_dir() else root.parent
    reader = _Files(folder, config or ReadingConfig(), now)
    with opened(path) as files:
        for file in files:
            try:
                yield from reader.read(file)
            except UnreadableInputError as error:
                yield Skipped(file.name, 0, UNREADABLE_FILE, error.what[:80])
            except RowFaultError as fault:
                yield fault.at(file.name, 0)


class _Files:
    """Reads the files of one folder."""

    def __init__(self, folder: Path, config: ReadingConfig, now: UnixMs | None) -> None:
        self._folder = folder
        self._config = config
        self._now = now
        self._rows = Rows(folder, now)

    def read(self, file: SourceFile) -> Iterator[Document | Skipped]:
        """What a file holds, by the ending of its name."""
        ending = base_name(file.name).rpartition(".")[2]
        if ending in _ROWS and (ending != "json" or _is_rows(file.head())):
            yield from self._rows.read_json(file)
        elif ending in _TABLES:
            yield from self._rows.read_table(file)
        elif ending in _FEEDS:
            yield from self._feed(file)
        elif ending in _HTML | _MARKDOWN | _TEXT:
            text = decoded(self._whole(file))
            one = self._html if ending in _HTML else self._markdown if ending in _MARKDOWN else self._text
            yield from documents(one(text, file.name), file.name, 1, self._now)
        else:
            yield Skipped(file.name, 0, NOT_A_TEXT)

    def _whole(self, file: SourceFile) -> bytes:
        """All of a file's bytes.

        Raises:
            UnreadableInputError: it cannot be read.
            RowFaultError: it is larger than a text may be.
        """
        whole = bytearray()
        most = self._config.largest_bytes
        with file.open() as stream:
            while len(whole) <= most and (block := stream.read(_BLOCK)):
                whole += block
        if len(whole) > most:
            raise RowFaultError(TOO_LARGE, f"more than {most >> 20} MB")
        return bytes(whole)

    def _html(self, text: str, name: str) -> Found:
        page = read_page(text, whole=True)
        published = page.published or _day_in(name)
        found = self._found(name, page.text, page.title, published, page.language)
        found.source = page.site or found.source
        return found

    def _markdown(self, text: str, name: str) -> Found:
        written = parted(text)
        front = written.front
        title = front.get("title") or heading(written.body) or ""
        published = front.get("date") or front.get("published") or _day_in(name)
        language = front.get("lang") or front.get("language")
        return self._found(name, plain_markdown(written.body), title, published, language)

    def _text(self, text: str, name: str) -> Found:
        return self._found(name, prose(text), published=_day_in(name))

    def _found(
        self, name: str, text: str, title: str = "", published: str | None = None, language: str | None = None
    ) -> Found:
        return Found(str(self._folder / name), str(self._folder), text, title, published, language)

    def _feed(self, file: SourceFile) -> Iterator[Document | Skipped]:
        if not is_feed(file.head()):
            yield Skipped(file.name, 0, NOT_A_TEXT)
            return
        place = str(self._folder / file.name)
        feed = parse_feed(decoded(self._whole(file)), place, self._config.most_entries)
        for number, entry in enumerate(feed.entries, start=1):
            yield from entry.documents(str(self._folder), file.name, number, self._now)


def _day_in(name: str) -> str | None:
    match = _DATED.match(base_name(name))
    return match[1] if match else None


def _is_rows(head: bytes) -> bool:
    """Whether JSON is a list of objects, or one object on each line."""
    text = head.lstrip()
    return text.startswith(b"[") or (
        text.startswith(b"{") and text.partition(b"\n")[0].rstrip().endswith(b"}")
    )
