"""Feeds are read again and again by the worker, each stretch of time once."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from tests.homes import opened
from tests.jobs import readings
from tests.sources.reading.conftest import Sent, Site, site_running

from earmark.jobs import duties, reading
from earmark.jobs.house import House
from earmark.jobs.read_config import ReadConfig
from earmark.jobs.schedule import READ, feeds_due, hand_over, next_feeds
from earmark.jobs.worker import Worked, Worker
from earmark.listening.listens import UnixMs
from earmark.music.items import Track
from earmark.sources.reading.config import FetchingConfig
from earmark.store.queue import JobRecord, State

FEED = """<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>
<item><title>A</title><guid isPermaLink="false">a</guid><description>Of Low Tide.</description></item>
</channel></rss>"""


def at(text: str) -> UnixMs:
    return UnixMs(int(dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC).timestamp() * 1000))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[UnixMs]]:
    """What reading takes the time to be."""
    moment = [at("2026-11-20T07:00")]
    monkeypatch.setattr(reading, "clock", lambda: moment[0])
    monkeypatch.setattr(reading, "Crew", readings.HereCrew)
    monkeypatch.setattr(duties, "read", partial(reading.read, reader=readings.toys))
    yield moment


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    with opened(tmp_path) as house:
        with house.store.writing() as writer:
            writer.items([Track("Low Tide", "Shells")])
        yield replace(house, read=ReadConfig(workers=1, fetching=FetchingConfig(pause_s=0)))


@pytest.fixture
def site() -> Iterator[Site]:
    with site_running() as running:
        yield running


def read_jobs(house: House) -> list[JobRecord]:
    return [job for job in house.store.queue.jobs(State, 100) if job.kind == READ]


def work_at(house: House, clock: list[UnixMs], moment: str) -> Worked:
    clock[0] = at(moment)
    worker = Worker(house, duties={READ: duties.read_feeds}, now=lambda: clock[0])
    worker.drain(threading.Event())
    return worker.worked


def test_stretches_follow_each_other_without_gap_or_overlap() -> None:
    config = ReadConfig(feed_hours=1.5)
    moment, keys = at("2026-11-20T00:00"), []
    for _ in range(4):
        due = feeds_due(moment, config)
        assert due == feeds_due(UnixMs(next_feeds(moment, config) - 1), config)
        keys.append(due.key)
        moment = next_feeds(moment, config)
        assert moment == due.due_at + 5_400_000
    assert len(set(keys)) == 4


def test_without_feeds_nothing_is_due(house: House) -> None:
    hand_over(house, at("2026-11-20T07:00"))
    assert read_jobs(house) == []
    house.store.feeds.add("http://a", at("2026-11-20T07:00"), keep_text=False)
    for moment in ("07:00", "08:00", "11:59", "12:00"):
        hand_over(house, at(f"2026-11-20T{moment}"))
    assert [job.due_at for job in read_jobs(house)] == [at("2026-11-20T06:00"), at("2026-11-20T12:00")]


def test_the_worker_reads_each_feed_once_a_stretch(house: House, site: Site, clock: list[UnixMs]) -> None:
    site.pages["/feed"] = Sent(FEED.encode(), "application/rss+xml")
    house.store.feeds.add(f"{site.url}/feed", clock[0], keep_text=False)
    assert work_at(house, clock, "2026-11-20T07:00") == Worked(done=1)
    assert [one.read_at for one in house.store.feeds.all()] == [at("2026-11-20T07:00")]
    assert len(house.store.documents.about(house.store.find_artist("Low Tide"))) == 1
    assert work_at(house, clock, "2026-11-20T11:59") == Worked()
    assert site.paths == ["/feed"]
    assert work_at(house, clock, "2026-11-20T12:00") == Worked(done=1)
    assert site.paths == ["/feed"] * 2
    # Somebody read it by hand since: it need not be read again.
    (feed,) = house.store.feeds.all()
    house.store.feeds.note(feed.id, at("2026-11-20T17:00"), etag=None, modified=None, fault=None)
    assert work_at(house, clock, "2026-11-20T18:00") == Worked(done=1)
    assert site.paths == ["/feed"] * 2


def test_a_feed_that_is_gone_is_noted_and_not_tried_again_at_once(
    house: House, site: Site, clock: list[UnixMs]
) -> None:
    house.store.feeds.add(f"{site.url}/gone", clock[0], keep_text=False)
    assert work_at(house, clock, "2026-11-20T07:00") == Worked(done=1)
    (feed,) = house.store.feeds.all()
    assert "404" in (feed.fault or "")
    assert feed.read_at == at("2026-11-20T07:00")


def test_where_nobody_is_known_feeds_wait(tmp_path: Path, site: Site, clock: list[UnixMs]) -> None:
    with opened(tmp_path) as empty:
        empty.store.feeds.add(f"{site.url}/feed", clock[0], keep_text=False)
        assert work_at(empty, clock, "2026-11-20T07:00") == Worked(done=1)
        assert [one.read_at for one in empty.store.feeds.all()] == [None]
