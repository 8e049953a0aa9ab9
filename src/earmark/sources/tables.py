"""Reads delimited text (CSV, TSV and their kin) as rows of cells, a block at a time.

Quotes are where such files differ: comma-separated files quote a cell that holds a comma, a quote or a line
break, while dumps separated by tabs often leave quotes as they are. So a line with quotes is taken by the
rules of CSV where it follows them, and literally where it does not; a stray quote costs nothing but itself.
"""

from __future__ import annotations

import csv
from collections.abc import Collection, Iterator
from typing import Final

import msgspec

from earmark.errors import UnreadableInputError
from earmark.sources.batch import Skipped
from earmark.sources.files import SourceFile, decode_text, encoding_notice

DELIMITERS: Final = "\t,;|"
BLOCK_BYTES: Final = 1 << 16

_LONGEST_LINE: Final = 8 << 20
_MOST_LINES_IN_A_CELL: Final = 64


class Cells(msgspec.Struct):
    """Rows of cells that stand together in a file; ``first`` is the number of the first, from 1."""

    rows: list[list[str]]
    first: int
    skipped: list[Skipped]
    bytes_read: int = 0
    whole: bool = True
    """False where the last row is the file's last line and that line does not end."""


def split_line(line: str, delimiter: str) -> list[str]:
    """The cells of one line."""
    if '"' in line:
        try:
            return next(csv.reader([line], delimiter=delimiter, strict=True), [])
        except csv.Error:
            pass
    return line.split(delimiter)


def read_header(head: bytes, wanted: Collection[str] = ()) -> tuple[list[str], str]:
    """The cells of the first line that is not blank, and the delimiter that finds most of the ``wanted``."""
    lines = head.lstrip().split(b"\n", 1)
    line = decode_text(lines[0])[0].strip("\r\n\0 ")
    readings = [([cell.strip() for cell in split_line(line, mark)], mark) for mark in DELIMITERS]
    return max(readings, key=lambda reading: (len(set(wanted) & set(reading[0])), len(reading[0])))


def read_cells(
    file: SourceFile, delimiter: str, *, header: bool = True, block_bytes: int = BLOCK_BYTES
) -> Iterator[Cells]:
    """The rows of a file, without its header and without blank lines.

    Raises:
        UnreadableInputError: a line is absurdly long, or compressed data is damaged.
    """
    split = _Splitter(file.name, delimiter, header)
    buffer, used = b"", 0
    with file.open_utf8() as stream:
        while data := stream.read(max(block_bytes, len(buffer))):
            buffer += data
            end = buffer.rfind(b"\n") + 1
            if end:
                cells = split(buffer[:end], last=False)
                cells.bytes_read, used = stream.used - used, stream.used
                yield cells
                buffer = buffer[end:]
            elif len(buffer) > _LONGEST_LINE:
                raise UnreadableInputError(
                    f"{file.name} is not a table: after row {split.next - 1} there are more than "
                    f"{_LONGEST_LINE >> 20} MB without a line break.",
                    "Hand over a file with one row on each line.",
                )
        cells = split(buffer, last=True)
        cells.bytes_read = stream.used - used
        yield cells


class _Splitter:
    """Turns stretches of whole lines into cells, keeping back a row whose quotes are still open."""

    def __init__(self, name: str, delimiter: str, header: bool) -> None:
        self.next = 1
        self._name = name
        self._delimiter = delimiter
        self._header = header
        self._kept: list[str] = []
        self._legacy = False

    def __call__(self, data: bytes, *, last: bool) -> Cells:
        text, legacy = decode_text(data)
        text = text.replace("\0", "").replace("\r\n", "\n").replace("\r", "\n")
        lines = [line for line in text.split("\n") if line and not line.isspace()]
        if self._header and lines:
            self._header = False
            del lines[0]
        if '"' in text or self._kept:
            rows = self._quoted_rows(lines, last)
        else:
            delimiter = self._delimiter
            rows = [line.split(delimiter) for line in lines]
        cells = Cells(rows, self.next, [], whole=not (last and lines))
        self.next += len(rows)
        if legacy and not self._legacy:
            self._legacy = True
            cells.skipped.append(encoding_notice(self._name))
        return cells

    def _quoted_rows(self, lines: list[str], last: bool) -> list[list[str]]:
        lines, self._kept = self._kept + lines, []
        if self._delimiter != "\t":
            try:
                rows = list(csv.reader(lines, delimiter=self._delimiter, strict=True))
            except csv.Error:
                rows = []
            if len(rows) == len(lines):
                return rows
        rows = []
        at = 0
        while at < len(lines):
            line = lines[at]
            at += 1
            if '"' not in line:
                rows.append(line.split(self._delimiter))
                continue
            cells = self._by_the_rules(line)
            if cells is None and self._delimiter != "\t":
                most = min(len(lines), at + _MOST_LINES_IN_A_CELL)
                joined = line
                for end in range(at, most):
                    joined = f"{joined}\n{lines[end]}"
                    cells = self._by_the_rules(joined) if '"' in lines[end] else None
                    if cells is not None:
                        at = end + 1
                        break
                if (
                    cells is None
                    and not last
                    and len(lines) - at < _MOST_LINES_IN_A_CELL
                    and self._open(line)
                ):
                    self._kept = lines[at - 1 :]
                    break
            rows.append(line.split(self._delimiter) if cells is None else cells)
        return rows

    def _by_the_rules(self, line: str) -> list[str] | None:
        try:
            return next(csv.reader([line], delimiter=self._delimiter, strict=True))
        except csv.Error:
            return None

    @staticmethod
    def _open(line: str) -> bool:
        return line.count('"') % 2 == 1
