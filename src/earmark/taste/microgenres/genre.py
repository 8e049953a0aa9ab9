"""A micro-genre, as it is told and kept."""

from __future__ import annotations

import msgspec


class OwnTerm(msgspec.Struct, frozen=True):
    """A term that is a micro-genre's own."""

    term: str
    lift: float
    """How many times as often its artists carry it as all artists do."""
    support: float
    """Share of its artists, of those who are called anything, who carry it."""


class MicroGenre(msgspec.Struct, frozen=True):
    """Artists who are heard by the same people, called the same and sound alike."""

    id: int
    """Kept from build to build, and never given to another."""
    name: str
    modifier: str | None
    core: str | None
    """What the name is composed of. Both are None where no term is its own: it is named by two artists then, after the
    genre that is ``likely``."""
    parent: str | None
    """The genre of the tree under which it hangs; None where no genre is its own, or likely."""
    terms: tuple[OwnTerm, ...]
    """What is most its own, first."""
    x: float
    y: float
    """Where it is on the map, −1 to 1."""
    size: int
    """Artists who belong to it more than to any other."""
    artists: tuple[int, ...]
    """Record ids of those who are its middle, most so first."""
    likely: str | None = None
    """The genre that its artists are expected to be of, where no term is its own and no tag says it."""
