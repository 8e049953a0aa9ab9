from __future__ import annotations

import numpy as np
import pytest
from tests.signals.collaborative.next_track.listeners import NOON, habitual, plays_of

from earmark.signals.collaborative.next_track.habits import DAY_S
from earmark.signals.collaborative.next_track.moment import Moment
from earmark.signals.collaborative.next_track.plays import Plays
from earmark.signals.collaborative.next_track.reasons import Ground, Recall, recall


def at_the_end(plays, later: float = 300.0) -> Moment:
    return Moment.of(plays, len(plays), plays.started[-1] + later)


def test_every_number_can_be_counted_again():
    grounds = set()
    for seed in range(5):
        plays = habitual(seed)
        moment = at_the_end(plays)
        songs = np.flatnonzero(moment.habits.known)
        for song, reason in zip(plays.songs[songs].tolist(), recall(moment, songs), strict=True):
            grounds.add(reason.ground)
            check(plays, moment, song, reason)
    assert grounds == set(Ground)


def check(plays: Plays, moment: Moment, song: int, reason: Recall) -> None:
    heard = plays.songs[plays.heard.song].tolist()
    sitting = plays.heard.sitting.tolist()
    places = [at for at, one in enumerate(heard) if one == song]
    assert reason.plays == len(places)
    assert reason.lately == sum(moment.now - plays.heard.started[at] <= 30 * DAY_S for at in places)
    match reason.ground:
        case Ground.AFTER:
            assert reason.seed == heard[-1]
            assert reason.times == sum(at > 0 and heard[at - 1] == reason.seed for at in places) > 0
        case Ground.BESIDE:
            with_it = {sitting[at] for at, one in enumerate(heard) if one == reason.seed}
            assert reason.seed in heard[-8:]
            assert reason.times == len({sitting[at] for at in places} & with_it) > 1
        case Ground.ARTIST:
            artist = dict(zip(plays.songs.tolist(), plays.artists.tolist(), strict=True))
            assert artist[song] == artist[heard[-1]]


def test_a_song_with_nothing_but_plays_is_a_habit():
    plays = plays_of([1, 2], started=[NOON, NOON + 90 * DAY_S])
    (reason,) = recall(at_the_end(plays), np.array([0]))
    assert reason == Recall(Ground.HABIT, plays=1, lately=0)


def test_no_songs_have_no_reasons():
    assert recall(at_the_end(plays_of([1])), np.array([], np.int64)) == []


@pytest.mark.parametrize(
    ("reason", "says"),
    [
        (Recall(Ground.AFTER, 20, 3, 7, 12), "you played it right after “Seven” 12 times"),
        (Recall(Ground.AFTER, 20, 3, 7, 1), "you played it right after “Seven” once"),
        (Recall(Ground.BESIDE, 20, 3, 7, 2), "you played it in 2 sittings with “Seven”"),
        (Recall(Ground.ARTIST, 2, 0), "you are playing Them; you played this song twice"),
        (Recall(Ground.HABIT, 1_234, 5), "you played it 1,234 times, 5 times in the last 30 days"),
        (Recall(Ground.HABIT, 9, 0), "you played it 9 times"),
    ],
)
def test_reasons_are_said_plainly(reason, says):
    assert reason.phrase({7: "Seven"}.__getitem__, "Them") == says
