"""A piece of music from what was planted: chords, a bass, a tune and drums, as samples.

An instrument is one cycle of its waveform, read at the pitch of each note and faded (wavetable synthesis). Everything
is drawn from the piece's own seed, so that the same piece gives the same samples.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from earmark.music.sound import Mode
from earmark.world.sound import PlantedSound

RATE: Final = 16_000
"""Samples a second."""
CYCLE: Final = 2_048
SCALES: Final = {Mode.MAJOR: (0, 2, 4, 5, 7, 9, 11), Mode.MINOR: (0, 2, 3, 5, 7, 8, 10)}
LEADING: Final = 11
"""The raised seventh, by which minor, too, comes home from its fifth degree."""
LOUDEST: Final = 0.85

Floats = NDArray[np.float32]


class _Note(NamedTuple):
    """When it begins and how long it lasts, in seconds; its pitch in semitones above C0; its strength."""

    start: float
    length: float
    pitch: int
    strength: float


def render(sound: PlantedSound, seconds: float, seed: int) -> Floats:
    """Samples ``(n,)`` in −1 to 1 at `RATE`."""
    random = np.random.Generator(np.random.PCG64(seed))
    out = np.zeros(int(seconds * RATE), np.float32)
    beat = 60 / sound.tempo
    bars = int(np.ceil(seconds / (4 * beat)))
    table = _cycle(sound.overtones)
    for bar in range(bars):
        chord = _chord(sound, sound.chords[bar % len(sound.chords)])
        start = 4 * beat * bar
        for pitch in chord:
            _strike(out, table, sound, _Note(start, 4 * beat, 12 * sound.octave + pitch, 0.22))
        for step in range(4):
            low = 12 * (sound.octave - 1) + chord[0]
            _strike(out, table, sound, _Note(start + step * beat, beat, low, 0.3))
        for step in range(8):
            if random.random() < 0.75:
                near = _chord(sound, 0) if random.random() < 0.25 else chord
                pitch = near[int(random.integers(3))] + 12 * (sound.octave + 1)
                _strike(out, table, sound, _Note(start + step * beat / 2, beat / 2, pitch, 0.25))
        _drum(out, sound, start, beat / 4, random)
    out += np.float32(sound.noise) * random.standard_normal(len(out), np.float32)
    if sound.drive:
        out = np.tanh(out * np.float32(1 + 6 * sound.drive))
    loudest = np.abs(out).max()
    return (out * np.float32(LOUDEST * sound.level / max(loudest, 1e-6))).astype(np.float32)


def _cycle(overtones: NDArray[np.float64]) -> Floats:
    phase = 2 * np.pi * np.arange(CYCLE) / CYCLE
    return sum(
        (amplitude * np.sin(n * phase) for n, amplitude in enumerate(overtones, 1)), np.zeros(CYCLE)
    ).astype(np.float32)


def _chord(sound: PlantedSound, degree: int) -> list[int]:
    """The triad on a degree of the scale, in semitones above the C below the tonic."""
    scale = SCALES[sound.mode]
    triad = [scale[(degree + step) % 7] + 12 * ((degree + step) // 7) for step in (0, 2, 4)]
    if sound.mode is Mode.MINOR and degree == 4:
        triad[1] = LEADING
    return [sound.tonic + pitch for pitch in triad]


def _strike(out: Floats, table: Floats, sound: PlantedSound, note: _Note) -> None:
    """Add a note."""
    first = int(note.start * RATE)
    n = min(int(note.length * RATE), len(out) - first)
    if n <= 0:
        return
    frequency = 16.3516 * 2 ** (note.pitch / 12)
    time = np.arange(n, dtype=np.float32) / np.float32(RATE)
    phase = (time * np.float32(frequency * CYCLE)).astype(np.int64) % CYCLE
    envelope = np.minimum(time / np.float32(sound.attack), 1) * np.exp(-np.float32(sound.fading) * time)
    end = min(n, RATE // 100)
    envelope[n - end :] *= np.linspace(1, 0, end, dtype=np.float32)
    out[first : first + n] += np.float32(note.strength) * envelope * table[phase]


def _drum(
    out: Floats, sound: PlantedSound, start: float, sixteenth: float, random: np.random.Generator
) -> None:
    """A bar of kick, snare and hat."""
    for drum, hits in enumerate(sound.drums):
        for step in np.flatnonzero(hits):
            first = int((start + step * sixteenth) * RATE)
            n = min(RATE // 5, len(out) - first)
            if n <= 0:
                continue
            time = np.arange(n, dtype=np.float32) / np.float32(RATE)
            if drum == 0:
                hit = np.sin(2 * np.pi * (50 * time + 4 * (1 - np.exp(-30 * time)))) * np.exp(-14 * time)
            else:
                noise = random.standard_normal(n, np.float32)
                hit = 0.5 * noise * np.exp(-(18 if drum == 1 else 60) * time)
                hit = np.diff(hit, prepend=hit[:1]) if drum == 2 else hit
            out[first : first + n] += np.float32(0.8 * sound.drum_level * hits[step]) * hit.astype(np.float32)
