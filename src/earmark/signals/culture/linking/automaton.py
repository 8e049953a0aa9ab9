"""All spellings of all names, and where they stand in texts.

An automaton (Aho & Corasick 1975) goes through a text once, whatever the number of names. Names and texts are taken
apart into the same words and signs first, each between spaces, so that a spelling is found only where words begin
and end: no "Air" in "Airport". Case is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from ahocorasick_rs import AhoCorasick, Implementation
from numpy.typing import NDArray

from earmark.signals.culture.linking.lexicon import FUNCTION, Lexicon
from earmark.signals.culture.linking.names import Name, spellings, title_spellings
from earmark.signals.culture.linking.spelling import BREAK
from earmark.signals.culture.linking.tokens import Tokens, tokens

Ints = NDArray[np.int64]
COMMON = 1.0
"""From this commonness on, a word in small letters is itself, not a name."""


class Found(NamedTuple):
    """Spellings that stand in texts, by where they begin."""

    spellings: Ints
    begins: Ints
    """The first token of each."""
    ends: Ints
    """The token after the last."""


class Spellings(NamedTuple):
    """Figures of all spellings that are searched for."""

    texts: list[str]
    """As they stand between spaces."""
    name_starts: Ints
    """``(n_spellings + 1,)``, where the names of each spelling begin among ``names``."""
    names: NDArray[np.int32]
    """Numbers of names, for each spelling the nearest first, then in the catalogue's order."""
    manners: NDArray[np.int8]
    """Of each of these names, how far it is from the spelling."""
    accented: NDArray[np.bool_]
    """Of each of these names, whether it has accents, which spellings have not."""


class Automaton:
    """Finds the names of a catalogue."""

    def __init__(self, names: Sequence[Name]) -> None:
        self.spellings = _gather(names)
        self._found = AhoCorasick(
            self.spellings.texts or [BREAK * 2],
            implementation=Implementation.ContiguousNFA,
            store_patterns=False,
        )

    def find(self, texts: Tokens) -> Found:
        """Every place of every spelling, those within others too."""
        matches = self._found.find_matches_as_indexes(texts.spaced, overlapping=True)
        spelling, begin, end = np.array(matches, np.int64).reshape(-1, 3).T
        begins, ends = texts.token_at[begin], texts.token_at[end - 2] + 1
        order = np.lexsort((-ends, begins))
        return Found(spelling[order], begins[order].astype(np.int64), ends[order].astype(np.int64))


def _gather(names: Sequence[Name]) -> Spellings:
    texts: list[str] = []
    owners: list[int] = []
    manners: list[int] = []
    for number, name in enumerate(names):
        for text, manner in (title_spellings if name.of_work else spellings)(name.text):
            texts.append(text)
            owners.append(number)
            manners.append(manner)
    told = tokens([BREAK.join(text.replace(BREAK, "") for text in texts)])
    firsts = np.concatenate([[0], np.flatnonzero(told.first == ord(BREAK)) + 1])
    spaced = [part.strip() for part in told.spaced.split(BREAK)[:-1]]
    fit = _fit(told, firsts)
    accented = np.diff(np.concatenate([[0], np.cumsum(told.altered)])[firsts]) > 0
    of: dict[str, dict[int, tuple[int, bool]]] = {}
    for at, text in enumerate(spaced):
        if fit[at] and text:
            # What comes first is nearest.
            of.setdefault(text, {}).setdefault(owners[at], (manners[at], bool(accented[at])))
    kept = [sorted((manner, owner, accent) for owner, (manner, accent) in own.items()) for own in of.values()]
    flat = [one for own in kept for one in own]
    return Spellings(
        [f" {text} " for text in of],
        np.cumsum([0, *map(len, kept)]),
        np.array([owner for _, owner, _ in flat], np.int32),
        np.array([manner for manner, _, _ in flat], np.int8),
        np.array([accent for _, _, accent in flat], np.bool_),
    )


def _fit(told: Tokens, firsts: Ints) -> NDArray[np.bool_]:
    """Which spellings are searched for: not single signs, nor single common or short words in small letters."""
    common, kinds = Lexicon.load().look_up(told.numbers)
    single = np.diff(firsts) == 2  # One is the sign that parts spellings.
    at = firsts[:-1]
    small = (told.capitals[at] == 0) & ~told.digits[at] & ~told.alone[at]
    plain = (common[at] >= COMMON) | (kinds[at] & FUNCTION > 0) | (told.lengths[at] <= 2)
    return np.asarray(~(single & (~told.words[at] | (small & plain))))
