"""Whatever comes is compared with all that came before, in whatever portions it comes."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.signals.culture import originals
from earmark.signals.culture.duplicates import HASHES, SKETCH_BYTES, find_duplicates
from earmark.signals.culture.originals import Originals


def sketch(seed: int, *, unlike: int = 0) -> bytes:
    """That of a text of its own; but for so many of its 128 minima, that of another with the same seed."""
    minima = np.random.default_rng(seed).integers(0, 2**32, HASHES, np.uint32)
    minima[:unlike] += np.uint32(1)
    return minima.astype("<u4").tobytes()


def test_what_is_nearly_the_same_repeats_the_first_and_other_texts_nothing() -> None:
    known = Originals([("a", sketch(1)), ("b", sketch(2))])
    told = [
        ("c", sketch(3)),
        ("a2", sketch(1, unlike=38)),
        ("a3", sketch(1, unlike=39)),
        ("c2", sketch(3, unlike=9)),
    ]
    assert known.repeated(told) == [None, "a", None, "c"]
    assert known.repeated([("b2", sketch(2)), ("c3", sketch(3))]) == ["b", "c"]


def test_a_text_does_not_repeat_itself_and_is_compared_anew_when_it_has_changed() -> None:
    known = Originals([("a", sketch(1)), ("b", sketch(2))])
    assert known.repeated([("a", sketch(1)), ("a2", sketch(1))]) == [None, "a"]
    assert known.repeated([("a", sketch(3)), ("a2", sketch(1)), ("a3", sketch(1))]) == [None, None, "a2"]
    assert known.repeated([("c", sketch(3)), ("a", sketch(2)), ("c2", sketch(3))]) == ["a", "b", None]


def test_texts_without_words_repeat_nothing() -> None:
    known = Originals([("a", b""), ("b", bytes(SKETCH_BYTES))])
    assert known.repeated([("c", b""), ("d", b""), ("e", bytes(SKETCH_BYTES))]) == [None, None, "b"]
    with pytest.raises(ValueError, match="not 512 bytes"):
        known.repeated([("f", b"short")])


@given(
    texts=st.lists(st.tuples(st.integers(0, 5), st.integers(0, 60)), max_size=30),
    portions=st.lists(st.integers(1, 7), min_size=1, max_size=10),
)
def test_portions_make_no_difference(texts: list[tuple[int, int]], portions: list[int]) -> None:
    told = [(f"{n}", sketch(seed, unlike=unlike)) for n, (seed, unlike) in enumerate(texts)]
    at_once = Originals([]).repeated(told)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(originals, "SORTED_IN", 2)
        known, found, at = Originals([]), list[str | None](), 0
        for n in range(len(told)):
            size = portions[n % len(portions)]
            found += known.repeated(told[at : at + size])
            at += size
    assert found == at_once
    # Whoever repeats nothing is new, and whoever repeats something repeats one that does not.
    new = {address for (address, _), first in zip(told, found, strict=True) if first is None}
    assert {first for first in found if first is not None} <= new


def test_it_finds_what_all_at_once_would_be_found() -> None:
    rng = np.random.default_rng(7)
    told = [
        (f"{n}", sketch(int(rng.integers(0, 60)), unlike=int(rng.choice([0, 10, 90])))) for n in range(300)
    ]
    found = Originals([]).repeated(told)
    expected = find_duplicates([one for _, one in told])
    assert [first is not None for first in found] == [first >= 0 for first in expected]
