"""What tells whether a name that stands in a text is meant: figures alone, no words.

Of the name (how long, how common its words are in texts at large), of its spelling, of the place (begins a sentence,
capitals beside it, words of music near by), of the text (are its words written small here, is it named again, in the
title, beside other names), and of the catalogue (how many are called so).
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from earmark.signals.culture.linking.lexicon import (
    AFTER,
    BEFORE,
    FIRST_NAME,
    FORMAT,
    FUNCTION,
    HERALD,
    MONTH,
    MUSIC,
    SURNAME,
    Lexicon,
    numbers_of,
)
from earmark.signals.culture.linking.spelling import BREAK, PARAGRAPH
from earmark.signals.culture.linking.tokens import Tokens

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
NEAR: Final = 8
"""Tokens before and after a name that are near it."""
AROUND: Final = 30
"""Tokens before and after a name that are around it."""
FEATURES: Final = (
    "letters", "words", "capitalised", "all_capitals", "digits", "manner", "accents", "rarest", "commonest", "grammar",
    "first_name", "surname", "month", "format", "alone", "called_so",
    "begins_sentence", "capital_before", "capital_after", "bridge_before", "bridge_after",
    "word_before", "herald_before", "word_after", "possessive",
    "the_before",
    "joined", "quoted", "bracketed", "comma_beside", "figure_beside", "capitals_near", "music_near",
    "music_around", "names_near",
    "small_here", "capital_here", "times", "titled", "has_title", "place", "first_place", "ever_heralded",
    "ever_possessive", "ever_inside", "nearest_manner", "within_longer", "length", "capitals_of_text",
    "music_of_text", "names_of_text",
)  # fmt: skip
"""What is looked at, in order."""
_QUOTE, _APOSTROPHE, _COMMA = ord('"'), ord("'"), ord(",")
_END, _OPEN, _JOIN = 1, 2, 4
_SIGNS: Final = {_END: ".!?:" + PARAGRAPH + BREAK, _OPEN: "\"'([-*•–", _JOIN: "-/.@#_&+'"}
"""What ends a sentence, what may stand before a name, and what joins it to other words."""


class Candidates(NamedTuple):
    """Names that stand in texts, without overlaps, by text and place."""

    begins: Ints
    """``(n,)``, the first token of each."""
    ends: Ints
    """The token after the last."""
    things: Ints
    """What each would name: an artist, or a work; any numbers below 2³¹."""
    manners: NDArray[np.int8]
    """How far each is from the name as it is written."""
    accented: Flags
    """Whether the name has accents."""
    called: Ints
    """How many things of the catalogue have the name."""


class Texts(NamedTuple):
    """What the features of names are read from: the texts' tokens, and figures of each of them."""

    tokens: Tokens
    words: NDArray[np.uint64]
    """Their numbers, which are others in each text."""
    common: Floats
    kinds: NDArray[np.int16]
    signs: NDArray[np.uint8]
    """What signs it may be, see `_SIGNS`."""
    opening: Flags
    """Whether it begins a sentence."""
    capital: Flags
    """Whether it is a word with a capital that it need not have."""
    music: Ints
    """``(n_tokens + 1,)``, how many words of music there are before it."""
    capitals: Ints
    """``(n_tokens + 1,)``, how many words with a capital."""
    firsts: Ints
    """``(n_texts + 1,)``, the first token of each text."""

    @classmethod
    def of(cls, tokens: Tokens, n_texts: int) -> Texts:
        """Figures of tokens."""
        common, kinds = Lexicon.load().look_up(tokens.numbers)
        signs = _signs()[np.minimum(tokens.first, 0xFFFF)]
        closing = signs & _END > 0
        # The point of "feat." and "vs." ends no sentence.
        closing[1:] &= ~(
            (tokens.first[1:] == ord(".")) & (kinds[:-1] & BEFORE > 0) & (tokens.lengths[:-1] < 5)
        )
        openers = signs & _OPEN > 0
        ended = np.concatenate([[True], closing[:-1]])
        opening = ended.copy()
        opening[1:] |= openers[:-1] & ended[:-1]
        capital = tokens.capitalised & ~opening
        return cls(
            tokens, _of_text(tokens.numbers, tokens.documents), common, kinds, signs, opening, capital,
            _before(kinds & MUSIC > 0), _before(tokens.capitalised),
            np.searchsorted(tokens.documents, np.arange(n_texts + 1)).astype(np.int64),
        )  # fmt: skip


def features(texts: Texts, candidates: Candidates) -> Floats:
    """Figures of names, ``(n_candidates, n_features)`` float32."""
    columns = {**_of_names(texts, candidates), **_of_places(texts, candidates)}
    columns |= _of_texts(texts, candidates, columns)
    return np.stack([np.asarray(columns[name], np.float32) for name in FEATURES], axis=1)


def _of_names(texts: Texts, these: Candidates) -> dict[str, NDArray[Any]]:
    tokens, begins, sizes = texts.tokens, these.begins, these.ends - these.begins
    every, firsts = _spread(begins, sizes)
    words = tokens.words[every]
    counted = np.maximum(np.add.reduceat(words.astype(np.int64), firsts), 1) if len(firsts) else sizes
    letters = _summed(tokens.lengths[every], firsts)
    common, kinds = texts.common[every], texts.kinds[every]
    last = these.ends - 1
    altered = _summed(tokens.altered[every], firsts) > 0
    return {
        "letters": letters,
        "words": counted,
        "capitalised": _summed(tokens.capitalised[every], firsts) / counted,
        "all_capitals": _summed(tokens.capitals[every], firsts) / np.maximum(letters, 1),
        "digits": _summed(tokens.digits[every], firsts) / counted,
        "manner": these.manners,
        "accents": np.where(these.accented == altered, np.where(altered, 1, 0), -1),
        "rarest": _reduced(np.minimum, np.where(words, common, np.float32(16)), firsts),
        "commonest": _reduced(np.maximum, common, firsts),
        "grammar": _summed(kinds & FUNCTION > 0, firsts) / counted,
        "first_name": texts.kinds[begins] & FIRST_NAME > 0,
        "surname": (texts.kinds[last] & (SURNAME | FIRST_NAME) > 0) & (sizes > 1),
        "month": (_summed(kinds & MONTH > 0, firsts) > 0) & (counted < 3),
        "format": (texts.kinds[begins] & FORMAT > 0) & (sizes == 1),
        "alone": _summed(tokens.alone[every], firsts) / counted,
        "called_so": np.minimum(these.called, 5),
    }


def _of_places(texts: Texts, these: Candidates) -> dict[str, NDArray[Any]]:
    tokens, kinds = texts.tokens, texts.kinds
    n = len(tokens.starts)
    # Before the very first token (−1) is the very last: a sign between texts, as it is before every other text.
    before, after = these.begins - 1, np.minimum(these.ends, n - 1)
    quoted = (tokens.first[before] == _QUOTE) | (
        (tokens.first[before] == _APOSTROPHE) & (tokens.ends[before] == tokens.starts[these.begins])
    )
    # What stands before a quote or a bracket is before the name.
    cue = np.where(texts.signs[before] & _OPEN > 0, np.maximum(before - 1, 0), before)
    own = texts.kinds[after] & AFTER > 0
    apostrophe = tokens.first[after] == _APOSTROPHE
    possessive = apostrophe & (tokens.starts[after] == tokens.ends[these.ends - 1]) & ~quoted
    touches_before = (tokens.ends[before] == tokens.starts[these.begins]) & (
        tokens.documents[before] == tokens.documents[these.begins]
    )
    touches_after = tokens.starts[after] == tokens.ends[these.ends - 1]
    beyond = np.minimum(after + 1, n - 1)
    joined = (touches_before & ((texts.signs[before] & _JOIN > 0) | tokens.words[before]) & ~quoted) | (
        touches_after
        & (((texts.signs[after] & _JOIN > 0) & ~possessive) | tokens.words[after])
        & (tokens.starts[beyond] == tokens.ends[after])
        & tokens.words[beyond]
    )
    first, last = (
        texts.firsts[tokens.documents[these.begins]],
        texts.firsts[tokens.documents[these.begins] + 1],
    )
    near = (np.maximum(these.begins - NEAR, first), np.minimum(these.ends + NEAR, last))
    around = (np.maximum(these.begins - AROUND, first), np.minimum(these.ends + AROUND, last))
    capitals = (
        texts.capitals[near[1]]
        - texts.capitals[near[0]]
        - (texts.capitals[these.ends] - texts.capitals[these.begins])
    )
    names = np.searchsorted(these.begins, near[1]) - np.searchsorted(these.ends, near[0]) - 1
    return {
        "begins_sentence": texts.opening[these.begins],
        "capital_before": tokens.capitalised[before]
        * np.where(texts.opening[before], 0.5, 1)
        * (kinds[before] & HERALD == 0),
        "capital_after": tokens.capitalised[after],
        "bridge_before": _bridges(texts, before)
        & tokens.capitalised[np.maximum(before - 1, 0)]
        & (before > first),
        "bridge_after": _bridges(texts, after) & tokens.capitalised[beyond] & (beyond < last),
        "word_before": kinds[cue] & BEFORE > 0,
        "herald_before": kinds[cue] & HERALD > 0,
        "word_after": own,
        "possessive": possessive,
        "the_before": tokens.numbers[before] == _the(),
        "joined": joined,
        "quoted": quoted,
        "bracketed": (tokens.first[before] == ord("(")) | (tokens.first[after] == ord("(")),
        "comma_beside": (tokens.first[before] == _COMMA).astype(np.int8) + (tokens.first[after] == _COMMA),
        "figure_beside": tokens.digits[before] | tokens.digits[after],
        "capitals_near": capitals / np.maximum(near[1] - near[0] - (these.ends - these.begins), 1),
        "music_near": texts.music[near[1]] - texts.music[near[0]],
        "music_around": texts.music[around[1]] - texts.music[around[0]],
        "names_near": np.maximum(names, 0),
    }


def _bridges(texts: Texts, at: Ints) -> Flags:
    """Which tokens may join two parts of a name: small words of grammar, and "&"."""
    grammar = (texts.kinds[at] & FUNCTION > 0) & (texts.tokens.capitals[at] == 0)
    return np.asarray(grammar | (texts.tokens.first[at] == ord("&")))


def _of_texts(texts: Texts, these: Candidates, columns: dict[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    tokens = texts.tokens
    document = tokens.documents[these.begins].astype(np.int64)
    in_title = tokens.starts[these.begins] < 0
    _, same = np.unique(document << 31 | these.things, return_inverse=True)
    order = np.argsort(same, kind="stable")
    firsts = np.flatnonzero(np.diff(same[order], prepend=-1))

    def of_same(values: NDArray[Any], how: np.ufunc) -> NDArray[Any]:
        return _reduced(how, values[order], firsts)[same]

    first, last = texts.firsts[document], texts.firsts[document + 1]
    length = np.maximum(last - first, 1)
    place = (these.begins - first) / length
    rarest = _rarest(texts, these)
    small, capital = _as_written(texts, rarest)
    beside = ("capital_before", "capital_after", "bridge_before", "bridge_after")
    inside = np.max([columns[name].astype(np.float32) for name in beside], axis=0)
    titles = np.bincount(tokens.documents[tokens.starts < 0], minlength=len(texts.firsts) - 1) > 0
    return {
        "small_here": np.log1p(small),
        "capital_here": np.log1p(capital),
        "times": np.log1p(of_same(~in_title, np.add)),
        "titled": of_same(in_title, np.maximum),
        "has_title": titles[document],
        "place": place,
        "first_place": of_same(place, np.minimum),
        "ever_heralded": of_same(columns["herald_before"], np.maximum),
        "ever_possessive": of_same(columns["possessive"], np.maximum),
        "ever_inside": of_same(inside, np.add) / of_same(np.ones(len(same), np.float32), np.add),
        "nearest_manner": of_same(these.manners, np.minimum),
        "within_longer": np.log1p(_within_longer(texts, these, rarest)),
        "length": np.log1p(length),
        "capitals_of_text": (texts.capitals[last] - texts.capitals[first]) / length,
        "music_of_text": (texts.music[last] - texts.music[first]) / length,
        "names_of_text": np.bincount(document, minlength=1)[document] / length,
    }


def _rarest(texts: Texts, these: Candidates) -> Ints:
    """Of each name the token that is the least common."""
    every, firsts = _spread(these.begins, these.ends - these.begins)
    common = np.where(texts.tokens.words[every], texts.common[every], np.float32(16))
    least = np.repeat(_reduced(np.minimum, common, firsts), these.ends - these.begins)
    hits = np.flatnonzero(common == least)
    return every[hits[np.searchsorted(hits, firsts)]] if len(firsts) else every


def _as_written(texts: Texts, asked: Ints) -> tuple[Ints, Ints]:
    """How often the word of a token stands in its text in small letters, and with a capital that it need not have."""
    tokens = texts.tokens
    keys, back = np.unique(texts.words[asked], return_inverse=True)
    at = _places(keys, texts.words)
    known = np.flatnonzero(at >= 0)
    small = np.bincount(at[known[tokens.capitals[known] == 0]], minlength=len(keys))
    capital = np.bincount(at[known[texts.capital[known]]], minlength=len(keys))
    return small[back], capital[back]


def _within_longer(texts: Texts, these: Candidates, rarest: Ints) -> Ints:
    """How often the word of a name of one word stands within longer names of its text."""
    sizes = these.ends - these.begins
    every, _ = _spread(these.begins[sizes > 1], sizes[sizes > 1])
    keys, own = np.sort(texts.words[every]), texts.words[rarest]
    return np.where(sizes > 1, 0, np.searchsorted(keys, own, "right") - np.searchsorted(keys, own, "left"))


def _of_text(numbers: NDArray[np.uint64], documents: NDArray[np.integer]) -> NDArray[np.uint64]:
    return numbers ^ ((documents.astype(np.uint64) + np.uint64(1)) * np.uint64(0xD6E8FEB86659FD93))


def _places(keys: NDArray[np.uint64], values: NDArray[np.uint64]) -> Ints:
    """Where each value stands among ascending keys, −1 for others; most are sorted out by their lowest bits."""
    some = np.zeros(1 << 16, np.bool_)
    some[keys & np.uint64(0xFFFF)] = True
    at = np.full(len(values), -1, np.int64)
    maybe = np.flatnonzero(some[values & np.uint64(0xFFFF)])
    if len(maybe) and len(keys):
        places = np.minimum(np.searchsorted(keys, values[maybe]), len(keys) - 1)
        at[maybe] = np.where(keys[places] == values[maybe], places, -1)
    return at


@cache
def _signs() -> NDArray[np.uint8]:
    """Of each character of the basic plane, which of `_SIGNS` it is."""
    kinds = np.zeros(0x10000, np.uint8)
    for kind, signs in _SIGNS.items():
        kinds[[ord(sign) for sign in signs]] |= kind
    return kinds


@cache
def _the() -> np.uint64:
    return np.uint64(numbers_of(["the"])[0])


def _before(flags: Flags) -> Ints:
    return np.concatenate([[0], np.cumsum(flags)])


def _spread(begins: Ints, sizes: Ints) -> tuple[Ints, Ints]:
    """All tokens of some stretches one after the other, and where those of each begin among them."""
    firsts = np.cumsum(sizes) - sizes
    return np.arange(int(sizes.sum())) + np.repeat(begins - firsts, sizes), firsts


def _summed(values: NDArray[Any], firsts: Ints) -> Ints:
    return _reduced(np.add, values.astype(np.int64), firsts)


def _reduced(how: np.ufunc, values: NDArray[Any], firsts: Ints) -> NDArray[Any]:
    if values.dtype == np.bool_:
        values = values.astype(np.float32)
    return how.reduceat(values, firsts) if len(firsts) else values[:0]
