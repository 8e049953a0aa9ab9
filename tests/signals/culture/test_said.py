from __future__ import annotations

import math

import pytest
from tests.signals.culture.frames import DAY, NOW, mention, mentions, tags

from earmark.signals.culture.said import SaidConfig, amounts, said_by_tags, said_in_texts

CONFIG = SaidConfig(least_probability=0.5, half_life_days=100)


def test_what_texts_say_fades_with_their_age() -> None:
    said = said_in_texts(
        mentions(
            mention(1, 5, {"dub": 2.0}),
            mention(2, 6, {"dub": 2.0}, published_at=NOW - 100 * DAY, probability=0.5),
            mention(3, 7, {"dub": 2.0}, published_at=None),
            mention(4, 8, {"dub": 2.0}, published_at=NOW + 50 * DAY),
        ),
        NOW,
        CONFIG,
    )
    assert said["weight"].to_list() == pytest.approx([2.0, 0.5, 2.0, 2.0])
    assert said.row(0, named=True)["quote"] == "quote 1"


def test_mentions_that_are_not_meant_say_nothing() -> None:
    assert said_in_texts(mentions(mention(1, 5, {"dub": 2.0}, probability=0.4)), NOW, CONFIG).is_empty()


def test_tags_are_spelled_as_terms_and_count_beside_the_largest() -> None:
    said = said_by_tags(
        tags(
            (5, None, "x", "LoFi", 9.0),
            (5, None, "x", "lo-fi", 3.0),
            (5, None, "x", "slow", 2.0),
            (5, 1, "x", "odd", 0.0),
        )
    )
    assert dict(said.select("term", "weight").rows()) == {
        "lo-fi": 1.0,
        "slow": pytest.approx(2 / 9),
    }


def test_two_sources_say_more_than_one_that_says_it_twice() -> None:
    said = said_in_texts(
        mentions(
            mention(1, 5, {"dub": 1.0}),
            mention(2, 5, {"dub": 1.0}),
            mention(3, 6, {"dub": 1.0}),
            mention(4, 6, {"dub": 1.0}, source="b"),
        ),
        NOW,
        CONFIG,
    )
    once, twice = amounts(said, "artist")["amount"].to_list()
    assert once == pytest.approx(math.sqrt(2))
    assert twice == pytest.approx(2)


def test_what_is_said_of_songs_is_said_of_their_artist() -> None:
    said = said_in_texts(mentions(mention(1, 5, {"dub": 1.0}, song=50)), NOW, CONFIG)
    assert amounts(said, "artist").rows() == [(5, "dub", pytest.approx(1))]
    assert amounts(said, "song")["song"].to_list() == [50]
