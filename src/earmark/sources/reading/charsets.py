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
_NO_TEXT: Final = frozenset(
    {"idna", "punycode", "raw_unicode_escape", "undefined", "unicode_escape", "utf-7"}
)
"""What Python could decode, too, and no page is written in."""
_LIKELY: Final = (
    *(
        "cp1252",
        "cp1255",
        "cp1250",
        "cp1251",
        "koi8_r",
        "cp1253",
        "cp1254",
        "cp1256",
        "cp1257",
        "cp1258",
        "cp874",
    ),
    *(
        "cp932",
        "euc_jp",
        "gb18030",
        "big5hkscs",
        "cp949",
        "iso8859_2",
        "iso8859_7",
        "iso8859_8",
        "iso2022_jp",
    ),
)
"""What pages without a label are written in; of two that are equally likely by the bytes, the first is taken."""
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
            except UnicodeError:
                pass
    return raw.decode(_guess(raw), "replace")


def _known(label: str | None) -> str | None:
    """The encoding of text that a label names, as Python calls it; None where there is no such encoding."""
    if not label:
        return None
    try:
        # Text from right to left may be labelled as standing in the order of reading, as all of it does today.
        name = codecs.lookup(label.strip("\"' ").lower().removesuffix("-i").removeprefix("x-")).name
        # Some codecs turn no bytes into text (base64, rot13).
        b"a".decode(name)
    except (LookupError, ValueError):
        return None
    return None if name in _NO_TEXT else _WIDER.get(name, name)


def _guess(raw: bytes) -> str:
    """The encoding under which the bytes spell most likely; Western where nothing is likely."""
    from charset_normalizer import from_bytes

    # To the end of a line, so that no character is cut in two.
    sample = raw if len(raw) <= _SAMPLE else raw[: raw.rfind(b"\n", 0, _SAMPLE)]
    matches = list(from_bytes(sample, cp_isolation=list(_LIKELY)))
    if not matches:
        return "cp1252"
    best = (matches[0].chaos, matches[0].coherence)
    tied = {one.encoding for one in matches if (one.chaos, one.coherence) == best}
    return next((encoding for encoding in _LIKELY if encoding in tied), matches[0].encoding)
