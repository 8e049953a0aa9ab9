"""A song straight into log-mel frames, without sound: some twenty times cheaper than rendering it.

Every channel gets a drawn timbre: how fast it speaks and dies away, how its partials fall off, how much noise is in its
attack. What it plays is added up as power in the mel bands, then what rooms, equalisers, compressors and noise do to
power is done to it. No instrument that exists is meant; the more kinds of attack a model has met, the less it minds
meeting a new one (domain randomisation, Tobin et al. 2017).
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np
import scipy.signal

from earmark.signals.audio.frames import (
    BANDS,
    COMPRESSION,
    FRAMES_PER_SECOND,
    WINDOW,
    hz_to_mel,
    mel_filters,
    mel_to_hz,
)
from rendering import RATE
from scores import DRUMS, Score

Floats = np.ndarray[Any, Any]
HZ_PER_ROW: Final = 8.0
PLUCKED: Final = (*range(16), *range(24, 40), 45, 46, 47, 55, *range(104, 109), *range(112, 120))
"""Programs whose tones die away; of the others they last."""
DRUM_HZ: Final = {36: 65, 37: 1800, 38: 1500, 39: 1700, 42: 7000, 44: 6500, 46: 6500, 49: 5000, 51: 5500,
    54: 6000, 56: 1100, 60: 500, 61: 350, 63: 260, 64: 190, 70: 6500, 75: 2500, 65: 700, 76: 1400, 81: 5500,
    45: 120, 47: 160, 50: 220}  # fmt: skip
"""About where the noise of each drum lies; of the kick and the toms, the tone."""
DRUM_SECONDS: Final = {
    36: 0.12,
    38: 0.12,
    46: 0.35,
    49: 1.2,
    51: 0.35,
    54: 0.1,
    81: 0.6,
    45: 0.2,
    47: 0.2,
    50: 0.2,
}


@dataclass(frozen=True)
class Timbre:
    """How one channel sounds."""

    attack: float
    """Seconds until it speaks fully."""
    decay: float
    """Seconds until its tones have lost 60 dB; infinite if they last."""
    release: float
    rolloff: float
    """Of the partials' amplitudes, as a power of their number."""
    odd: bool
    bite: float
    """Power of the noise in the attack, beside that of the tone."""
    loud: float


def sketch(score: Score, draw: np.random.Generator) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Log-mel frames ``(n_frames, 96)`` like those of `earmark.signals.audio.frames`."""
    n_frames = int(float(score.times[-1]) * FRAMES_PER_SECOND)
    tones, noises = _Layer(n_frames), _Layer(n_frames)
    timbres = {channel: _timbre(program, draw) for channel, program in score.programs.items()}
    drums: dict[int, tuple[Floats, float]] = {}
    beats = np.array([(note.start, note.start + note.length) for note in score.notes])
    seconds = np.interp(beats, np.arange(len(score.times)), score.times).tolist()
    for note, (start, stop) in zip(score.notes, seconds, strict=True):
        loud, name = (note.velocity / 127) ** 3, (note.channel, note.pitch)
        if note.channel == DRUMS:
            if note.pitch not in drums:
                drums[note.pitch] = _drum(note.pitch, draw)
            spectrum, decay = drums[note.pitch]
            noises.add(name, spectrum, loud * _envelope(start, start + 4, 0.0, decay, 0.1), start)
            continue
        timbre = timbres[note.channel]
        loud *= timbre.loud
        tone = _envelope(start, stop, timbre.attack, timbre.decay, timbre.release)
        tones.add(name, lambda note=note, timbre=timbre: _spectrum(note.pitch, timbre), loud * tone, start)
        if timbre.bite > 0.01:
            bite = loud * timbre.bite * _envelope(start, stop, 0.0, 0.06, 0.1)
            noises.add((-1, 0), _hiss(), bite, start)
    tonal, noise = tones.power(), noises.power()
    tonal *= np.exp(0.1 * draw.standard_normal(tonal.shape, np.float32))
    noise *= draw.standard_gamma(_grain(), noise.shape, np.float32) / _grain()
    return _recorded(tonal + noise, draw)


class _Layer:
    """Envelopes over all frames, one for each spectrum."""

    def __init__(self, n_frames: int) -> None:
        self._n_frames = n_frames
        self._spectra: dict[tuple[int, int], Floats] = {}
        self._envelopes: dict[tuple[int, int], Floats] = {}

    def add(
        self, name: tuple[int, int], spectrum: Floats | Callable[[], Floats], envelope: Floats, start: float
    ) -> None:
        """Add one envelope from a second on; the spectrum of a name is kept from its first time."""
        if name not in self._spectra:
            self._spectra[name] = spectrum() if callable(spectrum) else spectrum
            self._envelopes[name] = np.zeros(self._n_frames, np.float32)
        first = max(round(start * FRAMES_PER_SECOND), 0)
        into = self._envelopes[name][first : first + len(envelope)]
        into += envelope[: len(into)]

    def power(self) -> Floats:
        """All of it, as each frame's window hears it, ``(n_frames, 96)``."""
        if not self._spectra:
            return np.zeros((self._n_frames, BANDS), np.float32)
        envelopes = np.pad(np.stack(list(self._envelopes.values())), ((0, 0), (1, 1)))
        heard = 0.15 * envelopes[:, :-2] + 0.7 * envelopes[:, 1:-1] + 0.15 * envelopes[:, 2:]
        return np.asarray(heard.T @ np.stack(list(self._spectra.values())).astype(np.float32))


def _timbre(program: int, draw: np.random.Generator) -> Timbre:
    plucked = program in PLUCKED
    if draw.random() < 0.1:
        plucked = not plucked
    return Timbre(
        attack=float(10 ** (draw.uniform(-3, -1.8) if plucked else draw.uniform(-2.2, -0.8))),
        decay=float(10 ** draw.uniform(-0.5, 0.9)) if plucked else float(10 ** draw.uniform(0.8, 2)),
        release=float(10 ** draw.uniform(-1.3, -0.1)),
        rolloff=float(draw.uniform(0.5, 2.3)),
        odd=draw.random() < 0.12,
        bite=float(10 ** draw.uniform(-3.5, -0.5)) if plucked else float(10 ** draw.uniform(-4, -1.5)),
        loud=float(10 ** draw.normal(-0.3, 0.5)),
    )


def _drum(drum: int, draw: np.random.Generator) -> tuple[Floats, float]:
    octaves = np.log2(_centres() / (DRUM_HZ.get(drum, 1000) * 2 ** draw.normal(0, 0.3)))
    width = (
        float(draw.uniform(0.3, 0.9))
        if drum in (36, 45, 47, 50, 60, 61, 63, 64, 56)
        else float(draw.uniform(0.6, 1.8))
    )
    bump = np.exp(-0.5 * (octaves / width) ** 2)
    if drum in (36, 38):
        # The click of a beater, the tone of a snare's shell.
        bump += 10 ** draw.uniform(-3, -1) * _hiss() / _hiss().max()
        bump += (drum == 38) * draw.uniform(0, 1) * np.exp(-0.5 * (np.log2(_centres() / 200) / 0.3) ** 2)
    power = 10 ** (draw.normal(-0.2, 0.5) + (0.8 if drum == 36 else 0.0))
    seconds = DRUM_SECONDS.get(drum, 0.06) * 10 ** draw.uniform(-0.3, 0.5)
    return power * bump / max(bump.sum(), 1e-9) * 6.0, float(seconds * 2)


def _envelope(start: float, stop: float, attack: float, decay: float, release: float) -> Floats:
    """A tone's power from the frame nearest its start: up within the attack, down by 60 dB within the decay, and from
    its end within the release."""
    first = round(start * FRAMES_PER_SECOND)
    last = int(min(stop + release, start + decay * 1.2) * FRAMES_PER_SECOND) + 2
    moments = np.arange(first, max(last, first + 1)) / FRAMES_PER_SECOND
    age = moments - start
    fall = np.maximum(age, 0) / decay + np.maximum(moments - stop, 0) / release
    level = np.exp(-6 * math.log(10) * fall)
    level[0] *= min(max(age[0] * FRAMES_PER_SECOND + 0.5, 0), 1)
    if attack > 0.5 / FRAMES_PER_SECOND:
        level *= np.minimum((age + 0.5 / FRAMES_PER_SECOND) / attack, 1) ** 2
    return level


def _spectrum(pitch: int, timbre: Timbre) -> Floats:
    hz = 440 * 2 ** ((pitch - 69) / 12)
    partials = np.arange(1, 25, 2 if timbre.odd else 1)
    partials = partials[partials * hz < RATE / 2 - HZ_PER_ROW]
    if not len(partials):
        return np.zeros(BANDS)
    power = partials.astype(float) ** (-2 * timbre.rolloff)
    rows = np.round(partials * hz / HZ_PER_ROW).astype(int)
    found: Floats = (power / power.sum()) @ _responses()[rows]
    return found


def _recorded(power: Floats, draw: np.random.Generator) -> np.ndarray[Any, np.dtype[np.float32]]:
    """In a room, equalised, compressed, with noise, at some level, in the units of the log-mel."""
    if draw.random() < 0.6:
        fade = 10 ** (-6 / (FRAMES_PER_SECOND * 10 ** draw.uniform(-0.7, 0.4)))
        wet = scipy.signal.lfilter([1 - fade], [1, -fade], power, axis=0)
        power = power + 10 ** draw.uniform(-1.5, 0.7) * wet
    knots = draw.normal(0, 0.5, 7)
    power = power * 10 ** np.interp(np.arange(BANDS), np.linspace(0, BANDS - 1, 7), knots)
    if draw.random() < 0.4:
        level = scipy.signal.lfilter([0.1], [1, -0.9], power.sum(axis=1)) + 1e-4
        power = power * (level ** -draw.uniform(0.2, 0.7))[:, None]
    power = power / max(float(np.quantile(power.sum(axis=1), 0.95)), 1e-12)
    noise = 10 ** draw.uniform(-6, -1.2) * draw.standard_gamma(2.0, power.shape, np.float32) / 2
    power = power + noise / BANDS * 10 ** np.interp(np.arange(BANDS), [0, BANDS], draw.normal(0, 0.5, 2))
    if draw.random() < 0.2:
        power[:, int(draw.integers(40, 95)) :] *= 1e-6
    power = power * 10 ** draw.uniform(0.3, 3.3)
    return np.asarray(np.log10(1 + COMPRESSION * power), np.float32)


@cache
def _centres() -> Floats:
    """Of the bands, in Hz."""
    top = float(hz_to_mel(np.array(RATE / 2)))
    return np.maximum(mel_to_hz(np.linspace(0, top, BANDS + 2)[1:-1]), 20)


@cache
def _grain() -> Floats:
    """How many independent values of a spectrum a band gathers."""
    return np.maximum(np.gradient(_centres()) * WINDOW / RATE, 1.0)


@cache
def _responses() -> Floats:
    """What a sine of each frequency, in steps of 8 Hz, leaves in the mel bands, of power 1 in the spectrum."""
    hann = np.hanning(WINDOW + 1)[:-1]
    hz = np.arange(0, RATE / 2 + 1, HZ_PER_ROW)
    waves = np.exp(2j * np.pi * hz[:, None] * np.arange(WINDOW) / RATE) * hann
    spectra = np.abs(np.fft.fft(waves, axis=1)[:, : WINDOW // 2 + 1]) ** 2
    return np.asarray(spectra / (hann.sum() ** 2) @ mel_filters())


@cache
def _hiss() -> Floats:
    """White noise, over the bands: power 1 in all, as the response of a sine has about."""
    flat = mel_filters().sum(axis=0).astype(float)
    return np.asarray(flat / flat.sum() * float(_responses()[10:].sum(axis=1).mean()))
