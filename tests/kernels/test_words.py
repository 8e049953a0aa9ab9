from __future__ import annotations

import numpy as np
import pytest

from earmark.kernels import _core
from earmark.kernels.words import ALONE, CHARACTERS, LONGEST, SIGN, SPACE, WORD, cut_words

KINDS = np.full(CHARACTERS, WORD, np.uint8)
KINDS[[ord(" "), ord("\n")]], KINDS[[ord("."), ord("'")]], KINDS[ord("の")] = SPACE, SIGN, ALONE
LOWER = np.arange(CHARACTERS, dtype=np.uint16)
LOWER[ord("A") : ord("Z") + 1] += 32


def codes(text: str) -> np.ndarray:
    return np.array([ord(letter) for letter in text], np.uint32)


def kind(letter: str) -> int:
    return ALONE if ord(letter) >= CHARACTERS else int(KINDS[ord(letter)])


def plain(text: str, written: str) -> list[tuple[object, ...]]:
    """Each word's place, kind, letters, capitals, and whether it was altered, word by word."""
    found, at = [], 0
    while at < len(text):
        end = at + 1
        while kind(text[at]) == WORD and end < len(text) and kind(text[end]) == WORD:
            end += 1
        if kind(text[at]) != SPACE:
            word = text[at:end]
            capitals = [letter for letter in word if "A" <= letter <= "Z"]
            altered = any(a != b and a > "@" for a, b in zip(word, written[at:end], strict=True))
            found.append((at, kind(text[at]), word, len(capitals), word[0] in capitals, altered))
        at = end
    return found


@pytest.mark.parametrize("seed", range(30))
def test_words_are_those_found_one_by_one(seed):
    draw = np.random.default_rng(seed)
    text = "".join(draw.choice(list("abAZ9  \n.'の\U0001f3b5é"), seed * 20))
    written = "".join(letter if draw.random() < 0.9 else "x" for letter in text)
    cut = cut_words(codes(text), codes(written), KINDS, LOWER)
    words = plain(text, written)
    told = zip(
        cut.begins.tolist(), cut.kinds.tolist(),
        [text[at : at + n] for at, n in zip(cut.begins, cut.lengths, strict=True)],
        cut.capitals.tolist(), cut.capitalised.tolist(), cut.altered.tolist(), strict=True,
    )  # fmt: skip
    assert list(told) == words
    names = {}
    for word, number in zip(words, cut.numbers.tolist(), strict=True):
        assert names.setdefault(word[2].lower(), number) == number
    assert len(set(names.values())) == len(names)
    exact = dict(zip((word[2] for word in words), cut.exact.tolist(), strict=True))
    assert [exact[word[2]] for word in words] == cut.exact.tolist()
    assert len(set(exact.values())) == len(exact)


def test_words_are_told_apart_by_their_first_letters():
    same = "a" * (LONGEST - 1)
    text = f"{same}bc {same}cb {same}bd x{same} {same}x"
    one, other, third, fourth, fifth = cut_words(codes(text), codes(text), KINDS, LOWER).numbers.tolist()
    assert len({one, third, fourth, fifth}) == 4
    assert one == other  # What follows counts, but not its order.


def test_a_text_without_words_has_none():
    for text in ("", " \n "):
        cut = cut_words(codes(text), codes(text), KINDS, LOWER)
        assert [len(array) for array in cut] == [0] * 8


def test_arrays_that_do_not_fit_are_refused():
    letters = codes("abc")
    for arrays in (
        (letters, codes("ab"), KINDS, LOWER),
        (letters, letters, KINDS[:-1], LOWER),
        (letters, letters, KINDS, LOWER.astype(np.uint32)),
        (letters.astype(np.int64), letters, KINDS, LOWER),
        (letters.reshape(1, 3), letters.reshape(1, 3), KINDS, LOWER),
    ):
        with pytest.raises(ValueError, match="expected"):
            cut_words(*arrays)
    room = [np.zeros(3, np.uint64)] * 8
    with pytest.raises(ValueError, match="too few"):
        _core.cut_words(4, letters, letters, KINDS, LOWER, np.zeros(LONGEST, np.uint64), *room)
    with pytest.raises(TypeError, match="14 arguments"):
        _core.cut_words(4)
