"""Tables and JSON lines of documents, one a row."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec

from earmark.listening.listens import UnixMs
from earmark.music.documents import Document
from earmark.sources.batch import Skipped
from earmark.sources.checks import LONGEST_NAME, RowFaultError, clean
from earmark.sources.delimited import WRONG_WIDTH
from earmark.sources.files import SourceFile, decode_text, encoding_notice
from earmark.sources.json_rows import read_rows
from earmark.sources.reading.addresses import site_of, web_address
from earmark.sources.reading.cells import read_texts
from earmark.sources.reading.feeds import plain_of
from earmark.sources.reading.markdown import plain_markdown
from earmark.sources.reading.markup import plain
from earmark.sources.reading.prose import prose
from earmark.sources.reading.writing import Found, documents
from earmark.sources.tables import read_header
from earmark.sources.times import unix_moment

NO_TEXT_COLUMN: Final = "a table without a column of texts"
_TEXTS: Final = ("text", "content", "body", "html", "markdown")
_MILLISECONDS: Final = 1 << 53


class Row(msgspec.Struct, frozen=True):
    """A document as a row has it; each field goes by the names that such files give it."""

    address: str | None = None
    url: str | None = None
    link: str | None = None
    id: str | int | None = None
    title: str | None = None
    headline: str | None = None
    text: str | None = None
    """Plain."""
    content: str | None = None
    """Plain or HTML, as it looks."""
    body: str | None = None
    """As content."""
    html: str | None = None
    markdown: str | None = None
    published: str | float | None = None
    published_at: str | float | None = None
    date: str | float | None = None
    source: str | None = None
    site: str | None = None
    language: str | None = None
    lang: str | None = None


NAMES: Final = frozenset(Row.__struct_fields__)


class Rows:
    """Reads files of documents.

    Args:
        folder: in which the files lie, for rows without an address.
        now: the present; the clock's time if None.
    """

    def __init__(self, folder: Path, now: UnixMs | None) -> None:
        self._folder = folder
        self._now = now

    def read_json(self, file: SourceFile) -> Iterator[Document | Skipped]:
        """The documents of a file of JSON lines, or of a JSON list.

        Raises:
            UnreadableInputError: it is not JSON, or compressed data is damaged.
        """
        for block in read_rows(file, Row):
            for number, row in zip(block.numbers, block.rows, strict=True):
                yield from self._written(row, file.name, number)
            yield from block.skipped

    def read_table(self, file: SourceFile) -> Iterator[Document | Skipped]:
        """The documents of a table with a header.

        Raises:
            UnreadableInputError: compressed data is damaged.
        """
        head = file.head()
        header, delimiter = read_header(head, NAMES)
        names = [cell.casefold() for cell in header]
        if not set(_TEXTS) & set(names):
            yield Skipped(file.name, 0, NO_TEXT_COLUMN, ", ".join(header)[:80])
            return
        if decode_text(head)[1]:
            yield encoding_notice(file.name)
        places = {name: names.index(name) for name in names if name in NAMES}
        for number, cells in read_texts(file, delimiter):
            if len(cells) == len(header):
                row = Row(**{name: cells[at] for name, at in places.items() if cells[at]})
                yield from self._written(row, file.name, number)
            else:
                yield Skipped(file.name, number, WRONG_WIDTH, f"{len(cells)} instead of {len(header)}")

    def _written(self, row: Row, file: str, number: int) -> Iterator[Document | Skipped]:
        """What becomes of one row."""
        own = clean(row.address or row.url or row.link)
        address = web_address(own) if own else None
        name = own or (number if row.id in {None, ""} else row.id)
        try:
            found = Found(
                address or f"{self._folder / file}#{name}"[:LONGEST_NAME],
                clean(row.source or row.site) or (site_of(address) if address else str(self._folder)),
                _text(row),
                row.title or row.headline or "",
                _published(row.published_at or row.published or row.date),
                row.language or row.lang,
            )
        except RowFaultError as fault:
            yield fault.at(file, number)
        else:
            yield from documents(found, file, number, self._now)


def _text(row: Row) -> str:
    if row.text:
        return prose(row.text)
    if row.html:
        return plain(row.html)
    if row.markdown:
        return plain_markdown(row.markdown)
    return plain_of(row.content or row.body or "", "")


def _published(said: str | float | None) -> str | int | None:
    """A date as it stands there; a number is Unix seconds or milliseconds."""
    if not isinstance(said, float):
        return said
    return unix_moment(said) if math.isfinite(said) and abs(said) < _MILLISECONDS else str(said)
