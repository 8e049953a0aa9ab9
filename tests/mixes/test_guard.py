from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.mixes.cases import CONFIG, Case, chosen_by, made, ranked_of

from earmark.mixes import guard
from earmark.mixes.exchanges import Catalogue
from earmark.mixes.guard import guarded
from earmark.mixes.selection import MINUTE_MS
from earmark.ranking.breadth import Directions, OwnLevel

FREE = {"narrowing": 1.0, "popularity_lift": 99.0}


def off_length(case, row, places):
    durations = case.catalogue.durations[case.columns(row, places)]
    if not durations.any():
        return 0
    total = durations[durations > 0].mean() * len(durations) / MINUTE_MS
    return max(CONFIG.shortest_minutes - total, total - CONFIG.longest_minutes, 0)


# --- whatever the mixes ---


@settings(deadline=None, max_examples=200)
@given(st.integers(0, 10**6), st.booleans())
def test_the_mix_keeps_its_size_and_all_its_limits(seed, timed):
    case = made(seed, timed=timed)
    places = case.guarded()
    for row in range(len(places)):
        before, after = case.columns(row, case.chosen), case.columns(row, places)
        kept = places[row][: len(after)].tolist()
        assert len(after) == len(before)
        assert kept == sorted(set(kept))
        assert (places[row][len(after) :] == -1).all()
        artists = [Counter(case.catalogue.artists[songs].tolist()) for songs in (before, after)]
        assert max(artists[1].values(), default=0) <= max(artists[0].values(), default=0)
        known = [case.ranked.known_artist[row, p[row][: len(after)]].sum() for p in (case.chosen, places)]
        assert known[1] <= known[0]
        assert case.catalogue.hit[after].sum() <= case.catalogue.hit[before].sum()
        assert off_length(case, row, places) <= off_length(case, row, case.chosen) + 1e-6


@settings(deadline=None, max_examples=200)
@given(st.integers(0, 10**6), st.booleans())
def test_the_excess_only_ever_falls_and_without_any_nothing_changes(seed, timed):
    case = made(seed, timed=timed)
    places = case.guarded()
    for row in range(len(places)):
        before, after = (case.excess(row, each) for each in (case.chosen, places))
        if before <= 1e-6 or case.level.songs[row] < CONFIG.learning_songs:
            assert (places[row] == case.chosen[row]).all()
        elif not (places[row] == case.chosen[row]).all():
            assert after <= before * (1 - 1 / CONFIG.entries) + 1e-5


@settings(deadline=None, max_examples=50)
@given(st.integers(0, 10**6))
def test_songs_without_a_vector_do_not_come_in(seed):
    case = made(seed)
    places = case.guarded()
    for row in range(len(places)):
        came = set(case.columns(row, places).tolist()) - set(case.columns(row, case.chosen).tolist())
        assert (case.catalogue.directions.scale[list(came)] > 0).all()


@pytest.mark.parametrize("seed", range(6))
def test_it_is_the_same_for_listeners_together_and_one_by_one(seed, monkeypatch):
    case = made(seed, n_listeners=7)
    places = case.guarded()
    assert (case.guarded() == places).all()
    assert (places != case.chosen).any()
    monkeypatch.setattr(guard, "AT_ONCE", 1)
    assert (case.guarded() == places).all()


@pytest.mark.parametrize("seed", range(6))
def test_bounds_set_wide_leave_everything_as_it_was(seed):
    case = made(seed)
    assert (case.guarded(CONFIG.model_copy(update=FREE)) == case.chosen).all()


def test_nobody_gets_nothing():
    case = made(0)
    ranked = ranked_of(case.ranked.songs[:0], case.ranked.known_artist[:0])
    level = OwnLevel(*(np.empty(0) for _ in range(3)))
    none = guarded(case.chosen[:0], ranked, level, case.catalogue, CONFIG)
    assert none.shape == (0, CONFIG.entries)


# --- the exchange that brings the most for the rank that it costs ---


def greedy_twin(case, row, config):
    """Popularity alone, every exchange tried: the definition of the guard without its shortcuts."""
    kept, songs = case.chosen[row].tolist(), case.ranked.songs[row]
    artists, popularity = case.catalogue.artists[songs], case.catalogue.popularity[songs].astype(float)
    kinds = case.ranked.known_artist[row] + 2 * case.catalogue.hit[songs]
    most = case.level.popularity[row] + config.popularity_lift
    while (excess := popularity[kept].mean() - most) > 1e-5:
        best, at = 0.0, None
        for place in range(len(songs)):
            if artists[place] in artists[kept] or not case.catalogue.directions.scale[songs[place]]:
                continue
            for entry, old in enumerate(kept):
                gain = min((popularity[old] - popularity[place]) / len(kept), excess)
                cost = max(1 / np.log2(old + 2) - 1 / np.log2(place + 2), 1e-4)
                if gain >= excess / len(kept) and not kinds[place] & ~kinds[old] and gain / cost > best:
                    best, at = gain / cost, (entry, place)
        if at is None:
            break
        kept[at[0]] = at[1]
    return sorted(kept)


@pytest.mark.parametrize("seed", range(25))
def test_no_exchange_that_is_not_tried_would_have_been_better(seed):
    case = made(seed, timed=False)
    level = OwnLevel(np.full(4, 40), np.ones(4), np.full(4, 5.0))
    case = replace(case, level=level)
    config = CONFIG.model_copy(update={"narrowing": 1.0})
    places = case.guarded(config)
    for row in (0, 2):
        assert places[row].tolist() == greedy_twin(case, row, config)


def test_a_narrow_mix_takes_in_what_is_far_from_it():
    """Six songs alike are chosen; one at right angles stands far down, one beside them further up."""
    vectors = np.array([[1, 0]] * 7 + [[0, 1]], np.float32)
    catalogue = Catalogue(
        np.arange(8),
        np.zeros(8, np.bool_),
        np.zeros(8, np.bool_),
        np.zeros(8, np.int64),
        np.zeros(8, np.float32),
        Directions.of(vectors),
    )
    ranked = ranked_of([range(8)], np.zeros((1, 8)))
    level = OwnLevel(np.array([40]), np.array([0.9]), np.array([0.0]))
    case = Case(ranked, catalogue, level, chosen_by(ranked, catalogue))
    assert case.guarded().tolist() == [[0, 1, 2, 3, 4, 7]]
    assert case.guarded(CONFIG.model_copy(update={"narrowing": 0.05})).tolist() == [[0, 1, 2, 3, 4, 5]]


def test_a_mix_of_hits_is_brought_down_to_what_the_listener_plays():
    popularity = np.array([8] * 6 + [7] * 4 + [2] * 4, np.float32)
    catalogue = Catalogue(
        np.arange(14),
        np.zeros(14, np.bool_),
        np.zeros(14, np.bool_),
        np.zeros(14, np.int64),
        popularity,
        Directions.of(np.eye(14, dtype=np.float32)),
    )
    ranked = ranked_of([range(14)], np.zeros((1, 14)))
    level = OwnLevel(np.array([40]), np.array([1.0]), np.array([5.5]))
    case = Case(ranked, catalogue, level, chosen_by(ranked, catalogue))
    places = case.guarded()
    assert places.tolist() == [[0, 1, 2, 3, 10, 11]]
    assert case.popularity(0, places) <= 6


def test_a_new_song_is_exchanged_for_another_new_one_alone():
    popularity = np.array([8] * 6 + [7] * 4 + [2] * 4, np.float32)
    marks = {"new": np.arange(14) == 2, "hit": np.zeros(14, np.bool_)}
    directions, durations = Directions.of(np.eye(14, dtype=np.float32)), np.zeros(14, np.int64)
    catalogue = Catalogue(
        artists=np.arange(14), durations=durations, popularity=popularity, directions=directions, **marks
    )
    ranked = ranked_of([range(14)], np.zeros((1, 14)))
    level = OwnLevel(np.array([40]), np.array([1.0]), np.array([2.0]))
    case = Case(ranked, catalogue, level, chosen_by(ranked, catalogue))
    assert case.guarded().tolist() == [[0, 2, 10, 11, 12, 13]]
