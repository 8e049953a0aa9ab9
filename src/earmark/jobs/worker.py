"""A worker: it leases jobs, does them, and says what became of them.

Any number of workers share a queue. A worker that is killed loses nothing: its leases run out, and others do its jobs.
One that is told to stop gives back what it has begun. A job that fails is tried again, later each time, until it is
given up; so is a job that keeps killing its workers.
"""

from __future__ import annotations

import logging
import os
import random
import socket
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final
from uuid import uuid4

import msgspec

from earmark.engines.progress import Advance
from earmark.errors import BusyError, EarmarkError, StoreError, fault_of
from earmark.jobs.duties import DUTIES, Duty
from earmark.jobs.house import House
from earmark.jobs.schedule import WEEKLY, hand_over
from earmark.listening.listens import UnixMs
from earmark.store.queue import JobId, JobRecord

LOOK_AT_SCHEDULE_MS: Final = 60_000
BUSY_MS: Final = 60_000
"""A job that found the home folder in use by another run waits so long."""
WHILE_AWAY: Final = 10
"""While the record cannot be reached, it is tried so many times less often."""
LONGEST_RETRY_MS: Final = 21_600_000

_log: Final = logging.getLogger(__name__)


class Worked(msgspec.Struct):
    """What became of the jobs that a worker took."""

    done: int = 0
    put_off: int = 0
    """Given back: not to be done yet, or the worker was told to stop."""
    retried: int = 0
    """Failed, to be tried again."""
    failed: int = 0
    """Given up."""
    lost: int = 0
    """The lease ran out meanwhile: somebody else's now."""


class StoppedError(Exception):
    """The worker was told to stop while it was at work."""


class Worker:
    """One worker.

    Args:
        house: whose queue, and where the work is done.
        duties: what it can do, by kind; it leaves other kinds alone.
        now: the clock, in Unix milliseconds.
    """

    def __init__(
        self,
        house: House,
        *,
        duties: Mapping[str, Duty] = DUTIES,
        now: Callable[[], UnixMs] = lambda: UnixMs(time.time_ns() // 1_000_000),
    ) -> None:
        self.name: Final = f"{socket.gethostname()}:{os.getpid()}:{uuid4().hex[:8]}"
        self.worked: Final = Worked()
        self._house = house
        self._queue = house.store.queue
        self._config = house.work
        self._duties = duties
        self._together = {kind: self._config.mixes_at_once if kind == WEEKLY else 1 for kind in duties}
        self._now = now
        self._look_at = now()

    def run(self, stop: threading.Event) -> None:
        """Work until told to stop. A record that cannot be reached is waited for."""
        _log.info("worker begins", extra={"worker": self.name, "kinds": sorted(self._duties)})
        while not stop.is_set():
            pause = self._config.look_seconds
            try:
                if self.work(stop):
                    continue
            except StoreError as error:
                _log.error("worker has no queue", extra={"worker": self.name, "why": error.what})
                pause *= WHILE_AWAY
            stop.wait(pause)
        _log.info("worker ends", extra={"worker": self.name})

    def drain(self, stop: threading.Event) -> None:
        """Work until nothing is due, or told to stop.

        Raises:
            StoreError: the record refuses.
        """
        while not stop.is_set() and self.work(stop):
            pass

    def work(self, stop: threading.Event) -> bool:
        """Look at the schedule if it is time to, and do what is due first; returns whether anything was.

        Raises:
            StoreError: the record refuses; what was begun is done again when its lease runs out.
        """
        now = self._now()
        if now >= self._look_at:
            hand_over(self._house, now)
            self._look_at = UnixMs(now + LOOK_AT_SCHEDULE_MS)
        jobs = self._queue.lease(self._together, self.name, now, self._lease_end())
        if jobs:
            self._do(jobs, stop)
        return bool(jobs)

    def _do(self, jobs: Sequence[JobRecord], stop: threading.Event) -> None:
        first, began = jobs[0], self._now()
        if first.attempts > self._config.attempts:
            self._fail(jobs, "Each time that it was begun, its worker ended in the midst of it.")
            return
        try:
            with self._renewed(jobs):
                later = self._duties[first.kind](self._house, jobs, _Watch(stop), began)
        except StoppedError:
            self._put_off(jobs, self._now())
        except BusyError as error:
            _log.info("job waits", extra={"kind": first.kind, "job": first.id, "why": error.what})
            self._put_off(jobs, UnixMs(self._now() + BUSY_MS))
        except EarmarkError as error:
            self._fail(jobs, f"{error.what} {error.remedy}")
        # Whatever is wrong with one job, the others must be done: no narrower class holds every fault of a job's code.
        except Exception as error:  # noqa: BLE001
            _log.error("fault", extra={"kind": first.kind, "job": first.id, "fault": fault_of(error)})
            self._fail(jobs, f"A fault of the program ({type(error).__name__}). Its log says where.")
        else:
            self._finish(jobs, later)
            seconds = (self._now() - began) / 1000
            _log.info("jobs done", extra=_facts(jobs) | {"seconds": seconds})

    def _finish(self, jobs: Sequence[JobRecord], later: Mapping[JobId, UnixMs]) -> None:
        for until in sorted(set(later.values())):
            self._put_off([job for job in jobs if later.get(job.id) == until], until)
        done = [job.id for job in jobs if job.id not in later]
        held = self._queue.done(done, self.name, self._now())
        self.worked.done += held
        self._note_lost(len(done) - held)

    def _put_off(self, jobs: Sequence[JobRecord], until: UnixMs) -> None:
        held = self._queue.put_off([job.id for job in jobs], self.name, until)
        self.worked.put_off += held
        self._note_lost(len(jobs) - held)

    def _fail(self, jobs: Sequence[JobRecord], why: str) -> None:
        first, now = jobs[0], self._now()
        again = first.attempts < self._config.attempts
        retry_at = UnixMs(now + self.wait_ms(first)) if again else None
        held = self._queue.failed([job.id for job in jobs], self.name, why, now, retry_at)
        if again:
            self.worked.retried += held
        else:
            self.worked.failed += held
        self._note_lost(len(jobs) - held)
        _log.warning("jobs failed", extra=_facts(jobs) | {"again": again, "why": why})

    def wait_ms(self, job: JobRecord) -> int:
        """The wait after a failed attempt: exponential back-off, its jitter drawn from the job and the attempt."""
        waiting = min(self._config.retry_seconds * 1000 * 2 ** (job.attempts - 1), LONGEST_RETRY_MS)
        return int(waiting * (1 + random.Random(f"{job.id} {job.attempts}").random() / 2))

    def _note_lost(self, n: int) -> None:
        self.worked.lost += n
        if n:
            _log.warning("lease lost before the jobs ended", extra={"worker": self.name, "jobs": n})

    def _lease_end(self) -> UnixMs:
        return UnixMs(self._now() + int(self._config.lease_seconds * 1000))

    @contextmanager
    def _renewed(self, jobs: Sequence[JobRecord]) -> Iterator[None]:
        """Keep the leases of the jobs, from a thread of their own."""
        ids, ended = [job.id for job in jobs], threading.Event()

        def renew() -> None:
            while not ended.wait(self._config.lease_seconds / 3):
                try:
                    self._queue.renew(ids, self.name, self._lease_end())
                except StoreError as error:
                    # There are two more times before it runs out.
                    _log.warning("leases not renewed", extra={"worker": self.name, "why": error.what})

        thread = threading.Thread(target=renew, name="leases", daemon=True)
        thread.start()
        try:
            yield
        finally:
            ended.set()
            thread.join()


@contextmanager
def at_work(house: House) -> Iterator[None]:
    """A worker in a thread of this process, while the block lasts."""
    stop = threading.Event()
    thread = threading.Thread(target=Worker(house).run, args=(stop,), name="worker")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def _facts(jobs: Sequence[JobRecord]) -> dict[str, object]:
    """What the log says of jobs that were taken together."""
    first = jobs[0]
    return {"kind": first.kind, "jobs": len(jobs), "first": first.key, "attempt": first.attempts}


class _Watch:
    """Watches work for whoever may want it stopped."""

    def __init__(self, stop: threading.Event) -> None:
        self._stop = stop

    @contextmanager
    def stage(self, name: str, total: int | None = None, unit: str = "") -> Iterator[Advance]:
        """Say in the log that a stage begins; raise here, or while it goes on, if the work shall stop."""
        self._go_on()
        _log.info("stage", extra={"stage": name, "total": total, "unit": unit})

        def advance(_: int) -> None:
            self._go_on()

        yield advance

    def _go_on(self) -> None:
        if self._stop.is_set():
            raise StoppedError
