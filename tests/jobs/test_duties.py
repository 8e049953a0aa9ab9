"""From the clock to the mix: what the schedule hands over, workers make, once."""

from __future__ import annotations

import datetime as dt
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest
from tests.homes import opened

from earmark.engines.progress import Unwatched
from earmark.jobs.duties import tidy
from earmark.jobs.house import House
from earmark.jobs.schedule import hand_over
from earmark.jobs.work import WorkConfig
from earmark.jobs.worker import Worked, Worker
from earmark.listening.feedback import Feedback, Verdict
from earmark.listening.listens import Listen, Origin, UnixMs
from earmark.music.items import Track
from earmark.store.port import ListenerRecord
from earmark.store.queue import JobRecord, State

WEEK = "2026-W47"


def at(text: str) -> UnixMs:
    return UnixMs(int(dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC).timestamp() * 1000))


def work_at(house: House, moment: str) -> Worked:
    """A worker comes at this moment, in UTC, does what is due, and goes."""
    worker = Worker(house, now=lambda: at(moment))
    worker.drain(threading.Event())
    return worker.worked


def have(house: House, week: str = WEEK) -> int:
    return len(house.store.editions_made("weekly", week))


def jobs(house: House, *states: State) -> list[JobRecord]:
    return house.store.queue.jobs(states or State, 1_000)


def move(house: House, people: list[ListenerRecord], time_zone: str) -> None:
    with house.store.writing() as writer:
        for one in people:
            writer.set_time_zone(one.id, time_zone)


def test_everyone_gets_their_mix_when_their_own_monday_has_come(house: House) -> None:
    everyone = house.store.listeners()
    east, west = everyone[:10], everyone[10:15]
    move(house, east, "Asia/Kolkata")
    move(house, west, "America/Los_Angeles")
    # The night's work, and the mixes of those for whom it is still the week before.
    assert work_at(house, "2026-11-15T23:00") == Worked(done=2 + 70)
    assert have(house, "2026-W46") == 70
    made = []
    for moment in (
        "2026-11-16T00:29",
        "2026-11-16T00:30",
        "2026-11-16T06:00",
        "2026-11-16T13:59",
        "2026-11-16T14:00",
    ):
        work_at(house, moment)
        made.append(have(house))
    assert made == [0, 10, 10 + 65, 75, 80]
    assert work_at(house, "2026-11-22T06:00").failed == 0
    assert (have(house), have(house, "2026-W48")) == (80, 0)
    assert jobs(house, State.WAITING, State.RUNNING, State.FAILED) == []


def test_who_was_away_on_monday_makes_the_mixes_that_week_and_not_the_next(house: House) -> None:
    work_at(house, "2026-11-20T12:00")
    assert have(house) == 80
    work_at(house, "2026-12-07T12:00")
    assert [have(house, f"2026-W{week}") for week in (46, 47, 48, 49, 50)] == [0, 80, 0, 0, 80]


def test_a_mix_whose_week_is_over_is_not_made_any_more(house: House) -> None:
    hand_over(house, at("2026-11-20T12:00"))
    work_at(house, "2026-11-23T05:59")
    assert have(house) == 0
    assert jobs(house, State.WAITING) == []


def test_who_moves_does_not_get_two_for_one_week(house: House) -> None:
    move(house, house.store.listeners(), "Pacific/Auckland")
    work_at(house, "2026-11-15T17:00")
    first = {one.id: house.store.edition(one.id, "weekly", WEEK) for one in house.store.listeners()}
    assert None not in first.values()
    move(house, house.store.listeners(), "Pacific/Honolulu")
    worked = work_at(house, "2026-11-16T16:00")
    assert (worked.done, worked.put_off, worked.failed) == (2, 0, 0)
    assert {one: house.store.edition(one, "weekly", WEEK) for one in first} == first


def test_who_is_forgotten_meanwhile_gets_none_and_the_others_theirs(house: House) -> None:
    hand_over(house, at("2026-11-20T12:00"))
    with house.store.writing(alone=True) as writer:
        writer.forget(house.store.listeners()[0].id)
    assert work_at(house, "2026-11-20T12:01").failed == 0
    assert have(house) == 79


def test_mixes_wait_for_a_build_and_a_build_is_made_at_once_where_none_is_live(house: House) -> None:
    hand_over(house, at("2026-11-20T02:00"))
    live = house.builds.live()
    assert live
    house.builds.remove(live)
    for job in jobs(house, State.WAITING):
        assert job.kind == "weekly"
    assert work_at(house, "2026-11-20T02:01") == Worked(done=1, put_off=80)
    assert house.builds.live() == live, "the same record gives the same build"
    assert work_at(house, "2026-11-20T02:06") == Worked(done=80)
    assert have(house) == 80


def test_a_build_is_made_at_night_if_the_record_has_changed(house: House) -> None:
    live = house.builds.live()
    assert work_at(house, "2026-11-16T03:00") == Worked(done=2)
    assert house.builds.live() == live
    assert sorted(path.name for path in house.builds.folder.iterdir() if path.is_dir()) == [live]
    with house.store.writing() as writer:
        listener = writer.listener("Ada")
        track = Track("Somebody", "Something New")
        writer.add_listens([listener], [Listen(track, at("2026-11-16T12:00"), 200_000)], Origin("phone"))
    assert work_at(house, "2026-11-16T23:00").failed == 0
    assert house.builds.live() == live
    assert work_at(house, "2026-11-17T03:00").failed == 0
    assert house.builds.live() != live


def test_a_record_that_holds_nothing_is_no_fault(tmp_path: Path) -> None:
    with opened(tmp_path) as house:
        assert work_at(house, "2026-11-16T12:00") == Worked(done=2)
        assert house.builds.all() == []


def test_whoever_has_heard_all_there_is_is_looked_at_again_the_next_day(house: House) -> None:
    person = house.store.listeners()[0]
    everything = house.store.artists(range(1, 5_000))["artist_name"].to_list()
    with house.store.writing() as writer:
        writer.add_feedback(person.id, [Feedback(Verdict.HIDE, artist=name) for name in everything])
    assert work_at(house, "2026-11-20T02:00") == Worked(done=79, put_off=1)
    (job,) = jobs(house, State.WAITING)
    assert (job.listener, job.free_at) == (person.id, at("2026-11-21T02:00"))
    with house.store.writing() as writer:
        for name in everything[:200]:
            writer.take_back(person.id, artist=house.store.find_artist(name))
    assert work_at(house, "2026-11-21T02:00") == Worked(done=1)
    assert have(house) == 80


def test_jobs_that_ended_long_ago_are_forgotten(house: House) -> None:
    work_at(house, "2026-11-02T12:00")
    assert len(jobs(house, State.DONE)) == 82
    work_at(house, "2026-12-01T12:00")
    assert len([job for job in jobs(house, State.DONE) if job.made_at < at("2026-11-30")]) == 82
    work_at(house, "2026-12-03T12:00")
    assert len([job for job in jobs(house, State.DONE) if job.made_at < at("2026-11-30")]) == 0


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
def test_a_worker_that_is_stopped_in_the_midst_of_the_mixes_leaves_the_rest_to_another(
    own_home: Path, how: signal.Signals, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EARMARK_WORK__MIX_HOUR", "0")
    monkeypatch.setenv("EARMARK_WORK__MIXES_AT_ONCE", "5")
    monkeypatch.setenv("EARMARK_WORK__LEASE_SECONDS", "10")
    command = [sys.executable, "-m", "earmark", "work", "--home", str(own_home)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stderr
    for line in process.stderr:
        if '"kind":"weekly","jobs":5' in line:
            break
    process.send_signal(how)
    process.communicate(timeout=60)
    assert process.returncode == (0 if how == signal.SIGTERM else -signal.SIGKILL)
    with opened(own_home) as house:
        before = {job.listener for job in jobs(house, State.DONE) if job.kind == "weekly"}
        assert 5 <= len(before) < 80
        if how == signal.SIGTERM:
            assert jobs(house, State.RUNNING) == []
        (one, *_) = [job for job in jobs(house, State.DONE) if job.kind == "weekly"]
        assert one.ended_at
        lease_over = UnixMs(one.ended_at + 30_000)
        rest = Worker(replace(house, work=WorkConfig(mix_hour=0)), now=lambda: lease_over)
        rest.drain(threading.Event())
        week = one.key.partition(":")[2]
        assert have(house, week) == 80
        assert len({job.listener for job in jobs(house, State.DONE) if job.kind == "weekly"}) == 80
        for listener in before:
            edition = house.store.edition(listener, "weekly", week) if listener else None
            assert edition
            assert edition.made_at <= one.ended_at


def test_two_workers_at_once_give_everyone_one_mix(own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EARMARK_WORK__MIX_HOUR", "0")
    monkeypatch.setenv("EARMARK_WORK__MIXES_AT_ONCE", "7")
    command = [
        sys.executable,
        "-m",
        "earmark",
        "work",
        "--once",
        "--only",
        "weekly",
        "--json",
        "--home",
        str(own_home),
    ]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) for _ in range(2)]
    for process in both:
        _, said = process.communicate(timeout=120)
        assert process.returncode == 0, said
    with opened(own_home) as house:
        ended = [job for job in jobs(house, State.DONE) if job.kind == "weekly"]
        assert (len(ended), {job.attempts for job in ended}) == (80, {1})
        assert have(house, ended[0].key.partition(":")[2]) == 80


def test_keys_of_requests_are_swept_the_day_after(house: House) -> None:
    who = house.store.listeners()[0].id
    for key, moment in (("old", "2026-11-16T01:00"), ("new", "2026-11-16T23:00")):
        house.store.receipts.claim(who, key, b"asked", at(moment), at(moment))
    tidy(house, [], Unwatched(), at("2026-11-17T04:00"))
    assert house.store.receipts.prune(at("2026-11-18T00:00")) == 1
