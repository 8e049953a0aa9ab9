"""What to play now, checked on a made world: only what may be shown, with reasons that hold."""

from __future__ import annotations

import time

import numpy as np
import pytest
from tests.homes import opened

from earmark.engines.local import NEXT_TRACK
from earmark.errors import NotLearnedError, UnknownNameError
from earmark.jobs.house import House
from earmark.jobs.learning import snapshot_of
from earmark.jobs.opened_build import live_manifest
from earmark.jobs.playing import Queue, play_next
from earmark.listening.evidence import EvidenceConfig
from earmark.listening.feedback import Feedback, Verdict
from earmark.listening.listens import Listen, Origin, UnixMs
from earmark.music.items import Track
from earmark.signals.collaborative.next_track.model import NextTrack, NextTrackConfig, draw_plays
from earmark.signals.collaborative.next_track.reasons import Ground, Recall
from earmark.store.port import ListenerRecord

ORIGIN = Origin("test")


@pytest.fixture(scope="module")
def next_track(learned: House) -> NextTrack:
    """A model of the next track that has seen more than a learned home's."""
    frames = snapshot_of(learned, live_manifest(learned)).frames()
    config = NextTrackConfig(moments=600, listeners=20)
    everyone = draw_plays(frames.listens, frames.feedback, frames.songs, EvidenceConfig(), config, seed=1)
    return NextTrack.fit(everyone, config, seed=1)


@pytest.fixture
def house(house: House, next_track: NextTrack) -> House:
    """With that model in the live build."""
    next_track.save(house.builds.path(live_manifest(house).id) / NEXT_TRACK)
    return house


def someone(house: House) -> ListenerRecord:
    return house.store.listeners()[7]


def play(
    house: House, who: str, tracks: list[tuple[str, str]], *, days_ago: int = 0, private: bool = False
) -> None:
    """These tracks in a row, the last of them ending now or so many days ago."""
    now = int(time.time() * 1_000) - days_ago * 86_400_000
    listens = [
        Listen(Track(artist, title), UnixMs(now - 200_000 * (len(tracks) - at)), 190_000, private=private)
        for at, (artist, title) in enumerate(tracks)
    ]
    with house.store.writing() as writer:
        writer.add_listens([writer.listener(who)] * len(listens), listens, ORIGIN)
        writer.settle()


def names(queue: Queue, *, new: bool) -> list[tuple[str, str]]:
    return [(entry.artist, entry.title) for entry in queue.entries if entry.new == new]


def known_to(house: House, who: ListenerRecord) -> set[tuple[str, str]]:
    songs = house.store.listens([who.id])["song"].unique().to_list()
    named = house.store.songs(songs)
    return set(zip(named["artist_name"].to_list(), named["title"].to_list(), strict=True))


def test_known_songs_are_known_new_ones_never_heard_and_none_stands_twice(house: House) -> None:
    who = someone(house)
    queue = play_next(house, who.name, 20)
    known, new = names(queue, new=False), names(queue, new=True)
    assert len(queue.entries) == 20
    assert len({*known, *new}) == 20
    assert len(new) == round(20 * queue.share_new) > 0
    assert set(known) <= known_to(house, who)
    assert not set(new) & known_to(house, who)
    for entry in queue.entries:
        assert entry.why.startswith("new to you; ") == entry.new


def test_what_has_just_been_played_calls_for_what_followed_it_before(house: House) -> None:
    # Titles that no other test and no made world has.
    album = [("The Quartet of Tests", f"Movement {number}") for number in ("I", "II", "III", "IV")]
    for days_ago in (9, 7, 4, 2):
        play(house, "dora", album, days_ago=days_ago)
    play(house, "dora", album[:2])
    queue = play_next(house, "dora", 5)
    first = queue.entries[0]
    assert (first.artist, first.title) == album[2]
    assert isinstance(first.reason, Recall)
    assert first.reason.ground is Ground.AFTER
    assert "“Movement II”" in first.why
    assert queue.sitting > 0


@pytest.mark.parametrize("verdict", [Verdict.HATE, Verdict.HIDE, Verdict.EXCLUDE])
def test_a_verdict_is_followed_at_once(house: House, verdict: Verdict) -> None:
    who = someone(house)
    artist, title = names(play_next(house, who.name, 20), new=False)[0]
    with house.store.writing() as writer:
        writer.add_feedback(who.id, [Feedback(verdict, Track(artist, title))])
    queue = play_next(house, who.name, 20)
    assert (artist, title) not in names(queue, new=False) + names(queue, new=True)
    assert not any(f"“{title}”" in entry.why for entry in queue.entries if not entry.new)


def test_private_plays_neither_teach_nor_surface(house: House) -> None:
    who = someone(house)
    now = time.time()
    before = play_next(house, who.name, 20, now=now)
    play(house, who.name, [("Secret Singer", f"Secret {number}") for number in range(5)] * 3, private=True)
    assert play_next(house, who.name, 20, now=now) == before


def test_the_same_moment_gives_the_same_queue(house: House) -> None:
    queues = [play_next(house, someone(house).name, 20, now=1_900_000_000.0) for _ in range(2)]
    assert queues[0] == queues[1]


def test_somebody_who_has_played_nothing_is_given_new_songs_alone(house: House) -> None:
    with house.store.writing() as writer:
        writer.listener("newcomer")
    queue = play_next(house, "newcomer", 10)
    assert len(queue.entries) == 10
    assert all(entry.new for entry in queue.entries)


def test_one_song_is_enough_to_begin_with(house: House) -> None:
    play(house, "beginner", [("A Single Band", "A Single Song")])
    queue = play_next(house, "beginner", 10)
    assert names(queue, new=False) == [("A Single Band", "A Single Song")]
    assert len(queue.entries) == 10


def test_without_a_build_or_with_a_wrong_name_it_says_what_to_do(house: House, tmp_path) -> None:
    with pytest.raises(UnknownNameError):
        play_next(house, "nobody of this name", 10)
    with opened(tmp_path) as empty:
        with empty.store.writing() as writer:
            writer.listener("anna")
        with pytest.raises(NotLearnedError, match="earmark learn"):
            play_next(empty, "anna", 10)


def test_the_share_of_new_songs_follows_the_listener(house: House) -> None:
    shares = [play_next(house, one.name, 20).share_new for one in house.store.listeners()[:6]]
    assert all(0.1 <= share <= 0.5 for share in shares)
    assert np.ptp(shares) > 0
