"""Hashes of a text's shingles: all its runs of so many words (Broder 1997).

They are the hashes of `rensa`, which takes shingles one by one: to make each of them a Python string costs several
times as much as to hash it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from earmark.kernels import _core


def hash_shingles(text: bytes, words: int) -> NDArray[np.uint64]:
    """``(n_words - words + 1,)``, the hash of each run of ``words`` words; none where there are fewer.

    Args:
        text: words in UTF-8 with one space between any two.
        words: of a shingle, at least 1.

    Raises:
        ValueError: ``words`` is below 1.
    """
    if words < 1:
        raise ValueError(f"a shingle of {words} words.")
    hashes = np.empty(max(0, text.count(b" ") + 2 - words), np.uint64)
    _core.hash_shingles(len(text), words, len(hashes), text, hashes)
    return hashes
