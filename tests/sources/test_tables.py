from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.errors import UnreadableInputError
from earmark.sources.batch import Skipped
from earmark.sources.files import NOT_UTF8, SourceFile
from earmark.sources.tables import read_cells, read_header

Memory = Callable[[str, bytes | str], SourceFile]


def rows_of(file: SourceFile, delimiter: str, size: int = 1 << 17) -> list[list[str]]:
    blocks = list(read_cells(file, delimiter, block_bytes=size))
    assert [block.first for block in blocks] == [
        1 + sum(len(earlier.rows) for earlier in blocks[:place]) for place in range(len(blocks))
    ]
    assert sum(block.bytes_read for block in blocks) == file.size
    return [row for block in blocks for row in block.rows]


cell = st.text(st.sampled_from('ab ,;|"é\n'), max_size=6).map(lambda text: text.replace("\n", "x\nx"))


@given(
    rows=st.lists(st.lists(cell, min_size=3, max_size=3), max_size=8),
    delimiter=st.sampled_from(",;|"),
    size=st.integers(1, 40),
    ending=st.sampled_from(["\n", "\r\n"]),
)
def test_what_the_standard_library_writes_is_read_back(
    memory: Memory, rows: list[list[str]], delimiter: str, size: int, ending: str
) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator=ending, quoting=csv.QUOTE_ALL)
    writer.writerows([["x", "y", "z"], *rows])
    assert rows_of(memory("a.csv", text.getvalue()), delimiter, size) == rows


@given(
    rows=st.lists(
        st.lists(st.text('ab",; é', min_size=1, max_size=6).map(lambda t: f"x{t}x"), min_size=2, max_size=2)
    ),
    size=st.integers(1, 40),
)
def test_stray_quotes_in_a_tab_separated_dump_stay_where_they_are(
    memory: Memory, rows: list[list[str]], size: int
) -> None:
    text = "\n".join("\t".join(row) for row in [["a", "b"], *rows])
    assert rows_of(memory("a.tsv", text), "\t", size) == rows


def test_quotes_that_open_a_cell_and_never_close(memory: Memory) -> None:
    text = 'artist\ttitle\n"Weird\tSong\nNext\t"Quoted"\n"Both" of\t"them\n'
    assert rows_of(memory("a.tsv", text), "\t") == [
        ['"Weird', "Song"],
        ["Next", "Quoted"],
        ['"Both" of', '"them'],
    ]


def test_an_open_quote_in_a_csv_costs_one_row(memory: Memory) -> None:
    text = "artist,title\n" + 'A,"broken\n' + "B,fine\n" * 200
    rows = rows_of(memory("a.csv", text), ",", 50)
    assert rows == [["A", '"broken'], *[["B", "fine"]] * 200]


def test_blank_lines_and_nuls_and_old_line_ends(memory: Memory) -> None:
    assert rows_of(memory("a.csv", "h,i\r\n\r\na\0,b\r\n   \r\nc,d"), ",") == [["a", "b"], ["c", "d"]]
    assert rows_of(memory("a.csv", "h,i\ra,b\rc,d\r"), ",") == [["a", "b"], ["c", "d"]]


def test_other_encodings_are_read_and_said_once(memory: Memory) -> None:
    blocks = list(read_cells(memory("a.csv", b"h,i\ncaf\xe9,x\nna\xefve,\xc3\xa9\n"), ",", block_bytes=8))
    assert [row for block in blocks for row in block.rows] == [["café", "x"], ["naïve", "é"]]
    assert [skip for block in blocks for skip in block.skipped] == [Skipped("a.csv", 0, NOT_UTF8)]


@pytest.mark.parametrize(
    ("head", "wanted", "header", "delimiter"),
    [
        (b"a,b,c\n1;2", (), ["a", "b", "c"], ","),
        (b"\n\na\tb,c\td\n", (), ["a", "b,c", "d"], "\t"),
        (b"time;artist, or band;title", ("artist, or band",), ["time", "artist, or band", "title"], ";"),
        (b'"a";"b|c"', (), ["a", "b|c"], ";"),
        (b"a,b|c,d|e", ("a,b", "e"), ["a,b", "c,d", "e"], "|"),
        (b"", (), [""], "\t"),
    ],
)
def test_headers(head: bytes, wanted: tuple[str, ...], header: list[str], delimiter: str) -> None:
    assert read_header(head, wanted) == (header, delimiter)


def test_a_line_without_end_is_no_table(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("earmark.sources.tables._LONGEST_LINE", 1_000)
    with pytest.raises(UnreadableInputError, match=r"a\.csv is not a table"):
        rows_of(memory("a.csv", "h,i\n" + "x" * 5_000), ",", 100)
