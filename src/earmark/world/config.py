"""How large a made world is, and what it is made from."""

from __future__ import annotations

from typing import Final

from pydantic import BaseModel, ConfigDict, Field, model_validator

from earmark.listening.listens import EARLIEST_LISTEN, UnixMs

WEEK_MS: Final = 7 * 24 * 3_600_000
WEEKS_PER_YEAR: Final = 365.2425 / 7


class WorldConfig(BaseModel):
    """Size and seed of a world. The same settings make the same world, byte for byte.

    The catalogue depends on ``seed``, ``tracks`` and ``micro_genres`` alone, and each listener and playlist
    has a seed of its own, so a world of more listeners begins with the listeners of the smaller one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    seed: int = Field(default=1, ge=0, lt=2**63)
    """Everything is drawn from it."""
    listeners: int = Field(default=200, ge=0, le=10_000_000)
    """How many people listen."""
    tracks: int = Field(default=5_000, ge=100, le=10_000_000)
    """Recordings in the catalogue, versions of one song counted each."""
    plays_per_listener: float = Field(default=400.0, ge=1.0, le=50_000.0)
    """Mean of the log-normal number of plays; nobody plays more than three hundred tracks a week."""
    playlists: int = Field(default=400, ge=0, le=10_000_000)
    """Public playlists, made by nobody in particular."""
    micro_genres: int = Field(default=48, ge=2, le=2_000)
    """Leaves of the genre tree; there are about as many parents as the square root of this."""
    years: float = Field(default=3.0, ge=0.1, le=20.0)
    """How far back the oldest histories reach."""
    ends_at: UnixMs = Field(default=UnixMs(1_767_571_200_000))
    """The world's present: all plays are over by then (default: Monday 2026-01-05, 00:00 UTC)."""

    @model_validator(mode="after")
    def _hangs_together(self) -> WorldConfig:
        if self.tracks < 10 * self.micro_genres:
            raise ValueError(
                f"{self.tracks} tracks are too few for {self.micro_genres} micro-genres: "
                "allow at least ten tracks for each"
            )
        if self.ends_at - self.weeks * WEEK_MS < EARLIEST_LISTEN + WEEK_MS:
            raise ValueError(
                "the world would begin before 2002, earlier than any history: take fewer years or a later end"
            )
        return self

    @property
    def weeks(self) -> int:
        """Whole weeks from the oldest play to the present."""
        return max(1, round(self.years * WEEKS_PER_YEAR))
