"""Lists in JSON whose objects are known but for a number."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.kernels.texts import Texts

WORDS = st.lists(st.text(max_size=80), min_size=1, max_size=30)


@given(words=WORDS, data=st.data())
def test_each_row_is_a_list_of_what_it_names(words: list[str], data: st.DataObject) -> None:
    texts = Texts([b'{"word":%b,"place":' % json.dumps(word).encode() for word in words])
    assert len(texts) == len(words)
    pair = st.tuples(st.integers(0, len(words) - 1), st.integers(0, (1 << 31) - 1))
    rows = data.draw(st.lists(st.lists(pair, max_size=40), max_size=5))
    joined = texts.joined(
        [[at for at, _ in row] for row in rows], [[place for _, place in row] for row in rows]
    )
    assert [json.loads(b"[%b]" % one) for one in joined] == [
        [{"word": words[at], "place": place} for at, place in row] for row in rows
    ]
    assert b" " not in b"".join(joined) or any(" " in json.dumps(word) for word in words)


@pytest.mark.parametrize(
    ("rows", "numbers", "message"),
    [
        ([[2]], [[0]], "texts: ids must be from 0 to 1"),
        ([[-1]], [[0]], "texts: ids must be from 0 to 1"),
        ([[0]], [[-1]], "numbers: ids must be"),
        ([[0, 1]], [[0]], "not as many numbers"),
    ],
)
def test_what_does_not_fit_is_refused(rows: list[list[int]], numbers: list[list[int]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Texts([b"{a:", b"{b:"]).joined(rows, numbers)
