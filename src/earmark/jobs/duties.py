"""What a worker does for each kind of job."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence, Set
from typing import Final

from earmark.engines.progress import Progress
from earmark.errors import EarmarkError, TooLittleError, UnreadableInputError
from earmark.jobs.editing import forget_excluded
from earmark.jobs.house import House
from earmark.jobs.learning import learn_if_changed
from earmark.jobs.pushing import push_each
from earmark.jobs.reading import read
from earmark.jobs.schedule import HOUR_MS, LEARN, PUSH, READ, TIDY, WEEKLY, holds_anything
from earmark.jobs.tasting import note_tastes
from earmark.jobs.weekly import run_weekly, this_week
from earmark.listening.listens import UnixMs
from earmark.sources.reading.faults import FetchError
from earmark.store.port import ListenerId, ListenerRecord
from earmark.store.queue import JobId, JobRecord, Work

_log: Final = logging.getLogger(__name__)
DAY_MS: Final = 86_400_000
NEXT_BUILD_MS: Final = 300_000
"""Where no build is live, mixes wait so long before they look for one again."""

Duty = Callable[[House, Sequence[JobRecord], Progress, UnixMs], Mapping[JobId, UnixMs]]
"""Does jobs of one kind, given the present time; returns those that could not be done yet, and when to try again.

Whatever it leaves, it must be able to do again without a trace: a worker may be killed between the work and saying so.
Whoever watches may end it, by raising an error of their own out of ``stage`` or ``advance``.
"""


def make_mixes(
    house: House, jobs: Sequence[JobRecord], progress: Progress, now: UnixMs
) -> Mapping[JobId, UnixMs]:
    """The weekly mixes of listeners who are still there, for weeks that are not over yet.

    Those to whom no song is open are looked at again the next day.
    """
    if house.builds.live() is None:
        return {job.id: UnixMs(now + NEXT_BUILD_MS) for job in jobs}
    # What was learned from listens that are excluded by now must not choose anybody's mix.
    forget_excluded(house, progress)
    whose = {one.id: one for one in house.store.listeners([job.listener for job in jobs if job.listener])}
    weeks: dict[str, dict[JobId, ListenerRecord]] = {}
    for job in jobs:
        listener, week = whose.get(job.listener) if job.listener else None, job.key.partition(":")[2]
        if listener and week >= this_week(listener.time_zone, now):
            weeks.setdefault(week, {})[job.id] = listener
    later: dict[JobId, UnixMs] = {}
    for week, theirs in weeks.items():
        empty = set(run_weekly(house, list(theirs.values()), week, progress).empty)
        _hand_over_pushes(house, {one.id for one in theirs.values() if one.name not in empty}, week, now)
        later |= {job: UnixMs(now + DAY_MS) for job, one in theirs.items() if one.name in empty}
    return later


def _hand_over_pushes(house: House, listeners: Set[ListenerId], week: str, now: UnixMs) -> None:
    """The mixes go to the music servers of those who connected one: a job for each, as servers may be away."""
    waiting = [
        Work(PUSH, f"{one.id}:{week}", now, one.listener)
        for one in house.store.libraries.connections()
        if one.listener in listeners
    ]
    house.store.queue.add(waiting, now)


def push_mixes(
    house: House, jobs: Sequence[JobRecord], progress: Progress, now: UnixMs
) -> Mapping[JobId, UnixMs]:
    """The mix of a week to a listener's music server, if that is still connected and the week is not over.

    Raises:
        EarmarkError: the server is away or refuses, for the job to be tried again.
    """
    connected = {str(one.id): one for one in house.store.libraries.connections()}
    for job in jobs:
        number, _, week = job.key.partition(":")
        one = connected.get(number)
        if one is None or week < this_week(house.store.find_listener(one.name).time_zone, now):
            continue
        for trouble in push_each(house, [one], week, progress).troubles:
            raise EarmarkError(trouble.what, trouble.remedy)
    return {}


def read_feeds(
    house: House, jobs: Sequence[JobRecord], progress: Progress, now: UnixMs
) -> Mapping[JobId, UnixMs]:
    """What is new in all feeds that were not read just now.

    A feed that cannot be read is noted as that and read again when feeds are the next time: its site is not pestered.
    """
    del jobs
    lately = now - house.read.feed_hours * HOUR_MS / 2
    due = [one.address for one in house.store.feeds.all() if one.read_at is None or one.read_at < lately]
    if due:
        try:
            read(house, due, progress)
        except (FetchError, UnreadableInputError, TooLittleError) as error:
            _log.warning("no feed was read", extra={"feeds": len(due), "why": error.what})
    return {}


def learn(house: House, jobs: Sequence[JobRecord], progress: Progress, now: UnixMs) -> Mapping[JobId, UnixMs]:
    """A build from a snapshot of the record, if that has changed; for all jobs that ask for one."""
    del jobs, now
    if holds_anything(house.store):
        report = learn_if_changed(house, progress)
        if report and report.live:
            note_tastes(house, progress)
    return {}


def tidy(house: House, jobs: Sequence[JobRecord], progress: Progress, now: UnixMs) -> Mapping[JobId, UnixMs]:
    """Forget jobs that ended long ago, keys of requests, and attempts to sign in that hold up nobody any more.

    (Old snapshots and builds go when a build is made.)
    """
    del jobs
    with progress.stage("forgetting ended jobs"):
        house.store.receipts.prune(UnixMs(now - DAY_MS))
        house.store.queue.prune(UnixMs(now - house.work.keep_days * DAY_MS))
        house.store.attempts.prune(now)
    return {}


DUTIES: Final[Mapping[str, Duty]] = {
    WEEKLY: make_mixes,
    LEARN: learn,
    TIDY: tidy,
    PUSH: push_mixes,
    READ: read_feeds,
}
