"""What a listener changes about their taste by their own hand; each such edit is kept, dated, and can be undone."""

from __future__ import annotations

from typing import Final

import msgspec

from earmark.errors import UnfitError
from earmark.listening.exclusions import Exclusion

DAY_MS: Final = 86_400_000


class Boost(msgspec.Struct, frozen=True, tag="boost"):
    """More of a micro-genre (id): what was played of it counts twice."""

    genre: int


class Mute(msgspec.Struct, frozen=True, tag="mute"):
    """Nothing of a micro-genre is chosen; what was played of it still tells about the rest."""

    genre: int


class Reject(msgspec.Struct, frozen=True, tag="reject"):
    """A micro-genre is not this listener's: what was played of it teaches nothing, and it is not shown as theirs."""

    genre: int


class Rename(msgspec.Struct, frozen=True, tag="rename"):
    """The listener calls a micro-genre by a name of their own."""

    genre: int
    name: str

    def __post_init__(self) -> None:
        if not self.name.strip() or len(self.name) > LONGEST_NAME:
            raise UnfitError(
                "That is no name for a micro-genre.", f"Give one of 1 to {LONGEST_NAME} letters."
            )


class Less(msgspec.Struct, frozen=True, tag="less"):
    """Less of an artist, a song or a micro-genre (record ids, one of the three), for a while: a dislike that fades."""

    half_life_days: float
    artist: int | None = None
    song: int | None = None
    genre: int | None = None

    def __post_init__(self) -> None:
        if sum(one is not None for one in (self.artist, self.song, self.genre)) != 1:
            raise UnfitError("Less of what?", "Name an artist, a song or a micro-genre, one of them.")
        if not 0 < self.half_life_days <= LONGEST_DISLIKE_DAYS:
            raise UnfitError(
                f"A dislike cannot halve in {self.half_life_days:g} days.",
                f"Give a number of days above 0 and up to {LONGEST_DISLIKE_DAYS:,}.",
            )

    def left(self, days: float) -> float:
        """How much of it is left after so many days: 1 at first, half after its half-life, 0 in the end."""
        left = 0.5 ** (max(days, 0.0) / self.half_life_days)
        return left if left >= FORGOTTEN else 0.0


class Exclude(msgspec.Struct, frozen=True, tag="exclude"):
    """Some listens have no effect at all."""

    what: Exclusion


Edit = Boost | Mute | Reject | Rename | Less | Exclude
LONGEST_NAME: Final = 80
LONGEST_DISLIKE_DAYS: Final = 3_650
FORGOTTEN: Final = 1 / 32
"""A dislike of which less is left than this has gone."""


class EditRecord(msgspec.Struct, frozen=True):
    """An edit as it is kept. ``undone_at`` is None while it is in effect; moments are unix ms."""

    id: int
    edit: Edit
    made_at: int
    undone_at: int | None = None
