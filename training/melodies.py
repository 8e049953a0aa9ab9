"""Tunes: a rhythm that comes back, and steps of the scale that lean on the chords."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from harmony import Chord, nearest

SIMPLE: Final = (
    (4,), (2, 2), (3, 1), (1, 1, 1, 1), (2, 1, 1), (1, 1, 2), (1, 2, 1), (-2, 2), (-4,), (-1, 1, 1, 1), (-1, 3),
)  # fmt: skip
"""A beat cut up, in fourths of it; a rest is less than zero."""
COMPOUND: Final = ((3,), (2, 1), (1, 1, 1), (1, 2), (-1, 1, 1), (-3,), (-2, 1))
QUIET: Final = {4: (0, 0, 1, 7, 8), 3: (0, 0, 1, 5)}
"""Which of them are slow."""


@dataclass(frozen=True)
class Tone:
    """One note of a tune, in beats from the start of the bar."""

    start: float
    length: float
    pitch: int
    accent: float


def motif(beats: int, parts: int, busy: float, draw: np.random.Generator) -> list[tuple[float, float]]:
    """A bar's rhythm: where notes start and how long they are, in beats.

    Args:
        beats: of the bar.
        parts: of a beat: 4, or 3 in compound metres.
        busy: the share of beats that are cut up.
        draw: where chance comes from.
    """
    cuts = SIMPLE if parts == 4 else COMPOUND
    found: list[list[float]] = []
    for beat in range(beats):
        which = draw.integers(1, len(cuts)) if draw.random() < busy else draw.choice(QUIET[parts])
        at = 0
        for step in cuts[which]:
            start = beat + at / parts
            if step > 0:
                tied = found and at == 0 and draw.random() < 0.12
                if tied:
                    found[-1][1] = start + step / parts - found[-1][0]
                else:
                    found.append([start, step / parts])
            at += abs(step)
    if parts == 4 and draw.random() < 0.25:
        # Syncopation: one note comes half a beat early, and is held.
        moved = draw.integers(len(found)) if found else 0
        if found and found[moved][0] >= 1 and found[moved][0] % 1 == 0:
            found[moved] = [found[moved][0] - 0.5, found[moved][1] + 0.5]
    return [(start, length) for start, length in found]


class Tune:
    """A line that remembers where it was, and keeps within an octave and a half."""

    def __init__(self, scale: Sequence[int], tonic: int, middle: int, draw: np.random.Generator) -> None:
        self._scale = tuple((tonic + step) % 12 for step in scale)
        self._middle, self._draw, self._pitch = middle, draw, float(middle)
        self._leap = float(draw.choice([1.5, 2.5, 4.0]))

    def bar(self, rhythm: Sequence[tuple[float, float]], chord: Chord) -> list[Tone]:
        """The rhythm, sung over a chord: what falls on a beat is most often of the chord."""
        tones = []
        for start, length in rhythm:
            strong = start % 1 == 0
            wished = self._pitch + self._draw.normal(0, self._leap) + 0.15 * (self._middle - self._pitch)
            of_chord = self._draw.random() < (0.8 if strong else 0.35)
            pitch = nearest(chord.tones if of_chord else self._scale, wished)
            self._pitch = float(pitch)
            short = length * float(self._draw.choice([0.95, 0.95, 0.6]))
            tones.append(Tone(start, short, pitch, 1.0 if start == 0 else 0.85 if strong else 0.7))
        return tones
