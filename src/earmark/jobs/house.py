"""What a run works on: one home folder with its record, its snapshots and its builds."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from earmark.engines.builds import Builds
from earmark.engines.local import LearnSettings
from earmark.engines.tuning import TuningConfig
from earmark.jobs.read_config import ReadConfig
from earmark.jobs.scan_config import ScanConfig
from earmark.jobs.signing_in import SignInConfig
from earmark.jobs.sound_models import FOLDER
from earmark.jobs.work import WorkConfig
from earmark.mixes.selection import WeeklyConfig
from earmark.privacy.secrets import Secrets
from earmark.privacy.signing import SigningKey
from earmark.store.port import Store


@dataclass(frozen=True)
class House:
    """A home folder, opened."""

    home: Path
    store: Store
    learning: LearnSettings
    weekly: WeeklyConfig
    tuning: TuningConfig
    work: WorkConfig = field(default_factory=WorkConfig)
    sign_in: SignInConfig = field(default_factory=SignInConfig)
    scan: ScanConfig = field(default_factory=ScanConfig)
    read: ReadConfig = field(default_factory=ReadConfig)

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

    @property
    def covers(self) -> Path:
        """The folder of covers, each named by its digest."""
        return self.home / "covers"

    @property
    def models(self) -> Path:
        """The folder of models that were fetched."""
        return self.home / FOLDER

    @property
    def secrets(self) -> Secrets:
        """What seals the passwords of connected servers."""
        return Secrets(self.home / "secret.key")

    @property
    def signing_key(self) -> SigningKey:
        """What the service signs sessions with."""
        return SigningKey(self.home / "signing.key")
