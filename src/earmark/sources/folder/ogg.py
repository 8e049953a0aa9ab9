"""Vorbis comments of an Ogg file (Vorbis, Opus, FLAC, Speex), read from its head and no further.

The second packet of the stream holds them (RFC 3533 for pages and packets, RFC 7845 section 5.2 for comments; Xiph's
"Ogg Vorbis I format specification: comment field and header specification"). A picture stands among them in base64, as
FLAC writes pictures (RFC 9639, section 8.8). What is larger than a picture may be is passed over unread.
"""

from __future__ import annotations

import binascii
import struct
from collections.abc import Iterator
from typing import BinaryIO, Final

_PAGE: Final = struct.Struct("<4sBBqIIIB")
_CONTINUES: Final = 255
_BEFORE_COMMENTS: Final = (b"\x03vorbis", b"OpusTags")
PICTURE: Final = "metadata_block_picture"


class DamagedError(ValueError):
    """The file is none of Ogg, or ends before its comments do."""


class Comments:
    """The comments of the first stream of a file; those of more than ``largest`` bytes are counted and left out."""

    def __init__(self, file: BinaryIO, largest: int) -> None:
        self._packet = _Packet(file)
        self._largest = largest
        self.too_large = 0

    def __iter__(self) -> Iterator[tuple[str, str]]:
        """Each heading, in small letters, and what stands under it.

        Raises:
            DamagedError: the comments end before they should.
        """
        packet = self._packet
        head = packet.read(8)
        before = next((len(sign) for sign in _BEFORE_COMMENTS if head.startswith(sign)), None)
        # FLAC has four bytes of its own before them, Speex none.
        before = before if before is not None else 4 if head[0] & 0x7F == 4 else 0
        packet.seek(before)
        packet.skip(packet.number())
        for _ in range(packet.number()):
            length = packet.number()
            if length > self._largest:
                self.too_large += 1
                packet.skip(length)
                continue
            name, equals, value = packet.read(length).decode("utf-8", "replace").partition("=")
            if equals:
                yield name.lower(), value


def picture_of(block: str) -> bytes | None:
    """The picture that a comment holds; None if it holds none."""
    try:
        raw = binascii.a2b_base64(block)
        at = 4
        for _ in range(2):  # What kind of picture, and of what.
            at += 4 + int.from_bytes(raw[at : at + 4])
        length = int.from_bytes(raw[at + 16 : at + 20])
    except (binascii.Error, ValueError):
        return None
    return raw[at + 20 : at + 20 + length] or None


class _Packet:
    """The second packet of the first stream, as if it lay in one piece."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._pieces = list(_pieces(file))
        self._at = 0

    def seek(self, at: int) -> None:
        self._at = at

    def skip(self, n: int) -> None:
        self._at += n

    def number(self) -> int:
        return int.from_bytes(self.read(4), "little")

    def read(self, n: int) -> bytes:
        """The next ``n`` bytes.

        Raises:
            DamagedError: there are fewer.
        """
        said, start = [], 0
        wanted_from, wanted_to = self._at, self._at + n
        for offset, length in self._pieces:
            first, last = max(wanted_from, start), min(wanted_to, start + length)
            if first < last:
                self._file.seek(offset + first - start)
                said.append(self._file.read(last - first))
            start += length
        self._at = wanted_to
        whole = b"".join(said)
        if len(whole) < n:
            raise DamagedError
        return whole


def _pieces(file: BinaryIO) -> Iterator[tuple[int, int]]:
    """Where in the file the parts of the second packet lie, and how long they are."""
    file.seek(0)
    packets, serial = 0, None
    while packets < 2:
        header = file.read(_PAGE.size)
        if len(header) < _PAGE.size or header[:4] != b"OggS":
            raise DamagedError
        *_, of, _, _, n_segments = _PAGE.unpack(header)
        segments = file.read(n_segments)
        at = file.tell()
        serial = of if serial is None else serial
        if of == serial:
            length = 0
            for segment in segments:
                length += segment
                if segment < _CONTINUES:
                    if packets == 1:
                        yield at, length
                        return
                    packets, at, length = packets + 1, at + length, 0
            if packets == 1:
                yield at, length
            at += length
        else:
            at += sum(segments)
        file.seek(at)
