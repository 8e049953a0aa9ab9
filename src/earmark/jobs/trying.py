"""Evaluate: a trial on a snapshot of the record as it is now."""

from __future__ import annotations

import tempfile
from pathlib import Path

from earmark.engines.progress import Progress
from earmark.engines.trial import Report, try_weekly
from earmark.jobs.house import House
from earmark.jobs.locks import using


def run_trial(house: House, progress: Progress, *, seed: int | None = None) -> Report:
    """Try weekly discovery against its peers. Nothing in the home folder changes.

    Raises:
        EarmarkError: nobody's history is long enough.
    """
    settings = house.learning if seed is None else house.learning.model_copy(update={"seed": seed})
    # Among the snapshots, so that whatever a killed run leaves is swept, and forgotten, with them.
    house.snapshots.mkdir(parents=True, exist_ok=True)
    with (
        using(house.home),
        tempfile.TemporaryDirectory(prefix=".trial-", dir=house.snapshots) as folder,
        progress.stage("cutting a snapshot"),
    ):
        frames = house.store.snapshot(Path(folder) / "snapshot").frames()
    return try_weekly(frames, settings, house.weekly, progress)
