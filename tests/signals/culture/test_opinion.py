from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.signals.culture.opinion import find_judgements, opinion
from earmark.signals.culture.sentences import words_of


def judged(text: str) -> float | None:
    found = find_judgements(words_of([text])[0])
    return opinion([(one.value, one.weight) for one in found])


@pytest.mark.parametrize(
    "text",
    [
        "This is a brilliant record.",
        "It is not bad at all.",
        "Nothing short of wonderful.",
        "I can't recommend it enough.",
        "Not only gorgeous but essential.",
        "Although the first half is dull, the second is superb.",
        "It never disappoints.",
        "the best thing they have done",
    ],
)
def test_praise_is_heard(text: str) -> None:
    assert (judged(text) or 0) > 0.1


@pytest.mark.parametrize(
    "text",
    [
        "A dull, lifeless record.",
        "This isn't a very good song.",
        "It could have been great, but it falls flat.",
        "a waste of time",
        "While the idea is lovely, the result is boring.",
        "It is not exactly essential",
    ],
)
def test_blame_is_heard(text: str) -> None:
    assert (judged(text) or 0) < -0.1


@pytest.mark.parametrize(
    "text",
    [
        "sad, dark, bleak, melancholic, anxious, lonely, cold and depressive",
        "harsh, noisy, violent, angry, chaotic, apocalyptic, misanthropic, suicidal",
        "death, war, alienation, hatred, drugs, crime",
        "They play love songs from their greatest hits.",
        "We met Best Coast in Great Britain.",
        "",
    ],
)
def test_moods_and_names_judge_nothing(text: str) -> None:
    assert judged(text) is None


def test_degrees_count() -> None:
    faint, plain, strong = (judged(f"it is {how} good") or 0 for how in ("fairly", "", "really"))
    assert faint < plain < strong


def test_what_follows_a_but_counts_for_more() -> None:
    assert (judged("good, but boring") or 0) < (judged("boring, but good") or 0)


def test_nothing_said_is_no_opinion() -> None:
    assert opinion([]) is None


@given(st.text(max_size=200))
def test_opinions_are_in_bounds(text: str) -> None:
    value = judged(text)
    assert value is None or -1 <= value <= 1
