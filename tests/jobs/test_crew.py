from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.jobs import crews

from earmark.errors import EarmarkError
from earmark.jobs.crew import Crew, Lost


def crew(size: int, seconds: float = 60, begin: object = crews.diligent) -> Crew[object, object]:
    return Crew(size, begin, (7,), seconds, 1_024)  # type: ignore[arg-type]


def done(crew: Crew[object, object], *jobs: object) -> dict[object, object]:
    waiting, results = list(jobs), {}
    while waiting or crew.busy:
        while waiting and crew.free:
            crew.give(waiting.pop(0))
        results.update(crew.done(60))
    return results


def test_one_job_lost_is_one_job_and_the_work_goes_on() -> None:
    with crew(1) as hands:
        results = done(hands, 1, "crash", 2, "killed", "exit", "fault", "greed", 3)
    assert [results[n] for n in (1, 2, 3)] == [7, 14, 21]
    lost = {job: result.cause for job, result in results.items() if isinstance(result, Lost)}
    assert lost.pop("fault").startswith("cannot be read, by a fault of the program (ValueError at ")
    assert lost == {
        "crash": "crashed its decoder (SIGSEGV)",
        "killed": "had its decoder killed by the system, for want of memory perhaps",
        "exit": "ended its decoder (exit status 3)",
        "greed": "takes more than 1024 MB of memory",
    }


def test_a_job_that_hangs_is_given_up_and_others_are_done_meanwhile() -> None:
    with crew(2, seconds=1) as hands:
        results = done(hands, "hang", *range(5))
    assert results.pop("hang") == Lost("takes longer than 1 s, so it was given up")
    assert results == {n: 7 * n for n in range(5)}


def test_a_process_is_kept_for_the_next_job() -> None:
    with crew(1) as hands:
        (one,), (other,) = (done(hands, "who").values() for _ in range(2))
    assert one == other != os.getpid()


@pytest.mark.parametrize(
    ("begin", "message"),
    [(crews.unfit, "The model is damaged"), (crews.stillborn, "before it began.*SIGABRT")],
)
def test_processes_that_cannot_begin_end_the_work(begin: object, message: str) -> None:
    with crew(2, begin=begin) as hands, pytest.raises(EarmarkError, match=message):
        done(hands, 1)


PARENT = """
import sys
from tests.jobs import crews
from earmark.jobs.crew import Crew
if __name__ == "__main__":
    with Crew(1, crews.watched, (sys.argv[1],), 60, 1024) as crew:
        crew.give(1)
        while True:
            crew.done(60)
"""


def test_no_process_outlives_a_parent_that_is_killed(tmp_path: Path) -> None:
    script, said = tmp_path / "parent.py", tmp_path / "pid"
    script.write_text(PARENT)
    here = Path(__file__).parent.parent.parent
    parent = subprocess.Popen(
        [sys.executable, str(script), str(said)], env={**os.environ, "PYTHONPATH": str(here)}
    )
    try:
        while not said.exists():
            assert parent.poll() is None
        child = os.pidfd_open(int(said.read_text()))
    finally:
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    try:
        # Readable once the process has ended.
        assert select.select([child], [], [], 30)[0] == [child]
    finally:
        os.close(child)
