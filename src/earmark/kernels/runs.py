"""Runs of words, such as names, found among the words of texts, however many runs there are.

Method: a trie (Fredkin 1960, "Trie memory") of words, not letters; its nodes lie in one hash table with linear probing
(Knuth 1998, 6.4) under keys that are hashes of the words from the root on. A text takes one look-up a word, and one
more for each word by which a run may go on.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from earmark.kernels import _core

Ints = NDArray[np.int64]
FEWEST_SLOTS: Final = 2
"""For each node: a table half full is probed 1.5 times a look-up."""


class Places(NamedTuple):
    """Where runs stand, by their first words, then by their last."""

    runs: NDArray[np.int32]
    begins: Ints
    """The first word of each."""
    ends: Ints
    """The word after the last."""


class Runs:
    """Runs of words, ready to be found."""

    def __init__(self, words: NDArray[np.uint64], begins: Ints, ends: Ints) -> None:
        """Make ready to find runs.

        Args:
            words: ``(n_words,)``, numbers of words.
            begins: ``(n_runs,)``, where each run begins among them.
            ends: ``(n_runs,)``, where it ends, behind its last word.

        Raises:
            ValueError: a run is empty or not among the words, or an array is of another type.
        """
        for array, dtype in ((words, np.uint64), (begins, np.int64), (ends, np.int64)):
            _checked(array, dtype)
        if (
            len(begins) != len(ends)
            or (begins >= ends).any()
            or (begins < 0).any()
            or (ends > len(words)).any()
        ):
            raise ValueError("runs must be of at least one word, and among the words.")
        self.numbers = np.empty(len(begins), np.int32)
        """``(n_runs,)``, the number of each; the same for runs that are the same, ascending by their first."""
        self._fill(words, begins, ends, int((ends - begins).sum()))
        # Words that runs have in common at their beginning are one node: the table may be smaller.
        self._fill(words, begins, ends, int(np.count_nonzero(self._keys)))

    def _fill(self, words: NDArray[np.uint64], begins: Ints, ends: Ints, n_nodes: int) -> None:
        size = 1 << (FEWEST_SLOTS * n_nodes).bit_length()
        self._keys, self._runs = np.zeros(size, np.uint64), np.full(size, -1, np.int32)
        _core.add_runs(
            len(words), len(begins), size, words, begins, ends, self._keys, self._runs, self.numbers
        )

    def find(self, words: NDArray[np.uint64]) -> Places:
        """Every place of every run among words, those within others too."""
        _checked(words, np.uint64)
        room = len(words)
        while True:
            places = Places(np.empty(room, np.int32), np.empty(room, np.int64), np.empty(room, np.int64))
            found = _core.find_runs(len(words), len(self._keys), room, words, self._keys, self._runs, *places)
            if found <= room:
                return Places(places.runs[:found], places.begins[:found], places.ends[:found])
            room = found


def _checked(array: NDArray[np.generic], dtype: type[np.generic]) -> None:
    if array.dtype != dtype or array.ndim != 1:
        raise ValueError(f"expected one dimension of {np.dtype(dtype)}, got {array.dtype} {array.shape}.")
