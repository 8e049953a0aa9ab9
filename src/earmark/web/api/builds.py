"""What was learned, from what, and how good it was found to be; and asking for a new build."""

from __future__ import annotations

from typing import Annotated, Final

import msgspec
from fastapi import APIRouter, Path
from starlette.responses import Response

from earmark.engines.builds import Builds, Manifest
from earmark.evaluation.intervals import Interval
from earmark.jobs.opened_build import live_manifest
from earmark.jobs.schedule import LEARN
from earmark.store.people import Role
from earmark.store.queue import JobId, JobRecord, Work
from earmark.store.walks import Walk
from earmark.web.api.described import described
from earmark.web.api.idempotency import Once
from earmark.web.api.paging import Page, Paging
from earmark.web.api.problems import ProblemError
from earmark.web.api.who import Asking
from earmark.web.auth import Here
from earmark.web.replies import reply

MINUTE_MS = 60_000

router = APIRouter(tags=["Builds"])


class BuildShown(msgspec.Struct, frozen=True):
    """A build in short, and whether it is the live one."""

    id: str
    live: bool
    counts: dict[str, int]
    held_out: dict[str, dict[str, Interval]]
    """Scores on what was held out, by purpose and name."""
    held_out_rows: dict[str, int]


class JobShown(msgspec.Struct, frozen=True):
    """A job, and how far it is: waiting, running, done or failed."""

    id: JobId
    kind: str
    state: str
    due_at: int


BUILDS: Final = Walk[BuildShown, tuple[str]](lambda one: (one.id,), ("",))
"""By id."""


@router.get("/builds", **described(Page[BuildShown], problems=(400,)))
def builds(account: Asking, service: Here, paging: Paging) -> Response:
    """The builds that are kept, by id."""
    del account
    kept = service.house.builds
    return paging.page(
        lambda beyond, n: [_shown(kept, build) for build in kept.all() if build > beyond[0]][:n],
        BUILDS,
    )


def _shown(kept: Builds, build: str) -> BuildShown:
    manifest = kept.manifest(build)
    return BuildShown(build, build == kept.live(), manifest.counts, manifest.held_out, manifest.held_out_rows)


@router.get("/builds/{build}", **described(Manifest, problems=(404, 409)))
def build(
    account: Asking,
    service: Here,
    build: Annotated[str, Path(max_length=100, description="The id of a build, or `live`.")],
) -> Response:
    """A build's manifest: inputs, settings, versions, counts and held-out scores."""
    del account
    kept = service.house.builds
    if build == "live":
        return reply(live_manifest(service.house))
    if build not in kept.all():
        raise ProblemError(404, "There is no such build.", "See /api/v1/builds for those that are kept.")
    return reply(kept.manifest(build))


@router.post("/builds", **described(JobShown, status=202, problems=(400, 403, 409, 413)))
def learn(account: Asking, service: Here, once: Once) -> Response:
    """Ask for a build now, as an owner may. Within a minute it is one job; an unchanged record is not learned anew."""
    if account.role is not Role.OWNER:
        raise ProblemError(403, "Only an owner may ask for a build.")

    def ask() -> Response:
        queue, now = service.house.store.queue, service.now()
        work = Work(LEARN, f"asked:{now // MINUTE_MS}", now)
        queue.add([work], now)
        job = queue.find(work.kind, work.key)
        if job is None:
            raise ProblemError(409, "The job was pruned as it was added.", "Ask again.")
        return reply(_job_shown(job), 202)

    return once.answer(ask)


def _job_shown(job: JobRecord) -> JobShown:
    return JobShown(job.id, job.kind, job.state, job.due_at)
