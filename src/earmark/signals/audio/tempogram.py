"""Tempograms: how strongly the attacks in a stretch of sound come back, at every tempo and in every band.

Attacks are where a band of the log-mel spectrum rises beyond what it and its neighbours had two frames before (the
spectral flux of Böck & Widmer 2013, whose maximum over neighbours keeps vibrato out). Over windows of twelve seconds
the flux of nine bands is correlated with itself and transformed (Grosche, Müller & Kurth 2010): a correlation shows a
tempo and its halves, a transform the tempo and its doubles. Both lie on one axis of tempi in equal steps of an octave,
on which a faster performance of the same music is the same picture, moved.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from earmark.signals.audio.frames import BANDS, FRAMES_PER_SECOND

STEPS_PER_OCTAVE: Final = 36
LOWEST_BPM: Final = 10.0
N_TEMPI: Final = 6 * STEPS_PER_OCTAVE
"""From 10 to just under 640 BPM: from bars to the shortest notes."""
WINDOW: Final = 768
"""Frames: 12.3 seconds."""
HOP: Final = 256
GROUPS: Final = 8
"""Of twelve mel bands each; the ninth is their sum."""
N_CHANNELS: Final = 2 * (GROUPS + 1)
BACK: Final = 2
SPECTRUM: Final = 2048
"""Long enough that the correlation does not wrap round."""
FLOOR: Final = 1e-4
"""Flux below this is as nothing, in the square."""
QUIET_BAND: Final = 0.05
"""A band with less of the mean energy than this counts as less periodic than it is."""
Floats = NDArray[np.float32]


def tempi() -> NDArray[np.float64]:
    """The tempo of each step in BPM, ``(216,)``."""
    return LOWEST_BPM * 2 ** (np.arange(N_TEMPI) / STEPS_PER_OCTAVE)


def attacks(log_mel: Floats) -> Floats:
    """The flux of the nine bands, ``(n_frames, 9)``, of log-mel frames ``(n_frames, 96)``."""
    n_frames = len(log_mel)
    rise = np.zeros((n_frames, BANDS), np.float32)
    if n_frames > BACK:
        before = log_mel[:-BACK]
        highest = before.copy()
        np.maximum(highest[:, 1:], before[:, :-1], out=highest[:, 1:])
        np.maximum(highest[:, :-1], before[:, 1:], out=highest[:, :-1])
        np.maximum(log_mel[BACK:] - highest, 0, out=rise[BACK:])
    flux = np.empty((n_frames, GROUPS + 1), np.float32)
    flux[:, :GROUPS] = rise.reshape(n_frames, GROUPS, BANDS // GROUPS).mean(axis=2)
    flux[:, GROUPS] = flux[:, :GROUPS].mean(axis=1)
    return flux


def tempograms(flux: Floats, hop: int = HOP) -> Floats:
    """Of every window, ``(n_windows, 18, 216)``: nine correlations, then nine transforms.

    A correlation is 1 where a band repeats itself wholly; a transform is 1 for a pure wave. Sound shorter than a
    window is continued by silence.

    Args:
        flux: ``(n_frames, 9)``, as `attacks` finds it.
        hop: frames from window to window.
    """
    if len(flux) < WINDOW:
        flux = np.pad(flux, ((0, WINDOW - len(flux)), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(flux, WINDOW, axis=0)[::hop]
    centred = windows - windows.mean(axis=2, keepdims=True)
    power = np.abs(scipy.fft.rfft(centred, SPECTRUM, axis=2)) ** 2
    correlation = scipy.fft.irfft(power, axis=2)[:, :, : WINDOW // 2 + 1]
    energy = correlation[:, :, :1].copy()
    scale = energy + QUIET_BAND * energy.mean(axis=1, keepdims=True) + FLOOR
    lags, waves = _lags(), _waves()
    found = np.empty((len(centred), N_CHANNELS, N_TEMPI), np.float32)
    found[:, : GROUPS + 1] = (correlation / scale) @ lags
    transform = (centred * _taper()) @ waves
    magnitude = np.hypot(transform[..., :N_TEMPI], transform[..., N_TEMPI:])
    found[:, GROUPS + 1 :] = magnitude / np.sqrt(scale)
    return found


@cache
def _lags() -> Floats:
    """Reads a correlation at each tempo's beat: triangles a step wide or a frame, whichever is more, ``(385, 216)``.

    What is read is freed of the bias that a longer lag leaves fewer frames to compare.
    """
    lag = 60 * FRAMES_PER_SECOND / tempi()
    width = np.maximum(lag * (2 ** (1 / STEPS_PER_OCTAVE) - 1), 1.0)
    frames = np.arange(WINDOW // 2 + 1)[:, None]
    triangles = np.maximum(0, 1 - np.abs(frames - lag) / width)
    triangles /= triangles.sum(axis=0)
    return np.asarray(triangles * (WINDOW / (WINDOW - frames)), np.float32)


@cache
def _taper() -> Floats:
    return np.asarray(np.hanning(WINDOW + 2)[1:-1], np.float32)


@cache
def _waves() -> Floats:
    """Cosines, then sines, at each tempo's frequency, scaled so that a wave alone has magnitude 1, ``(768, 432)``."""
    turns: NDArray[Any] = np.arange(WINDOW)[:, None] * tempi() / 60 / FRAMES_PER_SECOND
    scale = np.sqrt(2 * WINDOW) / _taper().sum()
    return np.asarray(
        np.concatenate([np.cos(2 * np.pi * turns), np.sin(2 * np.pi * turns)], axis=1) * scale, np.float32
    )
