from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.signals.culture.sentences import NAME, words_of
from earmark.signals.culture.terms import find_terms, vocabulary


def found(text: str) -> dict[str, float]:
    return {term.text: term.weight for term in find_terms(words_of([text])[0])}


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("She makes ambient dub techno.", {"ambient dub techno", "dub techno", "ambient"}),
        ("a wall of sound and lofi beats", {"wall of sound", "lo-fi beats", "lo-fi"}),
        ("post punk, synth-pop and drum & bass", {"post-punk", "synthpop", "drum and bass"}),
        ("Hushed vocals over glassy synths", {"hushed vocals", "hushed", "glassy synth"}),
        (
            "technical death metal riffs",
            {"technical death metal", "death metal", "technical death metal riff"},
        ),
        ("some Krautrock from 1973", {"krautrock"}),
    ],
)
def test_music_is_described(text: str, terms: set[str]) -> None:
    assert terms <= found(text).keys()


@pytest.mark.parametrize(
    "text",
    [
        "We saw Soft Machine and Sad Lovers play",
        "The whole country knows her house",
        "He released several recordings early in any family",
        "They signed the lease in 1999 and moved",
    ],
)
def test_what_is_no_description_is_left(text: str) -> None:
    assert not {"soft", "sad", "country", "house", "several recording", "any family"} & found(text).keys()


def test_kinds_apart_by_a_comma_are_two() -> None:
    assert found("techno, house and dub").keys() == {"techno", "house", "dub"}


def test_a_name_parts_what_stands_on_its_sides() -> None:
    assert "dark techno" not in found(f"dark {NAME} techno")


def test_phrases_weigh_more_than_what_is_inside_them() -> None:
    weights = found("melodic death metal")
    assert weights["melodic death metal"] > weights["death metal"] > weights["metal"]


def test_a_term_has_one_spelling() -> None:
    usual = vocabulary().usual
    assert usual("LoFi") == usual("lo fi") == "lo-fi"
    assert usual("Post  Punk") == "post-punk"
    assert usual("synths") == "synth"
    assert usual("anything else") == "anything else"


@given(st.text(max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    words = words_of([text])[0]
    for term in find_terms(words):
        assert 0 <= term.at < len(words.written)
        assert term.weight > 0
