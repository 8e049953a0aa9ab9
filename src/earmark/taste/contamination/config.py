"""What is suspected: bounds, chosen on histories in which plays had been planted (docs/decisions/contamination.md)."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class SleepConfig(BaseModel):
    """When plays are taken for sound to fall asleep by."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    night_begins: float = Field(20.0, ge=12, le=24)
    """The hour of the day, by the listener's clock, from which on a play may be one of the night's."""
    night_ends: float = Field(11.0, ge=0, le=12)
    """The hour before which it must have begun."""
    at_night: float = Field(0.9, gt=0, le=1)
    """Share of a song's plays that must be at night."""
    skipped: float = Field(0.15, ge=0, le=1)
    """Share of a song's plays that may be broken off early."""
    pause_minutes: float = Field(20.0, gt=0)
    """A longer silence ends a stretch."""
    hours: float = Field(2.5, gt=0)
    """The shortest stretch that is long, in hours."""
    filled: float = Field(0.7, gt=0, le=1)
    """Share of a stretch in which its songs must sound."""
    in_stretches: float = Field(0.5, gt=0, le=1)
    """Share of a song's plays at night that must lie in long stretches."""
    returns: int = Field(3, ge=1)
    """So often a song must play in long stretches, unless it is long itself."""
    long_track_minutes: float = Field(60.0, gt=0)
    """A song that sounded so long in long stretches need not return."""
    behind: float = Field(0.5, ge=0, le=1)
    """Of a song's plays that come right behind another play, the share that must come behind such plays."""
    alone_minutes: float = Field(20.0, gt=0)
    """A song that usually sounds so long may come behind anything."""
    apart_days: int = Field(30, ge=1)
    """More days than these without such a night divide one suspicion from the next."""


class ChildrenConfig(BaseModel):
    """When plays are taken for children's."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    named: float = Field(0.25, gt=0, le=1)
    """Share of an artist's songs that must say so."""
    of_sitting: float = Field(0.5, gt=0, le=1)
    """Share of a sitting that must be for children."""
    among_its_like: float = Field(0.4, gt=0, le=1)
    """Share of an artist's plays that must lie in such sittings."""
    in_company: float = Field(0.9, gt=0, le=1)
    """Share of an artist's plays that must lie in such sittings where their songs do not say so themselves."""
    least: int = Field(3, ge=1)
    """Fewer plays of such an artist prove nothing."""
    apart_days: int = Field(60, ge=1)
    """More days than these without such plays divide one suspicion from the next."""


class ContaminationConfig(BaseModel):
    """When listens are suspected, and when a suspicion is worth telling."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sure: float = Field(0.5, gt=0, le=1)
    """Suspicions of less confidence are not told."""
    sleep: SleepConfig = SleepConfig()
    """Nights of sound to fall asleep by."""
    children: ChildrenConfig = ChildrenConfig()
    """Music for children."""
