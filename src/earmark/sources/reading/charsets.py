"""Bytes of a page, a feed or a file as text, whatever they say of their encoding.

Order: a byte order mark; UTF-8, where the bytes have its form, which no other encoding has by chance; what the server
said; what the markup says; then a guess from what the bytes are likely to spell. A label is trusted only where the
bytes can be read by it, and is taken as browsers take it (the WHATWG encoding standard: "latin-1" is Windows-1252).
"""

from __future__ import annotations

import codecs
import re
from typing import Final

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_WIDER: Final = {
    "ascii": "cp1252",
    "iso8859-1": "cp1252",
    "iso8859-9": "cp1254",
    "iso8859-11": "cp874",
    "tis-620": "cp874",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
    "euc_kr": "cp949",
    "big5": "big5hkscs",
}
"""What a label says → what is written under that label."""
_DECLARED: Final = re.compile(rb"""(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_.:-]{2,40})""")
_HEAD: Final = 4_096
"""Bytes within which markup says what it is written in."""
_SAMPLE: Final = 40_000
"""Bytes that a guess is made by."""
_ESCAPE: Final = b"\x1b"
"""Begins a change of alphabet in encodings of seven bits, all of whose bytes are UTF-8, too."""


def decoded(raw: bytes, label: str | None = None) -> str:
    """The bytes as text, without a byte order mark; what fits no encoding becomes question marks.

    Args:
        raw: a whole page, feed or file.
        label: the encoding that the server named, if any.
    """
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return raw.decode(encoding, "replace").removeprefix("\ufeff")
    if _ESCAPE not in raw:
        try:
            return raw.decode()
        except UnicodeDecodeError:
            pass
    declared = _DECLARED.search(raw, 0, _HEAD)
    for said in (label, declared and declared[1].decode("ascii")):
        known = _known(said)
        if known is not None:
            try:
                return raw.decode(known)
            except UnicodeDecodeError:
                pass
    return raw.decode(_guess(raw), "replace")


def _known(label: str | None) -> str | None:
    """The encoding of text that a label names, as Python calls it; None where there is no such encoding."""
    try:
        info = codecs.lookup(label.strip("\"' ")) if label else None
        # Some codecs turn bytes into bytes (base64, zip); only one of text decodes nothing to a string.
        return _WIDER.get(info.name, info.name) if info and isinstance(b"".decode(info.name), str) else None
    except (LookupError, ValueError):
        return None


def _guess(raw: bytes) -> str:
    """The encoding under which the bytes spell most likely; Western where nothing is likely."""
    from charset_normalizer import from_bytes

    # To the end of a line, so that no character is cut in two.
    sample = raw[:_SAMPLE] if len(raw) <= _SAMPLE else raw[: raw.rfind(b"\n", 0, _SAMPLE)]
    best = from_bytes(sample).best()
    return best.encoding if best else "cp1252"
