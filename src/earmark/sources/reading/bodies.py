"""The body of an answer, unpacked as it comes in, and broken off where it is more than anybody wrote.

A few kilobytes of gzip unpack to gigabytes; so they are unpacked by so much at a time as is still wanted, and never
more of them than that is held.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator
from typing import Final

import httpx

from earmark.sources.reading.faults import FetchError

_GZIP: Final = 16 + zlib.MAX_WBITS
_REMEDY: Final = "Leave it out: no text about music is that long."


def body_of(
    response: httpx.Response, address: str, most: int, cut: bool, too_late: Callable[[], bool]
) -> bytes:
    """All of a body, unpacked.

    Args:
        response: whose body has not been read.
        address: what was asked for.
        most: bytes that it may have.
        cut: whether what is beyond them is left out; otherwise it is an error.
        too_late: whether the time is up.

    Raises:
        FetchError: it is too large, too slow, or packed in a way that was not asked for or is damaged.
    """
    body = bytearray()
    for part in _unpacked(response, address, most):
        body += part
        if len(body) > most:
            if cut:
                return bytes(body[:most])
            raise FetchError(address, f"more than {most >> 20} MB", _REMEDY)
        if too_late():
            raise FetchError(address, "too slow; broken off", "Try again later.")
    return bytes(body)


def _unpacked(response: httpx.Response, address: str, most: int) -> Iterator[bytes]:
    packing = response.headers.get("Content-Encoding", "identity").strip().lower()
    if packing in ("identity", ""):
        yield from response.iter_raw()
        return
    if packing not in ("gzip", "x-gzip"):
        raise FetchError(address, f'packed as "{packing[:20]}", which was not asked for', "Leave it out.")
    unpacker = zlib.decompressobj(_GZIP)
    try:
        for packed in response.iter_raw():
            yield unpacker.decompress(packed, most + 1)
            while unpacker.unconsumed_tail:
                yield unpacker.decompress(unpacker.unconsumed_tail, most + 1)
    except zlib.error as error:
        raise FetchError(address, f"packed badly ({error})", "Try again later.") from error
    if not unpacker.eof:
        raise FetchError(address, "cut off", "Try again later.")
