"""Texts cut into words and signs, and what is known of each.

A word is a run of characters of kind `WORD`; each of kind `SIGN` stands alone, and so does each of kind `ALONE`, which
is a word of one letter. Words have numbers by which they are known: polynomial hashes of their letters without capitals
(Karp & Rabin 1987), the same wherever a word stands.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from earmark.kernels import _core

SPACE, WORD, SIGN, ALONE = range(4)
"""Kinds of characters."""
CHARACTERS: Final = 0x10000
"""Of the basic plane, which tables tell of; those beyond it are of kind `ALONE`."""
LONGEST: Final = 64
"""Letters of a word that tell it from others."""
_BASE: Final = 0x100000001B3
_FACTOR: Final = 0x9E3779B97F4A7C15
_POWERS: Final = np.array([pow(_BASE, at + 1, 1 << 64) for at in range(LONGEST)], np.uint64)


class Cut(NamedTuple):
    """Words and signs of a text, in order."""

    begins: NDArray[np.int64]
    """``(n_tokens,)``, the first character of each."""
    lengths: NDArray[np.int32]
    """Characters."""
    kinds: NDArray[np.uint8]
    capitals: NDArray[np.int32]
    """How many capital letters it has."""
    capitalised: NDArray[np.bool_]
    """Whether it begins with one."""
    altered: NDArray[np.bool_]
    """Whether a letter was written otherwise."""
    numbers: NDArray[np.uint64]
    """The same for words that are the same but for capitals."""
    exact: NDArray[np.uint64]
    """The same for words that are the same, capitals too."""


def cut_words(
    letters: NDArray[np.uint32],
    written: NDArray[np.uint32],
    kinds: NDArray[np.uint8],
    lower: NDArray[np.uint16],
) -> Cut:
    """The words and signs of a text.

    Args:
        letters: ``(n_characters,)``, codes of the text's characters.
        written: ``(n_characters,)``, as they were written before letters were made alike.
        kinds: ``(CHARACTERS,)``, the kind of each character.
        lower: ``(CHARACTERS,)``, each character without its capital.

    Raises:
        ValueError: an array is of another shape or type.
    """
    for array, dtype, shape in (
        (letters, np.uint32, letters.shape),
        (written, np.uint32, letters.shape),
        (kinds, np.uint8, (CHARACTERS,)),
        (lower, np.uint16, (CHARACTERS,)),
    ):
        if array.dtype != dtype or array.ndim != 1 or array.shape != shape:
            raise ValueError(f"expected {np.dtype(dtype)} {shape}, got {array.dtype} {array.shape}.")
    n = len(letters)
    cut = Cut(
        np.empty(n, np.int64), np.empty(n, np.int32), np.empty(n, np.uint8), np.empty(n, np.int32),
        np.empty(n, np.bool_), np.empty(n, np.bool_), np.empty(n, np.uint64),
        np.empty(n, np.uint64),
    )  # fmt: skip
    n_tokens = _core.cut_words(n, letters, written, kinds, lower, _POWERS, *cut)
    numbers = cut.numbers[:n_tokens]
    # Sums of products leave the high bits uneven.
    numbers ^= numbers >> np.uint64(29)
    numbers *= np.uint64(_FACTOR)
    return Cut(
        cut.begins[:n_tokens], cut.lengths[:n_tokens], cut.kinds[:n_tokens], cut.capitals[:n_tokens],
        cut.capitalised[:n_tokens], cut.altered[:n_tokens], numbers, cut.exact[:n_tokens],
    )  # fmt: skip
