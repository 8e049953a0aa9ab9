"""Whatever workers do to a queue, and in whatever order."""

from __future__ import annotations

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.jobs.queues import interleaved

from earmark.listening.listens import UnixMs
from earmark.store.queue import State, Work
from earmark.store.sql_store import open_store


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_no_job_is_held_by_two_none_is_lost_and_none_done_twice(data: st.DataObject) -> None:
    with closing(open_store("sqlite://")) as store:
        interleaved(store.queue, lambda at_most: data.draw(st.integers(0, at_most)), steps=60)


def test_workers_who_take_at_the_same_moment_take_different_jobs(postgres: str) -> None:
    with closing(open_store(postgres)) as store:
        store.queue.add([Work("mix", str(n), UnixMs(n)) for n in range(400)], UnixMs(0))
        gate = threading.Barrier(4)

        def work(worker: str) -> list[str]:
            gate.wait()
            taken = []
            while jobs := store.queue.lease({"mix": 7}, worker, UnixMs(400), UnixMs(500)):
                taken += [job.key for job in jobs]
                assert store.queue.done([job.id for job in jobs], worker, UnixMs(410)) == len(jobs)
            return taken

        with ThreadPoolExecutor(4) as pool:
            taken = Counter(key for keys in pool.map(work, "abcd") for key in keys)
        assert taken == Counter(map(str, range(400)))
        assert store.queue.counts() == {"mix": {State.DONE: 400}}


def test_workers_who_hand_over_the_same_at_the_same_moment_leave_it_once(postgres: str) -> None:
    with closing(open_store(postgres)) as store:
        with store.writing() as writer:
            for n in range(300):
                writer.listener(f"listener {n}")
        gate = threading.Barrier(4)

        def hand_over(_: int) -> int:
            gate.wait()
            return store.queue.add_for_listeners("mix", "2026-W47", UnixMs(1), "UTC", UnixMs(2))

        with ThreadPoolExecutor(4) as pool:
            assert sum(pool.map(hand_over, range(4))) == 300
        assert store.queue.counts() == {"mix": {State.WAITING: 300}}
