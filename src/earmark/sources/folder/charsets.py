"""Text whose encoding nobody told: lyrics beside a file, and tags that say Latin-1 and mean something else.

UTF-8 is recognised by its form, UTF-16 by its mark or its zeros. Of older encodings the one is taken under which the
bytes are what people write: kana among Japanese, hangul alone in Korean, common characters in Chinese, more small
letters than capitals in Russian. Where most letters are ASCII, it is Western.
"""

from __future__ import annotations

import codecs
import re
from typing import Final

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_FEWEST_HIGH: Final = 4
"""Bytes beyond ASCII from which on there is something to guess by."""
_KANA: Final = re.compile("[\u3041-\u30ff]")
_HANGUL: Final = re.compile("[\uac00-\ud7a3]")
_CYRILLIC: Final = re.compile("[\u0410-\u044fЁё]")
_SMALL_CYRILLIC: Final = re.compile("[\u0430-\u044fё]")
_ASCII_LETTER: Final = re.compile(rb"[A-Za-z]")
_HIGH: Final = re.compile(rb"[\x80-\xff]")
_BEYOND_ASCII: Final = re.compile("[^\x00-\x7f]")


def decoded(raw: bytes) -> str:
    """The bytes as text; what fits no encoding becomes question marks."""
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return raw.decode(encoding, "replace").removeprefix("\ufeff")
    for encoding, zeros in (("utf-16-le", raw[1::2]), ("utf-16-be", raw[::2])):
        if len(raw) >= 4 and zeros.count(0) > len(zeros) // 2:
            return raw.decode(encoding, "replace")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode(_older(raw), "replace")


def mended(text: str) -> str:
    """Text that was read as Latin-1, as it was meant; any other text as it is."""
    if text.isascii():
        return text
    try:
        raw = text.encode("latin-1")
    except UnicodeEncodeError:
        return text
    try:
        return raw.decode()
    except UnicodeDecodeError:
        encoding = _older(raw)
    # The two differ where Latin-1 has control characters, which no name holds.
    return (
        raw.decode(encoding, "replace") if encoding != "cp1252" or re.search(rb"[\x80-\x9f]", raw) else text
    )


def _older(raw: bytes) -> str:
    """The name of an encoding from before Unicode."""
    high = len(_HIGH.findall(raw))
    if high < _FEWEST_HIGH or high < len(_ASCII_LETTER.findall(raw)):
        return "cp1252"
    for encoding in ("shift_jis", "euc_jp"):
        if _share(raw, encoding, _KANA) >= 0.2:
            return encoding
    if _share(raw, "euc_kr", _HANGUL) >= 0.98:
        return "euc_kr"
    chinese = max(("gb18030", "big5"), key=lambda encoding: _common_han(raw, encoding))
    if _common_han(raw, chinese) >= 0.7:
        return chinese
    if _share(raw, "cp1251", _CYRILLIC) >= 0.9:
        russian = ("cp1251", "koi8_r")
        return max(russian, key=lambda encoding: _share(raw, encoding, _SMALL_CYRILLIC))
    return "cp1252"


def _share(raw: bytes, encoding: str, letters: re.Pattern[str]) -> float:
    """How many characters beyond ASCII are such letters, 0 to 1; 0 where the bytes cannot be of this encoding."""
    try:
        beyond = "".join(_BEYOND_ASCII.findall(raw.decode(encoding)))
    except UnicodeDecodeError:
        return 0.0
    return len(letters.findall(beyond)) / max(len(beyond), 1)


def _common_han(raw: bytes, encoding: str) -> float:
    """How many ideographs are of those that the standard lists first, the common ones; 0 to 1."""
    try:
        beyond = _BEYOND_ASCII.findall(raw.decode(encoding))
    except UnicodeDecodeError:
        return 0.0
    first, last = (0xB0, 0xD7) if encoding == "gb18030" else (0xA4, 0xC6)
    leads = [one.encode(encoding)[0] for one in beyond]
    # Before them stand punctuation and the letters of other scripts.
    han = [lead for lead in leads if not 0xA1 <= lead <= 0xA3]
    common = [lead for lead in han if first <= lead <= last]
    return len(common) / max(len(han), 1)
