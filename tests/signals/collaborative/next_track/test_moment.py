"""What is known of a moment, counted again with plain loops; and nothing of it comes from after the moment."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import fields, is_dataclass

import numpy as np
import pytest
from tests.signals.collaborative.next_track.listeners import HOUR, NOON, habitual, plays_of

from earmark.signals.collaborative.next_track.echoes import AHEAD, BEHIND, HALF_LIFE_S
from earmark.signals.collaborative.next_track.features import describe, table_of
from earmark.signals.collaborative.next_track.habits import DAY_S, HALF_LIVES_S, NEVER_S
from earmark.signals.collaborative.next_track.moment import Moment
from earmark.signals.collaborative.next_track.plays import Plays

CASES = [(seed, before) for seed in range(3) for before in (1, 2, 3, 57, 251, 400)]


def moment_of(seed: int, before: int) -> tuple[Plays, Moment]:
    plays = habitual(seed)
    return plays, Moment.of(plays, before, plays.started[before - 1] + 300)


def everything(part: object) -> list[np.ndarray]:
    """All numbers in a part of a moment, however deep."""
    if is_dataclass(part) and not isinstance(part, Plays):
        return [one for field in fields(part) for one in everything(getattr(part, field.name))]
    return [] if isinstance(part, Plays) else [np.asarray(part)]


@pytest.mark.parametrize(("seed", "before"), CASES)
def test_nothing_after_the_moment_is_seen(seed, before):
    plays, moment = moment_of(seed, before)
    alone = Moment.of(plays.first(before), before, moment.now)
    for seen, known in zip(everything(moment), everything(alone), strict=True):
        np.testing.assert_array_equal(seen, known)


@pytest.mark.parametrize(("seed", "before"), CASES)
def test_habits_are_counted_from_the_plays_before(seed, before):
    plays, moment = moment_of(seed, before)
    habits = moment.habits
    for song in range(len(plays.songs)):
        places = [at for at in range(before) if plays.song[at] == song]
        sounded = [moment.now - plays.started[at] for at in places if plays.sounded[at]]
        assert habits.total[song] == len(sounded)
        assert habits.skips[song] == len(places) - len(sounded)
        assert habits.known[song] == bool(sounded)
        assert habits.base_level[song] == pytest.approx(sum((HOUR / age) ** 0.5 for age in sounded))
        for span, half_life in zip(habits.decayed, HALF_LIVES_S, strict=True):
            assert span[song] == pytest.approx(sum(0.5 ** (age / half_life) for age in sounded))
        assert habits.since_sounded[song] == pytest.approx(min(sounded, default=NEVER_S))
        assert habits.plays_since[song] == (before - 1 - places[-1] if places else before)
        if places:
            assert habits.since[song] == moment.now - plays.started[places[-1]]
            assert habits.known_for[song] == moment.now - plays.started[places[0]]


def test_plays_at_this_hour_are_those_within_two_hours_of_any_day():
    plays = plays_of([1, 1, 1, 1], started=[NOON, NOON + 3 * HOUR, NOON + 22.5 * HOUR, NOON + 24 * HOUR])
    assert Moment.of(plays, 4, NOON + 48 * HOUR).habits.at_hour.tolist() == [3]


@pytest.mark.parametrize(("seed", "before"), CASES)
def test_followers_are_counted_as_a_markov_chain_counts_them(seed, before):
    plays, moment = moment_of(seed, before)
    song = [int(plays.song[at]) for at in range(before) if plays.sounded[at]]
    started = [plays.started[at] for at in range(before) if plays.sounded[at]]
    following = moment.following
    for lag in (1, 2, 3):
        if len(song) < lag:
            assert not following.shares[lag - 1].any()
            continue
        places = [at for at in range(len(song) - lag) if song[at] == song[-lag]]
        after = Counter(song[at + lag] for at in places)
        expected = [after[one] / (len(places) + 1) for one in range(len(plays.songs))]
        np.testing.assert_allclose(following.shares[lag - 1], expected)
        ages = {song[at + lag]: moment.now - started[at] for at in places}
        expected = [ages.get(one, NEVER_S) for one in range(len(plays.songs))]
        np.testing.assert_allclose(following.ages[lag - 1], expected)
    twice = Counter(song[at + 1] for at in range(1, len(song) - 1) if song[at - 1 : at + 1] == song[-2:])
    assert following.after_two.tolist() == [twice[one] for one in range(len(plays.songs))]


@pytest.mark.parametrize(("seed", "before"), CASES)
def test_what_follows_any_play_tells_skips_from_plays_that_sounded(seed, before):
    plays, moment = moment_of(seed, before)
    last = plays.song[before - 1]
    sounded: dict[int, float] = defaultdict(float)
    skipped: Counter[int] = Counter()
    for at in range(before - 1):
        if plays.song[at] == last:
            after = int(plays.song[at + 1])
            if plays.sounded[at + 1]:
                sounded[after] += 0.5 ** ((moment.now - plays.started[at + 1]) / HALF_LIFE_S)
            else:
                skipped[after] += 1
    n_songs = len(plays.songs)
    np.testing.assert_allclose(moment.after_any.late, [sounded[one] for one in range(n_songs)])
    np.testing.assert_allclose(moment.after_any.skips, [skipped[one] for one in range(n_songs)])


@pytest.mark.parametrize(("seed", "before"), [(0, 57), (1, 251), (2, 400)])
def test_nearness_sums_over_the_last_songs_what_stood_near_them_in_the_same_sittings(seed, before):
    plays, moment = moment_of(seed, before)
    heard = plays.heard
    end = plays.n_heard(before)
    expected = np.zeros(len(plays.songs))
    for back in range(1, 9):
        places = [at for at in range(end - back) if heard.song[at] == heard.song[end - back]]
        near = np.zeros(len(plays.songs))
        for at in places:
            for other in range(max(0, at - BEHIND), min(end, at + AHEAD + 1)):
                if other != at and heard.sitting[other] == heard.sitting[at]:
                    near[heard.song[other]] += (1 if other > at else 0.5) / abs(other - at)
        expected += near / (len(places) + 2)
    np.testing.assert_allclose(moment.nearness.plain, expected)


def test_only_the_latest_hundred_places_of_a_song_are_looked_up():
    plays = plays_of([1, 2] * 150 + [1, 3] * 100 + [1])
    following = Moment.of(plays, len(plays), plays.started[-1] + 300).following
    assert following.shares[0, [1, 2]] == pytest.approx([0, 100 / 101])


def test_manner_tells_a_known_order_from_trying_new_songs():
    known = plays_of(list(range(20)) * 3)
    trying = plays_of(range(60))
    looping = plays_of([1] * 60)
    manners = [Moment.of(one, 60, one.started[-1] + 300).manner for one in (known, trying, looping)]
    step, first, repeat = (np.array([one.lately[trait] for one in manners]) for trait in (0, 1, 2))
    assert step.argmax() in (0, 2)
    assert step[1] == 0
    assert first.tolist() == pytest.approx([first[0], 1, first[2]])
    assert first[0] < 0.1
    assert repeat.argmax() == 2


def test_a_sitting_counts_its_plays_until_half_an_hour_is_silent():
    plays = plays_of([1, 2, 3], started=[NOON, NOON + 10 * HOUR, NOON + 10 * HOUR + 240])
    assert Moment.of(plays, 3, plays.ended[2] + 1).manner.sitting == 2
    assert Moment.of(plays, 3, plays.ended[2] + 1801).manner.sitting == 0


@pytest.mark.parametrize("plays", [Plays.none(), plays_of([5]), plays_of([5], skipped=[0])])
def test_hardly_anything_is_something_too(plays):
    moment = Moment.of(plays, len(plays), NOON + DAY_S)
    songs = np.arange(len(plays.songs))
    table = table_of(describe(moment, songs, np.zeros(len(songs))), len(songs))
    assert table.shape == (len(songs), len(describe(moment, songs, np.zeros(len(songs)))))
    assert not np.isnan(table).any()


def test_a_clock_that_stands_before_the_last_play_is_moved_to_it():
    plays = habitual(0)
    early, there = (Moment.of(plays, 400, now) for now in (plays.started[0], plays.started[-1]))
    assert early.now == there.now
    np.testing.assert_array_equal(early.habits.base_level, there.habits.base_level)
