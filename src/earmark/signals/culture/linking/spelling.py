"""Texts and names in letters that are alike: one character for one, so that places in the text stay what they are.

Accents of Latin, Greek and Cyrillic letters are dropped, quotes, dashes and spaces of every kind become the plain
ones, wide letters narrow; case stays. Marks that stand alone (decomposed accents, joiners, directions) are taken out,
and it is told where each character that is left stood. Source: Unicode Standard Annex #15, forms NFC and NFKD.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

BREAK: Final = "\x02"
"""Between documents."""
PARAGRAPH: Final = "\x03"
"""Between paragraphs."""
_GONE: Final = "\x00"
_LIKE: Final = {
    "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ħ": "h", "Ħ": "H", "ŧ": "t", "Ŧ": "T", "ı": "i",
    **dict.fromkeys("’‘‛ʼʻʹ′´`", "'"),
    **dict.fromkeys("“”„‟«»″", '"'),
}  # fmt: skip
_APART: Final = re.compile("[^\\W_][\u0300-\u036f\u3099\u309a]+|[\u1100-\u11ff]+")
_ASCII: Final = bytes(range(128))
_EMPTY_LINE: Final = "\n\n"
_MARKS: Final = re.compile("[\u0300-\u036f\u3099\u309a\u1100-\u11ff]")


@cache
def _alike(character: str) -> str:
    if character in _LIKE:
        return _LIKE[character]
    category = unicodedata.category(character)
    if character.isspace() or category in {"Cc", "Cs"}:
        return " "
    if category == "Cf" or "\u0300" <= character <= "\u036f":
        return _GONE
    if category == "Pd":
        return "-"
    parts = unicodedata.normalize("NFKD", character)
    # Voiced kana and syllables of Hangul stay whole: there, marks tell words apart.
    bare = "".join(part for part in parts if not "\u0300" <= part <= "\u036f")
    return bare if len(bare) == 1 else character


def alike(text: str) -> tuple[str, NDArray[np.int64] | None]:
    """The text in plain letters, and where each of its characters stood; None where all stand as they did.

    An empty line becomes `PARAGRAPH`.
    """
    places = None
    if not text.isascii():
        odd = _odd(text)
        if any(_MARKS.match(letter) for letter in odd):
            text, places = _composed(text)
            odd = _odd(text)
        for letter in odd:
            if (plain := _alike(letter)) != letter:
                text = text.replace(letter, plain)
        if _GONE in text:
            kept = np.flatnonzero(codes(text))
            places = kept if places is None else places[kept]
            text = text.replace(_GONE, "")
    return text.replace(_EMPTY_LINE, "\n" + PARAGRAPH), places


def _odd(text: str) -> set[str]:
    """The characters beyond ASCII; bytes are sifted several times faster than characters."""
    return set(text.encode("utf-8", "surrogatepass").translate(None, _ASCII).decode("utf-8", "surrogatepass"))


def _composed(text: str) -> tuple[str, NDArray[np.int64]]:
    """Letters and their marks as one character each, and where each began."""
    parts, places, last = [], [], 0
    for found in _APART.finditer(text):
        whole = unicodedata.normalize("NFC", found[0])
        parts += [text[last : found.start()], whole]
        places += [
            np.arange(last, found.start()),
            np.minimum(np.arange(len(whole)) + found.start(), found.end() - 1),
        ]
        last = found.end()
    return "".join([*parts, text[last:]]), np.concatenate([*places, np.arange(last, len(text))])


def codes(text: str) -> NDArray[np.uint32]:
    """The code points of a text, ``(n_characters,)``."""
    return np.frombuffer(text.encode("utf-32-le", "replace"), np.uint32)
