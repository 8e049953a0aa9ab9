"""What the service counts of itself, for Prometheus.

Where several processes serve, each writes its numbers to files that all of them read (the multiprocess mode of
``prometheus_client``), so whichever is asked answers for all. What the record knows (the queue, the live build) is
asked there, when the metrics are read.

https://prometheus.io/docs/instrumenting/exposition_formats/
https://prometheus.github.io/client_python/multiprocess/
"""

from __future__ import annotations

import os
import re
import time
from collections import OrderedDict
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from earmark.errors import StoreError
from earmark.jobs.house import House

SHARED_FOLDER: Final = "PROMETHEUS_MULTIPROC_DIR"
"""Where the processes of one service keep their numbers; unset where there is one."""
SECONDS: Final = (0.005, 0.025, 0.1, 0.5, 2.5, 10.0)
AGES: Final = (1.0, 10.0, 60.0, 600.0, 3_600.0, 86_400.0)
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
MOST_REMEMBERED: Final = 100_000

_Series = tuple[Counter, Histogram]


class Metrics:
    """The numbers of one process."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.registry: Final = CollectorRegistry()
        self._requests = Counter(
            "earmark_requests", "Requests answered.", ["route", "method", "status"], registry=self.registry
        )
        self._seconds = Histogram(
            "earmark_request_seconds",
            "How long they took.",
            ["route"],
            buckets=SECONDS,
            registry=self.registry,
        )
        self._plays = Counter("earmark_plays", "Plays stored.", registry=self.registry)
        self._tellings = Counter(
            "earmark_tellings", "Submissions of plays, by how they ended.", ["ended"], registry=self.registry
        )
        self._commit = Histogram(
            "earmark_commit_seconds",
            "How long a transaction of plays took.",
            buckets=SECONDS,
            registry=self.registry,
        )
        self._waiting = Gauge(
            "earmark_inbox_plays",
            "Plays that wait to be stored.",
            multiprocess_mode="livesum",
            registry=self.registry,
        )
        self._recommended = Counter(
            "earmark_recommendations", "Lists of recommendations served.", registry=self.registry
        )
        self._age = Histogram(
            "earmark_recommendation_age_seconds",
            "Time from a listener's last play, told to the same process, to recommendations that reflect it.",
            buckets=AGES,
            registry=self.registry,
        )
        self.database_errors: Final = Counter(
            "earmark_database_errors", "Requests that the database could not serve.", registry=self.registry
        )
        self._series: dict[tuple[str, str, int], _Series] = {}
        self._last_play: OrderedDict[int, float] = OrderedDict()

    def answered(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count a request."""
        key = (route, method, status)
        series = self._series.get(key)
        if series is None:
            known = method if method in METHODS else "other"
            series = self._requests.labels(route, known, str(status)), self._seconds.labels(route)
            self._series[key] = series
        series[0].inc()
        series[1].observe(seconds)

    def told(self, plays: int) -> None:
        """Plays wait to be stored."""
        self._waiting.inc(plays)

    def stored(self, listener: int, plays: int, *, well: bool) -> None:
        """They wait no more: they were stored, or could not be."""
        self._waiting.dec(plays)
        self._tellings.labels("stored" if well else "refused").inc()
        if well:
            self._plays.inc(plays)
            self._last_play[listener] = time.monotonic()
            self._last_play.move_to_end(listener)
            while len(self._last_play) > MOST_REMEMBERED:
                self._last_play.popitem(last=False)

    def committed(self, seconds: float) -> None:
        """A transaction of plays has ended."""
        self._commit.observe(seconds)

    def recommended(self, listener: int) -> None:
        """Recommendations were made for a listener."""
        self._recommended.inc()
        last = self._last_play.get(listener)
        if last is not None:
            self._age.observe(time.monotonic() - last)

    def page(self) -> bytes:
        """All numbers, in the text format of Prometheus."""
        registry = CollectorRegistry()
        registry.register(_State(self._house))
        shared = os.environ.get(SHARED_FOLDER)
        if shared is None:
            return generate_latest(self.registry) + generate_latest(registry)
        _leave_out_the_dead(Path(shared))
        MultiProcessCollector(registry, shared)  # type: ignore[no-untyped-call]
        return generate_latest(registry)


def _leave_out_the_dead(folder: Path) -> None:
    """Remove what processes that were killed said was going on in them."""
    for path in folder.glob("gauge_live*.db"):
        found = re.fullmatch(r"gauge_live\w*_(\d+)", path.stem)
        if found and not Path(f"/proc/{found[1]}").exists():
            path.unlink(missing_ok=True)


class _State(Collector):
    """What the record and the home folder say when they are asked."""

    def __init__(self, house: House) -> None:
        self._house = house

    def collect(self) -> Iterable[Metric]:
        """The queue, the live build, and whether the record answers."""
        reachable = GaugeMetricFamily("earmark_database_up", "Whether the database answers.")
        jobs = GaugeMetricFamily("earmark_jobs", "Jobs, by kind and state.", labels=["kind", "state"])
        try:
            for kind, states in self._house.store.queue.counts().items():
                for state, n in states.items():
                    jobs.add_metric([kind, state], n)
            reachable.add_metric([], 1)
        # That it cannot be asked is itself what is told.
        except StoreError:
            reachable.add_metric([], 0)
        live = GaugeMetricFamily(
            "earmark_build_live_since_seconds",
            "When the live build went live, in Unix seconds.",
            labels=["build"],
        )
        build, since = self._house.builds.live(), self._house.builds.live_since()
        if build is not None and since is not None:
            live.add_metric([build], since)
        return reachable, jobs, live
