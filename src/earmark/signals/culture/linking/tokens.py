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

from earmark.kernels.words import ALONE, CHARACTERS, SIGN, SPACE, WORD, cut_words
from earmark.signals.culture.linking.spelling import BREAK, PARAGRAPH, alike, codes

_WITHOUT_SPACES: Final = ((0x0E00, 0x0EFF), (0x1000, 0x109F), (0x1780, 0x17FF), (0x3005, 0x3007), (0x3041, 0x30FF),
                          (0x3400, 0x9FFF), (0xAC00, 0xD7AF), (0xF900, 0xFAFF))  # fmt: skip


class Tokens(NamedTuple):
    """The words and signs of some texts, one text after the other, with a sign between."""

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
    exact: NDArray[np.uint64]
    """The same for words that are the same, capitals too."""
    altered: NDArray[np.bool_]
    """Whether accents or marks were dropped from it."""


def tokens(texts: Sequence[str], titles: Sequence[str] | None = None) -> Tokens:
    """The tokens of texts; a title stands before its text, as a paragraph of its own."""
    befores = [f"{title}\n\n" if title else "" for title in titles] if titles else [""] * len(texts)
    originals = [before + text for before, text in zip(befores, texts, strict=True)]
    told = [alike(original) for original in originals]
    letters = codes("".join(f"{plain}{BREAK}" for plain, _ in told))
    cut = cut_words(letters, _written(originals, told), _kinds(), _lower())

    bounds = np.cumsum([0, *(len(plain) + 1 for plain, _ in told)])
    documents = np.repeat(np.arange(len(told), dtype=np.int32), np.diff(np.searchsorted(cut.begins, bounds)))
    starts = cut.begins - bounds[documents]
    last = starts + cut.lengths - 1
    for number, (_, places) in enumerate(told):
        if places is not None:
            # The sign behind a text stands behind it there, too.
            stood = np.append(places, len(originals[number]))
            own = slice(*np.searchsorted(documents, (number, number + 1)))
            starts[own], last[own] = stood[starts[own]], stood[last[own]]
    shifts = np.array([len(before) for before in befores], np.int64)[documents]
    first, kinds = letters[cut.begins], cut.kinds
    return Tokens(
        documents, starts - shifts, last + 1 - shifts,
        cut.lengths, (kinds == WORD) | (kinds == ALONE), kinds == ALONE, cut.capitals, cut.capitalised,
        (first >= 48) & (first <= 57), first, cut.numbers, cut.exact, cut.altered,
    )  # fmt: skip


def _written(
    originals: Sequence[str], told: Sequence[tuple[str, NDArray[np.int64] | None]]
) -> NDArray[np.uint32]:
    """What stood in the originals where the characters stand that were told of them, and a sign behind each."""
    if all(places is None for _, places in told):
        return codes("".join(f"{original}{BREAK}" for original in originals))
    parts = [codes(original + BREAK) for original in originals]
    return np.concatenate(
        [
            part if places is None else part[np.append(places, len(part) - 1)]
            for part, (_, places) in zip(parts, told, strict=True)
        ]
    )


@cache
def _lower() -> NDArray[np.uint16]:
    """Each character of the basic plane without its capital."""
    lowered = [chr(code).lower() for code in range(CHARACTERS)]
    return np.array([ord(low) if len(low) == 1 else code for code, low in enumerate(lowered)], np.uint16)


@cache
def _kinds() -> NDArray[np.uint8]:
    """The kind of each character of the basic plane."""
    kinds = np.full(CHARACTERS, SIGN, np.uint8)
    for code in range(CHARACTERS):
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
