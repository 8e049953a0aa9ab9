"""Gaps of a mix are closed from what a library holds."""

from __future__ import annotations

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from earmark.mixes.filling import filled

WEEK = "2026-W47"
ALL_DIFFERENT = {song: song for song in range(100)}


def test_gaps_are_filled_in_place_by_the_best_that_are_left() -> None:
    assert filled([1, None, 3, None], [3, 7, 8, 9], ALL_DIFFERENT, {}, WEEK) == [1, 7, 3, 8]


def test_new_artists_come_before_further_songs_by_those_in_the_mix() -> None:
    artists = {1: 1, 2: 1, 3: 2, 4: 2, 5: 3}
    assert filled([1, None, None], [2, 3, 4, 5], artists, {}, WEEK) == [1, 3, 5]
    assert filled([1, None, None, None], [2, 3, 4, 5], artists, {}, WEEK) == [1, 3, 5, 2]


def test_what_never_filled_a_gap_comes_first_and_then_what_did_longest_ago() -> None:
    weeks = {1: "2026-W46", 2: "2026-W40", 3: "2025-W50"}
    assert filled([None] * 4, [1, 2, 3, 4], ALL_DIFFERENT, weeks, WEEK) == [4, 3, 2, 1]


def test_made_again_in_the_same_week_it_is_the_same() -> None:
    weeks = {7: WEEK, 9: WEEK, 1: "2026-W46"}
    assert filled([None, 2, None], [7, 9, 5, 6], ALL_DIFFERENT, weeks, WEEK) == [7, 2, 9]


def test_where_too_little_is_left_it_is_shorter() -> None:
    assert filled([None, 1, None, 2, None], [1, 5], ALL_DIFFERENT, {}, WEEK) == [5, 1, 2]
    assert filled([None], [], ALL_DIFFERENT, {}, WEEK) == []


songs = st.integers(0, 30)


@given(
    places=st.lists(
        st.none() | songs, max_size=12, unique_by=lambda song: song if song is not None else object()
    ),
    ranked=st.lists(songs, max_size=20),
    artists=st.lists(st.integers(0, 5), min_size=31, max_size=31),
    weeks=st.dictionaries(songs, st.sampled_from(["2026-W45", "2026-W46", WEEK])),
)
def test_whatever_is_asked_the_mix_stands_and_gaps_close_as_far_as_they_can(
    places: list[int | None], ranked: list[int], artists: list[int], weeks: dict[int, str]
) -> None:
    mix = [song for song in places if song is not None]
    made = filled(places, ranked, dict(enumerate(artists)), weeks, WEEK)
    assert [song for song in made if song in mix] == mix
    assert max(Counter(made).values(), default=1) == 1
    assert set(made) <= {*mix, *ranked}
    assert len(made) == min(len(places), len({*mix, *ranked}))
