"""All spellings of all names, and where they stand in texts.

A trie of words (`earmark.kernels.runs`) is gone through from each word of a text on, whatever the number of names.
Names and texts are taken apart into the same words and signs first, so that a spelling is found only where words begin
and end: no "Air" in "Airport". Case is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from earmark.kernels.runs import Runs
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

    name_starts: Ints
    """``(n_spellings + 1,)``, where the names of each spelling begin among ``names``."""
    names: NDArray[np.int32]
    """Numbers of names, for each spelling the nearest first, then in the catalogue's order."""
    manners: NDArray[np.int8]
    """Of each of these names, how far it is from the spelling."""
    accented: NDArray[np.bool_]
    """Of each of these names, whether it has accents, which spellings have not."""


class NameTrie:
    """Finds the names of a catalogue."""

    def __init__(self, names: Sequence[Name]) -> None:
        self.spellings, self._runs = _gather(names)

    def find(self, texts: Tokens) -> Found:
        """Every place of every spelling, those within others too."""
        found = self._runs.find(texts.exact)
        order = np.lexsort((-found.ends, found.begins))
        return Found(found.runs[order].astype(np.int64), found.begins[order], found.ends[order])


def _gather(names: Sequence[Name]) -> tuple[Spellings, Runs]:
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
    fit = np.flatnonzero(_fit(told, firsts) & (np.diff(firsts) > 1))
    accented = np.diff(np.concatenate([[0], np.cumsum(told.altered)])[firsts]) > 0
    runs = Runs(told.exact, firsts[fit], firsts[fit + 1] - 1)
    of: dict[int, dict[int, tuple[int, bool]]] = {}
    for at, run in zip(fit.tolist(), runs.numbers.tolist(), strict=True):
        # What comes first is nearest.
        of.setdefault(run, {}).setdefault(owners[at], (manners[at], bool(accented[at])))
    kept = [sorted((manner, owner, accent) for owner, (manner, accent) in own.items()) for own in of.values()]
    flat = [one for own in kept for one in own]
    return Spellings(
        np.cumsum([0, *map(len, kept)]),
        np.array([owner for _, owner, _ in flat], np.int32),
        np.array([manner for manner, _, _ in flat], np.int8),
        np.array([accent for _, _, accent in flat], np.bool_),
    ), runs


def _fit(told: Tokens, firsts: Ints) -> NDArray[np.bool_]:
    """Which spellings are searched for: not single signs, nor single common or short words in small letters."""
    common, kinds = Lexicon.load().look_up(told.numbers)
    single = np.diff(firsts) == 2  # One is the sign that parts spellings.
    at = firsts[:-1]
    small = (told.capitals[at] == 0) & ~told.digits[at] & ~told.alone[at]
    plain = (common[at] >= COMMON) | (kinds[at] & FUNCTION > 0) | (told.lengths[at] <= 2)
    return np.asarray(~(single & (~told.words[at] | (small & plain))))
