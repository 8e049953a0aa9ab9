"""How much of a recording is somebody speaking.

Speech holds a sound for a twentieth of a second, but seldom for three, and falls silent between words; music holds its
sounds longer and keeps its level, and noise is never like itself (after Saunders 1996; Scheirer & Slaney 1997). So two
things are looked at in windows of four seconds, up to 3.4 kHz as on a telephone: by how much less alike spectra are
160 ms apart than 48 ms apart, and how widely the level swings. A logistic curve over both, fitted on made speech in
nine languages, music of games and noises, says how likely a window is speech; the mean of windows is the share. Speech
over music counts less the louder that is.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from earmark.music.sound import Share

BANDS: Final = 70
"""Those whose middle lies below 3.4 kHz."""
NEAR, FAR = 3, 10
"""Frames apart: 48 ms, just enough for spectra to share no sample, and 160 ms, in which speech has moved on."""
LIVE: Final = 1e-4
"""Of the loudest frame's power: spectra of pauses are not compared."""
DEEPEST_DB: Final = -50.0
SILENCE: Final = 1e-7
"""Power of a frame, below which a window says nothing."""
FADING, SWING, OFFSET = 31.41, 0.4066, -7.505
"""Of the logistic curve: for each unit of likeness lost, for each decibel, and without either."""


def speechiness(windows: NDArray[np.float32]) -> Share | None:
    """The share of speech; None of silence.

    Args:
        windows: (n_windows, n_frames, 96) log-mel.
    """
    low = windows[:, :, :BANDS]
    power = (np.exp(low * np.float32(math.log(10))) - 1).sum(axis=2)
    loudest = power.max(axis=1, keepdims=True, initial=0)
    heard = loudest[:, 0] > SILENCE
    if not heard.any():
        return None
    low, power, loudest = low[heard], power[heard], loudest[heard]
    live = (power > LIVE * loudest)[:, FAR:]
    fading = (_fading(low) * live).sum(axis=1) / np.maximum(live.sum(axis=1), 1)
    level = 10 * np.log10(np.maximum(power / loudest, 10 ** (DEEPEST_DB / 10)))
    likely = 1 / (1 + np.exp(-(FADING * fading + SWING * level.std(axis=1) + OFFSET)))
    return Share(float(likely.mean()))


def _fading(windows: NDArray[np.float32]) -> NDArray[np.float32]:
    """By how much less a frame is like the one `FAR` before than like the one `NEAR` before, (n_windows, n - FAR).

    Likeness is the correlation over bands.
    """
    centred = windows - windows.mean(axis=2, keepdims=True)
    centred /= np.sqrt(np.square(centred).sum(axis=2, keepdims=True)) + np.float32(1e-3)
    near, far = centred[:, FAR - NEAR : -NEAR], centred[:, :-FAR]
    fading: NDArray[np.float32] = np.einsum("wfb,wfb->wf", centred[:, FAR:], near - far)
    return fading
