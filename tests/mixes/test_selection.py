from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from earmark.mixes.selection import MINUTE_MS, Ranking, WeeklyConfig, choose, hits

CONFIG = WeeklyConfig()
SMALL = WeeklyConfig(entries=6, known_artists=3, hits=2, shortest_minutes=24, longest_minutes=36)


def chosen(artists, config=CONFIG, known=(), hit=(), minutes=None, new=()):
    n = len(artists)
    durations = [0] * n if minutes is None else [round(length * MINUTE_MS) for length in minutes]
    marks = [[place in marked for place in range(n)] for marked in (known, hit, new)]
    return choose(Ranking(list(artists), *marks, durations), config)


# --- spread ---


def test_the_best_thirty_of_different_artists():
    assert chosen(range(100)) == list(range(30))
    assert chosen([0, 0, 1, 0, 1, *range(2, 100)])[:4] == [0, 2, 5, 6]


def test_few_artists_come_twice_and_no_more():
    artists = [place % 20 for place in range(100)]
    assert chosen(artists) == list(range(30))
    assert max(Counter(artists[place] for place in chosen(artists)).values()) == 2
    artists = [place % 4 for place in range(100)]
    assert chosen(artists) == list(range(8))


def test_known_artists_and_hits_are_limited():
    places = chosen(range(100), known=range(25), hit=range(25, 50))
    assert places == [*range(15), *range(25, 35), *range(50, 55)]


def test_a_hit_that_is_passed_over_leaves_room_for_another_song_of_the_artist():
    # Song 5 is the third hit; its artist comes in with song 9.
    places = chosen([0, 1, 2, 3, 4, 5, 6, 7, 8, 5, *range(20, 30)], SMALL, hit=[3, 4, 5])
    assert places == [0, 1, 2, 3, 4, 6]
    places = chosen([0, 1, 3, 4, 5, 5, 6], SMALL, hit=[2, 3, 4])
    assert places == [0, 1, 2, 3, 5, 6]


def test_the_limits_give_way_where_the_mix_would_stay_short():
    assert chosen(range(40), known=range(35)) == [*range(25), *range(35, 40)]
    assert chosen(range(35), known=range(35), hit=range(35)) == list(range(30))


def test_the_limits_give_way_before_an_artist_comes_twice():
    artists = [0, 1, 2, 3, 4, 0, 1, 2, 5, 6]
    assert chosen(artists, SMALL, known=[0, 1, 2, 3, 4, 8, 9]) == [0, 1, 2, 3, 4, 8]


def test_a_short_ranking_gives_a_short_mix():
    assert chosen([]) == []
    assert chosen([3, 3, 3]) == [0, 1]


# --- songs that nobody has played yet ---


def test_the_best_new_songs_have_a_place_in_place_of_the_last_ones():
    assert chosen(range(100), new=[40, 60, 70, 80]) == [*range(27), 40, 60, 70]
    assert chosen(range(100), new=[2, 40, 60, 70]) == [*range(28), 40, 60]
    assert chosen(range(100), new=[0, 1, 2, 3, 40]) == list(range(30))
    assert chosen(range(100), CONFIG.model_copy(update={"new": 0}), new=[40]) == list(range(30))


def test_a_new_song_comes_in_by_no_artist_of_the_mix_and_not_beyond_the_known_ones():
    artists = [*range(30), 5, 31, 32]
    assert chosen(artists, new=[30, 32]) == [*range(29), 32]
    places = chosen(range(100), known=[*range(15), 50], new=[50, 60])
    assert places == [*range(29), 60]
    # Where it takes a known artist's place, it may come in.
    assert chosen(range(30), SMALL, known=[3, 4, 5, 20], new=[20]) == [0, 1, 2, 3, 4, 20]


def test_a_new_song_is_not_swapped_away_for_the_length():
    minutes = [5, 5, 5, 5, 5, 1, *[5] * 6, 1]
    places = chosen(range(13), SMALL, minutes=minutes, new=[12])
    assert 12 in places
    assert total(places, minutes) >= 24 or 5 not in places


RANKINGS = st.lists(
    st.tuples(
        st.integers(0, 14),
        st.booleans(),
        st.booleans(),
        st.booleans(),
        st.sampled_from([0, 1, 3, 4, 5, 8, 30]),
    ),
    max_size=30,
)


@settings(deadline=None, max_examples=200)
@given(RANKINGS)
def test_whatever_the_ranking(ranking):
    artists, known, hit, new, minutes = (
        (list(column) for column in zip(*ranking, strict=True)) if ranking else ([],) * 5
    )
    marked = Ranking(artists, known, hit, new, [length * MINUTE_MS for length in minutes])
    places = choose(marked, SMALL)
    assert places == choose(marked, SMALL)
    unused = {artist for artist, one in zip(artists, new, strict=True) if one} - {artists[p] for p in places}
    if sum(new[place] for place in places) < SMALL.new and not any(known):
        assert not unused
    assert places == sorted(set(places))
    each = Counter(artists[place] for place in places)
    n_artists = len(set(artists))
    possible = sum(min(2, n) for n in Counter(artists).values())
    assert len(places) == min(SMALL.entries, possible)
    assert max(each.values(), default=0) <= (1 if n_artists >= SMALL.entries else 2)
    # The limits hold wherever a mix within them can be filled: here, where enough artists are free of both.
    free = {artist for artist, is_known, is_hit, *_ in ranking if not is_known and not is_hit}
    if len(free) >= SMALL.entries and all(known[p] == known[artists.index(a)] for p, a in enumerate(artists)):
        assert sum(known[place] for place in places) <= SMALL.known_artists
        assert sum(hit[place] for place in places) <= SMALL.hits


# --- length ---


def total(places, minutes):
    known = [minutes[place] for place in places if minutes[place]]
    return sum(known) * len(places) / len(known)


def test_short_songs_are_swapped_for_longer_ones():
    minutes = [*[3] * 30, *[5] * 40]
    places = chosen(range(70), minutes=minutes)
    assert 120 <= total(places, minutes) <= 180
    # No more than it takes, and the best-ranked of the longer ones.
    assert sum(place >= 30 for place in places) == 15
    assert max(places) == 44


def test_long_songs_are_swapped_for_shorter_ones():
    minutes = [*[11] * 30, *[4] * 60]
    assert total(chosen(range(90), minutes=minutes), minutes) <= 180


def test_a_mix_that_fits_is_left_alone():
    assert chosen(range(70), minutes=[4.5] * 30 + [60] * 40) == list(range(30))
    assert chosen(range(70), minutes=[0] * 70) == list(range(30))


def test_a_song_swapped_in_may_be_swapped_again():
    # The first longer songs are not long enough: all thirty of them make 108 minutes.
    minutes = [*[3] * 30, *[3.6] * 40, *[8] * 20]
    assert total(chosen(range(90), minutes=minutes), minutes) >= 120


def test_unknown_durations_count_as_the_mean():
    minutes = [*[0] * 15, *[3] * 15, *[6] * 40]
    places = chosen(range(70), minutes=minutes)
    assert set(range(15)) <= set(places)
    assert 120 <= total(places, minutes) <= 180
    assert chosen(range(70), minutes=[*[0] * 15, *[4] * 15, *[9] * 40]) == list(range(30))


def test_a_swap_keeps_the_limits_and_the_artists_apart():
    minutes = [*[3] * 30, *[9] * 60]
    known = [*range(15), *range(30, 60)]
    places = chosen(
        [*range(30), *range(30, 45), *range(30, 45), *range(60, 90)], known=known, minutes=minutes
    )
    assert total(places, minutes) >= 120
    assert sum(place in known for place in places) <= 15
    artists = [*range(30), *range(30, 45), *range(30, 45), *range(60, 90)]
    assert len({artists[place] for place in places}) == 30


def test_the_length_is_fitted_where_the_limits_gave_way():
    minutes = [*[2] * 30, *[9] * 10]
    places = chosen(range(40), known=range(40), minutes=minutes)
    assert total(places, minutes) >= 120


@settings(deadline=None, max_examples=300)
@example([2, 7, 7, 7, 7, 9, 8, 6])
@given(st.lists(st.integers(1, 12), min_size=SMALL.entries, max_size=25))
def test_the_length_fits_wherever_the_ranking_allows(minutes):
    """All songs by different, unknown artists: the six longest and shortest show what is possible."""
    length = total(chosen(range(len(minutes)), SMALL, minutes=minutes), minutes)
    ordered = sorted(minutes)
    first = sum(minutes[: SMALL.entries])
    if first < 24:
        assert min(24, sum(ordered[-SMALL.entries :])) <= length <= 36
    elif first > 36:
        assert 24 <= length <= max(36, sum(ordered[: SMALL.entries]))
    else:
        assert length == first


# --- hits ---


def test_hits_are_the_fewest_that_make_up_the_share():
    held = np.array([1, 5, 0, 2, 2], np.float32)
    assert hits(held, 0.5).tolist() == [False, True, False, False, False]
    assert hits(held, 0.51).tolist() == [False, True, False, True, False]
    assert hits(held, 0.9).tolist() == [False, True, False, True, True]
    assert hits(held, 0.99).tolist() == [True, True, False, True, True]


def test_without_holders_there_are_no_hits():
    assert not hits(np.zeros(3, np.float32), 0.2).any()
    assert hits(np.empty(0, np.float32), 0.2).shape == (0,)


@given(st.lists(st.integers(0, 50), max_size=30), st.floats(0.01, 0.99))
def test_hits_equal_their_twin(held, share):
    marks = hits(np.array(held, np.float32), share)
    order = sorted(range(len(held)), key=lambda song: (-held[song], song))
    expected, so_far = set(), 0
    for song in order:
        if so_far >= share * sum(held):
            break
        expected.add(song)
        so_far += held[song]
    assert set(np.flatnonzero(marks).tolist()) == expected


@pytest.mark.parametrize("wrong", [{"entries": 0}, {"hit_share": 1.0}, {"ranked": 3}, {"else": 1}])
def test_settings_that_make_no_sense_are_refused(wrong):
    with pytest.raises(ValueError, match="validation error"):
        WeeklyConfig(**wrong)
