"""What a recording sounds like, in figures that a musician, a mixing desk and a listener know.

Every figure is what was measured in the sound, not what somebody wrote about it; None stands for what cannot be said
of this recording (the tempo of a drone, the loudness of silence). How true each is, is told in
docs/reference/sound.md.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NewType

import msgspec

from earmark.music.items import Milliseconds

Bpm = NewType("Bpm", float)
"""Beats per minute."""
Lufs = NewType("Lufs", float)
"""Loudness units below full scale (ITU-R BS.1770)."""
LoudnessUnits = NewType("LoudnessUnits", float)
"""A difference of loudness; one is as much as a decibel."""
Share = NewType("Share", float)
"""From 0, not at all, to 1, as much as can be."""

TONICS: Final = ("C", "D♭", "D", "E♭", "E", "F", "F♯", "G", "A♭", "A", "B♭", "B")
"""The names of the twelve pitch classes as tonics, from C up."""


class Mode(StrEnum):
    """Which scale stands on the tonic."""

    MAJOR = "major"
    MINOR = "minor"


def key_name(tonic: int, mode: Mode) -> str:
    """As musicians write it: "E♭ minor"; ``tonic`` is 0 for C to 11 for B."""
    return f"{TONICS[tonic]} {mode}"


def camelot(tonic: int, mode: Mode) -> str:
    """As disc jockeys write it, "8A" to "8B": neighbours on the wheel mix well (Davis's Camelot wheel)."""
    fifths = (tonic * 7 + (4 if mode is Mode.MINOR else 7)) % 12
    return f"{fifths + 1}{'A' if mode is Mode.MINOR else 'B'}"


class Key(msgspec.Struct, frozen=True, gc=False):
    """The key: the pitch class that is home, 0 for C to 11 for B, the scale on it, and how sure that is."""

    tonic: int
    mode: Mode
    confidence: Share

    @property
    def name(self) -> str:
        """As `key_name` writes it."""
        return key_name(self.tonic, self.mode)

    @property
    def camelot(self) -> str:
        """As `camelot` writes it."""
        return camelot(self.tonic, self.mode)


class TempoGuess(msgspec.Struct, frozen=True, gc=False):
    """One tempo at which a listener may tap, and how likely that is."""

    bpm: Bpm
    confidence: Share


class Tempo(msgspec.Struct, frozen=True, gc=False):
    """The tempo most listeners would tap, how sure that is, and others that are heard, the likeliest first.

    The others are most often half or twice as fast: the octaves of a tempo.
    """

    bpm: Bpm
    confidence: Share
    others: tuple[TempoGuess, ...] = ()


class Tag(msgspec.Struct, frozen=True, gc=False):
    """A word that listeners would write on the recording, and how likely."""

    name: str
    confidence: Share


class Sound(msgspec.Struct, frozen=True, kw_only=True):
    """All that was measured in one recording."""

    duration_ms: Milliseconds
    """As decoded, not as the file claims."""
    tempo: Tempo | None = None
    beat_strength: Share | None = None
    """How clearly the beat stands out of what changes in the sound."""
    key: Key | None = None
    loudness: Lufs | None = None
    """Integrated, gated, over all channels (ITU-R BS.1770-4)."""
    dynamic_range: LoudnessUnits | None = None
    """The loudness range (EBU Tech 3342): from the quiet tenth to the loudest twentieth."""
    energy: Share | None = None
    """How intense it is: loud, dense, full of attacks."""
    brightness: Share | None = None
    """How much of what is heard lies high."""
    acousticness: Share | None = None
    """How likely it is played on instruments without electricity."""
    danceability: Share | None = None
    """How well it is danced to: steady, with a clear beat at a tempo that feet like."""
    instrumentalness: Share | None = None
    """How likely nobody sings."""
    speechiness: Share | None = None
    """How much of it is somebody speaking."""
    valence: Share | None = None
    """From sad, dark or angry to glad."""
    arousal: Share | None = None
    """From calm to stirring."""
    moods: tuple[str, ...] = ()
    """Words for its mood, the likeliest first."""
    tags: tuple[Tag, ...] = ()
    """Words that listeners would write on it, the likeliest first."""
