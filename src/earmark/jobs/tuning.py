"""The settings to learn with: what a person has set, and what trials chose, made anew where that is due."""

from __future__ import annotations

import msgspec

from earmark.engines.local import LearnSettings
from earmark.engines.progress import Progress
from earmark.engines.tuning import Tuned, counts_of, tune, with_tuned
from earmark.errors import EarmarkError, writing_to
from earmark.jobs.house import House
from earmark.store.snapshot import Frames
from earmark.whole_files import write_whole


def tuned_settings(
    house: House, frames: Frames, progress: Progress, budget_seconds: float | None
) -> LearnSettings:
    """The house's settings, with what tuning chose; tuned first, where that is due or was asked for.

    Args:
        house: the home folder, which remembers what was chosen.
        frames: a snapshot of its record.
        progress: told of the time spent.
        budget_seconds: time for trials, due or not; by default that of the house's settings, where they are due.

    Raises:
        EarmarkError: what was chosen the last time cannot be read, or what is chosen now cannot be written.
    """
    tuned = _last(house)
    due = tuned is None or tuned.is_due(counts_of(frames), house.tuning)
    budget = house.tuning.budget_seconds * due if budget_seconds is None else budget_seconds
    if budget > 0:
        before = {} if tuned is None else tuned.settings
        fresh = tune(frames, with_tuned(house.learning, before), budget, progress)
        # What was chosen before and not moved again stays.
        tuned = msgspec.structs.replace(fresh, settings=before | fresh.settings)
        with writing_to(house.tuned):
            write_whole(house.tuned, msgspec.json.format(msgspec.json.encode(tuned), indent=2) + b"\n")
    return house.learning if tuned is None else with_tuned(house.learning, tuned.settings)


def _last(house: House) -> Tuned | None:
    try:
        return msgspec.json.decode(house.tuned.read_bytes(), type=Tuned)
    except FileNotFoundError:
        return None
    except msgspec.DecodeError as error:
        raise EarmarkError(
            f"{house.tuned} cannot be read ({error}).",
            "Delete it; the next `earmark learn` chooses settings anew.",
        ) from error
