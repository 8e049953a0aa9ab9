"""Jobs are leased, renewed and ended by their holder alone, whatever database keeps them."""

from __future__ import annotations

import random

import pytest
from tests.jobs.queues import interleaved

from earmark.errors import UnknownNameError
from earmark.listening.listens import UnixMs
from earmark.store.port import ListenerId, Store
from earmark.store.queue import JobId, JobRecord, State, Work

KINDS = {"mix": 64, "build": 1}


def ms(number: int) -> UnixMs:
    return UnixMs(number)


def mixes(*names: str, due_at: int = 100) -> list[Work]:
    return [Work("mix", name, ms(due_at)) for name in names]


def leased(store: Store, worker: str, now: int, until: int, kinds: dict[str, int] = KINDS) -> list[JobRecord]:
    return store.queue.lease(kinds, worker, ms(now), ms(until))


def keys(jobs: list[JobRecord]) -> list[str]:
    return [job.key for job in jobs]


def ids(jobs: list[JobRecord]) -> list[JobId]:
    return [job.id for job in jobs]


def only(store: Store, state: State) -> JobRecord:
    (found,) = store.queue.jobs([state], 10)
    return found


def test_a_job_is_found_by_its_kind_and_key(store: Store) -> None:
    store.queue.add([*mixes("a", "b"), Work("build", "a", ms(5))], ms(1))
    found = store.queue.find("build", "a")
    assert found
    assert (found.kind, found.key, found.due_at, found.state) == ("build", "a", 5, State.WAITING)
    assert store.queue.find("build", "b") is None


def test_a_key_is_taken_once_as_long_as_it_is_remembered(store: Store) -> None:
    assert store.queue.add(mixes("a", "b", "a"), ms(1)) == 2
    assert store.queue.add([*mixes("b", "c"), Work("build", "a", ms(100))], ms(2)) == 2
    jobs = leased(store, "w", 100, 200)
    store.queue.done(ids(jobs), "w", ms(110))
    assert store.queue.add(mixes("a"), ms(120)) == 0
    assert store.queue.prune(ms(110)) == 0
    assert store.queue.prune(ms(111)) == 3
    assert store.queue.add(mixes("a"), ms(120)) == 1


def test_what_was_due_first_is_taken_first_with_others_of_its_kind(store: Store) -> None:
    store.queue.add(
        [*mixes("late", due_at=9), Work("build", "now", ms(5)), *mixes("b", "a", due_at=3)], ms(1)
    )
    assert leased(store, "w", 2, 50) == []
    assert keys(leased(store, "w", 9, 50)) == ["b", "a", "late"]
    assert keys(leased(store, "w", 9, 50, {"mix": 64})) == []
    assert keys(leased(store, "w", 9, 50)) == ["now"]
    assert leased(store, "w", 9, 50) == []


def test_no_more_are_taken_together_than_asked_for(store: Store) -> None:
    store.queue.add(mixes("a", "b", "c"), ms(1))
    assert keys(leased(store, "w", 100, 200, {"mix": 2})) == ["a", "b"]
    assert keys(leased(store, "w", 100, 200, {"mix": 2})) == ["c"]


def test_a_leased_job_says_who_has_it_and_how_often_it_was_begun(store: Store) -> None:
    store.queue.add(mixes("a"), ms(7))
    (job,) = leased(store, "w", 100, 200)
    assert job == only(store, State.RUNNING)
    assert (job.kind, job.key, job.listener, job.due_at, job.made_at) == ("mix", "a", None, 100, 7)
    assert (job.free_at, job.attempts, job.worker, job.last_error, job.ended_at) == (200, 1, "w", None, None)


def test_who_lets_a_lease_run_out_loses_the_job_to_another(store: Store) -> None:
    store.queue.add(mixes("a"), ms(1))
    jobs = ids(leased(store, "killed", 100, 200))
    assert leased(store, "other", 199, 300) == []
    (again,) = leased(store, "other", 200, 300)
    assert (again.attempts, again.worker) == (2, "other")
    assert store.queue.renew(jobs, "killed", ms(900)) == 0
    assert store.queue.done(jobs, "killed", ms(210)) == 0
    assert store.queue.failed(jobs, "killed", "late", ms(210), None) == 0
    assert store.queue.put_off(jobs, "killed", ms(210)) == 0
    assert only(store, State.RUNNING) == again
    assert store.queue.done(jobs, "other", ms(210)) == 1
    assert (only(store, State.DONE).ended_at, only(store, State.DONE).attempts) == (210, 2)
    assert leased(store, "other", 10_000, 20_000) == []


def test_who_renews_keeps_it(store: Store) -> None:
    store.queue.add(mixes("a", "b"), ms(1))
    jobs = ids(leased(store, "w", 100, 200))
    assert store.queue.renew(jobs, "w", ms(400)) == 2
    assert leased(store, "other", 399, 500) == []
    # Even after it ran out, as long as nobody else has taken it.
    assert store.queue.renew(jobs, "w", ms(600)) == 2
    assert leased(store, "other", 599, 700) == []
    assert len(leased(store, "other", 600, 700)) == 2


def test_what_failed_comes_back_when_it_is_told_to_or_never(store: Store) -> None:
    store.queue.add(mixes("a"), ms(1))
    jobs = ids(leased(store, "w", 100, 200))
    assert store.queue.failed(jobs, "w", "no room", ms(110), ms(300)) == 1
    waiting = only(store, State.WAITING)
    assert (waiting.last_error, waiting.due_at, waiting.free_at, waiting.attempts) == ("no room", 100, 300, 1)
    assert leased(store, "w", 299, 400) == []
    assert ids(leased(store, "w", 300, 400)) == jobs
    assert store.queue.failed(jobs, "w", "x" * 9_999, ms(310), None) == 1
    given_up = only(store, State.FAILED)
    assert (given_up.last_error, given_up.attempts, given_up.ended_at) == ("x" * 2_000, 2, 310)
    assert leased(store, "w", 99_999, 100_000) == []


def test_what_is_done_in_the_end_has_no_error(store: Store) -> None:
    store.queue.add(mixes("a"), ms(1))
    store.queue.failed(ids(leased(store, "w", 100, 200)), "w", "no room", ms(110), ms(120))
    store.queue.done(ids(leased(store, "w", 120, 200)), "w", ms(130))
    assert only(store, State.DONE).last_error is None


def test_what_was_begun_before_is_taken_fewer_at_a_time(store: Store) -> None:
    store.queue.add(mixes(*map(str, range(200))), ms(1))
    sizes = []
    for _ in range(4):
        jobs = leased(store, "w", 100, 200, {"mix": 128})
        sizes.append(len(jobs))
        store.queue.failed(ids(jobs), "w", "one of them spoils it", ms(100), ms(100))
    # By age, those that failed come first again: an eighth of them, then an eighth of those.
    assert sizes == [128, 16, 2, 1]
    fresh = leased(store, "w", 100, 200, {"mix": 128})
    assert len({job.attempts for job in fresh}) == 1


def test_what_is_put_off_was_never_begun(store: Store) -> None:
    store.queue.add(mixes("a"), ms(1))
    jobs = ids(leased(store, "w", 100, 200))
    assert store.queue.put_off(jobs, "w", ms(500)) == 1
    assert (only(store, State.WAITING).attempts, only(store, State.WAITING).free_at) == (0, 500)
    assert leased(store, "w", 499, 600) == []
    assert ids(leased(store, "w", 500, 600)) == jobs


def test_who_has_said_how_a_job_ended_has_no_more_say(store: Store) -> None:
    store.queue.add(mixes("failed", "put off", "done"), ms(1))
    failed, put_off, done = ids(leased(store, "w", 100, 200))
    store.queue.failed([failed], "w", "no room", ms(110), ms(300))
    store.queue.put_off([put_off], "w", ms(300))
    store.queue.done([done], "w", ms(110))
    before = store.queue.jobs(State, 9)
    every = [failed, put_off, done]
    assert store.queue.done(every, "w", ms(120)) == 0
    assert store.queue.failed(every, "w", "late", ms(120), ms(400)) == 0
    assert store.queue.renew(every, "w", ms(900)) == 0
    assert store.queue.jobs(State, 9) == before


def test_a_failed_job_is_tried_again_from_the_beginning_and_a_waiting_one_at_once(store: Store) -> None:
    store.queue.add([*mixes("a"), *mixes("later", due_at=9_000)], ms(1))
    (job,) = leased(store, "w", 100, 200)
    store.queue.failed([job.id], "w", "no room", ms(110), None)
    again = store.queue.retry(job.id, ms(500))
    assert (again.state, again.attempts, again.free_at, again.ended_at) == (State.WAITING, 0, 500, None)
    later = only_named(store, "later")
    store.queue.retry(later.id, ms(500))
    assert keys(leased(store, "w", 500, 600)) == ["a", "later"]
    for number in (job.id, JobId(12_345)):
        with pytest.raises(UnknownNameError, match=f"No job {number}"):
            store.queue.retry(number, ms(510))


def only_named(store: Store, key: str) -> JobRecord:
    (found,) = [job for job in store.queue.jobs(State, 100) if job.key == key]
    return found


def test_jobs_are_listed_and_counted(store: Store) -> None:
    store.queue.add(
        [*mixes("b", due_at=200), *mixes("a"), *mixes("y", "z", due_at=1), Work("build", "x", ms(300))], ms(1)
    )
    first, second = leased(store, "w", 10, 20)
    store.queue.failed([first.id], "w", "no", ms(15), None)
    store.queue.done([second.id], "w", ms(16))
    assert keys(store.queue.jobs(State, 9)) == ["a", "b", "x", "z", "y"]
    assert keys(store.queue.jobs([State.FAILED], 9)) == ["y"]
    assert keys(store.queue.jobs(State, 2)) == ["a", "b"]
    assert store.queue.counts() == {
        "build": {State.WAITING: 1},
        "mix": {State.DONE: 1, State.FAILED: 1, State.WAITING: 2},
    }


def test_our_own_listeners_of_a_time_zone_get_a_job_each_once_a_period(store: Store) -> None:
    with store.writing() as writer:
        ada, bo, cy = (writer.listener(name) for name in ("Ada", "Bo", "Cy"))
        writer.listener("Ann", community="forum")
        writer.set_time_zone(cy, "Europe/Berlin")
    assert store.time_zones() == ["Europe/Berlin", "UTC"]
    assert store.queue.add_for_listeners("mix", "2026-W47", ms(100), "UTC", ms(5)) == 2
    assert store.queue.add_for_listeners("mix", "2026-W47", ms(100), "UTC", ms(6)) == 0
    with store.writing() as writer:
        di = writer.listener("Di")
        writer.set_time_zone(bo, "Europe/Berlin")
    assert store.queue.add_for_listeners("mix", "2026-W47", ms(100), "UTC", ms(7)) == 1
    assert store.queue.add_for_listeners("mix", "2026-W47", ms(90), "Europe/Berlin", ms(8)) == 1
    jobs = leased(store, "w", 100, 200)
    assert {(job.key, job.listener, job.due_at) for job in jobs} == {
        (f"{cy}:2026-W47", cy, 90), *((f"{one}:2026-W47", one, 100) for one in (ada, bo, di))
    }  # fmt: skip
    store.queue.done(ids(jobs), "w", ms(110))
    assert store.queue.add_for_listeners("mix", "2026-W47", ms(100), "UTC", ms(7)) == 0
    assert store.queue.add_for_listeners("mix", "2026-W48", ms(100), "UTC", ms(7)) == 2


def test_jobs_go_with_the_listener_who_is_forgotten(store: Store) -> None:
    with store.writing() as writer:
        ada, bo = writer.listener("Ada"), writer.listener("Bo")
    store.queue.add_for_listeners("mix", "2026-W47", ms(100), "UTC", ms(5))
    jobs = leased(store, "w", 100, 200)
    with store.writing(alone=True) as writer:
        writer.forget(ada)
    assert store.queue.done(ids(jobs), "w", ms(110)) == 1
    assert [job.listener for job in store.queue.jobs(State, 9)] == [bo]
    assert store.queue.add([Work("mix", "for nobody", ms(100), ada)], ms(120)) == 0
    assert store.listeners([ada, bo]) == [store.find_listener("Bo")]
    assert store.listeners([ListenerId(99)]) == []


def test_a_great_many_are_added_leased_and_done_together(store: Store) -> None:
    many = [Work("mix", str(n), ms(100 + n % 7)) for n in range(3_000)]
    assert store.queue.add(many, ms(1)) == 3_000
    assert store.queue.add(many, ms(2)) == 0
    jobs = leased(store, "w", 500, 600, {"mix": 2_000})
    assert len(jobs) == 2_000
    assert [job.due_at for job in jobs] == sorted(job.due_at for job in jobs)
    assert store.queue.renew(ids(jobs), "w", ms(700)) == 2_000
    assert store.queue.done(ids(jobs), "w", ms(650)) == 2_000
    assert len(leased(store, "w", 500, 600, {"mix": 2_000})) == 1_000


@pytest.mark.parametrize("seed", range(3))
def test_whatever_workers_do_each_job_is_done_once_and_none_is_lost(store: Store, seed: int) -> None:
    draws = random.Random(seed)
    interleaved(store.queue, lambda at_most: draws.randint(0, at_most), steps=150)
