"""Plain text in one form: paragraphs, lines and letters."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.sources.reading.prose import one_line, prose


def test_paragraphs_stand_apart_by_one_empty_line() -> None:
    assert prose("\r\n One  line.\r\n \t\r\n\r\nAnother\tline.\n") == "One line.\n\nAnother line."


def test_lines_that_nobody_broke_are_paragraphs() -> None:
    long = "The band plays a slow and bright music " * 4
    assert prose(f"{long}\n{long}\n{long}") == "\n\n".join([long.strip()] * 3)


def test_lines_broken_where_the_next_word_did_not_fit_are_joined() -> None:
    text = (
        "The second record of the Paper Foxes is better by far than the\n"
        "first one, and the third, which they made in a barn, is not it.\n"
        "So be it.\n\n1. A song\n2. Another"
    )
    assert prose(text) == (
        "The second record of the Paper Foxes is better by far than the first one, and the third, which they made"
        " in a barn, is not it. So be it.\n\n1. A song\n2. Another"
    )


def test_lines_of_verse_stay() -> None:
    verse = "A line of verse that goes on for a while longer\nand stops\nbefore it is full, and then\ngoes on"
    assert prose(verse) == verse


@pytest.mark.parametrize(
    "text",
    [
        "موسيقى هادئة \u200fمن\u200e الشمال",
        "הלהקה \u2067מנגנת\u2069 מוזיקה",
        "می\u200cخواهم",
        "क्\u200dष",
        "静かな音楽を演奏している。二枚目",
        "👩\u200d👩\u200d👧 🎶",
    ],
)
def test_what_other_scripts_need_stays(text: str) -> None:
    assert prose(text) == one_line(text) == text


def test_what_is_not_to_be_seen_goes() -> None:
    assert prose("Pa\u00adper\u200b Fo\x00xes\ufeff, Cafe\u0301\u00a0X") == "Paper Foxes, Café X"


def test_lines_of_scripts_without_blanks_are_not_joined() -> None:
    text = "\n".join(["静かな音楽を演奏している。" * 4] * 3)
    assert prose(text) == text


def test_a_title_stands_on_one_line() -> None:
    assert one_line(" Quiet\n and\tloud \x07") == "Quiet and loud"


@given(st.text())
def test_the_form_is_one_and_no_letter_is_lost(text: str) -> None:
    once = prose(text)
    assert prose(once) == once or len(max(once.splitlines(), key=len)) <= 100
    letters = [one for one in unicodedata.normalize("NFC", once) if one.isalnum()]
    # Composing may join letters that something unseen stood between.
    whole = unicodedata.normalize(
        "NFC", "".join(one for one in text if one.isalnum() or unicodedata.combining(one))
    )
    assert letters == [one for one in whole if one.isalnum()] or not text.isascii()
    assert "\n\n\n" not in once
    assert "  " not in once
