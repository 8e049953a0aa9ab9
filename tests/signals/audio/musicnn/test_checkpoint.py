"""Checkpoints are read as they are specified, whatever their names and sizes, and refused when they are cut off."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.signals.audio.musicnn.bundles import bundle

from earmark.errors import UnreadableInputError
from earmark.signals.audio.musicnn.checkpoint import read_arrays

names = st.text(st.sampled_from("ab/_é"), min_size=1, max_size=12)
shapes = st.lists(st.integers(0, 5), max_size=4).map(tuple)


@given(st.dictionaries(names, shapes, max_size=20), st.integers(1, 9), st.integers(1, 4))
def test_every_array_comes_back(
    written: dict[str, tuple[int, ...]], entries_per_block: int, restart_every: int
) -> None:
    rng = np.random.default_rng(len(written))
    arrays = {name: rng.normal(size=shape).astype("f4") for name, shape in written.items()}
    files = bundle(arrays, entries_per_block=entries_per_block, restart_every=restart_every)
    read = read_arrays(*files)
    assert set(read) == set(arrays)
    for name, array in arrays.items():
        assert read[name].shape == array.shape
        np.testing.assert_array_equal(read[name], array)


def test_arrays_of_other_types_are_passed_over() -> None:
    files = bundle({"step": np.array(7), "wide": np.zeros(3), "weights": np.ones(2, "f4")})
    assert list(read_arrays(*files)) == ["weights"]


ARRAYS = {f"layer_{n}/kernel": np.full((n, 300), n, "f4") for n in range(20)}


@given(st.integers(0, 10_000), st.booleans())
def test_what_is_cut_off_is_refused(length: int, the_index: bool) -> None:
    index, data = bundle(ARRAYS)
    whole = index if the_index else data
    cut = whole[: length % len(whole)]
    with pytest.raises(UnreadableInputError, match="cannot be read"):
        read_arrays(*((cut, data) if the_index else (index, cut)))


@given(st.integers(0, 1_000_000), st.integers(0, 255))
def test_a_wrong_byte_does_no_harm_but_to_what_it_says(at: int, byte: int) -> None:
    index, data = bundle(ARRAYS)
    at %= len(index)
    try:
        read = read_arrays(index[:at] + bytes([byte]) + index[at + 1 :], data)
    except UnreadableInputError:
        return
    assert all(array.dtype == np.float32 for array in read.values())
