"""Keys, and the chords that songs in them go through.

A progression is written in degrees: a number of semitones above the tonic and the kind of triad on it, as "0M 9m 5M
7M" for I vi IV V. What is listed is common practice and popular music's stock (Kostka & Payne, Tonal Harmony; de
Clercq & Temperley 2011 on rock); a share is walked at random over the chords of the scale.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

MAJOR: Final = (0, 2, 4, 5, 7, 9, 11)
MINOR: Final = (0, 2, 3, 5, 7, 8, 10)
SCALES: Final = {
    "major": (MAJOR, (0, 2, 4, 5, 7, 9, 10), (0, 2, 4, 7, 9)),
    "minor": (MINOR, (0, 2, 3, 5, 7, 9, 10), (0, 2, 3, 5, 7, 8, 11), (0, 3, 5, 7, 10)),
}
"""Of melodies: major, mixolydian, pentatonic; natural minor, dorian, harmonic, pentatonic."""
KINDS: Final = {"M": (0, 4, 7), "m": (0, 3, 7), "d": (0, 3, 6), "s": (0, 5, 7), "5": (0, 7)}
SEVENTHS: Final = {"M": 11, "m": 10, "d": 10, "s": 10, "5": 10}
PROGRESSIONS: Final = {
    "major": (
        "0M 7M 9m 5M", "0M 9m 5M 7M", "0M 5M 7M 0M", "0M 5M 0M 7M", "0M 7M 5M 0M", "0M 5M 7M 5M",
        "9m 5M 0M 7M", "2m 7M 0M 0M", "0M 9m 2m 7M", "0M 4m 5M 7M", "0M 10M 5M 0M", "0M 0M 7M 0M",
        "0M 2m 5M 0M", "5M 7M 0M 9m", "0M 0M 5M 7M", "0M 4M 9m 5M", "0M 2M 7M 0M", "0M 5M 5m 0M",
        "0M 7M 9m 4m 5M 0M 5M 7M", "0M 0M 0M 0M 5M 5M 0M 0M 7M 5M 0M 7M", "0M 9M 2M 7M",
        "4m 9m 2m 7M 0M 0M 7M 0M", "0M", "0M 7M", "0M 5M", "0M 2m 7M 0M 9m 2m 7M 0M", "0M 7M 7M 0M",
    ),
    "minor": (
        "0m 8M 3M 10M", "0m 5m 7M 0m", "0m 10M 8M 7M", "0m 5m 10M 3M", "0m 7m 8M 10M", "0m 8M 5m 7M",
        "2d 7M 0m 0m", "0m 5m 7m 0m", "0m 5M 0m 5M", "0m 10M 8M 10M", "0m 3M 10M 5M", "0m 1M 0m 10M",
        "0m 0m 7M 0m", "0m 10M 0m 7M", "8M 10M 0m 0m", "0m 7M 3M 10M 8M 0m 5m 7M",
        "0m 0m 0m 0m 5m 5m 0m 0m 7m 5m 0m 0m",
        "0m 5m 10M 3M 8M 2d 7M 0m", "0m", "0m 8M", "0m 7M", "0m 10M", "0m 3M 8M 7M", "0m 7M 7M 0m",
    ),
}  # fmt: skip
WALKED: Final = {
    "major": ("0M", "2m", "4m", "5M", "7M", "9m"),
    "minor": ("0m", "3M", "5m", "7M", "8M", "10M"),
}


@dataclass(frozen=True)
class Home:
    """A key: the pitch class of its tonic, and "major" or "minor"."""

    tonic: int
    mode: str


@dataclass(frozen=True)
class Chord:
    """Its root, 0 for C to 11 for B, and the pitch classes in it, the root first."""

    root: int
    tones: tuple[int, ...]


def progression(home: Home, sevenths: float, blue: bool, draw: np.random.Generator) -> list[Chord]:
    """A drawn round of chords in the key.

    Args:
        home: the key.
        sevenths: the share of chords with a seventh.
        blue: whether all sevenths are minor ones, as in blues.
        draw: where chance comes from.
    """
    if draw.random() < 0.15:
        walked = WALKED[home.mode]
        degrees = [walked[0], *draw.choice(walked, size=draw.choice([2, 3, 6]))]
    else:
        degrees = str(draw.choice(PROGRESSIONS[home.mode])).split()
    with_sevenths = draw.random() < sevenths
    chords = []
    for degree in degrees:
        above, kind = int(degree[:-1]), degree[-1]
        if draw.random() < 0.05:
            kind = str(draw.choice(["s", "5", kind]))
        steps = KINDS[kind]
        if with_sevenths and draw.random() < 0.8:
            minor = blue or kind != "M" or above in (7, 10)
            steps = (*steps, 10 if minor else SEVENTHS[kind])
        root = (home.tonic + above) % 12
        chords.append(Chord(root, tuple((root + step) % 12 for step in steps)))
    return chords


def nearest(tones: tuple[int, ...], pitch: float) -> int:
    """The MIDI pitch nearest to one, of those whose class is among the tones."""
    best = (math.inf, 0, 0)
    for tone in tones:
        octave = math.ceil((pitch - tone) / 12 - 0.5)
        best = min(
            best, (abs(12 * octave + tone - pitch), octave, 12 * octave + tone), key=lambda one: one[:2]
        )
    return best[2]


def voiced(chord: Chord, middle: float, voices: int) -> list[int]:
    """The chord in close position around a pitch, lowest first."""
    found: list[int] = []
    low = nearest(chord.tones, middle - 5)
    for pitch in range(low, low + 36):
        if pitch % 12 in chord.tones:
            found.append(pitch)
        if len(found) == voices:
            break
    return found
