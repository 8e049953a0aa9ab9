from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.signals.culture.duplicates import (
    SKETCH_BYTES,
    DuplicatesConfig,
    find_duplicates,
    likeness,
    sketch,
)


def made_text(seed: int, words: int = 300) -> str:
    draw = random.Random(seed)
    return " ".join("".join(draw.choices("abcdefghij", k=5)) for _ in range(words))


def shared(one: str, other: str) -> float:
    a, b = (
        {tuple(words[at : at + 4]) for at in range(len(words) - 3)} for words in (one.split(), other.split())
    )
    return len(a & b) / len(a | b)


def test_likeness_is_about_the_share_of_word_sequences_in_common() -> None:
    for seed in range(20):
        text = made_text(seed)
        words = text.split()
        edited = " ".join(words[: 300 - 10 * seed] + made_text(seed + 100, 10 * seed).split())
        assert likeness(sketch(text), sketch(edited)) == pytest.approx(shared(text, edited), abs=0.15)


def test_copies_are_put_with_the_first_of_them() -> None:
    texts = [
        made_text(1),
        made_text(2),
        made_text(1) + " one more line",
        made_text(2),
        made_text(3),
        made_text(1),
    ]
    assert find_duplicates([sketch(text) for text in texts]).tolist() == [-1, -1, 0, 1, -1, 0]


def test_case_and_spaces_make_no_difference() -> None:
    assert sketch("A Text  about\nmusic we like") == sketch("a text about music we like")


def test_texts_with_a_frame_in_common_are_two_texts() -> None:
    frame = made_text(9, 60)
    one, other = (f"{frame} {made_text(seed)} {frame}" for seed in (1, 2))
    assert find_duplicates([sketch(one), sketch(other)]).tolist() == [-1, -1]


def test_a_copy_is_found_behind_other_texts_of_its_bucket() -> None:
    one, other = bytearray(sketch(made_text(1))), bytearray(sketch(made_text(2)))
    other[:16] = one[:16]
    assert find_duplicates([bytes(one), bytes(other), bytes(one)]).tolist() == [-1, -1, 0]


def test_texts_without_spaces_are_told_apart_too() -> None:
    draw = random.Random(4)
    one, other = ("".join(chr(draw.randrange(0x4E00, 0x9000)) for _ in range(200)) for _ in range(2))
    assert likeness(sketch(one), sketch(other)) < 0.2
    assert likeness(sketch(one), sketch(one[:190])) > 0.8


def test_texts_without_words_are_no_copies() -> None:
    assert sketch(" \n ") == b""
    assert find_duplicates([b"", b"", sketch("one")]).tolist() == [-1, -1, -1]
    assert find_duplicates([]).tolist() == []


def test_what_cannot_be_compared_is_told() -> None:
    with pytest.raises(ValueError, match=f"{SKETCH_BYTES} bytes"):
        find_duplicates([b"short"])
    with pytest.raises(ValueError, match="bands"):
        find_duplicates([sketch("some words")], DuplicatesConfig(bands=48))


@given(st.lists(st.integers(0, 5), max_size=12))
def test_an_answer_never_points_at_a_copy(order: list[int]) -> None:
    found = find_duplicates([sketch(made_text(seed, 30)) for seed in order])
    originals = found[found >= 0]
    assert np.all(found[originals] == -1)
    for at, first in enumerate(found):
        assert order[at] in order[:at] if first >= 0 else order[at] not in order[:at]
