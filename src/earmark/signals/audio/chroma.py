"""Which pitches sound, window by window: a whitened, tuned spectrum with a place for each semitone.

Method: magnitudes of overlapping Hann-windowed Fourier transforms are gathered at three places a semitone; each frame
is whitened by what lies within half an octave around (less its mean, over its standard deviation, never below zero),
so that a bass drum, a dull recording and a bright one leave the same pitches behind; frames are averaged over windows
of about a second; and from where, between the three places, the energy lies, the tuning is told and taken out (Mauch &
Dixon 2010, "Approximate note transcription for the improved identification of difficult chords").

Everything streams. When there are more windows than may be kept, pairs of them become one, so that memory has a bound
however long the recording is.
"""

from __future__ import annotations

from functools import cache
from typing import Final, NamedTuple, Self

import numpy as np
import scipy.fft
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from earmark.kernels.bands import Bands
from earmark.signals.audio.resampling import RATE

Floats = NDArray[np.float32]

LOWEST: Final = 36
"""The lowest pitch told apart, as a MIDI note: C2, 65.4 Hz. Below it semitones lie closer than the transform tells."""
SEMITONES: Final = 72
"""Six octaves: up to B7, 3,951 Hz."""
PLACES: Final = 3
"""Places a semitone; its middle one is in tune."""
N_PLACES: Final = SEMITONES * PLACES
A440: Final = 69
"""The MIDI note of 440 Hz."""
AROUND: Final = 6 * PLACES
"""Places on each side that a place is whitened by: half an octave."""
AT_ONCE: Final = 64
"""Frames that are transformed together."""
INAUDIBLE: Final = 1e-4
"""Added to each standard deviation: 80 dB below a sine at full scale, lest dither count as music."""


class PitchConfig(BaseModel):
    """How finely time is cut."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    transform: int = Field(default=8192, ge=1024, le=65_536)
    """Samples of a frame."""
    hop: int = Field(default=4096, ge=256, le=65_536)
    """Samples from one frame to the next."""
    frames: int = Field(default=4, ge=1, le=1000)
    """Frames of a window, as long as pairs have not been joined."""
    windows: int = Field(default=512, ge=2, le=100_000, multiple_of=2)
    """How many windows are kept at most; an even number, as they become one in pairs."""


class Pitches(NamedTuple):
    """What sounds in a recording."""

    windows: Floats
    """How much each semitone from C2 up stands out, ``(n_windows, 72)``, 0 and more."""
    tuning: float
    """By how many cents its notes lie above A = 440 Hz, from -50 to 50."""

    @property
    def chroma(self) -> Floats:
        """How much each pitch class stands out, from C up, over all octaves and windows, ``(12,)``; it sums to 1.

        Zeros where nothing sounds.
        """
        sums = self.windows.sum(0, dtype=np.float64).reshape(-1, 12).sum(0)
        return np.asarray(sums / (sums.sum() or 1.0), np.float32)


class PitchStream:
    """Listens block by block, and then says what it heard."""

    def __init__(self, config: PitchConfig | None = None) -> None:
        self.config = config or PitchConfig()
        self._waiting: list[Floats] = []
        self._n_waiting, self._heard = 0, False
        self._windows = Windows(self.config.frames, self.config.windows)

    def feed(self, samples: Floats) -> Self:
        """Take the next samples, ``(n,)``, mono at 16 kHz, of full scale 1."""
        self._waiting.append(samples)
        self._n_waiting += len(samples)
        if self._n_waiting >= self.config.transform + AT_ONCE * self.config.hop:
            self._listen()
        return self

    def pitches(self) -> Pitches:
        """All that was heard; a rest too short for a frame counts only if there was none before it."""
        missing = self.config.transform - self._n_waiting
        if not self._heard and 0 < missing < self.config.transform:
            self.feed(np.zeros(missing, np.float32))
        if self._n_waiting >= self.config.transform:
            self._listen()
        return tuned(self._windows.means())

    def _listen(self) -> None:
        waiting = np.concatenate(self._waiting)
        frames = np.lib.stride_tricks.sliding_window_view(waiting, self.config.transform)[:: self.config.hop]
        for start in range(0, len(frames), AT_ONCE):
            self._windows.add(whitened(magnitudes(frames[start : start + AT_ONCE])))
        self._heard = True
        self._waiting = [waiting[len(frames) * self.config.hop :]]
        self._n_waiting = len(self._waiting[0])


class Windows:
    """Means of runs of frames, of which no more than so many are kept."""

    def __init__(self, frames: int, most: int) -> None:
        self._frames, self._most = frames, most
        self._sums: list[Floats] = []
        self._open = np.zeros(N_PLACES, np.float32)
        self._n_open = 0

    def add(self, frames: Floats) -> None:
        """Take the next frames, ``(n_frames, 216)``."""
        for frame in frames:
            self._open = self._open + frame
            self._n_open += 1
            if self._n_open == self._frames:
                self._close()

    def means(self) -> Floats:
        """The windows so far, ``(n_windows, 216)``; a last one that is not half full only if it is the only one."""
        sums = [window / np.float32(self._frames) for window in self._sums]
        if self._n_open * 2 >= self._frames or (self._n_open and not sums):
            sums.append(self._open / np.float32(self._n_open))
        return np.array(sums, np.float32).reshape(-1, N_PLACES)

    def _close(self) -> None:
        self._sums.append(self._open)
        self._open, self._n_open = np.zeros(N_PLACES, np.float32), 0
        if len(self._sums) == self._most:
            self._sums = [one + other for one, other in zip(self._sums[::2], self._sums[1::2], strict=True)]
            self._frames *= 2


def magnitudes(frames: Floats) -> Floats:
    """How strong each of the 216 places is in each frame, ``(n_frames, 216)``; a sine at full scale comes to about 1.

    Args:
        frames: ``(n_frames, n_samples)``, mono at 16 kHz.
    """
    size = frames.shape[1]
    spectra = scipy.fft.rfft(frames * _hann(size), axis=1, overwrite_x=True)
    power = _places(size).gather(spectra, np.empty((len(frames), N_PLACES), np.float32))
    return np.sqrt(power, out=power)


def whitened(strengths: Floats) -> Floats:
    """By how many standard deviations each place stands out of the octave around it, never below 0; same shape."""
    around = 2 * AROUND + 1
    padded = np.pad(strengths.astype(np.float64), ((0, 0), (AROUND + 1, AROUND)), mode="reflect")
    padded[:, 0] = 0
    mean = _moving_sum(padded, around) / around
    variance = _moving_sum(np.square(padded), around) / around - np.square(mean)
    spread = np.sqrt(np.maximum(variance, 0)) + INAUDIBLE
    return np.asarray(np.maximum(strengths - mean, 0) / spread, np.float32)


def tuned(windows: Floats) -> Pitches:
    """Find the tuning, and gather three places a semitone, moved by it, into one.

    The phase of the first harmonic over the three places of all semitones together is where their energy lies.

    Args:
        windows: ``(n_windows, 216)``.
    """
    totals = windows.sum(0, dtype=np.float64).reshape(SEMITONES, PLACES).sum(0)
    turn = np.angle(np.sum(totals * np.exp(2j * np.pi * (np.arange(PLACES) - 1) / PLACES)))
    shift = float(turn) * PLACES / (2 * np.pi)
    return Pitches(np.asarray(windows @ _gathering(shift), np.float32), shift * 100 / PLACES)


def _moving_sum(rows: NDArray[np.float64], width: int) -> NDArray[np.float64]:
    sums = np.cumsum(rows, axis=1)
    return sums[:, width:] - sums[:, :-width]


def _gathering(shift: float) -> Floats:
    """Weights of places in semitones, ``(216, 72)``: whole at the semitone's middle, falling to 0 a semitone away."""
    middles = np.arange(SEMITONES) * PLACES + 1 + shift
    away = np.abs(np.arange(N_PLACES)[:, None] - middles[None, :]) / PLACES
    weights = np.clip(1 - 1.5 * away, 0, 1)
    return np.asarray(weights / 2, np.float32)


@cache
def _hann(size: int) -> Floats:
    """A periodic Hann window whose spectrum peaks at 1 for a sine at full scale."""
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(size) / size)
    return np.asarray(window * 2 / window.sum(), np.float32)


@cache
def _places(size: int) -> Bands:
    """Weights of the transform's lines, as far up as any counts, in each place.

    Triangles, as wide each way as it is to the next place or the next line.
    """
    lines = np.arange(size // 2 + 1) * RATE / size
    notes = LOWEST + (np.arange(N_PLACES) - 1) / PLACES
    middles = 440 * 2 ** ((notes - A440) / 12)
    widths = np.maximum(middles * (2 ** (1 / (12 * PLACES)) - 1), RATE / size)
    weights = np.maximum(0, 1 - np.abs(lines[None, :] - middles[:, None]) / widths[:, None])
    return Bands(weights[:, : np.flatnonzero(weights[-1])[-1] + 1].T.astype(np.float32))
