"""Settings: from the environment, ``EARMARK_…``; every one has a default that works."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from earmark.engines.local import LearnSettings
from earmark.mixes.selection import WeeklyConfig


class Settings(BaseSettings):
    """What a person may set. Nested ones are written with two underscores: ``EARMARK_LEARN__FACTORS__FACTORS=128``."""

    model_config = SettingsConfigDict(
        env_prefix="EARMARK_", env_nested_delimiter="__", frozen=True, extra="ignore"
    )

    home: Path = Field(default_factory=lambda: Path.home() / ".local" / "share" / "earmark")
    """Folder of the record, snapshots and builds; ``--home`` overrules it."""
    database_url: str | None = None
    """Where the record is kept; by default ``earmark.db`` in the home folder."""
    learn: LearnSettings = LearnSettings()
    """How a build is learned."""
    weekly: WeeklyConfig = WeeklyConfig()
    """The shape of the weekly discovery mix."""
