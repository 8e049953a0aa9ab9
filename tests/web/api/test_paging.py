"""Cursors: whatever a client makes of them, the answer is a page or a problem."""

from __future__ import annotations

import base64

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from earmark.web.api.paging import LONGEST, read, written
from earmark.web.api.problems import ProblemError

PARTS = st.one_of(
    st.integers(-(1 << 62), 1 << 62), st.text(alphabet=st.characters(codec="utf-8"), max_size=40)
)


@given(st.lists(PARTS, min_size=1, max_size=4).map(tuple))
def test_a_key_is_read_back_from_its_cursor(key: tuple[int | str, ...]) -> None:
    cursor = written(key)
    assert cursor.isascii()
    assert read(cursor, key) == key
    with pytest.raises(ProblemError):
        read(cursor, (*key, 0))


@given(st.text(max_size=LONGEST))
@example("é")
@example("=")
@example("W10")
@example(base64.urlsafe_b64encode(b"[1e999,1]").decode())
@example(base64.urlsafe_b64encode(b"[true,1]").decode())
@example(base64.urlsafe_b64encode(b"[9223372036854775808,1]").decode())
@example(base64.urlsafe_b64encode(b"[1,1").decode())
@example(base64.urlsafe_b64encode(b'["\xff",1]').decode())
@example(base64.urlsafe_b64encode(b"[" * 300).decode())
def test_any_string_is_a_cursor_or_a_problem(cursor: str) -> None:
    try:
        key = read(cursor, (0, 0))
    except ProblemError as error:
        assert error.status == 400
    else:
        assert all(-(1 << 62) <= part <= 1 << 62 for part in key)
