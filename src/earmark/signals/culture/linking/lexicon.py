"""What is known of single words: how common they are, whether people are called so, and what they tell near names.

Frequencies and names of people are the lists of the package zxcvbn (MIT licence; English Wikipedia, American films and
television, the census of the United States); the rest is `vocabulary`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cache
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from earmark.kernels.runs import Runs
from earmark.signals.culture.linking import vocabulary
from earmark.signals.culture.linking.tokens import tokens

Words = NDArray[np.uint64]
RAREST: Final = 16.0
"""Commonness is this, less the binary logarithm of the rank; 0 for words that no list knows."""
FIRST_NAME, SURNAME, MUSIC, BEFORE, HERALD, AFTER, FUNCTION, MONTH, FORMAT = (1 << bit for bit in range(9))
_WORD_LISTS: Final = ("english_wikipedia", "us_tv_and_film")
_ELSEWHERE: Final = "passwords"
"""A word stands in one list alone, where it ranks highest: many common words are found among passwords only."""


class Lexicon:
    """Figures by word, looked up by the words' numbers."""

    def __init__(self, commonness: dict[str, float], kinds: dict[int, Collection[str]]) -> None:
        known = dict.fromkeys([*commonness, *(word for group in kinds.values() for word in group)])
        words = [word for word in known if word.isalpha()]
        at = np.arange(len(words), dtype=np.int64)
        self._known = Runs(numbers_of(words), at, at + 1)
        # Words that differ by accents alone are one: the first.
        words = [words[first] for first in np.unique(self._known.numbers, return_index=True)[1].tolist()]
        self._commonness = np.zeros(len(words) + 1, np.float32)
        self._commonness[:-1] = [commonness.get(word, 0.0) for word in words]
        self._kinds = np.zeros(len(words) + 1, np.int16)
        for kind, group in kinds.items():
            self._kinds[:-1] |= np.array([kind if word in group else 0 for word in words], np.int16)

    @classmethod
    @cache
    def load(cls) -> Self:
        """The one lexicon there is."""
        from zxcvbn.frequency_lists import FREQUENCY_LISTS as LISTS

        ranks: dict[str, int] = {}
        for name in (*_WORD_LISTS, _ELSEWHERE):
            for rank, word in enumerate(LISTS[name]):
                if word.isalpha():
                    ranks[word] = min(rank, ranks.get(word, rank))
        commonness = {word: max(RAREST - float(np.log2(rank + 1)), 0.5) for word, rank in ranks.items()}
        for word in vocabulary.FUNCTION:
            commonness[word] = max(commonness.get(word, 0.0), 8.0)
        kinds: dict[int, Collection[str]] = {
            FIRST_NAME: frozenset(LISTS["female_names"]) | frozenset(LISTS["male_names"]),
            SURNAME: frozenset(LISTS["surnames"]),
            MUSIC: vocabulary.MUSIC,
            BEFORE: vocabulary.BEFORE,
            HERALD: vocabulary.HERALDS,
            AFTER: vocabulary.AFTER,
            FUNCTION: vocabulary.FUNCTION,
            MONTH: vocabulary.MONTHS,
            FORMAT: vocabulary.FORMATS,
        }
        return cls(commonness, kinds)

    def look_up(self, numbers: Words) -> tuple[NDArray[np.float32], NDArray[np.int16]]:
        """Commonness and kinds of words by their numbers, zeros for those that are not known."""
        found = self._known.find(numbers)
        at = np.full(len(numbers), len(self._kinds) - 1, np.int32)
        at[found.begins] = found.runs
        return self._commonness[at], self._kinds[at]


def numbers_of(words: Iterable[str]) -> Words:
    """The numbers of words; each must be one word, of a script that parts words by spaces."""
    listed = list(words)
    told = tokens([" ".join(listed)]).numbers[:-1]
    if len(told) != len(listed):
        raise ValueError(f"{len(listed)} words are {len(told)} tokens.")
    return told
