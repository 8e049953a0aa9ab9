"""What is due: each listener's weekly mix at their own time, the house's work of every night, and feeds to be read.

What is due follows from the clock alone, and its key holds the period that it is for: the ISO week where the listener
lives, or the date where the house stands. So it may be worked out at any moment, by any number of workers, as often as
they like: the queue takes each key once. A worker that was away hands over what fell due meanwhile while the period
lasts; what was due in a week that is over is not made any more.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from earmark.jobs.house import House
from earmark.jobs.read_config import ReadConfig
from earmark.jobs.work import WorkConfig
from earmark.listening.listens import UnixMs
from earmark.mixes.weeks import monday_of, week_of
from earmark.store.port import Store
from earmark.store.queue import State, Work

WEEKLY: Final = "weekly"
LEARN: Final = "learn"
TIDY: Final = "tidy"
PUSH: Final = "push"
READ: Final = "read"
HOUR_MS: Final = 3_600_000

_log: Final = logging.getLogger(__name__)


class Mixes(NamedTuple):
    """The weekly mixes of all who live in a time zone."""

    time_zone: str
    week: str
    due_at: UnixMs


def mixes_of_week(time_zone: str, now: UnixMs, config: WorkConfig) -> Mixes:
    """The mixes of the ISO week that it is now in a time zone, be they due already or not.

    Where the clocks are put forward over the hour of the mix, it is due just as long after midnight as on other days.

    Raises:
        ZoneInfoNotFoundError: this machine does not know the time zone.
    """
    return _mixes(time_zone, week_of(_local(now, ZoneInfo(time_zone))), config)


def mixes_due(time_zones: Iterable[str], now: UnixMs, config: WorkConfig) -> list[Mixes]:
    """The mixes of this week, for the time zones where their hour has come."""
    this_week = (mixes_of_week(time_zone, now, config) for time_zone in _known(time_zones))
    return [mixes for mixes in this_week if mixes.due_at <= now]


def mixes_coming(time_zones: Iterable[str], now: UnixMs, config: WorkConfig) -> list[Mixes]:
    """The first mixes after now in each time zone, the earliest first."""
    coming = (next_mixes(time_zone, now, config) for time_zone in _known(time_zones))
    return sorted(coming, key=lambda mixes: mixes.due_at)


def next_mixes(time_zone: str, now: UnixMs, config: WorkConfig) -> Mixes:
    """The first mixes after now in a time zone."""
    mixes = mixes_of_week(time_zone, now, config)
    if mixes.due_at > now:
        return mixes
    return _mixes(time_zone, week_of(monday_of(mixes.week) + dt.timedelta(weeks=1)), config)


def nightly(now: UnixMs, config: WorkConfig) -> list[Work]:
    """The work of today where the house stands, from its hour on."""
    zone = ZoneInfo(config.time_zone)
    today = _local(now, zone).date()
    due_at = _moment(today, config.build_hour, zone)
    return [Work(kind, today.isoformat(), due_at) for kind in (LEARN, TIDY)] if due_at <= now else []


def next_night(now: UnixMs, config: WorkConfig) -> UnixMs:
    """When the next build is due."""
    zone = ZoneInfo(config.time_zone)
    today = _local(now, zone).date()
    nights = (_moment(today + dt.timedelta(days=days), config.build_hour, zone) for days in range(2))
    return next(night for night in nights if night > now)


def feeds_due(now: UnixMs, config: ReadConfig) -> Work:
    """The reading of feeds for the stretch of time that it is now; such stretches follow each other without end."""
    stretch = round(config.feed_hours * HOUR_MS)
    begun = UnixMs(now // stretch * stretch)
    return Work(READ, dt.datetime.fromtimestamp(begun / 1000, dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), begun)


def next_feeds(now: UnixMs, config: ReadConfig) -> UnixMs:
    """When feeds are read next."""
    return UnixMs(feeds_due(now, config).due_at + round(config.feed_hours * HOUR_MS))


def first_build(now: UnixMs, config: WorkConfig) -> Work:
    """A build at once, where nothing is live: at first, and after somebody was forgotten. At most one an hour."""
    hour = _local(now, ZoneInfo(config.time_zone)).strftime("%Y-%m-%dT%H")
    return Work(LEARN, hour, now)


def hand_over(house: House, now: UnixMs) -> int:
    """Put into the queue whatever is due and not in it; returns how many jobs are new.

    Raises:
        StoreError: the record refuses.
    """
    queue = house.store.queue
    added = queue.add(nightly(now, house.work), now)
    if house.store.feeds.all():
        added += queue.add([feeds_due(now, house.read)], now)
    if house.builds.live() is None:
        # Without a build there can be no mixes: they are due as soon as there is one.
        return added + (queue.add([first_build(now, house.work)], now) if holds_anything(house.store) else 0)
    for mixes in mixes_due(house.store.time_zones(), now, house.work):
        added += queue.add_for_listeners(WEEKLY, mixes.week, mixes.due_at, mixes.time_zone, now)
    return added


def ask_for_build(store: Store, now: UnixMs) -> bool:
    """Have a build made from the record as it is now, unless one is waited for; whether one is."""
    if not holds_anything(store):
        return False
    waiting = store.queue.jobs([State.WAITING], 1_000)
    if not any(job.kind == LEARN and job.due_at <= now for job in waiting):
        store.queue.add([Work(LEARN, f"asked:{now}", now)], now)
    return True


def holds_anything(store: Store) -> bool:
    """Whether there is anything to learn from."""
    counts = store.counts()
    return bool(counts.listens or counts.playlists)


def _known(time_zones: Iterable[str]) -> Iterator[str]:
    for time_zone in time_zones:
        try:
            ZoneInfo(time_zone)
        except (ZoneInfoNotFoundError, ValueError):
            _log.error(
                "schedule: nobody in time_zone=%s gets a mix: this machine does not know it", time_zone
            )
        else:
            yield time_zone


def _mixes(time_zone: str, week: str, config: WorkConfig) -> Mixes:
    day = monday_of(week) + dt.timedelta(days=config.mix_weekday - 1)
    return Mixes(time_zone, week, _moment(day, config.mix_hour, ZoneInfo(time_zone)))


def _local(now: UnixMs, zone: ZoneInfo) -> dt.datetime:
    return dt.datetime.fromtimestamp(now / 1000, zone)


def _moment(day: dt.date, hour: int, zone: ZoneInfo) -> UnixMs:
    """When the clocks there show this hour; the first time, if they show it twice."""
    return UnixMs(int(dt.datetime.combine(day, dt.time(hour), zone).timestamp() * 1000))
