from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rensa import RMinHash

from earmark.kernels import _core
from earmark.kernels.shingles import hash_shingles

words = st.text(st.characters(exclude_categories=["Cs", "Zs", "Cc"]), max_size=30)


@given(st.lists(words, min_size=1, max_size=12), st.integers(1, 5))
def test_hashes_are_those_of_rensa(several: list[str], n: int) -> None:
    shingles = [" ".join(several[at : at + n]) for at in range(len(several) - n + 1)]
    assert [hash_shingles(" ".join(several).encode(), n).tolist()] == RMinHash.hash_token_sets([shingles])


@pytest.mark.parametrize("n", range(40))
def test_hashes_of_every_length_are_those_of_rensa(n: int) -> None:
    word = np.random.default_rng(n).integers(33, 256, n).astype(np.uint8).tobytes()
    assert [hash_shingles(word, 1).tolist()] == RMinHash.hash_token_sets([[word]])


def test_fewer_words_than_a_shingle_has_are_none() -> None:
    assert hash_shingles(b"one two", 3).tolist() == []
    assert hash_shingles(b"one two three", 100).tolist() == []


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="shingle of 0 words"):
        hash_shingles(b"one", 0)
    hashes = np.zeros(3, np.uint64)
    with pytest.raises(ValueError, match="too few"):
        _core.hash_shingles(8, 1, 3, b"one two", hashes)
    with pytest.raises(ValueError, match="too few"):
        _core.hash_shingles(7, 1, 4, b"one two", hashes)
    with pytest.raises(ValueError, match="without words"):
        _core.hash_shingles(7, 0, 3, b"one two", hashes)
    with pytest.raises(TypeError, match="5 arguments"):
        _core.hash_shingles(7)  # type: ignore[call-arg]
    assert _core.hash_shingles(7, 1, 1, b"one two", hashes) == 1
    assert hashes[1:].tolist() == [0, 0]
