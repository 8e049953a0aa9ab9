"""Sentences and words of running text, with what is named in it told apart from what is said of it.

Names are masked before a text is cut: a name that ends in a mark ("Wham!") ends no sentence, and its words ("Low",
"Sad Lovers") say nothing about music. Cutting follows the marks that end sentences, as in Grefenstette & Tapanainen
(1994): a mark, a space and a capital, but not after an abbreviation or an initial.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

NAME: Final = "\0"
"""Stands for a name in masked text; one such word a name."""

_BLANK_LINE: Final = re.compile(r"\n[^\S\n]*\n\s*")
_BREAK: Final = "\1"
_MARK: Final = re.compile("[.!?…。！？](?:(?<=[。！？])|[\"”’')\\]]*\\s+(?=[\"“‘'(\\[]*(?:[^\\W_a-z]|\0)))")
_ABBREVIATED: Final = frozenset(
    ("Mr", "Mrs", "Ms", "Dr", "St", "Jr", "Sr", "vs", "ft", "feat", "pt", "vol", "aka")
)
_LONGEST_ABBREVIATION: Final = 4
_MARKS: Final = ',.;:!?()[]…—–"“”/' + NAME
_SPACED: Final = (
    ("’", "'"),
    *((mark, f" {mark} ") for mark in _MARKS),
    ("--", " — "),
    (" '", " ' "),
    ("' ", " ' "),
)


class Sentence(NamedTuple):
    """One sentence of masked text."""

    paragraph: int
    text: str
    names: int
    """How many names stand before it in the text."""


def mask(text: str, places: Sequence[tuple[int, int]]) -> str:
    """The text with `NAME` in place of each span of ``places``, which go by start and do not overlap."""
    text = text.replace(NAME, " ")
    parts, done = [], 0
    for start, end in places:
        parts.append(text[done:start])
        done = end
    parts.append(text[done:])
    # Apart from the words beside it: a possessive is no part of the name.
    return f" {NAME} ".join(parts)


def sentences(masked: str) -> Iterator[Sentence]:
    """The sentences of a text, in order; paragraphs are apart by an empty line."""
    names = 0
    for number, paragraph in enumerate(_BLANK_LINE.split(masked)):
        begin = 0
        for end in (*_ends(paragraph), len(paragraph)):
            text = paragraph[begin:end].strip()
            if text:
                yield Sentence(number, text, names)
                names += text.count(NAME)
            begin = end


def _ends(paragraph: str) -> Iterator[int]:
    for mark in _MARK.finditer(paragraph):
        if paragraph[mark.start()] != "." or not _is_abbreviated(paragraph, mark.start()):
            yield mark.end()


def _is_abbreviated(paragraph: str, at: int) -> bool:
    """Whether a full stop stands behind an abbreviation, or an initial."""
    before = paragraph[max(0, at - _LONGEST_ABBREVIATION - 1) : at]
    word = before.split()[-1].lstrip("([\"'“‘") if before[-1:].isalpha() else ""
    return word in _ABBREVIATED or (len(word) == 1 and word.isupper())


def tokens(text: str) -> list[str]:
    """Words, with the hyphens, apostrophes and ampersands inside them, and each other mark as a word of its own."""
    return _spaced(text).split()


def _spaced(text: str) -> str:
    for mark, spaced in _SPACED:
        if mark in text:
            text = text.replace(mark, spaced)
    return text


class Words(NamedTuple):
    """The words of a sentence (`tokens`)."""

    written: list[str]
    lower: list[str]


def words_of(texts: Sequence[str]) -> list[Words]:
    """The words of several sentences, cut all at once, which is faster."""
    together = "".join(f"{text.replace(_BREAK, ' ')} {_BREAK} " for text in texts)
    spaced = _spaced(together)
    written, lower = spaced.split(), spaced.lower().split()
    found, begin = [], 0
    for _ in texts:
        end = written.index(_BREAK, begin)
        found.append(Words(written[begin:end], lower[begin:end]))
        begin = end + 1
    return found


def shortened(quote: str, letters: int) -> str:
    """A quote in one line, of at most so many letters, cut at a word with "…"."""
    quote = " ".join(quote.split())
    if len(quote) <= letters:
        return quote
    whole = quote[: letters - 1].rsplit(" ", 1)[0]
    return whole + "…"
