"""Settings: from the environment, ``EARMARK_…``; every one has a default that works."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from earmark._app.logging import LogConfig
from earmark.engines.local import LearnSettings
from earmark.engines.tuning import TuningConfig
from earmark.errors import EarmarkError
from earmark.jobs.read_config import ReadConfig
from earmark.jobs.scan_config import ScanConfig
from earmark.jobs.signing_in import SignInConfig
from earmark.jobs.work import WorkConfig
from earmark.mixes.selection import WeeklyConfig
from earmark.web.config import ServeConfig

NOT_SETTINGS = frozenset({"EARMARK_DATA", "EARMARK_SUBSONIC_PASSWORD", "EARMARK_TEST_POSTGRES_URL"})
"""Names that tests and benchmarks read, and that of a password, which is handed over and not kept."""


class Settings(BaseSettings):
    """What a person may set. Nested ones are written with two underscores: ``EARMARK_LEARN__EVIDENCE__LOVED=5``."""

    model_config = SettingsConfigDict(
        env_prefix="EARMARK_", env_nested_delimiter="__", frozen=True, extra="ignore"
    )

    home: Path = Field(default_factory=lambda: Path.home() / ".local" / "share" / "earmark")
    """Folder of the record, snapshots and builds; ``--home`` overrules it."""
    database_url: str | None = None
    """Where the record is kept; by default ``earmark.db`` in the home folder."""
    learn: LearnSettings = LearnSettings()
    """How a build is learned."""
    tuning: TuningConfig = TuningConfig()
    """How the settings of the signals are chosen before a build is learned."""
    weekly: WeeklyConfig = WeeklyConfig()
    """The shape of the weekly discovery mix."""
    work: WorkConfig = WorkConfig()
    """When work is done, and how hard it is tried."""
    scan: ScanConfig = ScanConfig()
    """How music folders are scanned."""
    read: ReadConfig = ReadConfig()
    """How texts about music are read."""
    sign_in: SignInConfig = SignInConfig()
    """How people stay signed in."""
    serve: ServeConfig = ServeConfig()
    """What the service lets in, and what it notes."""
    log: LogConfig = LogConfig()
    """How the service and the workers log."""


def read_settings() -> Settings:
    """The settings in force.

    Raises:
        EarmarkError: one is misspelt, or has a value that is not allowed.
    """
    check_names(os.environ)
    try:
        return Settings()
    except ValidationError as error:
        faults = "; ".join(
            f"EARMARK_{'__'.join(str(part) for part in fault['loc']).upper()}: {fault['msg']}"
            for fault in error.errors()
        )
        raise EarmarkError(f"A setting does not fit: {faults}.", "See docs/reference/settings.md.") from error


def check_names(environment: Mapping[str, str]) -> None:
    """See that every ``EARMARK_…`` name is one of a setting: a misspelt one would be passed over in silence.

    Raises:
        EarmarkError: it is not.
    """
    known = {f"EARMARK_{name.upper()}" for name in Settings.model_fields}
    for name in environment:
        setting, _, _ = name.partition("__")
        if name.startswith("EARMARK_") and setting not in known | NOT_SETTINGS:
            raise EarmarkError(
                f"There is no setting {name}.",
                f"The settings begin with {', '.join(sorted(known))}; see docs/reference/settings.md.",
            )
