"""What is suspected: bounds, chosen on histories in which plays had been planted (docs/decisions/contamination.md)."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field


class SleepConfig(BaseModel):
    """When plays are taken for sound to fall asleep by."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    skipped: float = Field(0.15, ge=0, le=1)
    """Share of a song's plays that may be broken off early."""
    pause_minutes: float = Field(20.0, gt=0)
    """A longer silence ends a stretch."""
    hours: float = Field(2.0, gt=0)
    """The shortest stretch that is long, in hours."""
    filled: float = Field(0.7, gt=0, le=1)
    """Share of a stretch in which its songs must sound."""
    in_stretches: float = Field(0.5, gt=0, le=1)
    """Share of a song's plays that must lie in long stretches."""
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


class CirclesConfig(BaseModel):
    """When songs are taken for a circle of their own."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    plays: int = Field(5, ge=1)
    """Songs of fewer plays are not asked where they belong."""
    days: int = Field(4, ge=1)
    """Nor those that were played on fewer days."""
    songs: int = Field(8, ge=2)
    """The least songs of a circle that are asked."""
    closed: float = Field(0.8, gt=0, le=1)
    """Share of the links of a circle that must stay inside."""
    artists_elsewhere: float = Field(0.25, ge=0, le=1)
    """Share of all plays of its artists that may lie outside of a circle."""
    most: float = Field(0.2, gt=0, le=1)
    """Share of all plays that circles may have: what one mostly plays is one's own."""
    rounds: int = Field(20, ge=1)
    """How often half of the songs ask their neighbours."""


class SharedConfig(BaseModel):
    """When plays are taken for another person's."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    spans: tuple[int, ...] = Field((1, 2, 3, 4, 6, 8), min_length=1)
    """Spans that are looked at, in weeks."""
    least: int = Field(40, ge=1)
    """Plays of artists who occur nowhere else, which a span must have."""
    usual: float = Field(0.75, ge=0, le=1)
    """The quantile of their share, over spans of the same length, that is usual."""
    tries: int = Field(6, ge=1)
    """So many spans, the most unusual, are looked into."""
    new: float = Field(0.25, gt=0, lt=1)
    """Share of the owner's plays that may be of anything these weeks hold."""
    near_days: float = Field(30.0, gt=0)
    """Days from a span after which a play says 1/e of what it says beside it about how the owner plays."""
    far: float = Field(0.02, ge=0)
    """What plays of any other time still say."""
    reach: int = Field(5, ge=0)
    """So many plays before and after, within the sitting, speak for a play, too."""
    rounds: int = Field(8, ge=1)
    """How often the guest's artists are learned anew."""
    mixed: float = Field(0.35, gt=0, lt=1)
    """Share of foreign plays that a guest's must have at least."""


class PartyConfig(BaseModel):
    """When an evening is taken for a party."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    begins: float = Field(18.5, ge=0, lt=24)
    """The hour, by the listener's clock, from which on a party may begin."""
    begins_within: float = Field(6.5, gt=0, le=24)
    """Within so many hours it must."""
    hours: float = Field(2.5, gt=0)
    """The shortest party."""
    plays: int = Field(35, ge=1)
    """The fewest plays."""
    known: float = Field(0.4, gt=0, lt=1)
    """What a play costs of a song that is played on other days, too, while one of no other day gains the rest of 1."""


class ContaminationConfig(BaseModel):
    """When listens are suspected, and when a suspicion is worth telling."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    sure: float = Field(0.5, gt=0, le=1)
    """Suspicions of less confidence are not told."""
    sleep: SleepConfig = SleepConfig()
    """Nights of sound to fall asleep by."""
    children: ChildrenConfig = ChildrenConfig()
    """Music for children."""
    circles: CirclesConfig = CirclesConfig()
    """Songs that play with one another alone."""
    party: PartyConfig = PartyConfig()
    """An evening of others' choice."""
    shared: SharedConfig = SharedConfig()
    """Another person's weeks."""
