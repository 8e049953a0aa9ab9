"""Mix a song's players, and do to the mix what rooms, desks, codecs and noise do; then hear it as the net will.

Everything happens to the power of frames, so that it costs next to nothing: each player louder or softer or gone, an
equaliser's curve, a room that rings on, noise, somebody else's drums, a missing top, a piece of the song alone.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from earmark.signals.audio.chroma import N_PLACES, Floats, PitchConfig, Windows, tuned, whitened
from key_songs import DRUMS

ABSENT: Final = (0.12, 0.12, 0.12, 0.25)
"""How likely each player is left out of a mix."""


def mixed(players: Floats, draw: np.random.Generator, others: Floats | None = None) -> Floats:
    """One mix of a song as the net hears it, ``(n_windows, 72)`` float32.

    Args:
        players: magnitudes, ``(n_players, n_frames, 216)``.
        draw: where chance comes from.
        others: another song, whose drums may be laid over.
    """
    gains = 10 ** (draw.normal(0, 5, len(players)) / 20)
    gone = draw.random(len(players)) < ABSENT
    if not (players[:DRUMS].any((1, 2)) & ~gone[:DRUMS]).any():
        gone[:] = False
    power = np.einsum("pfk,p->fk", np.square(players.astype(np.float64)), np.square(gains * ~gone))
    if others is not None and draw.random() < 0.3:
        drums = np.square(others[DRUMS].astype(np.float64))
        power += np.resize(drums, power.shape) * 10 ** (draw.uniform(-10, 6) / 10)
    power *= _equaliser(draw)
    if draw.random() < 0.3:
        power = _ringing(power, float(draw.uniform(0.1, 0.7)))
    if draw.random() < 0.6:
        loud = power.max() * 10 ** (draw.uniform(-70, -18) / 10)
        power += loud * _equaliser(draw) * draw.gamma(1.5, 1 / 1.5, power.shape)
    if draw.random() < 0.15:
        power[:, int(draw.uniform(0.6, 1) * N_PLACES) :] *= 10 ** draw.uniform(-6, -2)
    power /= max(power.max(), 1e-12)
    return windowed(_piece(np.sqrt(power * 10 ** draw.uniform(-3, -0.5)).astype(np.float32), draw), draw)


def windowed(frames: Floats, draw: np.random.Generator) -> Floats:
    """Whitened, tuned windows of magnitudes, of the usual length or, as in long recordings, longer."""
    config = PitchConfig()
    longer = int(draw.choice((1, 1, 1, 1, 2, 4)))
    windows = Windows(config.frames * longer, config.windows)
    windows.add(whitened(frames))
    return tuned(windows.means()).windows


def _piece(frames: Floats, draw: np.random.Generator) -> Floats:
    if draw.random() < 0.5:
        return frames
    n = int(len(frames) * draw.uniform(0.4, 1))
    start = int(draw.integers(0, len(frames) - n + 1))
    return frames[start : start + n]


def _equaliser(draw: np.random.Generator) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """A smooth curve of power over the places: a tilt, a few waves, perhaps a cut below."""
    at = np.arange(N_PLACES) / N_PLACES
    decibels = draw.normal(0, 8) * (at - 0.5) * 2
    for waves in (1, 2, 4, 7):
        decibels = decibels + draw.normal(0, 3) * np.cos(np.pi * at * waves + draw.uniform(0, 2 * np.pi))
    if draw.random() < 0.15:
        decibels = decibels - 30 * np.clip(draw.uniform(0.05, 0.25) - at, 0, 1) / 0.1
    return np.asarray(10 ** (decibels / 10))


def _ringing(
    power: np.ndarray[tuple[int, int], np.dtype[np.float64]], share: float
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    rung = power.copy()
    for frame in range(1, len(rung)):
        rung[frame] += share * rung[frame - 1]
    return rung
