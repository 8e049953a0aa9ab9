"""Texts as words and signs: where each begins, whether it is in capitals, and a number by which it is known.

A word is a run of letters, digits and marks; every sign, and every letter of a script that is written without spaces,
stands alone. Many texts are taken at once, in arrays, since one text is over before an array operation pays.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Final, NamedTuple
from unicodedata import category

import numpy as np
from numpy.typing import NDArray

from earmark.signals.culture.linking.spelling import BREAK, PARAGRAPH, alike, codes

SPACE, WORD, SIGN, ALONE = range(4)
"""Kinds of characters; those of kind ALONE are words of one letter."""
_WITHOUT_SPACES: Final = ((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x3005, 0x3007), (0x3041, 0x30FF),
                          (0x3400, 0x9FFF), (0xAC00, 0xD7AF), (0xF900, 0xFAFF))  # fmt: skip
_LONGEST: Final = 64
"""Letters of a word that tell it from others."""
_FACTOR: Final = 0x9E3779B97F4A7C15


class Tokens(NamedTuple):
    """The words and signs of some texts, one text after the other, with a sign between."""

    spaced: str
    """All of them with a space before each and after the last: what is searched for names."""
    token_at: NDArray[np.int32]
    """``(len(spaced),)``, the token whose letter or preceding space stands there."""
    documents: NDArray[np.int32]
    """``(n_tokens,)``, the text of each."""
    starts: NDArray[np.int64]
    """``(n_tokens,)``, where it begins in its text; of a title, less the title's length, so below zero."""
    ends: NDArray[np.int64]
    lengths: NDArray[np.int32]
    """Letters."""
    words: NDArray[np.bool_]
    """Whether it is a word, not a sign."""
    alone: NDArray[np.bool_]
    """Whether it is one letter of a script without spaces."""
    capitals: NDArray[np.int32]
    """How many capital letters it has."""
    capitalised: NDArray[np.bool_]
    """Whether it begins with one."""
    digits: NDArray[np.bool_]
    """Whether it begins with a digit."""
    first: NDArray[np.uint32]
    """Code of its first character."""
    numbers: NDArray[np.uint64]
    """The same for words that are the same but for capitals."""
    altered: NDArray[np.bool_]
    """Whether accents or marks were dropped from it."""


def tokens(texts: Sequence[str], titles: Sequence[str] | None = None) -> Tokens:
    """The tokens of texts; a title stands before its text, as a paragraph of its own."""
    befores = [f"{title}\n\n" if title else "" for title in titles] if titles else [""] * len(texts)
    wholes: list[str] = []
    changes: list[tuple[int, NDArray[np.int64] | None]] = []
    for before, text in zip(befores, texts, strict=True):
        whole, place = alike(before + text)
        if place is not None or not whole.isascii() or not text.isascii() or not before.isascii():
            changes.append((len(wholes), place))
        wholes.append(whole)
    joined = BREAK.join(wholes) + BREAK
    letters = codes(joined)
    known = np.minimum(letters, 0xFFFF)
    kinds = _kinds()[known]
    kinds[letters > 0xFFFF] = ALONE

    filled = kinds != SPACE
    begins = filled.copy()
    begins[1:] &= (kinds[1:] != WORD) | (kinds[:-1] != WORD)
    starts = np.flatnonzero(begins)
    within = np.flatnonzero(filled)
    firsts = np.flatnonzero(begins[within])
    counts = np.diff(firsts, append=len(within))
    shown = known[within]
    lower = _lower()[shown]
    upper = lower != shown
    token = np.repeat(np.arange(len(starts), dtype=np.int32), counts)
    at = np.arange(len(within), dtype=np.int32)
    spaced = np.full(len(within) + len(starts) + 1, ord(" "), np.uint32)
    spaced[at + token + 1] = letters[within]
    token_at = np.zeros(len(spaced), np.int32)
    token_at[:-1] = np.repeat(np.arange(len(starts), dtype=np.int32), counts + 1)

    place_in = np.minimum(at - np.repeat(firsts.astype(np.int32), counts), _LONGEST - 1)
    numbers = np.add.reduceat(_powers()[place_in] * lower, firsts)
    numbers ^= numbers >> np.uint64(29)
    numbers *= np.uint64(_FACTOR)
    kind, first = kinds[starts], letters[starts]

    bounds = np.cumsum([0, *(len(whole) + 1 for whole in wholes)])
    documents = np.repeat(np.arange(len(wholes), dtype=np.int32), np.diff(np.searchsorted(starts, bounds)))
    shifts = np.array([len(before) for before in befores], np.int64)
    origins = np.arange(len(letters)) - np.repeat(bounds[:-1] + shifts, np.diff(bounds))
    altered = np.zeros(len(letters), np.bool_)
    for number, place in changes:
        written = codes(befores[number] + texts[number])
        own = slice(bounds[number], bounds[number + 1] - 1)
        if place is not None:
            origins[own] = place - shifts[number]
            written = written[place]
        altered[own] = (written != letters[own]) & (letters[own] > ord("@"))
    return Tokens(
        spaced.tobytes().decode("utf-32-le"), token_at, documents, origins[starts], origins[starts + counts - 1] + 1,
        counts.astype(np.int32), (kind == WORD) | (kind == ALONE), kind == ALONE,
        np.bincount(token[upper], minlength=len(starts)).astype(np.int32), upper[firsts],
        (first >= 48) & (first <= 57), first, numbers, np.bincount(token[altered[within]], minlength=len(starts)) > 0,
    )  # fmt: skip


@cache
def _powers() -> NDArray[np.uint64]:
    return np.array([pow(0x100000001B3, at + 1, 1 << 64) for at in range(_LONGEST)], np.uint64)


@cache
def _lower() -> NDArray[np.uint16]:
    """Each character of the basic plane without its capital."""
    lowered = [chr(code).lower() for code in range(0x10000)]
    return np.array([ord(low) if len(low) == 1 else code for code, low in enumerate(lowered)], np.uint16)


@cache
def _kinds() -> NDArray[np.uint8]:
    """The kind of each character of the basic plane."""
    kinds = np.full(0x10000, SIGN, np.uint8)
    for code in range(0x10000):
        letter = chr(code)
        if letter.isspace():
            kinds[code] = SPACE
        elif category(letter)[0] in "LNM":
            kinds[code] = WORD
        elif category(letter) == "Cc" and letter not in {BREAK, PARAGRAPH}:
            kinds[code] = SPACE
    for begin, end in _WITHOUT_SPACES:
        stretch = kinds[begin : end + 1]
        stretch[stretch == WORD] = ALONE
    return kinds
