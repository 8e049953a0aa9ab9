"""Figures of a recording that are told from its frames: energy, brightness, danceability.

Each is a share from 0 to 1 of a definition of its own; how true it is, and how that was measured, is told in
docs/reference/sound.md. `VERSION` changes when a definition does.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from earmark.music.sound import Lufs, Share, Tempo
from earmark.signals.audio.frames import BANDS, COMPRESSION, FRAMES_PER_SECOND

VERSION: Final = 1
BACK: Final = 2
"""Frames, 32 ms: an attack takes about as long."""
ONSET_MEANS, ONSET_LEAST = 1.5, 0.02
"""How far a peak of the flux must stand out: so many times the window's mean, and so much more."""
SHARP: Final = 90
"""Percentile of the flux that says how sharp attacks are."""
HIGH_BAND: Final = 60
"""The first of the bands that count as high: 2.4 kHz."""
COMMON_LOUDNESS: Final = -15.0
USUAL: Final = {
    "loudness": (-15.3, 3.9, 0.5),
    "sharpness": (0.363, 0.186, 1.0),
    "density": (3.76, 1.54, 1.0),
    "presence": (0.664, 0.394, 1.0),
}
"""Mean and standard deviation over 223 tracks of freely licensed games' music, and the weight in energy."""
FARTHEST: Final = 3.0
"""Standard deviations beyond which a figure counts no more."""
STEEPNESS: Final = 1.8
"""So that a tenth of those tracks have an energy below .15, and a tenth above .85."""
LOUDNESS_EXPONENT: Final = 0.3
"""Of power (Stevens 1957): ten decibels more sound twice as loud."""
INAUDIBLE: Final = 1e-7
"""Power of a band, of a full one's: -70 dB."""
RESONANT_BPM: Final = 118.0
OCTAVES: Final = 0.6
STRONG_BEAT: Final = 0.7
"""The beat strength that one track in twenty exceeds."""


def energy(windows: NDArray[np.float32], loudness: Lufs | None) -> Share | None:
    """How intense it is: how sharp, how dense, how present and how loud it is, each beside what is usual.

    Sharpness is the 90th percentile of the spectral flux (rise of the bands' log power over 32 ms, mean over bands);
    density is onsets a second (peaks of the flux); presence is the mean log power above 2.4 kHz, all recordings made
    equally loud; loudness is the integrated one, and weighs half. Standardised, averaged, through a logistic curve.

    Args:
        windows: (n_windows, n_frames, 96) log-mel.
        loudness: LUFS.
    """
    if loudness is None or not len(windows):
        return None
    flux = np.maximum(windows[:, BACK:] - windows[:, :-BACK], 0).mean(axis=2)
    inner = flux[:, 1:-1]
    stands_out = inner > ONSET_MEANS * flux.mean(axis=1, keepdims=True) + ONSET_LEAST
    peaks = (inner > flux[:, :-2]) & (inner >= flux[:, 2:]) & stands_out
    gain = np.float32(10 ** ((COMMON_LOUDNESS - loudness) / 10))
    found = {
        "loudness": float(loudness),
        "sharpness": float(np.percentile(flux, SHARP)),
        "density": float(peaks.mean()) * FRAMES_PER_SECOND,
        "presence": float(np.log1p(gain * _power(windows[:, :, HIGH_BAND:])).mean()) / math.log(10),
    }
    total = 0.0
    for name, (mean, spread, weight) in USUAL.items():
        total += weight * max(-FARTHEST, min(FARTHEST, (found[name] - mean) / spread))
    weights = sum(weight for _, _, weight in USUAL.values())
    return Share(1 / (1 + math.exp(-STEEPNESS * total / weights)))


def brightness(windows: NDArray[np.float32]) -> Share | None:
    """Where, between the lowest band and the highest, the middle of what is heard lies.

    The centroid over the 96 mel bands, up to 8 kHz, of the mean power to the exponent of loudness; mean over windows
    that are not silent. White noise has .5, a tone its own band's place.

    Args:
        windows: (n_windows, n_frames, 96) log-mel.
    """
    power = _power(windows).mean(axis=1) / COMPRESSION
    loud = np.where(power > INAUDIBLE, power, 0) ** LOUDNESS_EXPONENT
    sums = loud.sum(axis=1)
    heard = sums > 0
    if not heard.any():
        return None
    places = np.arange(BANDS) / (BANDS - 1)
    return Share(float((loud[heard] @ places / sums[heard]).mean()))


def danceability(tempo: Tempo | None, beat_strength: float) -> Share:
    """How well it is danced to: the geometric mean of how clear the beat is, how sure the tempo, and how feet like it.

    Feet like best what is near 118 BPM, less by a normal curve over octaves of tempo (the resonance of van Noorden &
    Moelants 1999). Where no tempo can be told, it is 0.

    Args:
        tempo: what most would tap, or None.
        beat_strength: from 0 to 1.
    """
    if tempo is None:
        return Share(0.0)
    liked = math.exp(-((math.log2(tempo.bpm / RESONANT_BPM) / OCTAVES) ** 2) / 2)
    return Share((min(1.0, beat_strength / STRONG_BEAT) * tempo.confidence * liked) ** (1 / 3))


def _power(log_mel: NDArray[np.float32]) -> NDArray[np.float32]:
    """Power of the bands times `COMPRESSION`, as it was before the logarithm."""
    power: NDArray[np.float32] = np.exp(log_mel * np.float32(math.log(10))) - np.float32(1)
    return power
