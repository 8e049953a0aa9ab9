"""`earmark jobs`: what waits, runs and failed, and what comes next."""

from __future__ import annotations

import datetime as dt
import time
from typing import TYPE_CHECKING, Annotated

import typer

from earmark.cli.shared import AsJson, Home, counted, open_house, print_json, print_table, say

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from earmark.jobs.house import House
    from earmark.listening.listens import UnixMs
    from earmark.store.queue import JobRecord, State


def jobs(
    context: typer.Context,
    failed: Annotated[bool, typer.Option("--failed", help="Only those that were given up.")] = False,
    limit: Annotated[int, typer.Option(min=1, help="Show at most so many.")] = 50,
    retry: Annotated[
        int | None,
        typer.Option(metavar="NUMBER", help="Try this one again, from the beginning.", show_default=False),
    ] = None,
    home: Home = None,
    as_json: AsJson = False,
) -> None:
    """Show the jobs that wait, run or were given up, and what is due next."""
    from earmark.listening.listens import UnixMs
    from earmark.store.queue import JobId, State

    now = UnixMs(time.time_ns() // 1_000_000)
    states = [State.FAILED] if failed else [State.WAITING, State.RUNNING, State.FAILED]
    with open_house(context, home) as house:
        queue = house.store.queue
        found = queue.jobs(states, limit) if retry is None else [queue.retry(JobId(retry), now)]
        counts = queue.counts()
        names = _names(house, found)
        coming = _coming(house, now)
    if as_json:
        print_json({"jobs": found, "counts": counts, "next": coming})
        return
    if found:
        _print(found, names)
    if retry is None:
        _say_counts(counts, len(found), states)
        for what, when in coming.items():
            say(f"Next {what}: {_shown(when)}")


def _print(found: Sequence[JobRecord], names: Mapping[int, str]) -> None:
    rows = []
    for job in found:
        period = job.key if job.listener is None else job.key.partition(":")[2]
        what = period if job.listener is None else f"{names.get(job.listener, job.listener)}, {period}"
        # Of a running job, until when its worker has it; of a waiting one, when it is begun.
        when = _shown(job.free_at if job.ended_at is None else job.due_at)
        rows.append([str(job.id), job.kind, what, job.state, when, str(job.attempts), job.last_error or ""])
    print_table("Jobs", ["", "Kind", "What", "State", "When", "Attempts", "Last error"], rows, numeric=(0, 5))


def _say_counts(counts: Mapping[str, Mapping[State, int]], shown: int, states: Sequence[State]) -> None:
    for kind, by_state in counts.items():
        say(f"{kind}: {', '.join(f'{n:,} {state}' for state, n in by_state.items())}")
    every = sum(by_state.get(state, 0) for by_state in counts.values() for state in states)
    if every > shown:
        say(f"{counted(every - shown, 'job')} more: see them with --limit.")


def _coming(house: House, now: UnixMs) -> dict[str, UnixMs]:
    """When the next build, the next reading of feeds and, by time zone, the next mixes are due."""
    from earmark.jobs.schedule import mixes_coming, next_feeds, next_night

    mixes = mixes_coming(house.store.time_zones(), now, house.work)
    return {
        "build": next_night(now, house.work),
        **({"reading of feeds": next_feeds(now, house.read)} if house.store.feeds.all() else {}),
        **{f"mixes in {one.time_zone}": one.due_at for one in mixes},
    }


def _names(house: House, found: Sequence[JobRecord]) -> dict[int, str]:
    theirs = sorted({job.listener for job in found if job.listener is not None})
    return {one.id: one.name for one in house.store.listeners(theirs)}


def _shown(moment: int) -> str:
    return f"{dt.datetime.fromtimestamp(moment / 1000, dt.UTC):%Y-%m-%d %H:%M} UTC"
