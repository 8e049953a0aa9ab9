from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earmark.listening.listens import Ending
from earmark.store.durations import durations_from_plays

DONE, SKIP, STOP, UNKNOWN = Ending.COMPLETED, Ending.SKIPPED, Ending.STOPPED, Ending.UNKNOWN


def durations(*plays: tuple[int, int | None, Ending]) -> list[tuple[int, int]]:
    schema = {"item": pl.Int32, "ms_played": pl.Int32, "ending": pl.UInt8}
    return durations_from_plays(pl.DataFrame(plays, schema, orient="row")).rows()


@pytest.mark.parametrize(
    ("plays", "expected"),
    [
        ([(1, 200_000, DONE)], []),
        ([(1, 200_000, DONE), (1, 201_000, DONE)], [(1, 200_500)]),
        ([(1, 200_000, DONE), (1, 203_000, DONE)], []),
        ([(1, 200_000, DONE), (1, 200_400, DONE), (1, 90_000, DONE)], [(1, 200_200)]),
        ([(1, 30_000, SKIP), (1, 30_000, SKIP), (1, 30_000, STOP)], []),
        ([(1, 200_100, UNKNOWN), (1, 199_900, UNKNOWN), (1, 63_000, UNKNOWN)], [(1, 200_000)]),
        ([(1, 200_000, UNKNOWN), (1, 200_000, UNKNOWN), (1, 9_000, SKIP)], []),
        ([(1, 30_000, UNKNOWN)] * 5, []),
        ([(1, None, UNKNOWN)] * 5, []),
        ([(1, 100_000, UNKNOWN), (1, 200_000, UNKNOWN)] * 2, [(1, 200_000)]),
        ([(2, 100_000, DONE), (1, 200_000, UNKNOWN)] * 2, [(1, 200_000), (2, 100_000)]),
        ([], []),
    ],
)
def test_what_plays_agree_on(
    plays: list[tuple[int, int | None, Ending]], expected: list[tuple[int, int]]
) -> None:
    assert durations(*plays) == expected


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(1, 400_000), st.sampled_from(Ending)), max_size=12))
def test_a_duration_is_near_two_plays_of_the_item(plays: list[tuple[int, int, Ending]]) -> None:
    found = durations(*plays)
    assert len({item for item, _ in found}) == len(found)
    for item, duration in found:
        assert sum(of == item and abs(ms - duration) <= 3_000 for of, ms, _ in plays) >= 2
