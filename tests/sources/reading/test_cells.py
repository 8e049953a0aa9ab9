"""Rows of a table whose cells hold whole texts, held against the csv module."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.sources.files import SourceFile
from earmark.sources.reading.cells import read_texts

Memory = Callable[[str, bytes | str], SourceFile]

WORDS = st.text('ab é音",;\n\t', max_size=12)


@given(
    st.lists(st.lists(WORDS, min_size=3, max_size=3), max_size=6),
    st.sampled_from(",;\t"),
    st.integers(1, 64),
    st.sampled_from(["\n", "\r\n"]),
)
def test_what_the_csv_module_writes_comes_back(
    memory: Memory, rows: list[list[str]], delimiter: str, block: int, end: str
) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator=end)
    writer.writerows([["a", "b", "c"], *rows])
    # A quote is doubled in every cell that has one, and a cell with a line's end is quoted.
    read = list(read_texts(memory("a.csv", text.getvalue()), delimiter, block))
    assert read == list(enumerate(rows, start=1))


def test_a_cell_of_a_thousand_lines(memory: Memory) -> None:
    text = "\n".join(f'line {number}, and ""more""' for number in range(1_000))
    read = list(read_texts(memory("a.csv", f'title,text\nOne,"{text}"\nTwo,short'), ",", 100))
    assert read == [(1, ["One", text.replace('""', '"')]), (2, ["Two", "short"])]


@pytest.mark.parametrize(
    ("line", "cells"),
    [
        ('"Quiet" songs,x', ['"Quiet" songs', "x"]),
        ('7" single,x', ['7" single', "x"]),
        (' "a,b" ,x', ["a,b", "x"]),
        ('"""a""",x', ['"a"', "x"]),
        ('"never closed,x', ['"never closed', "x"]),
        (",", ["", ""]),
        ('"",x', ["", "x"]),
    ],
)
def test_a_stray_quote_stands_for_itself(memory: Memory, line: str, cells: list[str]) -> None:
    read = list(read_texts(memory("a.csv", f"title,text\n{line}\n\nlast,row\n"), ",", 4))
    assert read == [(1, cells), (2, ["last", "row"])]


@given(st.text('a,"\n', max_size=60), st.integers(1, 20))
def test_blocks_change_nothing(memory: Memory, text: str, block: int) -> None:
    file = memory("a.csv", f"h\n{text}")
    assert list(read_texts(file, ",", block)) == list(read_texts(file, ",", 1_000))
