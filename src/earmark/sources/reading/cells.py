"""Rows of a table whose cells hold whole texts, of many lines and paragraphs, by the rules of CSV (RFC 4180).

`earmark.sources.tables` reads rows of names and numbers, fast, and gives a cell 64 lines at most. Here a cell that
begins with a quote goes on to the quote before the next delimiter or line's end, however far that is; where there is
none, the quote stands for itself.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from earmark.sources.files import SourceFile, decode_text
from earmark.sources.json_rows import LONGEST_ROW

BLOCK_BYTES: Final = 1 << 18


def read_texts(
    file: SourceFile, delimiter: str, block_bytes: int = BLOCK_BYTES
) -> Iterator[tuple[int, list[str]]]:
    """The rows of a table, header left out, blank lines too: number from 1, and cells.

    Raises:
        UnreadableInputError: compressed data is damaged.
    """
    cells = _Cells(delimiter)
    buffer, number = b"", -1
    with file.open_utf8() as stream:
        ended = False
        while not ended:
            # Twice as much each time that a row is not yet whole, so that its beginning is not gone over too often.
            data = stream.read(max(block_bytes, len(buffer)))
            buffer, ended = buffer + data, not data
            # Up to a line's end, so that no character is cut in two.
            end = len(buffer) if ended else buffer.rfind(b"\n") + 1
            text = decode_text(buffer[:end])[0].replace("\0", "")
            at = 0
            while (row := cells.row(text, at, last=ended or end > LONGEST_ROW)) is not None:
                values, at = row
                if values != [""]:
                    number += 1
                    if number:
                        yield number, values
            # What is left is decoded again with what follows.
            buffer = text[at:].encode() + buffer[end:]


class _Cells:
    """Takes rows from a text."""

    def __init__(self, delimiter: str) -> None:
        mark = re.escape(delimiter)
        self._quoted = re.compile(rf' *+"((?:[^"]++|"")*+)"(?:[^\S\n{mark}]*+)({mark}|\n|\Z)')
        self._bare = re.compile(rf"([^\n{mark}]*+)({mark}|\n|\Z)")
        self._delimiter = delimiter

    def row(self, text: str, at: int, *, last: bool) -> tuple[list[str], int] | None:
        """The cells of the row that begins at a place, and where the next begins; None where it is not whole.

        Where the text is the ``last`` there is, all that is left is whole.
        """
        values: list[str] = []
        while at < len(text) or values:
            quoted = self._quoted.match(text, at)
            bare = self._bare.match(text, at)
            if quoted is None and not last and self._may_be_open(text, at):
                return None
            found = quoted or bare
            assert found is not None, "a bare cell matches anywhere"
            values.append(found[1].replace('""', '"') if quoted else found[1].rstrip("\r"))
            at = found.end()
            if found[2] != self._delimiter:
                return (values, at) if found[2] == "\n" or last else None
        return None

    def _may_be_open(self, text: str, at: int) -> bool:
        """Whether a cell begins with a quote of which the end may be yet to come."""
        start = text[at : at + 64]
        if not start.lstrip(" ").startswith('"'):
            return False
        end = text.index('"', at) + 1
        while (end := text.find('"', end)) >= 0:
            if text[end + 1 : end + 2] != '"':
                return False
            end += 2
        return True
