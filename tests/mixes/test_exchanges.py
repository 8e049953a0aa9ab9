from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.mixes.cases import CONFIG, made

from earmark.mixes.exchanges import ROUNDING, Mixes, Songs, Spare

ROWS = np.array([0, 2])


def mixes_of(case, *, most_score=0.6, most_popularity=5.0):
    return Mixes(
        Songs.at(case.chosen[ROWS], ROWS, case.ranked, case.catalogue),
        most_score=np.full(2, most_score, np.float32),
        most_popularity=np.full(2, most_popularity, np.float32),
        config=CONFIG,
    )


def excess_of(case, row, places, most_score=0.6, most_popularity=5.0):
    columns = case.ranked.songs[row, places]
    score = np.linalg.norm(case.catalogue.directions[columns].astype(float).mean(0))
    popularity = case.catalogue.popularity[columns].mean()
    return max(score - most_score, 0) + max(popularity - most_popularity, 0)


@pytest.mark.parametrize("seed", range(5))
def test_the_excess_is_what_lies_beyond_the_bounds(seed):
    case = made(seed)
    mixes = mixes_of(case)
    expected = [excess_of(case, row, case.chosen[row]) for row in ROWS]
    np.testing.assert_allclose(mixes.excess, expected, atol=1e-5)
    for mix, row in enumerate(ROWS):
        assert mixes.narrow[mix] == (case.score(row, case.chosen) > 0.6)
        assert mixes.popular[mix] == (case.popularity(row, case.chosen) > 5)
    loose = mixes_of(case, most_score=np.inf, most_popularity=np.inf)
    assert loose.excess.tolist() == [0, 0]


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10**6), st.booleans())
def test_the_best_of_all_exchanges_is_found(seed, timed):
    """Against every exchange recounted from scratch: gain, cost and limits."""
    case = made(seed, timed=timed)
    mixes = mixes_of(case)
    random = np.random.default_rng(seed)
    places = np.full((2, 9), -1)
    for mix, row in enumerate(ROWS):
        open_places = np.setdiff1d(np.arange(60), case.chosen[row])
        places[mix, :8] = random.choice(open_places, 8, replace=False)
    coming = Songs.at(places, ROWS, case.ranked, case.catalogue)
    goes, comes, serves = mixes.best_exchange(coming)
    for mix, row in enumerate(ROWS):
        chosen = case.chosen[row]
        before = excess_of(case, row, chosen)
        worth, enough = {}, {}
        for entry, old in enumerate(chosen):
            for at, new in enumerate(places[mix, :8]):
                after = np.where(np.arange(6) == entry, new, chosen)
                gain = before - excess_of(case, row, after)
                if within_limits(case, row, old, new, after):
                    worth[entry, at] = gain / max(1 / np.log2(old + 2) - 1 / np.log2(new + 2), 1e-4)
                    enough[entry, at] = gain >= before / 6 + ROUNDING
        best = max((worth[pair] for pair in worth if enough[pair]), default=0)
        if serves[mix]:
            assert worth[int(goes[mix]), int(comes[mix])] >= best * (1 - 1e-3)
        else:
            assert best == 0


def within_limits(case, row, old, new, after):
    catalogue, known, songs = case.catalogue, case.ranked.known_artist[row], case.ranked.songs[row]
    if known[new] > known[old] or catalogue.hit[songs[new]] > catalogue.hit[songs[old]]:
        return False
    minutes = catalogue.durations[songs] / 60_000
    before = minutes[case.chosen[row]]
    if not before.any():
        return True
    if (minutes[old] > 0) != (minutes[new] > 0):
        return False
    total, then = (six[six > 0].mean() * 6 for six in (before, minutes[after]))
    low, high = min(CONFIG.shortest_minutes, total), max(CONFIG.longest_minutes, total)
    return low - 1e-6 <= then <= high + 1e-6


@settings(deadline=None, max_examples=60)
@given(st.integers(0, 10**6))
def test_tried_are_songs_less_to_blame_than_all_alike_that_are_ranked_higher(seed):
    case = made(seed)
    mixes = mixes_of(case)
    spare = Spare(ROWS, case.ranked, case.catalogue)
    tried = spare.least_to_blame(mixes)
    for mix, row in enumerate(ROWS):
        songs = case.ranked.songs[row]
        long = case.catalogue.durations[songs] > case.catalogue.durations[songs].mean()
        lowest, expected = {}, set()
        for place, song in enumerate(songs):
            if case.catalogue.artists[song] in case.catalogue.artists[songs[case.chosen[row]]]:
                continue
            if not case.catalogue.directions.scale[song]:
                continue
            near = case.catalogue.directions[song[None]][0] @ mixes.centre[mix]
            blame = case.catalogue.popularity[song] * mixes.popular[mix] + near * mixes.narrow[mix]
            alike = (case.ranked.known_artist[row, place], case.catalogue.hit[song], long[place])
            if blame < lowest.get(alike, np.inf) - 1e-4:
                expected.add(place)
            lowest[alike] = min(blame, lowest.get(alike, np.inf))
        found = tried[mix][tried[mix] >= 0].tolist()
        assert len(found) == len(set(found))
        assert expected <= set(found)
        assert len(set(found) - expected) <= 1
    second = spare.of(np.array([False, True]))
    one = Mixes(
        Songs.at(case.chosen[[2]], np.array([2]), case.ranked, case.catalogue),
        most_score=np.float32([0.6]),
        most_popularity=np.float32([5]),
        config=CONFIG,
    )
    alone = second.least_to_blame(one)[0]
    assert alone.tolist() == tried[1][tried[1] >= 0].tolist()
