from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.listening.libraries import Lyrics
from earmark.sources.folder.lyrics import LONGEST, lyrics_of, timed_lines

WORDS = st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters="[]<>"), min_size=1)
MOMENTS = st.integers(0, 999 * 60_000 + 59_999).map(lambda ms: ms // 10 * 10)


def written(ms: int) -> str:
    return f"[{ms // 60_000:02}:{ms // 1_000 % 60:02}.{ms // 10 % 100:02}]"


def test_lines_come_with_their_moments_in_order() -> None:
    text = "[ti:Song]\n[ar: Somebody]\n[00:12.00]second\n[00:01.50][01:01.50]first and last\n[00:30]\n"
    assert lyrics_of(text) == Lyrics(
        "[00:01.50]first and last\n[00:12.00]second\n[00:30.00]\n[01:01.50]first and last", timed=True
    )


@pytest.mark.parametrize(
    ("line", "ms"),
    [
        ("[00:01]a", 1_000),
        ("[00:01.5]a", 1_500),
        ("[00:01.05]a", 1_050),
        ("[00:01.005]a", 1_005),
        ("[0:1:50]a", 1_500),
        ("[100:00.00]a", 6_000_000),
        ("  [00:01.00] a ", 1_000),
        ("[00:01.00]<00:01.00>a<00:01.50>", 1_000),
    ],
)
def test_moments_are_written_in_many_ways(line: str, ms: int) -> None:
    assert timed_lines([line]) == [(ms, "a")]


@pytest.mark.parametrize(
    "line", ["a", "[ti:a]", "[00:61.00]a", "[1:2:3:4]", "[chorus]", "[:]", "[99999:00.00]", ""]
)
def test_what_is_no_moment_is_none(line: str) -> None:
    assert timed_lines([line]) == []


def test_a_positive_offset_has_the_words_come_sooner() -> None:
    lines = ["[offset:+500]", "[00:02.00]a", "[00:00.10]b"]
    assert timed_lines(lines) == [(0, "b"), (1_500, "a")]
    assert timed_lines(["[offset: -500 ]", "[00:02.00]a"]) == [(2_500, "a")]
    assert timed_lines(["[offset:soon]", "[00:02.00]a"]) == [(2_000, "a")]


def test_without_moments_it_is_plain_text() -> None:
    assert lyrics_of("[ti:Song]\r\nOne\0\r\n\r\n\r\n\r\n[Chorus]\rTwo  ") == Lyrics(
        "One\n\n[Chorus]\nTwo", timed=False
    )


@pytest.mark.parametrize("text", ["", " \n\n", "[ti:Song]\n[by:me]", "\0", "x" * (LONGEST + 1)])
def test_what_holds_no_words_or_far_too_many_is_none(text: str) -> None:
    assert lyrics_of(text) is None


@given(st.lists(st.tuples(MOMENTS, WORDS), min_size=1))
def test_what_was_written_is_read_in_order(lines: list[tuple[int, str]]) -> None:
    text = "\n".join(f"{written(ms)}{words}" for ms, words in lines)
    assert timed_lines(text.split("\n")) == sorted(lines, key=lambda line: line[0])


@given(
    st.text()
    | st.lists(
        st.sampled_from(["[00:01.00]", "[0:59.999]", "[offset:7]", "<00:01.00>", "la", "\n", "["])
    ).map("".join)
)
def test_reading_what_was_made_of_it_changes_nothing(text: str) -> None:
    lyrics = lyrics_of(text)
    assert lyrics is None or lyrics_of(lyrics.text) == lyrics
