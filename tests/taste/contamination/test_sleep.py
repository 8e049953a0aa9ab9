from __future__ import annotations

import pytest
from tests.taste.contamination.records import HOUR_MS, own_life, sleep

from earmark.taste.contamination.finding import Suspecting
from earmark.taste.contamination.suspicion import Kind


def found(record, **more):
    return Suspecting().find(record.listens(), record.songs(), **more)


def plays(suspicion):
    return [(one.started_at, one.song) for one in suspicion.listens]


def test_an_own_life_is_not_suspected():
    for seed in range(5):
        assert found(own_life(seed)) == ()


@pytest.mark.parametrize(
    ("tracks", "length_ms"), [(1, 180_000), (6, 240_000), (60, 200_000), (1, 7 * HOUR_MS)]
)
def test_nights_in_a_loop_are_found_whole_by_plays_alone(tracks, length_ms):
    record = own_life(1)
    planted = sleep(record, tracks=tracks, length_ms=length_ms)
    (suspicion,) = found(record)
    assert suspicion.kind is Kind.SLEEP
    assert plays(suspicion) == planted
    assert suspicion.since == planted[0][0]
    assert suspicion.figures.days == 14
    assert suspicion.figures.elsewhere == 0
    assert suspicion.figures.foreign == 1
    assert suspicion.figures.begins == "22:42"


def test_the_sentence_tells_the_figures():
    record = own_life(2)
    sleep(record, title="White Noise {}")
    (suspicion,) = found(record)
    assert suspicion.why == (
        "This looks like sound to sleep by: 14 nights, usually 22:42–06:12; 1,360 plays of 6 songs; "
        "up to 7.5 hours without a pause; each 226.7 times on average; none of them played at any other time; "
        "titles, artists or tags of 100% of the plays say “white noise”."
    )
