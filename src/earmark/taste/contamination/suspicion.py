"""What is suspected, and on what grounds: a proposal that its listener accepts or refuses."""

from __future__ import annotations

from enum import StrEnum

import msgspec


class Kind(StrEnum):
    """What the plays are suspected to be."""

    SLEEP = "sleep"
    """Sound to fall asleep by."""
    CHILDREN = "children"
    """Music for children."""
    PARTY = "party"
    """An evening on which others chose the music."""
    SHARED = "shared"
    """Days or weeks in which somebody else played music on the same account."""


class Played(msgspec.Struct, frozen=True, order=True, gc=False):
    """One listen of the listener's, by what it is known in the record."""

    started_at: int
    """Unix milliseconds."""
    song: int
    """A record id."""


class Figures(msgspec.Struct, frozen=True):
    """What was counted. Shares are from 0 to 1; None is what could not be known."""

    listens: int
    songs: int
    artists: int
    days: int
    """On how many days (nights count for the day on which they begin)."""
    hours: float
    """How long the suspected plays sounded, all together."""
    begins: str
    """A time of day in the listener's zone, as 22:40: half of the days begin before it."""
    ends: str
    """Likewise: half of the days end before it."""
    longest_hours: float
    """The longest stretch without a pause, in hours."""
    plays_per_song: float
    elsewhere: float
    """Of all plays of these songs, the share that lies outside of what is suspected."""
    artists_elsewhere: float
    """Of all plays of their artists, likewise."""
    foreign: float
    """Of the suspected plays, the share by artists of whom nothing else was played."""
    only_then: float
    """Of the suspected plays, the share of songs that play on no other day."""
    short: float
    """Of the suspected plays, the share that sounded for less than 100 seconds."""
    skipped: float
    """Of the suspected plays, the share that was broken off early."""
    skipped_elsewhere: float | None
    """The same of all other plays; None where there are none."""
    words: tuple[str, ...] = ()
    """What titles, artists and tags say, the most frequent first."""
    named: float = 0.0
    """Of the suspected plays, the share whose title, artist or tags say one of these words."""
    energy: float | None = None
    """Mean energy of those that were heard, 0 to 1."""
    energy_elsewhere: float | None = None
    apart: float | None = None
    """Mean cosine distance from the nearest other songs of the listener, by item vectors; 0 (alike) to 2."""
    usually_apart: float | None = None
    """The same of songs that are not suspected."""


class Suspicion(msgspec.Struct, frozen=True):
    """Listens that are proposed to be left out of a taste. Nothing is left out until the listener says so."""

    kind: Kind
    since: int
    """When the first of them began, unix milliseconds."""
    until: int
    """When the last of them ended, unix milliseconds."""
    listens: tuple[Played, ...]
    """In order of time."""
    confidence: float
    """How sure it is, 0 to 1."""
    figures: Figures
    why: str
    """A sentence made from the figures."""
