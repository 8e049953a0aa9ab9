from __future__ import annotations

import json
from collections.abc import Callable

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.errors import UnreadableInputError
from earmark.sources.batch import Skipped
from earmark.sources.files import NOT_UTF8, SourceFile
from earmark.sources.json_rows import AFTER_END, CUT_OFF, NOT_JSON, UNEXPECTED, mend, read_rows

Memory = Callable[[str, bytes | str], SourceFile]


class Row(msgspec.Struct):
    a: int
    b: str | None = None


rows_strategy = st.lists(
    st.builds(
        Row, st.integers(-(2**40), 2**40), st.none() | st.text(st.characters(codec="utf-8"), max_size=12)
    ),
    max_size=12,
)
LAYOUTS = st.sampled_from([(None, None), (1, None), (None, (",", ":"))])


def written(
    rows: list[Row], layout: tuple[int | None, tuple[str, str] | None], ascii_only: bool = False
) -> bytes:
    indent, separators = layout
    plain = [msgspec.to_builtins(row) for row in rows]
    return json.dumps(plain, indent=indent, separators=separators, ensure_ascii=ascii_only).encode()


def read(file: SourceFile, **options: int) -> tuple[list[Row], list[int], list[Skipped]]:
    blocks = list(read_rows(file, Row, **options))
    rows = [row for block in blocks for row in block.rows]
    numbers = [number for block in blocks for number in block.numbers]
    return rows, numbers, [skip for block in blocks for skip in block.skipped]


@given(rows=rows_strategy, layout=LAYOUTS, ascii_only=st.booleans(), size=st.integers(1, 80))
def test_any_block_size_gives_the_same_rows(
    memory: Memory, rows: list[Row], layout: tuple, ascii_only: bool, size: int
) -> None:
    found, numbers, skipped = read(memory("a.json", written(rows, layout, ascii_only)), block_bytes=size)
    assert found == rows
    assert numbers == list(range(1, len(rows) + 1))
    assert skipped == []


@given(rows=rows_strategy, layout=LAYOUTS, cut=st.integers(0, 2_000), size=st.integers(1, 80))
def test_a_list_cut_anywhere_gives_its_first_rows_and_says_where_it_was_cut(
    memory: Memory, rows: list[Row], layout: tuple, cut: int, size: int
) -> None:
    whole = written(rows, layout)
    part = whole[: cut % len(whole)]
    found, _, skipped = read(memory("a.json", part), block_bytes=size)
    assert found == rows[: len(found)]
    assert part.count(b"}") - sum((row.b or "").count("}") for row in rows) <= len(found)
    assert [(skip.row, skip.cause) for skip in skipped if skip.cause != NOT_UTF8] == [
        (len(found) + 1, CUT_OFF)
    ]


@given(rows=rows_strategy, cut=st.integers(0, 2_000), size=st.integers(1, 80))
def test_lines_cut_anywhere_give_their_first_rows(
    memory: Memory, rows: list[Row], cut: int, size: int
) -> None:
    whole = b"".join(msgspec.json.encode(row) + b"\n" for row in rows) or b"\n"
    part = whole[: cut % len(whole)]
    found, _, skipped = read(memory("a.jsonl", part), block_bytes=size)
    assert found == rows[: len(found)]
    assert len(found) >= part.count(b"\n")
    between_rows = not part.rpartition(b"\n")[2] or len(found) > part.count(b"\n")
    causes = [skip.cause for skip in skipped if skip.cause != NOT_UTF8]
    assert causes == ([] if between_rows and part else [CUT_OFF])


@given(data=st.binary(max_size=60) | st.text(alphabet='[]{}",:a1 \\\n', max_size=60).map(str.encode))
def test_arbitrary_bytes_are_at_worst_unreadable(memory: Memory, data: bytes) -> None:
    for opening in (b"", b"[", b'[{"a":1},', b'{"a":1}\n'):
        try:
            rows, numbers, _ = read(memory("a.json", opening + data), block_bytes=16)
        except UnreadableInputError as error:
            assert error.what.startswith("a.json is ")
        else:
            assert len(rows) == len(numbers)


@given(
    rows=st.lists(st.builds(Row, st.integers(0, 9), st.text('ab}{,"\\', max_size=5)), min_size=1, max_size=9),
    noise=st.sampled_from(
        ['{"a": "x"}', '{"b": 1}', "5", "null", '{"a": 1e999}', '{"a": 1, "c": nope}', "[{}]"]
    ),
    place=st.integers(0, 9),
    size=st.integers(1, 80),
)
def test_a_bad_row_costs_only_itself(
    memory: Memory, rows: list[Row], noise: str, place: int, size: int
) -> None:
    place = min(place, len(rows))
    texts = [msgspec.json.encode(row).decode() for row in rows]
    data = "[" + ", ".join([*texts[:place], noise, *texts[place:]]) + "]"
    found, numbers, skipped = read(memory("a.json", data), block_bytes=size)
    assert found == rows
    assert [skip.row for skip in skipped] == [place + 1]
    assert skipped[0].cause in {UNEXPECTED, NOT_JSON}
    assert numbers == [number for number in range(1, len(rows) + 2) if number != place + 1]


def test_a_missing_quote_is_made_up_for_at_the_next_row(memory: Memory) -> None:
    data = '[{"a": 1, "b": "x"}, {"a": 2, "b": x"}, {"a": 3, "b": "y"}, {"a": 4}]'
    found, numbers, skipped = read(memory("a.json", data))
    assert ([row.a for row in found], numbers) == ([1, 3, 4], [1, 3, 4])
    assert [(skip.row, skip.cause) for skip in skipped] == [(2, NOT_JSON)]


def test_a_bad_line_costs_only_itself(memory: Memory) -> None:
    data = '{"a": 1}\r\n\n{"a": "x"}\nrubbish\n{"a": 4}'
    found, numbers, skipped = read(memory("a.jsonl", data))
    assert (found, numbers) == ([Row(1), Row(4)], [1, 4])
    assert [(skip.row, skip.cause) for skip in skipped] == [(2, UNEXPECTED), (3, NOT_JSON)]


def test_rows_that_begin_with_different_fields(memory: Memory) -> None:
    rows = ['{"a": %d, "b": "x"}' if number in {1, 50} else '{"b": "y", "a": %d}' for number in range(1, 101)]
    data = "[" + ", ".join(row % number for number, row in enumerate(rows, start=1)) + "]"
    for size in (5, 20, 10_000):
        found, numbers, skipped = read(memory("a.json", data), block_bytes=size)
        assert ([row.a for row in found], numbers, skipped) == ([*range(1, 101)], [*range(1, 101)], [])


def test_other_encodings_inside_strings(memory: Memory) -> None:
    data = b'[{"a": 1, "b": "caf\xe9"}, {"a": 2, "b": "na\xefve"}]'
    found, _, skipped = read(memory("a.json", data))
    assert [row.b for row in found] == ["café", "naïve"]
    assert skipped == [Skipped("a.json", 0, NOT_UTF8)]


def test_text_after_the_list(memory: Memory) -> None:
    found, _, skipped = read(memory("a.json", '[{"a": 1}] and more'))
    assert found == [Row(1)]
    assert [(skip.row, skip.cause) for skip in skipped] == [(2, AFTER_END)]


def test_something_else_than_json(memory: Memory) -> None:
    with pytest.raises(UnreadableInputError, match=r"a\.json is not JSON: it begins with '%PDF"):
        read(memory("a.json", "%PDF-1.7"))


def test_nesting_without_end_is_a_bad_row(memory: Memory) -> None:
    found, _, skipped = read(
        memory("a.json", b'[{"a": 1, "x": ' + b"[" * 50_000 + b"]" * 50_000 + b'}, {"a": 2}]')
    )
    assert found == [Row(2)]
    assert [(skip.row, skip.cause) for skip in skipped] == [(1, NOT_JSON)]


def test_a_row_without_end_is_not_collected_for_ever(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("earmark.sources.json_rows.LONGEST_ROW", 10_000)
    with pytest.raises(UnreadableInputError, match=r"a\.json, row 2"):
        read(memory("a.json", '[{"a": 1}, {"a": 1, "b": "' + "x" * 40_000), block_bytes=500)


@given(
    value=st.recursive(
        st.integers() | st.text(max_size=3),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=2), inner, max_size=3),
        max_leaves=12,
    ),
    cut=st.integers(0, 300),
    depth=st.integers(0, 3),
)
def test_mended_json_is_json(value: object, cut: int, depth: int) -> None:
    whole = json.dumps([value]).encode()
    mended = mend(whole[:cut], depth)
    assert mended == b"" or isinstance(json.loads(mended), list)
    assert mend(whole, depth) == whole
