"""A worker does what is due, survives what goes wrong with it, and loses nothing when it is killed."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from pathlib import Path
from unittest.mock import ANY

import psycopg
import pytest
from sqlalchemy.engine import make_url
from tests.jobs.workers import LEASE_MS, PLAN, START, Diary, house_at, start

from earmark.engines.progress import Progress
from earmark.errors import BusyError, StoreError
from earmark.jobs.duties import Duty
from earmark.jobs.house import House
from earmark.jobs.locks import learning
from earmark.jobs.worker import BUSY_MS, LONGEST_RETRY_MS, Worked, Worker
from earmark.listening.listens import UnixMs
from earmark.store.queue import JobId, JobRecord, State, Work
from earmark.store.sql_store import open_store

Doing = Callable[[Sequence[JobRecord], Progress], None]


class Clock:
    """Stands still unless moved."""

    def __init__(self, now: int = START) -> None:
        self.now = now

    def __call__(self) -> UnixMs:
        return UnixMs(self.now)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with house_at(f"sqlite:///{tmp_path / 'earmark.db'}", tmp_path) as opened:
        yield opened


def duty(doing: Doing) -> Duty:
    def done(
        _house: House, jobs: Sequence[JobRecord], progress: Progress, _now: UnixMs
    ) -> dict[JobId, UnixMs]:
        doing(jobs, progress)
        return {}

    return done


def worker(house: House, clock: Clock, **duties: Doing) -> Worker:
    return Worker(house, duties={kind: duty(doing) for kind, doing in duties.items()}, now=clock)


def add(house: House, *keys: str, kind: str = "note") -> None:
    house.store.queue.add([Work(kind, key, START) for key in keys], START)


def jobs(house: House, *states: State) -> list[JobRecord]:
    return house.store.queue.jobs(states or State, 1_000)


def drain(worker: Worker) -> Worked:
    worker.drain(threading.Event())
    return worker.worked


def test_what_is_due_is_done_and_other_kinds_are_left_alone(house: House, clock: Clock) -> None:
    add(house, "a", "b")
    add(house, "c", kind="other")
    seen: list[str] = []
    assert drain(worker(house, clock, note=lambda jobs, _: seen.extend(job.key for job in jobs))) == Worked(
        done=2
    )
    assert seen == ["a", "b"]
    assert [job.key for job in jobs(house, State.WAITING)] == ["c"]


def test_weekly_mixes_are_made_together(house: House, clock: Clock) -> None:
    add(house, *map(str, range(10)), kind="weekly")
    sizes: list[int] = []
    assert drain(worker(house, clock, weekly=lambda jobs, _: sizes.append(len(jobs)))) == Worked(done=10)
    assert sizes == [4, 4, 2]


def test_what_fails_is_tried_again_later_each_time_and_then_given_up(house: House, clock: Clock) -> None:
    begun = []

    def fail(jobs: Sequence[JobRecord], _: Progress) -> None:
        begun.extend(job.attempts for job in jobs)
        raise StoreError("The disk is full.", "Free some space.")

    add(house, "a")
    one = worker(house, clock, note=fail)
    waits = []
    for _ in range(2):
        drain(one)
        (job,) = jobs(house, State.WAITING)
        assert job.last_error == "The disk is full. Free some space."
        waits.append(job.free_at - clock.now)
        clock.now = job.free_at - 1
        drain(one)
        clock.now += 1
    drain(one)
    assert [job.attempts for job in jobs(house, State.FAILED)] == [3]
    assert begun == [1, 2, 3]
    assert one.worked == Worked(retried=2, failed=1)
    # The jitter is drawn from the job and the attempt: the same each time.
    assert waits == [12_933, 29_832]


def test_waits_double_up_to_a_bound(house: House, clock: Clock) -> None:
    add(house, "a")
    (job,) = jobs(house)
    one = worker(house, clock)

    def wait(attempts: int) -> float:
        return one.wait_ms(
            JobRecord(**{name: getattr(job, name) for name in job.__struct_fields__} | {"attempts": attempts})
        )

    for attempt in range(1, 12):
        assert 10_000 * 2 ** (attempt - 1) <= wait(attempt) <= 15_000 * 2 ** (attempt - 1)
    assert LONGEST_RETRY_MS <= wait(30) <= 1.5 * LONGEST_RETRY_MS


def test_a_fault_of_one_job_keeps_no_other_from_being_done(
    house: House, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    title = "A Song Heard In Private"

    def stumble(jobs: Sequence[JobRecord], _: Progress) -> None:
        if jobs[0].key == "a":
            raise KeyError(title)

    add(house, "a", "b")
    assert drain(worker(house, clock, note=stumble)) == Worked(done=1, retried=1)
    (job,) = jobs(house, State.WAITING)
    assert job.last_error == "A fault of the program (KeyError). Its log says where."
    (fault,) = (line for line in caplog.records if line.message == "fault")
    assert "in stumble" in fault.fault  # type: ignore[attr-defined]
    assert title not in repr([vars(line) for line in caplog.records]) + repr(jobs(house))


def test_what_spoils_the_work_of_others_ends_up_alone(house: House, clock: Clock) -> None:
    def stumble(jobs: Sequence[JobRecord], _: Progress) -> None:
        if any(job.key == "bad" for job in jobs):
            raise ValueError

    add(house, "bad", "b", "c", "d", kind="weekly")
    one = worker(house, clock, weekly=stumble)
    while waiting := jobs(house, State.WAITING):
        clock.now = max(job.free_at for job in waiting)
        drain(one)
    assert [job.key for job in jobs(house, State.FAILED)] == ["bad"]
    assert len(jobs(house, State.DONE)) == 3


def test_a_job_that_finds_the_home_in_use_waits_and_no_attempt_is_counted(house: House, clock: Clock) -> None:
    def learn(_jobs: Sequence[JobRecord], _: Progress) -> None:
        with learning(house.home):
            pass

    add(house, "a")
    with learning(house.home):
        with pytest.raises(BusyError):
            learn([], ANY)
        assert drain(worker(house, clock, note=learn)) == Worked(put_off=1)
    (job,) = jobs(house)
    assert (job.state, job.attempts, job.free_at) == (State.WAITING, 0, START + BUSY_MS)
    clock.now = job.free_at
    assert drain(worker(house, clock, note=learn)) == Worked(done=1)


def test_what_cannot_be_done_yet_is_put_off_and_the_rest_is_done(house: House, clock: Clock) -> None:
    def only_some(_house: House, jobs: Sequence[JobRecord], _p: Progress, now: UnixMs) -> dict[JobId, UnixMs]:
        return {job.id: UnixMs(now + 500) for job in jobs if job.key in "ab"}

    add(house, "a", "b", "c", kind="weekly")
    one = Worker(house, duties={"weekly": only_some}, now=clock)
    assert drain(one) == Worked(done=1, put_off=2)
    assert [(job.key, job.attempts, job.free_at) for job in jobs(house, State.WAITING)] == [
        ("a", 0, START + 500),
        ("b", 0, START + 500),
    ]


@pytest.mark.parametrize("where", ["at a stage", "in the midst of one"])
def test_who_is_told_to_stop_gives_back_what_was_begun(house: House, clock: Clock, where: str) -> None:
    stop = threading.Event()

    def be_stopped(_jobs: Sequence[JobRecord], progress: Progress) -> None:
        if where == "at a stage":
            stop.set()
        with progress.stage("long work", 2) as advance:
            advance(1)
            stop.set()
            advance(1)
        raise AssertionError("it went on")

    add(house, "a", "b")
    one = worker(house, clock, note=be_stopped)
    one.run(stop)
    assert one.worked == Worked(put_off=1)
    assert [(job.attempts, job.free_at) for job in jobs(house, State.WAITING)] == [(0, START), (0, START)]


def test_a_job_that_keeps_killing_its_workers_is_given_up(house: House, clock: Clock) -> None:
    add(house, "a")
    for attempt in range(3):
        # Nothing more is heard of whoever takes it.
        taken = house.store.queue.lease(
            {"note": 1}, f"killed {attempt}", clock(), UnixMs(clock.now + LEASE_MS)
        )
        assert [job.attempts for job in taken] == [attempt + 1]
        clock.now += LEASE_MS
    assert drain(worker(house, clock, note=lambda _jobs, _: pytest.fail("it was begun again"))) == Worked(
        failed=1
    )
    (job,) = jobs(house)
    assert "its worker ended in the midst of it" in str(job.last_error)


def test_a_lease_is_renewed_while_the_work_goes_on(tmp_path: Path, clock: Clock) -> None:
    def go_on(_jobs: Sequence[JobRecord], _: Progress) -> None:
        before, clock.now = clock.now, clock.now + 1_000
        while jobs(house)[0].free_at < before + 1_000 + 30:
            pass

    plan = PLAN.model_copy(update={"lease_seconds": 0.03})
    with house_at(f"sqlite:///{tmp_path / 'earmark.db'}", tmp_path, plan) as house:
        add(house, "a")
        assert drain(worker(house, clock, note=go_on)) == Worked(done=1)


def test_who_lost_its_lease_has_no_say_in_how_the_job_ends(
    house: House, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    other = Worker(house, duties={"note": duty(lambda _jobs, _: None)}, now=clock)

    def sleep_too_long(_jobs: Sequence[JobRecord], _: Progress) -> None:
        clock.now += LEASE_MS
        assert drain(other) == Worked(done=1)
        raise ValueError

    add(house, "a")
    one = worker(house, clock, note=sleep_too_long)
    assert drain(one) == Worked(lost=1)
    (job,) = jobs(house)
    assert (job.state, job.attempts, job.worker) == (State.DONE, 2, other.name)
    (lost,) = (line for line in caplog.records if "lease lost" in line.message)
    assert (lost.worker, lost.jobs) == (one.name, 1)  # type: ignore[attr-defined]


def test_a_database_that_goes_away_is_waited_for(
    postgres: str, postgres_server: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    def manage(statement: str) -> None:
        server = make_url(postgres_server).set(drivername="postgresql").render_as_string(False)
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(statement)

    name = make_url(postgres).database
    stop, said = threading.Event(), threading.Event()

    class Hearing(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            if "has no queue" in record.getMessage():
                said.set()

    with house_at(postgres, tmp_path) as house:
        add(house, "a")
        one = Worker(house, duties={"note": duty(lambda _jobs, _: stop.set())}, now=lambda: START)
        manage(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS false')
        manage(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")
        hearing = Hearing()
        logging.getLogger("earmark.jobs.worker").addHandler(hearing)
        thread = threading.Thread(target=one.run, args=(stop,))
        thread.start()
        try:
            assert said.wait(30)
        finally:
            manage(f'ALTER DATABASE "{name}" WITH ALLOW_CONNECTIONS true')
            thread.join(30)
            logging.getLogger("earmark.jobs.worker").removeHandler(hearing)
        assert one.worked == Worked(done=1)


@pytest.fixture(params=["sqlite", "postgres"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'earmark.db'}"
    return str(request.getfixturevalue("postgres"))


def test_what_a_killed_worker_had_begun_another_does_once(url: str, tmp_path: Path) -> None:
    with house_at(url, tmp_path) as house:
        add(house, "first", "deadly", "last")
        process = start(url, tmp_path)
        assert process.stdout
        assert process.stdout.readline() == "in the midst of it\n"
        process.kill()
        process.communicate()
        diary = Diary(tmp_path)
        assert diary.read() == ["first"]
        for now, done in (
            (START + LEASE_MS - 1, ["first", "last"]),
            (START + LEASE_MS, ["first", "last", "deadly"]),
        ):
            other = Worker(house, duties={"note": diary}, now=Clock(now))
            assert drain(other) == Worked(done=1)
            assert diary.read() == done
        assert [job.attempts for job in jobs(house, State.DONE) if job.key == "deadly"] == [2]
        assert len(jobs(house, State.DONE)) == 3


def test_two_worker_processes_share_a_queue_and_do_each_job_once(postgres: str, tmp_path: Path) -> None:
    with closing(open_store(postgres)) as store:
        work = [Work("note" if n % 2 else "weekly", str(n), START) for n in range(200)]
        store.queue.add(work, START)
        both = [start(postgres, tmp_path, together=2) for _ in range(2)]
        for process in both:
            process.communicate(timeout=120)
            assert process.returncode == 0
        assert sorted(map(int, Diary(tmp_path).read())) == list(range(200))
        ended = store.queue.jobs([State.DONE], 1_000)
        assert len(ended) == 200
        assert {job.attempts for job in ended} == {1}
        assert len({job.worker for job in ended}) == 2
