"""Evaluate: trials on a snapshot of the record as it is now."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec

from earmark.engines.progress import Progress
from earmark.engines.trials.report import Report
from earmark.engines.trials.tasks import TASKS
from earmark.errors import EarmarkError, TooLittleError
from earmark.jobs.house import House
from earmark.jobs.locks import using


class Trials(msgspec.Struct, frozen=True):
    """What all trials found; ``left_out`` says which could not be tried on this record, and why."""

    reports: tuple[Report, ...]
    left_out: dict[str, str]


def run_trials(
    house: House, progress: Progress, *, tasks: Sequence[str] = (), seed: int | None = None
) -> Trials:
    """Try tasks (all, if none is named) against their peers. Nothing in the home folder changes.

    Raises:
        EarmarkError: a task is unknown.
        TooLittleError: no task can be tried on so small a record.
    """
    unknown = set(tasks) - set(TASKS)
    if unknown:
        raise EarmarkError(f"There is no task {min(unknown)!r}.", f"The tasks are: {', '.join(TASKS)}.")
    settings = house.learning if seed is None else house.learning.model_copy(update={"seed": seed})
    # Among the snapshots, so that whatever a killed run leaves is swept, and forgotten, with them.
    house.snapshots.mkdir(parents=True, exist_ok=True)
    with (
        using(house.home),
        tempfile.TemporaryDirectory(prefix=".trial-", dir=house.snapshots) as folder,
        progress.stage("cutting a snapshot"),
    ):
        frames = house.store.snapshot(Path(folder) / "snapshot").frames()
    reports: list[Report] = []
    left_out: dict[str, str] = {}
    for name in tasks or TASKS:
        try:
            reports.append(TASKS[name](frames, settings, house.weekly, progress))
        except TooLittleError as error:
            left_out[name] = error.what
    if not reports:
        raise TooLittleError(
            "Nothing can be tried on this record: " + " ".join(left_out.values()),
            "Import a history of at least 50 listens, or some playlists, first.",
        )
    return Trials(tuple(reports), left_out)
