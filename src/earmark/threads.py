"""Rows in blocks over threads, and BLAS kept to one thread while they run.

Blocks have a fixed size, so what a kernel returns does not depend on how many threads there are.
"""

from __future__ import annotations

import os
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from threadpoolctl import ThreadpoolController

T = TypeVar("T")


def default_threads() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def over_blocks(work: Callable[[int, int], None], n: int, block: int, threads: int | None = None) -> None:
    """Call ``work(start, stop)`` for every block of ``block`` rows out of ``n``; the first error is raised.

    Args:
        work: must release the GIL where its time goes, and write only to its own rows.
        n: how many rows.
        block: rows in a block.
        threads: how many blocks run at once; every available processor by default.
    """
    starts = range(0, n, block)
    threads = min(threads or default_threads(), len(starts))
    if threads <= 1:
        for start in starts:
            work(start, min(start + block, n))
        return
    with ThreadPoolExecutor(threads) as pool:
        jobs = [pool.submit(work, start, min(start + block, n)) for start in starts]
        try:
            for job in jobs:
                job.result()
        finally:
            for job in jobs:
                job.cancel()


class _OneBlasThread:
    """The limit is the process's, not a thread's: the first to enter sets it, the last to leave lifts it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0
        self._lift: Callable[[], object] = lambda: None

    def enter(self) -> None:
        with self._lock:
            if self._inside == 0:
                limiter = ThreadpoolController().limit(limits=1, user_api="blas")
                self._lift = limiter.restore_original_limits
            self._inside += 1

    def leave(self) -> None:
        with self._lock:
            self._inside -= 1
            if self._inside == 0:
                self._lift()


_one_blas_thread = _OneBlasThread()


@contextmanager
def one_blas_thread() -> Iterator[None]:
    """Matrix products run on the calling thread alone: no oversubscription, and the same bits every time.

    Covers the BLAS libraries that are loaded when it is entered; may be entered from many threads at once.
    """
    _one_blas_thread.enter()
    try:
        yield
    finally:
        _one_blas_thread.leave()


def in_order(work: Callable[[int], T], starts: Sequence[int], threads: int | None = None) -> Iterator[T]:
    """Call ``work(start)`` for all ``starts``, several at once, and yield the results in order.

    No more is begun ahead of whoever takes the results than there are threads.
    """
    threads = min(threads or default_threads(), len(starts))
    if threads <= 1:
        yield from map(work, starts)
        return
    with ThreadPoolExecutor(threads) as pool:
        waiting = deque(pool.submit(work, start) for start in starts[:threads])
        try:
            for start in starts[threads:]:
                done = waiting.popleft().result()
                waiting.append(pool.submit(work, start))
                yield done
            while waiting:
                yield waiting.popleft().result()
        finally:
            for job in waiting:
                job.cancel()
