"""What the tags say of a recording beyond themselves: acoustic or not, glad or sad, calm or stirring.

Each is a difference: how much likelier than usual the tags of one end are, less those of the other. The words at each
end were chosen by what they mean, and revised twice by what they told of recordings of a known kind. Valence and
arousal are the axes of Russell's circumplex (1980, "A circumplex model of affect"), and mood words are read off it.
Whether somebody sings is not told: the tags of voices could be checked on too few recordings.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from earmark.music.sound import Share, Tag
from earmark.signals.audio.embedding import Embedded
from earmark.signals.audio.tagging import shown, unusualness


@dataclass(frozen=True)
class Axis:
    """Tags that stand for either end; ``spread`` is their difference's over the 504 recordings of the scale."""

    high: tuple[str, ...]
    low: tuple[str, ...]
    spread: float

    def share(self, unusual: dict[str, float]) -> float:
        """The share of usual recordings that lie lower: the normal distribution's, 0 to 1."""
        high, low = (sum(unusual[tag] for tag in end) / len(end) for end in (self.high, self.low))
        return 0.5 * (1 + math.erf((high - low) / self.spread / math.sqrt(2)))


ACOUSTIC: Final = Axis(
    ("acoustic", "folk", "jazz", "blues", "country"),
    ("electronic", "electronica", "electro", "house", "dance", "metal", "hard rock"),
    1.37,
)
VALENCE: Final = Axis(
    ("happy", "party", "funk", "soul", "oldies", "jazz", "country", "folk"),
    ("sad", "ambient", "experimental", "electronica", "metal", "heavy metal"),
    1.21,
)
AROUSAL: Final = Axis(
    ("party", "dance", "electro", "rock", "alternative rock", "hard rock", "punk", "metal"),
    ("sad", "beautiful", "mellow", "ambient", "chillout", "acoustic", "easy listening"),
    1.13,
)
CIRCLE: Final = ("glad", "lively", "stirring", "tense", "dark", "sad", "calm", "peaceful")
"""Moods around the circumplex, an eighth of a turn apart, from high valence towards high arousal."""
FAR: Final = 0.25
"""From the middle in a mood's direction; at most, a side is 0.5 away."""


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
        embedded: as the network hears it; without tags, nothing is said, and without true ones, nothing of valence.
        energy: how intense it is, or None if that is not known; half of arousal.
    """
    if embedded.tags is None:
        return Described()
    unusual = unusualness(embedded.tags)
    arousal = AROUSAL.share(unusual)
    valence = Share(VALENCE.share(unusual)) if embedded.tells_valence else None
    if energy is not None:
        arousal = (arousal + energy) / 2
    return Described(
        acousticness=Share(ACOUSTIC.share(unusual)),
        valence=valence,
        arousal=Share(arousal),
        moods=() if valence is None else moods(valence, arousal),
        tags=shown(embedded.tags),
    )


def moods(valence: float, arousal: float) -> tuple[str, ...]:
    """The moods in whose direction a recording lies far enough from the middle, the nearest first."""
    reached = []
    for eighth, name in enumerate(CIRCLE):
        angle = eighth * math.pi / 4
        reach = (valence - 0.5) * math.cos(angle) + (arousal - 0.5) * math.sin(angle)
        if reach >= FAR:
            reached.append((-reach, name))
    return tuple(name for _, name in sorted(reached)[:2])
