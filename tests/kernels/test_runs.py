from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.kernels import _core
from earmark.kernels.runs import Runs

words = st.lists(st.integers(0, 3), max_size=40)
runs = st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=5), max_size=12)


def ready(several: list[list[int]]) -> Runs:
    ends = np.cumsum([len(run) for run in several], dtype=np.int64)
    begins = ends - np.array([len(run) for run in several], np.int64)
    return Runs(np.array([word for run in several for word in run], np.uint64), begins, ends)


@given(runs, words)
def test_runs_are_found_wherever_they_stand(several: list[list[int]], text: list[int]) -> None:
    known = ready(several)
    different = list(dict.fromkeys(map(tuple, several)))
    assert known.numbers.tolist() == [different.index(tuple(run)) for run in several]
    found = known.find(np.array(text, np.uint64))
    assert list(zip(*(array.tolist() for array in found), strict=True)) == [
        (different.index(tuple(text[begin:end])), begin, end)
        for begin in range(len(text))
        for end in range(begin + 1, len(text) + 1)
        if tuple(text[begin:end]) in different
    ]


def test_many_runs_are_told_apart() -> None:
    draw = np.random.default_rng(1)
    several = draw.integers(0, 1 << 63, (5_000, 3)).astype(np.uint64)
    known = ready(several.tolist())
    found = known.find(several.ravel())
    assert found.runs.tolist() == list(range(5_000))
    assert found.begins.tolist() == list(range(0, 15_000, 3))


def test_there_may_be_more_places_than_words() -> None:
    found = ready([[7], [7, 7], [7, 7, 7]]).find(np.full(10, 7, np.uint64))
    assert len(found.runs) == 10 + 9 + 8


def test_what_does_not_fit_is_refused() -> None:
    one, at = np.zeros(3, np.uint64), np.zeros(1, np.int64)
    for array, begins, ends in (
        (one, at, at),
        (one, at - 1, at + 1),
        (one, at, at + 4),
        (one, at, np.append(at, 1)),
    ):
        with pytest.raises(ValueError, match="among the words"):
            Runs(array, begins, ends)
    for array, begins in ((one.astype(np.int64), at), (one, at.astype(np.int32)), (one.reshape(1, 3), at)):
        with pytest.raises(ValueError, match="expected one dimension"):
            Runs(array, begins, at + 1)
    keys, runs_of, numbers = np.zeros(4, np.uint64), np.zeros(4, np.int32), np.zeros(1, np.int32)
    with pytest.raises(ValueError, match="power of two"):
        _core.add_runs(3, 1, 3, one, at, at + 1, keys, runs_of, numbers)
    with pytest.raises(ValueError, match="not among the words"):
        _core.add_runs(3, 1, 4, one, at, at + 4, keys, runs_of, numbers)
    with pytest.raises(ValueError, match="too few"):
        _core.find_runs(3, 8, 0, one, keys, runs_of, numbers, at, at)
    for function in (_core.add_runs, _core.find_runs):
        with pytest.raises(TypeError, match="9 arguments"):
            function(1)  # type: ignore[call-arg]
