"""The terms of a build in one spelling, and what each can be in a name.

A genre of the tree is a core: the kind of music itself. Moods, instruments, eras, places and traits narrow one. What is
no property of the music ("seen live") is left out, and what is in no vocabulary may name a micro-genre that has nothing
better.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray

from earmark.signals.collaborative.histories import Csr
from earmark.signals.culture.genres import GenreTree, Kind
from earmark.signals.culture.genres.spelling import spoken

UNSURE: Final = 1
MODIFIER: Final = 2
CORE: Final = 3
LONGEST: Final = 4
"""Words of a term that no vocabulary has; what is longer is a sentence."""


@dataclass(frozen=True)
class Vocabulary:
    """Terms, each once.

    Shapes ``(n_terms,)``: ``names``, ``kind`` int8 from `UNSURE` to `CORE`, ``words`` of each, and ``genre``,
    the genre of the tree that each core is, else None. ``spellings`` ``(n_given, n_terms)`` has a 1 where a term as it
    was given means one of these.
    """

    names: tuple[str, ...]
    kind: NDArray[np.int8]
    words: tuple[tuple[str, ...], ...]
    genre: tuple[str | None, ...]
    spellings: Csr

    @classmethod
    def of(cls, given: Sequence[str], tree: GenreTree) -> Vocabulary:
        """Bring terms to one spelling; what the tree knows by its parts alone ("finnish polka") means its parts."""
        meant = [_meant(term, tree) for term in given]
        column = {name: at for at, name in enumerate(sorted({name for some in meant for name in some}))}
        rows = np.repeat(np.arange(len(given)), [len(some) for some in meant])
        at = np.array([column[name] for some in meant for name in some], np.int64)
        ones = np.ones(len(rows), np.float32)
        words = tuple(tuple(spoken(name)) for name in column)
        return cls(
            tuple(column),
            np.array([_kind(name, tree) for name in column], np.int8),
            words,
            tuple(tree.canonical(name) for name in column),
            sp.csr_array((ones, (rows, at)), shape=(len(given), len(column))),
        )

    def __len__(self) -> int:
        """How many terms."""
        return len(self.names)


def _meant(term: str, tree: GenreTree) -> list[str]:
    """The names of what a term speaks of; its own words where the tree does not know it."""
    whole = tree.term(term)
    if whole is not None:
        return [] if whole.kind is Kind.NOISE else [whole.name]
    parts = tree.composed(term)
    if parts is not None:
        return list(dict.fromkeys([*(shade.name for shade in parts.modifiers), parts.genre]))
    said = spoken(term)
    if len(said) > LONGEST or any(tree.kind(word) is Kind.NOISE for word in said):
        return []
    return [" ".join(said)] if said else []


def _kind(name: str, tree: GenreTree) -> int:
    kind = tree.kind(name)
    if kind is Kind.GENRE:
        return CORE
    return UNSURE if kind is None else MODIFIER
