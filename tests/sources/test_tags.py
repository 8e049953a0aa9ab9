"""Tags that people gave, in tables and in JSON lines."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from earmark.errors import UnreadableInputError
from earmark.sources.batch import Skipped
from earmark.sources.tags import Tag, read_tags


def read(path: Path) -> tuple[list[Tag], list[Skipped]]:
    batches = list(read_tags(path))
    return [tag for one in batches for tag in one.tags], [skip for one in batches for skip in one.skipped]


def write(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


class TestTables:
    def test_of_artists_and_songs(self, tmp_path: Path) -> None:
        path = write(
            tmp_path,
            "a.csv",
            'artist,title,tag,count\nPaper Foxes,,dream pop,100\n"Foxes, Paper",Barn,slow,1.5\nThe,,1975,\n',
        )
        assert read(path) == (
            [
                Tag("Paper Foxes", None, "dream pop", 100.0),
                Tag("Foxes, Paper", "Barn", "slow", 1.5),
                Tag("The", None, "1975", 1.0),
            ],
            [],
        )

    def test_with_other_names_and_in_another_order(self, tmp_path: Path) -> None:
        path = write(tmp_path, "a.tsv", "Weight\tTag\tid\tArtist_Name\n3\tslow\tx\tPaper Foxes\n")
        assert read(path) == ([Tag("Paper Foxes", None, "slow", 3.0)], [])

    def test_every_bad_row_is_told(self, tmp_path: Path) -> None:
        path = write(
            tmp_path,
            "a.csv",
            "artist,tag,count\nA,x,1\n,x,1\nA,,1\nA,x\nA,x,0\nA,x,-2\nA,x,many\nA,x,nan\nA,x,inf\n"
            + f"A,{'x' * 101},1\n{'a' * 1_001},x,1\nA,y,2\n",
        )
        tags, skipped = read(path)
        assert tags == [Tag("A", None, "x", 1.0), Tag("A", None, "y", 2.0)]
        assert [(one.row, one.cause) for one in skipped] == [
            (2, "no artist"),
            (3, "no tag"),
            (4, "wrong number of columns"),
            (5, "count that is no number above zero"),
            (6, "count that is no number above zero"),
            (7, "count that is no number above zero"),
            (8, "count that is no number above zero"),
            (9, "count that is no number above zero"),
            (10, "tag longer than 100 characters"),
            (11, "artist longer than 1,000 characters"),
        ]
        assert {one.file for one in skipped} == {"a.csv"}


class TestJsonLines:
    def test_one_tag_a_row_or_all_of_them(self, tmp_path: Path) -> None:
        path = write(
            tmp_path,
            "a.jsonl",
            '{"artist": "A", "tag": "x", "count": 3}\n'
            '{"artist": "A", "title": "S", "tags": ["y", {"name": "z", "count": "5", "url": "u"}]}\n'
            '{"artist": "B", "tags": {"x": 2.5}}\n{"artist": "B", "tag": "y", "weight": 0.5}\n',
        )
        assert read(path) == (
            [
                Tag("A", None, "x", 3.0),
                Tag("A", "S", "y", 1.0),
                Tag("A", "S", "z", 5.0),
                Tag("B", None, "x", 2.5),
                Tag("B", None, "y", 0.5),
            ],
            [],
        )

    def test_every_bad_row_is_told(self, tmp_path: Path) -> None:
        path = write(
            tmp_path,
            "a.jsonl",
            '{"artist": 7, "tag": "x"}\n{"artist": "A"}\n{"tag": "x"}\nnonsense\n'
            '{"artist": "A", "tags": {"x": 0, "y": 1}}\n{"artist": "A", "tags": []}\n{"artist": "B", "tag": "z"}\n',
        )
        tags, skipped = read(path)
        assert tags == [Tag("A", None, "y", 1.0), Tag("B", None, "z", 1.0)]
        assert [(one.row, one.cause) for one in skipped] == [
            (1, "field of an unexpected kind"),
            (2, "no tag"),
            (3, "no artist"),
            (4, "not valid JSON"),
            (5, "count that is no number above zero"),
            (6, "no tag"),
        ]


class TestFolders:
    def test_what_holds_no_tags_is_named(self, tmp_path: Path) -> None:
        write(tmp_path, "a.csv", "artist,tag\nA,x\n")
        write(tmp_path, "b.csv", "artist,plays\nA,1\n")
        write(tmp_path, "c.txt", "words")
        tags, skipped = read(tmp_path)
        assert tags == [Tag("A", None, "x", 1.0)]
        assert skipped == [
            Skipped("b.csv", 0, "not a file of tags"),
            Skipped("c.txt", 0, "not a file of tags"),
        ]

    def test_nothing_that_holds_tags(self, tmp_path: Path) -> None:
        path = write(tmp_path, "b.csv", "artist,plays\nA,1\n")
        with pytest.raises(UnreadableInputError, match="holds no tags"):
            read(path)

    def test_all_that_is_read_is_counted(self, tmp_path: Path) -> None:
        path = write(tmp_path, "a.csv", "artist,tag\n" + "A,x\n" * 40_000)
        batches = list(read_tags(path))
        assert len(batches) > 1
        assert sum(one.rows for one in batches) == 40_000
        assert sum(one.bytes_read for one in batches) == path.stat().st_size


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.text(max_size=200))
def test_any_text_is_read_or_told(tmp_path: Path, text: str) -> None:
    for name, head in (("a.csv", "artist,tag,count\n"), ("a.jsonl", '{"artist": "A", "tag": "x"}\n')):
        path = tmp_path / name
        path.write_bytes((head + text).encode("utf-8", "replace"))
        tags, _ = read(path)
        assert all(one.artist and one.tag and one.weight > 0 for one in tags)
