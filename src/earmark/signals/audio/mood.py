"""What the tags say of a recording beyond themselves: acoustic or not, sung or not, glad or sad, calm or stirring."""

from __future__ import annotations

from dataclasses import dataclass

from earmark.music.sound import Share, Tag
from earmark.signals.audio.embedding import Embedded
from earmark.signals.audio.tagging import shown


@dataclass(frozen=True)
class Described:
    """A recording in words and shares; None is what cannot be said."""

    acousticness: Share | None = None
    instrumentalness: Share | None = None
    valence: Share | None = None
    arousal: Share | None = None
    moods: tuple[str, ...] = ()
    tags: tuple[Tag, ...] = ()


def describe(embedded: Embedded, energy: Share | None) -> Described:
    """What the tags and how intense it is say of a recording.

    Args:
        embedded: as the network hears it; without tags, nothing is said.
        energy: how intense it is, or None if that is not known.
    """
    if embedded.tags is None:
        return Described()
    del energy
    return Described(tags=shown(embedded.tags))
