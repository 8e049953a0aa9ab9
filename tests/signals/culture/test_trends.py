from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from tests.signals.culture.frames import DAY, NOW, mention, mentions

from earmark.signals.culture.trends import TrendsConfig, artist_events, ratios, rising, term_events

CONFIG = TrendsConfig(period_days=10, periods=6, smoothing=1.0, carried=0.5)


def events(*rows: tuple[int, str, float, int]) -> pl.DataFrame:
    """Thing, source, days ago, evidence."""
    return pl.DataFrame(
        [(thing, source, NOW - int(ago * DAY), evidence) for thing, source, ago, evidence in rows],
        schema={"thing": pl.Int32, "source": pl.String, "at": pl.Int64, "evidence": pl.Int32},
        orient="row",
    )


def steady(thing: int, first: int) -> list[tuple[int, str, float, int]]:
    return [
        (thing, f"s{n}", 10 * period + n, first + 10 * period + n) for period in range(6) for n in range(4)
    ]


def test_a_ratio_is_of_what_was_found_to_what_was_expected() -> None:
    counts = np.array([[0.0, 0.0, 6.0], [10.0, 10.0, 4.0]])
    config = TrendsConfig(carried=0.0, smoothing=2.0)
    assert ratios(counts, config) == pytest.approx(
        [(6 + 2) / (6 / 30 * 10 + 2), (4 + 2) / (24 / 30 * 10 + 2)]
    )


def test_what_was_said_a_period_ago_counts_too() -> None:
    counts = np.array([[0.0, 4.0, 0.0], [8.0, 0.0, 0.0], [8.0, 12.0, 16.0]])
    assert ratios(counts, TrendsConfig(carried=0.5))[0] > ratios(counts, TrendsConfig(carried=0.5))[1]
    assert ratios(counts, TrendsConfig(carried=0.0))[0] < 1


@given(hnp.arrays(np.float64, (4, 5), elements=st.integers(0, 50).map(float)))
def test_what_keeps_its_share_is_as_usual(counts: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> None:
    found = ratios(counts)
    assert np.all(found > 0)
    assert ratios(np.tile(counts[:, :1], (1, 5))) == pytest.approx(np.ones(4))


def test_who_is_rising_is_told_with_the_evidence() -> None:
    new = [(7, "s0", 1.0, 900), (7, "s1", 2.0, 901), (7, "s2", 0.5, 902)]
    found = rising(events(*steady(1, 0), *steady(2, 200), *new), NOW, CONFIG)
    assert found["thing"].to_list() == [7]
    row = found.row(0, named=True)
    assert row["evidence"] == [902, 900, 901]
    assert (row["mentions"], row["sources"]) == (3, 3)
    assert row["ratio"] > 1.5
    assert row["expected"] < row["mentions"]


def test_two_mentions_or_one_source_are_too_few() -> None:
    twice = [(7, "s0", 1.0, 900), (7, "s1", 2.0, 901)]
    one_source = [(8, "s0", 1.0, 910 + n) for n in range(9)]
    assert rising(events(*steady(1, 0), *twice, *one_source), NOW, CONFIG).is_empty()


def test_a_source_that_repeats_itself_counts_less_than_several() -> None:
    loud = [(7, "s0", 1.0, 900 + n) for n in range(5)] + [(7, "s1", 1.0, 910)]
    many = [(8, f"s{n}", 1.0, 920 + n) for n in range(6)]
    found = rising(events(*steady(1, 0), *loud, *many), NOW, CONFIG)
    assert found["thing"].to_list() == [8, 7]


def test_the_same_document_counts_once_for_a_thing() -> None:
    again = [(7, "s0", 1.0, 900)] * 5 + [(7, "s1", 1.0, 901)]
    assert rising(events(*steady(1, 0), *again), NOW, CONFIG).is_empty()


def test_what_lies_ahead_or_too_far_back_is_left_out() -> None:
    ahead = [(7, f"s{n}", -1.0, 900 + n) for n in range(4)]
    long_ago = [(8, f"s{n}", 61.0, 910 + n) for n in range(4)]
    assert rising(events(*steady(1, 0), *ahead, *long_ago), NOW, CONFIG).is_empty()


def test_nothing_said_is_nothing_rising() -> None:
    found = rising(events(), NOW, CONFIG)
    assert found.is_empty()
    assert found.columns == ["thing", "ratio", "mentions", "sources", "expected", "evidence"]


def test_mentions_are_events_of_artists_and_of_terms() -> None:
    frame = mentions(
        mention(1, 5, {"dub": 1.0, "slow": 0.5}),
        mention(2, 6, {"dub": 1.0}, source="b"),
        mention(3, 6, {"loud": 1.0}, probability=0.2),
        mention(4, 6, published_at=None),
    )
    assert artist_events(frame, 0.5).rows() == [(5, "a", NOW, 1), (6, "b", NOW, 2)]
    assert term_events(frame, 0.5).rows() == [
        ("dub", "a", NOW, 1),
        ("slow", "a", NOW, 1),
        ("dub", "b", NOW, 2),
    ]
