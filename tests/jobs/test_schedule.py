"""Everyone's mix once a week, at 06:00 where they live; the house's work once a night."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from earmark.jobs.schedule import (
    first_build,
    mixes_coming,
    mixes_due,
    mixes_of_week,
    next_mixes,
    next_night,
    nightly,
)
from earmark.jobs.work import WorkConfig
from earmark.listening.listens import UnixMs
from earmark.mixes.weeks import week_of
from earmark.store.queue import State
from earmark.store.sql_store import open_store

PLAN = WorkConfig()
DAY = 86_400_000
ZONES = sorted(available_timezones() - {"localtime", "Factory"})

zones = st.sampled_from(ZONES)
moments = st.integers(
    int(dt.datetime(1995, 1, 1, tzinfo=dt.UTC).timestamp() * 1000),
    int(dt.datetime(2060, 1, 1, tzinfo=dt.UTC).timestamp() * 1000),
).map(UnixMs)


def at(text: str, zone: str = "UTC") -> UnixMs:
    return UnixMs(int(dt.datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000))


def clock(moment: int, zone: str) -> dt.datetime:
    return dt.datetime.fromtimestamp(moment / 1000, ZoneInfo(zone))


@settings(max_examples=400, deadline=None)
@given(zones, moments)
def test_the_mix_is_due_at_six_on_monday_where_the_listener_lives(zone: str, now: UnixMs) -> None:
    mixes = mixes_of_week(zone, now, PLAN)
    due = clock(mixes.due_at, zone)
    assert (due.isoweekday(), due.hour, due.minute, due.second) == (1, 6, 0, 0)
    assert week_of(due) == mixes.week == week_of(clock(now, zone))


@settings(max_examples=200, deadline=None)
@given(zones, moments)
def test_it_is_due_from_then_until_the_week_is_over(zone: str, now: UnixMs) -> None:
    due = mixes_due([zone], now, PLAN)
    here = clock(now, zone)
    before_six_on_monday = here.isoweekday() == 1 and here.hour < 6
    assert [one.week for one in due] == ([] if before_six_on_monday else [week_of(here)])


@settings(max_examples=200, deadline=None)
@given(zones, moments)
def test_the_next_mixes_follow_within_a_week_and_an_hour_or_so(zone: str, now: UnixMs) -> None:
    coming = next_mixes(zone, now, PLAN)
    assert now < coming.due_at
    # Clocks put back, and days that a country left out, move it by no more than a day.
    assert coming.due_at <= now + 8 * DAY
    assert mixes_of_week(zone, coming.due_at, PLAN) == coming


@settings(max_examples=25, deadline=None)
@given(
    st.lists(zones, min_size=1, max_size=4),
    moments,
    st.lists(st.integers(0, 6 * DAY), min_size=1, max_size=25),
)
def test_each_listener_has_one_job_for_each_week_in_which_a_worker_looked(
    homes: list[str], start: UnixMs, waits: list[int]
) -> None:
    with closing(open_store("sqlite://")) as store:
        with store.writing() as writer:
            people = [(writer.listener(f"listener {n}"), zone) for n, zone in enumerate(homes)]
            for listener, zone in people:
                writer.set_time_zone(listener, zone)
        expected = set()
        for now in _after(start, waits):
            for mixes in mixes_due(store.time_zones(), now, PLAN):
                store.queue.add_for_listeners("weekly", mixes.week, mixes.due_at, mixes.time_zone, now)
            for listener, zone in people:
                here = clock(now, zone)
                if here.isoweekday() > 1 or here.hour >= 6:
                    expected.add((listener, week_of(here)))
        found = Counter((job.listener, job.key.partition(":")[2]) for job in store.queue.jobs(State, 1_000))
        assert found == Counter(expected)


def _after(start: UnixMs, waits: list[int]) -> Iterator[UnixMs]:
    now = start
    for wait in waits:
        now = UnixMs(now + wait)
        yield now


@pytest.mark.parametrize(
    ("zone", "in_utc"),
    [
        ("Pacific/Kiritimati", "2026-11-15T16:00"),
        ("Pacific/Chatham", "2026-11-15T16:15"),
        ("Asia/Kathmandu", "2026-11-16T00:15"),
        ("Asia/Kolkata", "2026-11-16T00:30"),
        ("UTC", "2026-11-16T06:00"),
        ("America/St_Johns", "2026-11-16T09:30"),
        ("Pacific/Pago_Pago", "2026-11-16T17:00"),
    ],
)
def test_zones_of_half_and_quarter_hours_and_both_sides_of_the_date_line(zone: str, in_utc: str) -> None:
    assert mixes_of_week(zone, at("2026-11-18"), PLAN).due_at == at(in_utc)


def test_when_the_clocks_change_on_the_day_before_it_is_six_all_the_same() -> None:
    # In Berlin, clocks went forward on Sunday 2026-03-29 and back on Sunday 2026-10-25.
    for monday, in_utc in (("2026-03-23", 5), ("2026-03-30", 4), ("2026-10-19", 4), ("2026-10-26", 5)):
        assert mixes_of_week("Europe/Berlin", at(f"{monday}T12:00"), PLAN).due_at == at(
            f"{monday}T0{in_utc}:00"
        )


def test_an_hour_that_the_clocks_leave_out_is_an_hour_later_and_one_shown_twice_the_first() -> None:
    sunday = WorkConfig(mix_weekday=7, mix_hour=2)
    assert mixes_of_week("Europe/Berlin", at("2026-03-29T12:00"), sunday).due_at == at("2026-03-29T01:00")
    assert mixes_of_week("Europe/Berlin", at("2026-10-25T12:00"), sunday).due_at == at("2026-10-25T00:00")


def test_another_day_and_hour_may_be_set() -> None:
    friday = WorkConfig(mix_weekday=5, mix_hour=18)
    assert mixes_due(["Europe/Berlin"], at("2026-11-20T16:59"), friday) == []
    (mixes,) = mixes_due(["Europe/Berlin"], at("2026-11-20T17:00"), friday)
    assert (mixes.week, mixes.due_at) == ("2026-W47", at("2026-11-20T17:00"))


def test_a_time_zone_that_this_machine_does_not_know_keeps_nobody_else_waiting(
    caplog: pytest.LogCaptureFixture,
) -> None:
    due = mixes_due(["Mars/Olympus", "UTC"], at("2026-11-18"), PLAN)
    assert [mixes.time_zone for mixes in due] == ["UTC"]
    assert "Mars/Olympus" in caplog.text
    coming = mixes_coming(["UTC", "Mars/Olympus", "Asia/Tokyo"], at("2026-11-18"), PLAN)
    assert [mixes.time_zone for mixes in coming] == ["Asia/Tokyo", "UTC"]


@settings(max_examples=200, deadline=None)
@given(zones, moments, st.integers(0, 23))
def test_the_work_of_the_night_is_due_once_a_day_from_its_hour_on(zone: str, now: UnixMs, hour: int) -> None:
    plan = WorkConfig(time_zone=zone, build_hour=hour)
    work, here = nightly(now, plan), clock(now, zone)
    assert {one.key for one in work} <= {here.date().isoformat()}
    assert [one.kind for one in work] in ([], ["learn", "tidy"])
    assert all(one.due_at <= now for one in work)
    coming = next_night(now, plan)
    assert now < coming <= now + 2 * DAY
    assert [one.due_at for one in nightly(coming, plan)] == [coming, coming]


def test_the_night_begins_at_three_and_is_made_up_for_later_that_day() -> None:
    assert nightly(at("2026-11-20T02:59"), PLAN) == []
    three = nightly(at("2026-11-20T03:00"), PLAN)
    assert [(one.kind, one.key) for one in three] == [("learn", "2026-11-20"), ("tidy", "2026-11-20")]
    assert nightly(at("2026-11-20T23:59"), PLAN) == three


def test_where_nothing_is_live_a_build_is_due_at_once_and_tried_anew_each_hour() -> None:
    keys = [first_build(at(f"2026-11-20T{clock}"), PLAN).key for clock in ("14:05", "14:59", "15:00")]
    assert keys == ["2026-11-20T14", "2026-11-20T14", "2026-11-20T15"]


def test_a_house_stands_somewhere_that_exists() -> None:
    with pytest.raises(ValidationError, match="'Berlin' is not a time zone"):
        WorkConfig(time_zone="Berlin")
