"""What a trait is: a figure of the music that somebody plays, with how many plays stand behind it."""

from __future__ import annotations

from enum import StrEnum

import msgspec
from pydantic import BaseModel, ConfigDict, Field


class TraitName(StrEnum):
    """The traits. Shares are of plays, from 0 to 1; what is 0 to 1 in `earmark.music.sound.Sound` is so here."""

    TEMPO = "tempo"
    """Mean tempo, beats per minute."""
    ENERGY = "energy"
    """Mean energy of the music, 0 to 1."""
    VALENCE = "valence"
    """Mean valence of the music, 0 (dark) to 1 (bright)."""
    ACOUSTICNESS = "acousticness"
    """Mean acousticness, 0 to 1."""
    INSTRUMENTAL = "instrumental"
    """Share of plays of music that is rather without voice (instrumentalness of ½ or more)."""
    ERA = "era"
    """Mean year of release."""
    NEW = "new"
    """Share of plays of songs first heard at most 90 days before; plays of the first 90 days on record say nothing."""
    MAINSTREAM = "mainstream"
    """Share of plays of the tenth of all songs that most listeners and playlists hold."""
    ARTISTS = "artists"
    """Effective number of artists: as many, played equally, would be as hard to guess (exponential of entropy)."""
    SONGS = "songs"
    """Effective number of songs."""
    NIGHT = "night"
    """Share of plays that began between midnight and six by the listener's clock."""
    WEEKEND = "weekend"
    """Share of plays on Saturdays and Sundays by the listener's clock; evenly spread it would be 2/7."""


class Measured(msgspec.Struct, frozen=True):
    """A figure, and the plays that it was made from."""

    value: float | None
    """In the trait's unit; None where too few plays stand behind it."""
    plays: int
    """Of how many plays it is known."""


class Trait(msgspec.Struct, frozen=True):
    """One trait of what a listener plays."""

    name: TraitName
    ever: Measured
    """Over all plays."""
    lately: Measured
    """Over those of the last days (`TraitsConfig.lately_days`) up to the listener's last play."""
    before: Measured
    """Over all earlier ones."""
    percentile: float | None
    """Share of other listeners whose figure over all plays is lower (equal ones count half); None for too few."""
    others: int
    """How many others have such a figure."""
    said: str
    """A sentence made from these figures."""


class Spread(msgspec.Struct, frozen=True):
    """How plays are spread over hours, weekdays or languages; shares sum to 1 where there are any plays."""

    names: tuple[str, ...]
    """Hours 00 to 23, Monday to Sunday, or languages (ISO 639-1), the most played first."""
    ever: tuple[float, ...]
    lately: tuple[float, ...]
    before: tuple[float, ...]
    community: tuple[float, ...]
    """Mean of other listeners' shares; empty where too few are known."""
    plays: int
    said: str


class Traits(msgspec.Struct, frozen=True):
    """All traits of what one listener plays."""

    plays: int
    """That sounded and are not private; only these count."""
    traits: tuple[Trait, ...]
    """In the order of `TraitName`; of those that nothing is known of, the sentence says what is missing."""
    hours: Spread
    weekdays: Spread
    languages: Spread


class TraitsConfig(BaseModel):
    """Over which plays traits are measured, and how many must stand behind a figure."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    lately_days: int = Field(90, ge=1)
    """What is held against the listener's own past: so many days up to their last play."""
    new_days: int = Field(90, ge=1)
    """For so long after it was first heard, a song is new."""
    least_plays: int = Field(30, ge=2)
    """Fewer plays give no figure."""
    least_others: int = Field(5, ge=1)
    """Fewer other listeners give no percentile."""
