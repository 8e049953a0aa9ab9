"""When the work of a house is done, and how hard it is tried."""

from __future__ import annotations

from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator


class WorkConfig(BaseModel):
    """The schedule and its workers."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    time_zone: str = "UTC"
    """Where the house stands, an IANA name: the hour of the build is meant there, and this week for all at once."""
    build_hour: int = Field(3, ge=0, le=23)
    """From this hour on, once a day, a build is learned if the record has changed."""
    mix_weekday: int = Field(1, ge=1, le=7)
    """Day of the weekly mix, 1 for Monday, in each listener's own time zone."""
    mix_hour: int = Field(6, ge=0, le=23)
    """And its hour."""
    mixes_at_once: int = Field(2_000, ge=1)
    """A worker makes at most so many listeners' mixes together."""
    lease_seconds: float = Field(120.0, gt=0)
    """A job whose worker has not been heard of for so long is another's; a worker that is well is heard of three times
    as often."""
    attempts: int = Field(8, ge=1, le=30)
    """A job that failed so often is given up."""
    retry_seconds: float = Field(60.0, gt=0)
    """A job that failed is tried again after so long, and after twice as long each further time, up to six hours; each
    time up to half as long again, by chance, so that not all come back at once."""
    look_seconds: float = Field(1.0, gt=0, le=60)
    """A worker that has nothing to do looks for work so often."""
    keep_days: int = Field(30, ge=8)
    """Jobs that have ended are remembered for so long; more than a week, so that nothing is made twice in one."""

    @field_validator("time_zone")
    @classmethod
    def _exists(cls, name: str) -> str:
        try:
            return ZoneInfo(name).key
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"{name!r} is not a time zone; write it like Europe/Berlin") from error
