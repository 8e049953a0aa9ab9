"""Workers in processes of their own, and what they leave behind.

Run as a program: ``python -m tests.jobs.workers URL HOME`` drains a queue; see `duty`.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path

from earmark.engines.local import LearnSettings
from earmark.engines.progress import Progress
from earmark.engines.tuning import TuningConfig
from earmark.jobs.house import House
from earmark.jobs.work import WorkConfig
from earmark.jobs.worker import Worker
from earmark.listening.listens import UnixMs
from earmark.mixes.selection import WeeklyConfig
from earmark.store.queue import JobRecord
from earmark.store.sql_store import open_store

ROOT = Path(__file__).parents[2]
START = UnixMs(1_799_978_400_000)
"""2027-01-15 at 02:00 UTC: the work of the night is not due yet."""
LEASE_MS = 60_000
PLAN = WorkConfig(
    lease_seconds=LEASE_MS / 1000, attempts=3, retry_seconds=10, look_seconds=0.01, mixes_at_once=4
)


@contextmanager
def house_at(url: str, home: Path, plan: WorkConfig = PLAN) -> Iterator[House]:
    """A house with its record at a URL."""
    with closing(open_store(url)) as store:
        yield House(home, store, LearnSettings(), WeeklyConfig(), TuningConfig(), plan)


class Diary:
    """Notes every job that is done in a file. Waits in the midst of a deadly one, unless it was told of it before.

    Before its first job, waits until as many others are at work as it is told to.
    """

    def __init__(self, home: Path, together: int = 1) -> None:
        self._home = home
        self._together = together

    def __call__(
        self, _house: House, jobs: Sequence[JobRecord], progress: Progress, _now: UnixMs
    ) -> dict[object, UnixMs]:
        (self._home / f"at-work-{os.getpid()}").touch()
        while len(list(self._home.glob("at-work-*"))) < self._together:
            pass
        with progress.stage("noting", len(jobs), "jobs") as advance:
            for job in jobs:
                if job.key == "deadly" and job.attempts == 1:
                    sys.stdout.write("in the midst of it\n")
                    sys.stdout.flush()
                    while sys.stdin.readline():
                        advance(0)
                with (self._home / "diary").open("a") as diary:
                    diary.write(f"{job.key}\n")
                advance(1)
        return {}

    def read(self) -> list[str]:
        """What is done, in order."""
        return (self._home / "diary").read_text().split()


def start(url: str, home: Path, *, together: int = 1) -> subprocess.Popen[str]:
    """Drain the queue, jobs of the kinds "note" and "weekly", in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "tests.jobs.workers", url, str(home), str(together)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, text=True,
    )  # fmt: skip


def main(url: str, home: str, together: str) -> None:
    """Drain the queue."""
    diary = Diary(Path(home), int(together))
    with house_at(url, Path(home)) as house:
        worker = Worker(house, duties={"note": diary, "weekly": diary}, now=lambda: START)
        worker.drain(threading.Event())


if __name__ == "__main__":
    main(*sys.argv[1:])
