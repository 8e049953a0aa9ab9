from __future__ import annotations

import numpy as np
import pytest
from tests.signals.collaborative.next_track.listeners import HOUR, MINUTE, NOON, habitual, plays_of
from tests.tables import tables

from earmark.listening.evidence import EvidenceConfig
from earmark.listening.listens import Ending
from earmark.signals.collaborative.next_track.plays import UNTOLD_LENGTH_S, Plays, read_plays

CONFIG = EvidenceConfig()
SONGS = tables.songs({10: 1, 11: 1, 12: 2, 13: 3})


def read(rows, feedback=()) -> dict[int, Plays]:
    return dict(read_plays(tables.listens(rows), tables.feedback(feedback), SONGS, CONFIG))


def test_each_listener_has_their_own_plays_in_order_of_time():
    everyone = read(
        [
            {"listener": 2, "song": 12, "days": 3},
            {"listener": 1, "song": 11, "days": 1},
            {"listener": 1, "song": 10, "days": 2},
            {"listener": 1, "song": 11, "days": 0.5},
        ]
    )
    assert list(everyone) == [1, 2]
    one = everyone[1]
    assert one.songs[one.song].tolist() == [10, 11, 11]
    assert one.artists.tolist() == [1, 1]
    assert (np.diff(one.started) > 0).all()
    assert everyone[2].songs.tolist() == [12]


@pytest.mark.parametrize("verdict", ["hate", "hide", "exclude"])
def test_what_may_not_teach_is_not_among_the_plays(verdict):
    rows = [{"listener": 1, "song": song, "days": song} for song in (10, 11, 12, 13)]
    rows.append({"listener": 1, "song": 13, "private": True})
    plays = read(rows, [(1, verdict, 12, None, None), (1, verdict, None, 1, None)])[1]
    assert plays.songs.tolist() == [13]
    assert len(plays) == 1


def test_a_listener_of_whom_nothing_may_teach_has_no_plays():
    assert read([{"listener": 1, "song": 10, "private": True}]) == {}
    assert len(Plays.none()) == len(Plays.none().heard.at) == 0


def test_short_plays_are_skips_and_unknown_lengths_are_not():
    rows = [
        {"listener": 1, "song": 10, "ms": 5_000, "days": 4},
        {"listener": 1, "song": 11, "ms": None, "days": 3},
        {"listener": 1, "song": 12, "ms": None, "ending": int(Ending.SKIPPED), "days": 2},
        {"listener": 1, "song": 13, "ms": 200_000, "days": 1},
    ]
    plays = read(rows)[1]
    assert plays.sounded.tolist() == [False, True, False, True]
    assert plays.skipped.tolist() == [0, 2]
    np.testing.assert_allclose(plays.ended - plays.started, [5, UNTOLD_LENGTH_S, UNTOLD_LENGTH_S, 200])
    assert plays.heard.song.tolist() == plays.song[[1, 3]].tolist()
    assert [plays.n_heard(before) for before in range(5)] == [0, 0, 1, 1, 2]


def test_half_an_hour_of_silence_ends_a_sitting():
    gap = 200 + 30 * MINUTE
    plays = plays_of([1, 2, 3], started=[NOON, NOON + gap, NOON + 2 * gap + 1])
    assert plays.sitting.tolist() == [0, 0, 1]


def test_a_play_is_asked_for_at_its_minute_but_not_before_the_play_before_it():
    plays = plays_of([1, 2, 3], started=[NOON, NOON + 30, NOON + HOUR + 59])
    assert plays.asked_at(0) % 60 == 0
    assert plays.asked_at(1) == NOON
    assert plays.asked_at(2) == (NOON + HOUR + 59) // 60 * 60


@pytest.mark.parametrize("seed", range(3))
def test_occurrences_are_where_each_song_stands(seed):
    song = habitual(seed).song
    where = habitual(seed).occurrences
    for one in range(int(song.max()) + 1):
        places = np.flatnonzero(song == one)
        assert where.order[where.starts[one] : where.starts[one + 1]].tolist() == places.tolist()
        assert where.earlier[places].tolist() == list(range(len(places)))


def test_traits_tell_known_steps_first_plays_repeats_and_artists():
    artists = {1: 7, 2: 7, 3: 8}
    plays = plays_of([1, 2, 2, 3, 1, 2], artists=artists)
    assert plays.heard.traits.tolist() == [
        [0, 1, 0, 0],
        [0, 1, 0, 1],
        [0, 0, 1, 1],
        [0, 1, 0, 0],
        [0, 0, 0, 0],
        [1, 0, 0, 1],
    ]


def test_the_first_plays_are_a_past_of_their_own():
    plays = habitual(1)
    past = plays.first(100)
    assert len(past) == 100
    assert past.heard.at.tolist() == plays.heard.at[plays.heard.at < 100].tolist()
    assert past.sitting.tolist() == plays.sitting[:100].tolist()
