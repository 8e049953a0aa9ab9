"""Forget a listener, alone in the home folder, and learn anew where the live build knew them."""

from __future__ import annotations

import msgspec

from earmark.engines.progress import Progress
from earmark.jobs.house import House
from earmark.jobs.learning import LearnReport, run_learning
from earmark.jobs.locks import alone
from earmark.privacy.forgetting import Forgotten, forget
from earmark.store.port import ListenerRecord


class ForgetReport(msgspec.Struct, frozen=True):
    """What went, and the build that took the place of the one that knew them, if one was made."""

    forgotten: Forgotten
    learned: LearnReport | None


def run_forgetting(
    house: House, listener: ListenerRecord, progress: Progress, *, relearn: bool
) -> ForgetReport:
    """Erase the listener everywhere; with ``relearn``, make a new build if the live one went.

    Raises:
        EarmarkError: another run is at work in the home folder, or the record refuses.
    """
    with alone(house.home), progress.stage(f"forgetting {listener.name}"):
        # Trials chose settings by what this listener, too, came to love.
        house.tuned.unlink(missing_ok=True)
        done = forget(house.store, house.builds, house.snapshots, listener)
    counts = house.store.counts()
    if not (relearn and done.was_live and (counts.listens or counts.playlists)):
        return ForgetReport(done, None)
    # To forget is urgent and to tune is not: the next `earmark learn` chooses settings anew.
    return ForgetReport(done, run_learning(house, progress, budget_seconds=0))
