"""Bring text in any script to one spelling: case, accents, quotes and punctuation no longer matter.

Two steps, so that what names a version can be read off between them: `fold` settles the letters and keeps
the marks that carry structure (brackets, dashes, ``& + $ ! , . "``); `words` then turns those into words or
spaces. Method: Unicode NFKD and full case folding (UAX #15, Unicode Standard 3.13), marks of Latin, Greek and
Cyrillic dropped, those of other scripts (Japanese voicing, Indic and Thai vowels) kept, since there they tell
words apart.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

STRUCTURE: Final = frozenset('()[]-&+$!,."')

_SPELLED: Final = {
    "ø": "o", "ł": "l", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th",
    **dict.fromkeys("【〔「『〈《｢{", "["),
    **dict.fromkeys("】〕」』〉》｣}", "]"),
    **dict.fromkeys("“”„‟«»", '"'),
}  # fmt: skip
_ACCENTS: Final = re.compile("[\u0300-\u036f\u1dc0-\u1dff]")
_APOSTROPHES: Final = str.maketrans(dict.fromkeys("’‘‛ʼʻʹ′´`", "'"))
_OPENING_APOSTROPHE: Final = re.compile(r"(?<![^\s(\[])'(?=\w)")


def _folded_character(character: str) -> str | None:
    """What one lower-case, decomposed character becomes; None drops it."""
    if character in STRUCTURE or character == " ":
        return character
    if character in _SPELLED:
        return _SPELLED[character]
    category = unicodedata.category(character)
    if category == "Cf" or _ACCENTS.match(character) or character == "'":  # Cf: joiners, soft hyphens; unseen
        return None
    if category == "Pd":
        return "-"
    return " " if category[0] in "PSZC" and category != "Cn" else character


class _FoldingTable(dict[int, str | None]):
    """A translation table that fills itself, so that importing it costs nothing."""

    def __missing__(self, code: int) -> str | None:
        self[code] = folded = _folded_character(chr(code))
        return folded


_FOLDING: Final = _FoldingTable()
_ASCII_WORDS: Final = str.maketrans(
    {c: c.lower() if c.isalnum() else None if c in "'`" else " " for c in map(chr, range(128))}
)
_TO_WORDS: Final = str.maketrans({c: " and " if c in "&+" else " " for c in STRUCTURE})
_NOT_PLAIN: Final = re.compile(r"[^\x00-\x7f]|[()\[\]{}&+$!,.]|\s-+\s")
_ACRONYM: Final = re.compile(r"(?<![\w.])(?:[a-z]\.)+[a-z]\b\.?|(?<![\w.])(?:[a-z]\. )+[a-z]\.")
_DOLLAR: Final = re.compile(r"(?<=[^\W\d_])\$|\$(?=[^\W\d_])")
_BANG: Final = re.compile(r"(?<=[^\W\d_])!(?=[^\W\d_])")


@lru_cache(1_024)  # A title is asked about twice: as a song's, and as a recording's.
def plain_words(text: str) -> str | None:
    """The words of ASCII text without structure, in one pass; None where `fold` and `words` are needed."""
    if _NOT_PLAIN.search(text):
        return None
    return " ".join(text.translate(_ASCII_WORDS).split())


def fold(text: str) -> str:
    """Text in lower case without accents, apostrophes and odd signs, its structure (`STRUCTURE`) kept.

    Dashes of every kind become ``-``, brackets ``()`` or ``[]``, double and opening single quotes ``"``.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.translate(_APOSTROPHES).casefold()).casefold()
    else:
        text = text.lower().replace("`", "'")
    if "'" in text:
        text = _OPENING_APOSTROPHE.sub('"', text)
    text = text.translate(_FOLDING)
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def words(folded: str) -> str:
    """The words of folded text, single-spaced.

    ``&`` and ``+`` read "and"; ``$`` beside a letter reads "s" and ``!`` between letters "i" (stage names);
    initials close up ("R.E.M." is "rem"). Empty where there is neither letter nor digit.
    """
    if "." in folded:
        folded = _ACRONYM.sub(lambda run: run[0].replace(".", "").replace(" ", "") + " ", folded)
    if "$" in folded:
        folded = _DOLLAR.sub("s", folded)
    if "!" in folded:
        folded = _BANG.sub("i", folded)
    bare = folded.translate(_TO_WORDS).split()
    return "" if all(word == "and" for word in bare) and "and" not in folded else " ".join(bare)


def raw_words(text: str) -> str:
    """The text as it stands, lower case and single-spaced: the last resort where no letter is left."""
    return " ".join(text.casefold().split())
