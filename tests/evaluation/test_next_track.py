from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from tests.signals.collaborative.next_track.listeners import HOUR, NOON, habitual, plays_of

from earmark.evaluation.next_track import (
    DEPTH,
    Held,
    hold_later,
    markov_chain,
    most_played,
    most_recent,
    score_next,
)
from earmark.evaluation.session_neighbours import session_neighbours
from earmark.evaluation.splits import SPREAD

PEERS = [markov_chain, most_played, most_recent, session_neighbours]


def held(seed: int) -> Held:
    return hold_later([habitual(seed)], at=0.8, most=50, seed=seed)[0]


def before(one: Held, play: int) -> list[int]:
    return [int(one.plays.song[at]) for at in range(play) if one.plays.sounded[at]]


@pytest.mark.parametrize("seed", range(3))
def test_plays_that_sounded_after_a_cut_near_the_share_are_asked_for(seed):
    everyone = [habitual(10 * seed + who) for who in range(5)]
    for plays, one in zip(everyone, hold_later(everyone, at=0.8, most=30, seed=seed), strict=True):
        assert one.plays is plays
        assert 0.8 - SPREAD - 0.01 <= plays.n_heard(one.cut) / len(plays.heard.at) <= 0.8 + SPREAD + 0.01
        assert len(one.past) == one.cut <= one.asked.min()
        assert len(set(one.asked.tolist())) == 30
        assert plays.sounded[one.asked].all()


def test_other_seeds_cut_elsewhere_and_the_same_seed_does_not():
    everyone = [habitual(1)]
    cuts = [hold_later(everyone, at=0.8, most=30, seed=seed)[0].cut for seed in (1, 1, 2, 3)]
    assert cuts[0] == cuts[1]
    assert len(set(cuts)) == 3


def test_who_has_played_too_little_is_not_asked_about():
    assert hold_later([plays_of(range(20))], at=0.8, most=10, seed=1) == []


def test_scores_are_means_over_the_plays_asked_for_one_voice_a_listener():
    plays = plays_of([1, 2, 3, 4] * 20)
    one = Held(plays, 60, np.array([60, 61, 62, 63]))
    lists = np.full((4, DEPTH), -1)
    lists[0, 0] = 0  # right, in the first place
    lists[1, :4] = [3, 2, 0, 1]  # in the fourth
    lists[2, :2] = [0, 1]  # wrong
    scores = score_next([lists, lists[:1]], [one, Held(plays, 60, np.array([60]))])
    assert scores.values["mrr@20"].tolist() == [pytest.approx((1 + 1 / 4) / 4), 1]
    assert scores.values["hr@20"].tolist() == [0.5, 1]


@pytest.mark.parametrize("peer", PEERS)
@pytest.mark.parametrize("seed", range(3))
def test_peers_know_nothing_of_what_comes_after(peer, seed):
    one = held(seed)
    lists = peer(one)
    for row, play in enumerate(one.asked.tolist()):
        # The play asked for itself is left, for its time; what it is of is not known.
        plays = one.plays.first(play + 1)
        plays.song[play] = 0
        alone = peer(Held(plays, one.cut, np.array([play])))
        assert alone[0].tolist() == lists[row].tolist()
        one.plays.song[play] = habitual(seed).song[play]


@pytest.mark.parametrize("seed", range(3))
def test_plain_peers_are_what_they_are_called(seed):
    one = held(seed)
    for row, play in enumerate(one.asked.tolist()):
        past = before(one, play)
        last_at = {song: at for at, song in enumerate(past)}
        often = sorted(last_at, key=lambda song: (-past.count(song), -last_at[song]))
        assert most_played(one)[row].tolist() == often[:DEPTH]
        assert most_recent(one)[row].tolist() == sorted(last_at, key=lambda song: -last_at[song])[:DEPTH]


@pytest.mark.parametrize("seed", range(3))
def test_the_markov_chain_counts_steps_and_falls_back_on_frequency(seed):
    one = held(seed)
    lists = markov_chain(one)
    for row, play in enumerate(one.asked.tolist()):
        past = before(one, play)
        steps = [at for at in range(1, len(past)) if past[at - 1] == past[-1]]
        after, latest = Counter(past[at] for at in steps), {past[at]: at for at in steps}
        chain = sorted(after, key=lambda song: (-after[song], -latest[song]))
        rest = [song for song in most_played(one)[row].tolist() if song not in chain]
        assert lists[row, : len(chain)].tolist() == chain[:DEPTH]
        assert lists[row, len(chain) :].tolist() == rest[: DEPTH - len(chain)]


def test_session_neighbours_go_on_as_the_most_alike_sitting_did():
    sittings = [[1, 2, 3, 4], [5, 6, 7, 8], [1, 9, 3, 10], [5, 6, 7]]
    songs = [song for sitting in sittings for song in sitting]
    started = [
        NOON + day * 24 * HOUR + 240 * at
        for day, sitting in enumerate(sittings)
        for at in range(len(sitting))
    ]
    plays = plays_of([*songs, 8], started=[*started, started[-1] + 240])
    (found,) = session_neighbours(Held(plays, 4, np.array([15])))
    assert plays.songs[found[0]] == 8
    # Where a sitting begins nothing is alike: what is played most often.
    later = plays_of([*songs, 8], started=[*started, started[-1] + 10 * HOUR])
    (found,) = session_neighbours(Held(later, 4, np.array([15])))
    assert found.tolist() == most_played(Held(later, 4, np.array([15])))[0].tolist()
