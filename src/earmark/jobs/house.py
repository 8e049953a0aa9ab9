"""What a run works on: one home folder with its record, its snapshots and its builds."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from earmark.engines.builds import Builds
from earmark.engines.local import LearnSettings
from earmark.engines.tuning import TuningConfig
from earmark.mixes.selection import WeeklyConfig
from earmark.store.port import Store


@dataclass(frozen=True)
class House:
    """A home folder, opened."""

    home: Path
    store: Store
    learning: LearnSettings
    weekly: WeeklyConfig
    tuning: TuningConfig

    @property
    def builds(self) -> Builds:
        """The folder of builds."""
        return Builds(self.home / "builds")

    @property
    def tuned(self) -> Path:
        """What tuning chose the last time."""
        return self.home / "tuned.json"

    @property
    def snapshots(self) -> Path:
        """The folder of snapshots, each named by its digest."""
        return self.home / "snapshots"
