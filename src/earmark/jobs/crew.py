"""A crew of processes for work that may crash, hang or eat memory: one job lost is one job, and the work goes on.

Each process does one job at a time. One that dies is replaced; one that takes too long is killed. None outlives the
process that began it, however that ends.
"""

from __future__ import annotations

import multiprocessing
import os
import resource
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, Final, Generic, TypeVar

import msgspec

from earmark.errors import EarmarkError, fault_of

Job = TypeVar("Job")
Result = TypeVar("Result")
Doing = Callable[[Job], Result]

_SPAWN: Final = multiprocessing.get_context("spawn")
"""A process forked from one with threads may wait for locks that nobody holds any more."""


LONGEST_BEGINNING: Final = 300.0
"""Seconds in which a process must be ready to work."""


class Lost(msgspec.Struct, frozen=True):
    """A job of which nothing came, and why."""

    cause: str


class Crew(Generic[Job, Result]):
    """At most so many processes.

    Args:
        size: how many.
        begin: of a module, called in each process: with ``arguments`` it makes what does the jobs.
        arguments: what it needs; sent to the process, as jobs and results are.
        seconds: a job may take so long.
        megabytes: a process may hold so much memory.
        called: what a process is to a job, for whoever is told that it was lost.
    """

    def __init__(
        self,
        size: int,
        begin: Callable[..., Doing[Job, Result]],
        arguments: tuple[Any, ...],
        seconds: float,
        megabytes: int,
        *,
        called: str = "decoder",
    ) -> None:
        self._size = size
        self._begin = (begin, arguments, seconds, megabytes, called)
        self._hands: list[_Hand[Job]] = []

    def __enter__(self) -> Crew[Job, Result]:
        """Nothing yet: processes begin as there are jobs."""
        return self

    def __exit__(self, *_: object) -> None:
        """End all processes, at work or not."""
        for hand in self._hands:
            hand.end()

    @property
    def busy(self) -> int:
        """How many jobs are being done."""
        return sum(hand.job is not None for hand in self._hands)

    @property
    def free(self) -> int:
        """How many more could be."""
        return self._size - self.busy

    def give(self, job: Job) -> None:
        """Have a job done; there must be somebody free."""
        for idle in [one for one in self._hands if one.job is None and not one.lives]:
            idle.end()
            self._hands.remove(idle)
        hand = next((one for one in self._hands if one.job is None), None)
        if hand is None:
            hand = _Hand(*self._begin)
            self._hands.append(hand)
        hand.give(job)

    def done(self, patience: float) -> list[tuple[Job, Result | Lost]]:
        """Wait until something is heard of a job, so many seconds at most; say what came of those done or lost.

        Raises:
            EarmarkError: a process cannot begin to work.
        """
        at_work = [hand for hand in self._hands if hand.job is not None]
        first = min((hand.deadline for hand in at_work), default=0.0)
        remaining = max(first - time.monotonic(), 0.0)
        ready = wait([hand.connection for hand in at_work], min(remaining, patience))
        found: list[tuple[Job, Result | Lost]] = []
        for hand in at_work:
            job = hand.job
            assert job is not None
            if hand.connection in ready:
                result = hand.take()
            elif time.monotonic() >= hand.deadline:
                result = hand.give_up()
            else:
                continue
            if not isinstance(result, _Ready):
                found.append((job, result))
            if isinstance(result, Lost):
                hand.end()
                self._hands.remove(hand)
        return found


class _Unfit(msgspec.Struct, frozen=True):
    """A process cannot begin to work."""

    what: str
    remedy: str


class _Ready(msgspec.Struct, frozen=True):
    """A process can begin to work."""


class _Hand(Generic[Job]):
    """One process and its job, seen from outside."""

    def __init__(
        self,
        begin: Callable[..., Doing[Job, Any]],
        arguments: tuple[Any, ...],
        seconds: float,
        megabytes: int,
        called: str,
    ) -> None:
        self._seconds, self._called = seconds, called
        self.connection, theirs = _SPAWN.Pipe()
        self._process: BaseProcess = _SPAWN.Process(
            target=_work, args=(theirs, begin, arguments, megabytes), daemon=True
        )
        with _not_interrupted():
            self._process.start()
        theirs.close()
        self._ready = False
        self.job: Job | None = None
        self.deadline = 0.0
        """When the job, or what comes before the first, has taken too long."""

    @property
    def lives(self) -> bool:
        return self._process.is_alive()

    def give(self, job: Job) -> None:
        self.job, self.deadline = (
            job,
            time.monotonic() + (self._seconds if self._ready else LONGEST_BEGINNING),
        )
        try:
            self.connection.send(job)
        except BrokenPipeError:
            # It has died since; that is noticed when its answer is waited for.
            return

    def take(self) -> Any:
        """What it says: a result, that it is ready, or that it died."""
        try:
            said = self.connection.recv()
        except (EOFError, ConnectionResetError):
            said = Lost(self._how_it_died())
        if isinstance(said, _Unfit):
            raise EarmarkError(said.what, said.remedy)
        if isinstance(said, Lost) and not self._ready:
            raise _stillborn(said.cause)
        if isinstance(said, _Ready):
            self._ready, self.deadline = True, time.monotonic() + self._seconds
        else:
            self.job = None
        return said

    def give_up(self) -> Lost:
        """The job takes too long.

        Raises:
            EarmarkError: it is not even begun.
        """
        if not self._ready:
            raise _stillborn(f"took longer than {LONGEST_BEGINNING:.0f} s")
        return Lost(f"takes longer than {self._seconds:,.0f} s, so it was given up")

    def _how_it_died(self) -> str:
        self._process.join()
        code = self._process.exitcode or 0
        if code >= 0:
            return f"ended its {self._called} (exit status {code})"
        if -code == signal.SIGKILL:
            return f"had its {self._called} killed by the system, for want of memory perhaps"
        return f"crashed its {self._called} ({signal.Signals(-code).name})"

    def end(self) -> None:
        self._process.kill()
        self._process.join()
        self._process.close()
        self.connection.close()


def _stillborn(cause: str) -> EarmarkError:
    return EarmarkError(
        f"A process that was to do the work ended before it began: it {cause}.",
        "See whether the machine is out of memory; if not, reinstall Earmark.",
    )


@contextmanager
def _not_interrupted() -> Iterator[None]:
    """What is begun here is not interrupted from the keyboard, from its first moment on: who began it ends it."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _work(
    connection: Connection, begin: Callable[..., Doing[Any, Any]], arguments: tuple[Any, ...], megabytes: int
) -> None:
    """Do jobs until nobody gives any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_DATA, (megabytes << 20, megabytes << 20))
    try:
        do = begin(*arguments)
    except EarmarkError as error:
        connection.send(_Unfit(error.what, error.remedy))
        return
    connection.send(_Ready())
    while True:
        try:
            job = connection.recv()
        except EOFError:
            return
        try:
            result = do(job)
        except MemoryError:
            result = Lost(f"takes more than {megabytes} MB of memory")
        # Foreign code that reads broken files fails in ways that no narrower class holds; the others must be read.
        except Exception as error:  # noqa: BLE001
            result = Lost(f"cannot be read, by a fault of the program ({fault_of(error)})")
        connection.send(result)


def _end_with_parent() -> None:
    """Whatever this process is at, it is for nobody once its parent is gone."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
