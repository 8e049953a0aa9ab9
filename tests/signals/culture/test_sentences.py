from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.signals.culture.sentences import NAME, Words, mask, sentences, shortened, tokens, words_of


def cut(text: str) -> list[str]:
    return [sentence.text for sentence in sentences(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It is good. It is short.", ["It is good.", "It is short."]),
        ("Mr. Reed left. J. Rider stayed at St. Anne.", ["Mr. Reed left.", "J. Rider stayed at St. Anne."]),
        (
            "“Why?” They stop… Then: “Go!” (A joke.) End",
            ["“Why?”", "They stop…", "Then: “Go!”", "(A joke.)", "End"],
        ),
        ("It came out in 1.5 parts, e.g. two", ["It came out in 1.5 parts, e.g. two"]),
        ("静かだ。そして暗い。", ["静かだ。", "そして暗い。"]),
    ],
)
def test_sentences_end_where_they_end(text: str, expected: list[str]) -> None:
    assert cut(text) == expected


def test_paragraphs_are_apart_by_an_empty_line() -> None:
    assert [(s.paragraph, s.text) for s in sentences("One\nline.\n \nTwo.")] == [
        (0, "One\nline."),
        (1, "Two."),
    ]


def test_a_name_that_ends_in_a_mark_ends_no_sentence() -> None:
    text = "They love Bang! Then some. Bang! are loud."
    masked = mask(text, [(10, 15), (27, 32)])
    assert cut(masked) == [f"They love  {NAME}  Then some.", f"{NAME}  are loud."]
    assert [sentence.names for sentence in sentences(masked)] == [0, 1]


def test_words_keep_what_is_inside_them() -> None:
    assert tokens("It’s lo-fi, R&B (but 'odd')!") == [
        "It's",
        "lo-fi",
        ",",
        "R&B",
        "(",
        "but",
        "'",
        "odd",
        "'",
        ")",
        "!",
    ]
    assert tokens(f"by {NAME}'s band") == ["by", NAME, "'", "s", "band"]


@given(st.lists(st.text(max_size=30), min_size=1, max_size=5))
def test_sentences_may_be_cut_into_words_together(texts: list[str]) -> None:
    texts = [text.replace("\1", "") for text in texts]
    assert words_of(texts) == [Words(tokens(text), [word.lower() for word in tokens(text)]) for text in texts]


def test_long_quotes_are_cut_at_a_word() -> None:
    assert shortened("a quiet\n record", 20) == "a quiet record"
    assert shortened("one two three four", 12) == "one two…"
    assert len(shortened("x" * 50, 12)) == 12


@given(st.text(st.characters(codec="utf-8"), max_size=200))
def test_nothing_but_spaces_is_lost(text: str) -> None:
    masked = mask(text, [])
    assert "".join("".join(cut(masked)).split()) == "".join(masked.split())
