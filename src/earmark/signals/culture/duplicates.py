"""Texts that are nearly the same: copies of a press release, a page that was read twice under two addresses.

Method: the share of their word 4-grams that two texts have in common (Broder 1997, "On the resemblance and containment
of documents") is estimated from the minima of their hashes; candidates come from banded hashing (Indyk & Motwani 1998;
Leskovec, Rajaraman & Ullman, *Mining of Massive Datasets*, ch. 3). Sketches are those of `rensa`'s R-MinHash.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from earmark.kernels.shingles import hash_shingles

HASHES: Final = 128
SEED: Final = 1
WORDS: Final = 4
"""Words in a shingle."""
LETTERS: Final = 8
"""Letters in a shingle, where words are not apart by spaces."""
LETTERS_PER_WORD: Final = 20
"""More of them in a word on average, and the words are not apart by spaces."""
SKETCH_BYTES: Final = HASHES * 4


class DuplicatesConfig(BaseModel):
    """When two texts count as one."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    alike: float = Field(default=0.7, gt=0, le=1)
    """The least share of shingles in common, of all that either has."""
    bands: int = Field(default=32, ge=1, le=HASHES)
    """Texts are compared when they agree in one of so many parts of their sketches; 128 must be a multiple of it."""


def sketch(text: str) -> bytes:
    """The sketch of a text, `SKETCH_BYTES` long; empty where there are no words."""
    return sketch_of(words_in(text))


def words_in(text: str) -> list[str]:
    """The words by which texts are compared, whatever their capitals."""
    return text.lower().split()


def sketch_of(words: Sequence[str]) -> bytes:
    """The sketch of a text by its words (`words_in`)."""
    if not words:
        return b""
    from rensa import RMinHash

    letters = "".join(words)
    if len(letters) > LETTERS_PER_WORD * len(words):
        shingles = [letters[at : at + LETTERS] for at in range(max(1, len(letters) - LETTERS + 1))]
        hashes = np.array(RMinHash.hash_token_sets([shingles])[0], np.uint64)
    else:
        hashes = hash_shingles(" ".join(words).encode(), min(WORDS, len(words)))
    minima = RMinHash.digest_matrix_from_flat_token_hashes(hashes, [0, len(hashes)], HASHES, SEED)
    return struct.pack(f"<{HASHES}I", *minima.to_rows()[0])


def likeness(one: bytes, other: bytes) -> float:
    """The share of shingles that two texts have in common, as their sketches tell; 0 for an empty one."""
    if not one or not other:
        return 0.0
    return float(np.mean(np.frombuffer(one, "<u4") == np.frombuffer(other, "<u4")))


def find_duplicates(sketches: Sequence[bytes], config: DuplicatesConfig | None = None) -> NDArray[np.int64]:
    """For each sketch, the place of the first one that it is nearly the same as; −1 where it says something new.

    A text that is like a copy is put with the copy's original, so that places in the answer are never copies.

    Raises:
        ValueError: a sketch is of another length, or ``bands`` does not divide 128.
    """
    config = config or DuplicatesConfig()
    if HASHES % config.bands:
        raise ValueError(f"bands: {HASHES} is no multiple of {config.bands}.")
    first = np.full(len(sketches), -1, np.int64)
    filled = np.array([at for at, one in enumerate(sketches) if one], np.int64)
    if not len(filled):
        return first
    if any(len(sketches[at]) != SKETCH_BYTES for at in filled):
        raise ValueError(f"sketches: one is not {SKETCH_BYTES} bytes long.")
    minima = np.frombuffer(b"".join(sketches[at] for at in filled), "<u4").reshape(len(filled), HASHES)
    for later, earlier in _pairs(minima, config):
        if first[filled[later]] < 0:
            root = first[filled[earlier]]
            first[filled[later]] = root if root >= 0 else filled[earlier]
    return first


def _pairs(minima: NDArray[np.uint32], config: DuplicatesConfig) -> list[tuple[int, int]]:
    """Pairs that are alike, the later text first, by the later and then the earlier."""
    width = HASHES // config.bands
    found: list[NDArray[np.int64]] = []
    for begin in range(0, HASHES, width):
        band = minima[:, begin : begin + width]
        order = np.lexsort(band.T)
        same = np.flatnonzero((band[order[1:]] == band[order[:-1]]).all(axis=1))
        # Each text beside the one before it in its bucket, and beside the bucket's first.
        starts = np.arange(len(order))
        starts[same + 1] = 0
        bucket = order[np.maximum.accumulate(starts)]
        found += [np.stack([order[same + 1], other], axis=1) for other in (order[same], bucket[same + 1])]
    pairs = np.unique(np.concatenate(found), axis=0)
    likenesses = np.mean(minima[pairs[:, 0]] == minima[pairs[:, 1]], axis=1)
    return [(int(later), int(earlier)) for later, earlier in pairs[likenesses >= config.alike]]
