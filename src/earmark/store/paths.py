"""Paths as text that any database can keep, and back to the very bytes that the disk knows.

A name on disk is bytes, mostly text in UTF-8. Those that are not stand for themselves as U+EF80 to U+EFFF, of the
private use area, as in MirBSD's OPTU encodings; so do the bytes of characters that really are of that range. So every
path has one spelling, and every spelling one path.
"""

from __future__ import annotations

import re
from typing import Final

_OCTET: Final = 0xEF00
_ODD: Final = re.compile("[\udc80-\udcff\uef80-\uefff]+")
_OCTETS: Final = re.compile("[\uef80-\uefff]+")


def spelled(path: str) -> str:
    """The text that is kept for a path, in which odd bytes are surrogates as `os.fsdecode` makes them."""
    if path.isascii():
        return path
    return _ODD.sub(
        lambda odd: "".join(chr(_OCTET + byte) for byte in odd[0].encode("utf-8", "surrogateescape")), path
    )


def path_of(text: str) -> str:
    """The path of which this is the spelling."""
    if text.isascii():
        return text
    return _OCTETS.sub(
        lambda octets: bytes(ord(one) - _OCTET for one in octets[0]).decode("utf-8", "surrogateescape"), text
    )
