"""Streams the rows of a large JSON file, a list of objects or one object a line, never holding it whole.

Method: read a block, cut it at the last place where one row ends and the next begins, and decode the piece
in one go into typed rows. In valid JSON such a place is unmistakable: ``}``, a comma, ``{`` and
then the name of the rows' first field in quotes cannot stand inside a string, because the quote would have to
be escaped there. Only a piece that does not decode is taken apart row by row, so that one bad row costs one
row.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, Generic, TypeVar

import msgspec

from earmark.errors import UnreadableInputError
from earmark.sources.batch import Skipped
from earmark.sources.files import SourceFile, Utf8Input, decode_text, encoding_notice

Row = TypeVar("Row")

CUT_OFF: Final = "file is cut off"
NOT_JSON: Final = "not valid JSON"
UNEXPECTED: Final = "field of an unexpected kind"
AFTER_END: Final = "text after the end of the list"

BLOCK_BYTES: Final = 1 << 16
"""Small, because blocks that stay in the processor's cache decode twice as fast as blocks of megabytes."""
LONGEST_ROW: Final = 32 << 20

_MANY_BLOCKS: Final = 16
_FARTHEST_APART: Final = 64
"""More blanks than this between two rows, and the place is not used for cutting."""

DECODING_FAULTS: Final = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
_BLANK: Final = b" \t\r\n"
_FIRST_FIELD: Final = re.compile(rb'\s*\{\s*("(?:[^"\\]|\\.)*+")\s*:', re.DOTALL)
_TOKEN: Final = re.compile(rb'"(?:[^"\\]++|\\.)*+("?)|[][{},]', re.DOTALL)


class Block(msgspec.Struct, Generic[Row]):
    """Rows that stand together in a file; ``numbers[i]`` is the row number of ``rows[i]``, from 1."""

    rows: list[Row]
    numbers: list[int]
    skipped: list[Skipped]
    bytes_read: int = 0

    @property
    def count(self) -> int:
        """How many rows of the file this block accounts for."""
        return len(self.rows) + sum(1 for skip in self.skipped if skip.row > 0)


def read_rows(
    file: SourceFile, row_type: type[Row], *, depth: int = 0, block_bytes: int = BLOCK_BYTES
) -> Iterator[Block[Row]]:
    """The rows of ``file``, in order, decoded as ``row_type``, in small blocks.

    Args:
        file: a JSON list of objects, or JSON lines.
        row_type: a ``msgspec.Struct``; fields that it does not name are skipped without being built.
        depth: for rows that hold further rows, how deep these lie (see `mend`): of a row that is cut in the
            middle, those that are whole are kept.
        block_bytes: how much to read at a time.

    Raises:
        UnreadableInputError: the file is neither; or its compressed data is damaged.
    """
    with file.open_utf8() as stream:
        buffer = b""
        while not buffer.lstrip(_BLANK) and (data := stream.read(block_bytes)):
            buffer = data
        buffer = buffer.lstrip(_BLANK)
        reader = _Reader(file.name, row_type, depth)
        if not buffer:
            yield reader.finish(Block([], [], [Skipped(file.name, 1, CUT_OFF, "it is empty")]), stream)
        elif buffer.startswith(b"["):
            yield from reader.list_blocks(stream, buffer[1:], block_bytes)
        elif buffer.startswith(b"{"):
            yield from reader.line_blocks(stream, buffer, block_bytes)
        else:
            raise UnreadableInputError(
                f"{file.name} is not JSON: it begins with {decode_text(buffer[:20])[0]!r}.",
                "Hand over the file as the service gave it to you.",
            )


class _Reader(Generic[Row]):
    """Cuts, decodes and counts; one for each file."""

    def __init__(self, name: str, row_type: type[Row], depth: int) -> None:
        self._name = name
        self._depth = depth
        self._rows = msgspec.json.Decoder(list[row_type])  # type: ignore[valid-type]
        self._row = msgspec.json.Decoder(row_type)
        self._next = 1
        self._used = 0
        self._legacy = False

    def list_blocks(self, stream: Utf8Input, buffer: bytes, block_bytes: int) -> Iterator[Block[Row]]:
        """The rows of a list whose opening bracket has been read."""
        between: _Between | None = None
        wanted = block_bytes
        while data := stream.read(wanted):
            buffer += data
            between = between or _Between.learned(buffer)
            ends = between.last(buffer) if between else None
            if ends:
                yield self.finish(self._decode(buffer[: ends[0]], between), stream)
                buffer = buffer[ends[1] :]
                wanted = block_bytes
            elif len(buffer) > LONGEST_ROW:
                raise self._row_too_long()
            else:
                if len(buffer) > _MANY_BLOCKS * block_bytes:
                    # Rows that do not all begin with the same field: find their ends the slow, exact way.
                    elements, rest, closed = _elements(buffer)
                    if elements and not closed:
                        yield self.finish(self._one_by_one(elements), stream)
                        buffer = rest
                wanted = max(block_bytes, len(buffer))
        yield self.finish(self._decode_last(buffer, between), stream)

    def line_blocks(self, stream: Utf8Input, buffer: bytes, block_bytes: int) -> Iterator[Block[Row]]:
        """Rows that stand one on a line."""
        wanted = block_bytes
        while data := stream.read(wanted):
            buffer += data
            end = buffer.rfind(b"\n") + 1
            if end:
                yield self.finish(self._decode_lines(buffer[:end]), stream)
                buffer = buffer[end:]
                wanted = block_bytes
            elif len(buffer) > LONGEST_ROW:
                raise self._row_too_long()
            else:
                wanted = max(block_bytes, len(buffer))
        yield self.finish(self._decode_last_lines(buffer), stream)

    def _row_too_long(self) -> UnreadableInputError:
        return UnreadableInputError(
            f"{self._name}, row {self._next}: more than {LONGEST_ROW >> 20} MB without the end of a row.",
            "The file is damaged there. Download it again, or hand over its other files without it.",
        )

    def finish(self, block: Block[Row], stream: Utf8Input) -> Block[Row]:
        """Book how much of the input the block used up."""
        block.bytes_read = stream.used - self._used
        self._used = stream.used
        return block

    def _numbered(self, rows: list[Row]) -> Block[Row]:
        first = self._next
        self._next += len(rows)
        return Block(rows, list(range(first, self._next)), [])

    def _decode(self, inside: bytes, between: _Between | None) -> Block[Row]:
        """Decode the inside of a list that was cut between two rows."""
        try:
            return self._numbered(self._rows.decode(b"[" + inside + b"]"))
        except DECODING_FAULTS:
            return self._one_by_one(between.pattern.split(inside) if between else [inside])

    def _decode_last(self, inside: bytes, between: _Between | None) -> Block[Row]:
        """Decode the rest of a list, its closing bracket included if it is there."""
        try:
            return self._numbered(self._rows.decode(b"[" + inside))
        except DECODING_FAULTS:
            between = between or _Between.learned(inside)
            pieces = between.pattern.split(inside) if between else [inside]
            block = self._one_by_one(pieces[:-1])
            self._take_apart(pieces[-1], block, last=True)
            return block

    def _decode_lines(self, text: bytes) -> Block[Row]:
        try:
            return self._numbered(self._row.decode_lines(text))
        except DECODING_FAULTS:
            return self._one_by_one([line for line in text.split(b"\n") if line.strip(_BLANK)])

    def _decode_last_lines(self, text: bytes) -> Block[Row]:
        """The end of a file of lines; a last line that is not whole is where the file was cut."""
        end = text.rfind(b"\n") + 1
        block, last = self._decode_lines(text[:end]), text[end:].strip(_BLANK)
        if last and not self._try(last, block):
            if mend(last, 0) == last:
                self._add(last, block)
            else:
                self._cut_off(block)
        return block

    def _one_by_one(self, pieces: Sequence[bytes]) -> Block[Row]:
        block: Block[Row] = Block([], [], [])
        for piece in pieces:
            if not self._try(piece, block):
                self._take_apart(piece, block, last=False)
        return block

    def _take_apart(self, piece: bytes, block: Block[Row], *, last: bool) -> None:
        """Decode the elements of a piece that is not one good row."""
        elements, rest, closed = _elements(piece)
        for element in elements:
            if element.strip(_BLANK):
                self._add(element, block)
        if closed:
            if rest.strip(_BLANK):
                block.skipped.append(Skipped(self._name, self._next, AFTER_END))
                self._next += 1
        elif not last:
            if rest.strip(_BLANK):
                self._add(rest, block)
        else:
            complete = rest.strip(_BLANK).endswith(b"}") and self._try(rest, block)
            if not complete and self._depth and (mended := mend(rest, self._depth)):
                self._try(mended, block)
            self._cut_off(block)

    def _cut_off(self, block: Block[Row]) -> None:
        detail = f"after {self._next - 1:,} complete rows"
        block.skipped.append(Skipped(self._name, self._next, CUT_OFF, detail))

    def _try(self, element: bytes, block: Block[Row]) -> bool:
        try:
            row = self._row.decode(element)
        except DECODING_FAULTS:
            return False
        self._keep(row, block)
        return True

    def _keep(self, row: Row, block: Block[Row]) -> None:
        block.rows.append(row)
        block.numbers.append(self._next)
        self._next += 1

    def _add(self, element: bytes, block: Block[Row]) -> None:
        """Decode one element, or book why that is impossible."""
        text, legacy = decode_text(element)
        if legacy and not self._legacy:
            self._legacy = True
            block.skipped.append(encoding_notice(self._name))
        try:
            self._keep(self._row.decode(text), block)
            return
        except msgspec.ValidationError as error:
            cause, detail = UNEXPECTED, str(error)
        except DECODING_FAULTS as error:
            cause, detail = NOT_JSON, str(error)
        block.skipped.append(Skipped(self._name, self._next, cause, detail[:80]))
        self._next += 1


class _Between(msgspec.Struct, frozen=True):
    """What stands between two rows: the end of one, a comma, and the first field of the next."""

    field: bytes
    pattern: re.Pattern[bytes]

    @classmethod
    def learned(cls, buffer: bytes) -> _Between | None:
        """From the first row; None if that is not an object with a field."""
        first = _FIRST_FIELD.match(buffer)
        if first is None:
            return None
        field: bytes = first[1]
        return cls(field, re.compile(rb"(?<=\})\s*,\s*(?=\{\s*" + re.escape(field) + rb"\s*:)"))

    def last(self, buffer: bytes) -> tuple[int, int] | None:
        """Where the last whole row of ``buffer`` ends, and where the next begins."""
        at = len(buffer)
        while (at := buffer.rfind(self.field, 0, at)) >= 0:
            near = max(0, at - _FARTHEST_APART)
            found = self.pattern.search(buffer, near, at + len(self.field) + _FARTHEST_APART)
            if found:
                return found.span()
        return None


def _elements(inside: bytes) -> tuple[list[bytes], bytes, bool]:
    """The elements of a list's inside, what remains after them, and whether the list was closed."""
    elements: list[bytes] = []
    depth = start = 0
    for token in _TOKEN.finditer(inside):
        mark = token[0][:1]
        if mark == b'"':
            if not token[1]:
                break
        elif mark in b"[{":
            depth += 1
        elif mark in b"]}":
            depth -= 1
            if depth < 0:
                return [*elements, inside[start : token.start()]], inside[token.end() :], True
        elif depth == 0:
            elements.append(inside[start : token.start()])
            start = token.end()
    return elements, inside[start:], False


def mend(text: bytes, depth: int) -> bytes:
    """The longest part of cut-off JSON that ends with a whole object or list, with all that is open closed.

    Args:
        text: an object or list, perhaps cut off.
        depth: how many objects and lists may be open around the last whole one; what was cut deeper inside is
            dropped as a whole.

    Returns:
        Empty if nothing is whole.
    """
    open_marks: list[bytes] = []
    end, closers = 0, b""
    for token in _TOKEN.finditer(text):
        mark = token[0][:1]
        if mark == b'"':
            if not token[1]:
                break
        elif mark in b"[{":
            open_marks.append(b"]" if mark == b"[" else b"}")
        elif mark in b"]}":
            if not open_marks or open_marks.pop() != mark:
                break
            if len(open_marks) <= depth:
                end, closers = token.end(), b"".join(reversed(open_marks))
    return text[:end] + closers
