"""Log-mel frames: how much sounds in 96 bands of hearing, 62.5 times a second.

The front end of MusiCNN (Pons & Serra 2019, "musicnn: pre-trained convolutional neural networks for music audio
tagging"): power spectra of centred Hann windows of 512 samples every 256, gathered by Slaney's mel filters of unit area
(Auditory Toolbox, 1998), then log10(1 + 10,000 S). As `librosa.feature.melspectrogram` has it, but for rounding.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
import scipy.fft
from numpy.typing import NDArray

from earmark.kernels.bands import Bands
from earmark.signals.audio.resampling import RATE

WINDOW: Final = 512
HOP: Final = 256
BANDS: Final = 96
FRAMES_PER_SECOND: Final = RATE / HOP
COMPRESSION: Final = 10_000
FRAMES_AT_ONCE: Final = 256
"""So many that calls cost little beside them, so few that the cache nearly holds them."""
LINEAR_UP_TO_HZ: Final = 1000.0
MELS_PER_HZ: Final = 3 / 200
LOG_STEP: Final = np.log(6.4) / 27
"""Slaney's scale above 1 kHz: 27 mels take the frequency up by 6.4 times."""


class LogMel:
    """Samples at 16,000 Hz in, frames ``(n, 96)`` float32 out."""

    def __init__(self) -> None:
        """Begin with half a window of silence, so that the first frame is centred on the first sample."""
        self._waiting = [np.zeros(WINDOW // 2, np.float32)]
        self._n_waiting = WINDOW // 2

    def feed(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """The frames that are complete after some more samples, ``(n,)`` float32."""
        self._waiting.append(samples)
        self._n_waiting += len(samples)
        batch = FRAMES_AT_ONCE * HOP
        n_batches = (self._n_waiting - (WINDOW - HOP)) // batch
        if n_batches <= 0:
            return np.empty((0, BANDS), np.float32)
        return self._frames(n_batches * FRAMES_AT_ONCE)

    def finish(self) -> NDArray[np.float32]:
        """The last frames; half a window of silence follows the last sample."""
        self._waiting.append(np.zeros(WINDOW // 2, np.float32))
        self._n_waiting += WINDOW // 2
        return self._frames(max(0, (self._n_waiting - (WINDOW - HOP)) // HOP))

    def _frames(self, n: int) -> NDArray[np.float32]:
        samples = np.concatenate(self._waiting)
        self._waiting = [samples[n * HOP :]]
        self._n_waiting = len(self._waiting[0])
        frames = np.empty((n, BANDS), np.float32)
        for at in range(0, n, FRAMES_AT_ONCE):
            some = frames[at : at + FRAMES_AT_ONCE]
            _log_mel(samples[at * HOP : (at + len(some) + 1) * HOP], some)
        return frames


def _log_mel(samples: NDArray[np.float32], frames: NDArray[np.float32]) -> None:
    size = samples.itemsize
    windows = np.ndarray((len(frames), WINDOW), np.float32, samples, strides=(HOP * size, size))
    spectra = scipy.fft.rfft(windows * _hann(), axis=1, overwrite_x=True)
    _mel_bands().gather(spectra, frames, more=1)
    np.log(frames, out=frames)
    frames *= np.float32(1 / np.log(10))


@cache
def _mel_bands() -> Bands:
    return Bands(mel_filters() * np.float32(COMPRESSION))


@cache
def _hann() -> NDArray[np.float32]:
    turn: NDArray[np.float64] = np.arange(WINDOW) / WINDOW
    return (0.5 - 0.5 * np.cos(2 * np.pi * turn)).astype(np.float32)


@cache
def mel_filters() -> NDArray[np.float32]:
    """Triangles between neighbours on the mel scale, of unit area in Hz; (257 frequencies, 96 bands) float32."""
    highest = np.array(RATE / 2)
    edges = mel_to_hz(np.linspace(0, hz_to_mel(highest), BANDS + 2))
    places = np.fft.rfftfreq(WINDOW, 1 / RATE)[:, None]
    rising = (places - edges[:-2]) / np.diff(edges)[:-1]
    falling = (edges[2:] - places) / np.diff(edges)[1:]
    triangles = np.maximum(0, np.minimum(rising, falling))
    return (triangles * (2 / (edges[2:] - edges[:-2]))).astype(np.float32)


def hz_to_mel(hz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Slaney's mel of a frequency: linear up to 1 kHz, logarithmic above."""
    above = np.log(np.maximum(hz, LINEAR_UP_TO_HZ) / LINEAR_UP_TO_HZ) / LOG_STEP
    return np.where(hz < LINEAR_UP_TO_HZ, hz * MELS_PER_HZ, LINEAR_UP_TO_HZ * MELS_PER_HZ + above)


def mel_to_hz(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    """The frequency of a mel, in Hz."""
    knee = LINEAR_UP_TO_HZ * MELS_PER_HZ
    return np.where(mel < knee, mel / MELS_PER_HZ, LINEAR_UP_TO_HZ * np.exp(LOG_STEP * (mel - knee)))
