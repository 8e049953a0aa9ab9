"""`earmark jobs` and `earmark work`."""

from __future__ import annotations

import json
from pathlib import Path

from tests.homes import opened

from earmark.listening.listens import UnixMs
from earmark.store.queue import Work


def given_up(home: Path) -> int:
    """A job that failed; its number."""
    home.mkdir()
    with opened(home) as house, house.store.writing() as writer:
        ada = writer.listener("Ada")
    with opened(home) as house:
        queue = house.store.queue
        queue.add([Work("weekly", f"{ada}:2026-W47", UnixMs(1_794_808_800_000), ada)], UnixMs(0))
        (job,) = queue.lease({"weekly": 1}, "w", UnixMs(1_794_808_800_000), UnixMs(1_794_809_000_000))
        queue.failed([job.id], "w", "The disk is full.", UnixMs(1_794_808_900_000), None)
    return job.id


def test_work_that_is_due_is_done_and_counted(earmark, tmp_path: Path) -> None:
    home = tmp_path / "home"
    said = earmark("work", "--once", "--only", "tidy", "--home", home, "--json")
    assert said.status == 0
    done = json.loads(said.out)
    assert set(done) == {"done", "put_off", "retried", "failed", "lost"}
    shown = json.loads(earmark("jobs", "--home", home, "--json").out)
    assert set(shown) == {"jobs", "counts", "next"}
    # From three o'clock on, the work of the night has been handed over.
    assert done["done"] == shown["counts"].get("tidy", {}).get("done", 0)
    assert [job["kind"] for job in shown["jobs"]] == ["learn"] * done["done"]
    assert set(shown["next"]) == {"build"}


def test_all_kinds_are_done_if_none_is_named(earmark, tmp_path: Path) -> None:
    said = earmark("work", "--once", "--home", tmp_path / "home")
    assert said.status == 0
    assert said.out in ("0 jobs done.\n", "2 jobs done.\n")


def test_work_that_there_is_not_is_said(earmark, tmp_path: Path) -> None:
    said = earmark("work", "--only", "dishes", "--home", tmp_path / "home")
    assert said.status == 1
    assert "no work 'dishes'" in said.err
    assert "learn, push, read, tidy, weekly" in said.err


def test_jobs_are_shown_with_whose_they_are_and_why_they_failed(earmark, tmp_path: Path) -> None:
    home = tmp_path / "home"
    number = given_up(home)
    said = earmark("jobs", "--home", home)
    assert said.status == 0
    for part in (
        str(number),
        "weekly",
        "Ada, 2026-W47",
        "failed",
        "2026-11-16 06:00 UTC",
        "The disk is full.",
    ):
        assert part in said.out
    assert "weekly: 1 failed" in said.out
    assert "Next build: " in said.out
    assert "Next mixes in UTC: " in said.out


def test_a_failed_job_is_tried_again_when_somebody_asks(earmark, tmp_path: Path) -> None:
    home = tmp_path / "home"
    number = given_up(home)
    assert [
        job["id"] for job in json.loads(earmark("jobs", "--failed", "--home", home, "--json").out)["jobs"]
    ] == [number]
    again = json.loads(earmark("jobs", "--retry", number, "--home", home, "--json").out)["jobs"]
    assert [(job["id"], job["state"], job["attempts"]) for job in again] == [(number, "waiting", 0)]
    assert json.loads(earmark("jobs", "--failed", "--home", home, "--json").out)["jobs"] == []
    said = earmark("jobs", "--retry", 99, "--home", home)
    assert said.status == 1
    assert "No job 99 has failed or waits" in said.err


def test_more_jobs_than_are_shown_are_counted(earmark, tmp_path: Path) -> None:
    home = tmp_path / "home"
    given_up(home)
    with opened(home) as house:
        house.store.queue.add([Work("other", str(n), UnixMs(1)) for n in range(9)], UnixMs(0))
    assert "7 jobs more: see them with --limit." in earmark("jobs", "--limit", 3, "--home", home).out


def test_a_time_zone_that_there_is_not_is_refused(earmark, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("EARMARK_WORK__TIME_ZONE", "Berlin")
    said = earmark("jobs", "--home", tmp_path / "home")
    assert said.status == 1
    assert "EARMARK_WORK__TIME_ZONE" in said.err
    assert "like Europe/Berlin" in said.err


def test_the_next_mixes_are_shown_for_each_time_zone(earmark, tmp_path: Path) -> None:
    home = tmp_path / "home"
    given_up(home)
    moments = []
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        with opened(home) as house, house.store.writing() as writer:
            writer.set_time_zone(writer.listener("Ada"), zone)
        shown = json.loads(earmark("jobs", "--home", home, "--json").out)["next"]
        moments.append(shown[f"mixes in {zone}"])
    # Where the day begins and where it ends, it is six o'clock 25 hours apart.
    assert (moments[1] - moments[0]) % (7 * 86_400_000) == 25 * 3_600_000
