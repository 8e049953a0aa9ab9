"""How loud a recording is, and how far its loud and quiet parts lie apart.

Integrated loudness (ITU-R BS.1770-4): the mean energy of K-weighted sound over all channels in blocks of 400 ms, a new
one every 100 ms; blocks below -70 LUFS do not count, nor do those 10 LU below the mean of the rest. Loudness range (EBU
Tech 3342): from the 10th to the 95th percentile of the loudness of 3 s, taken every 100 ms, without what lies below
-70 LUFS or 20 LU below the mean of the rest.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from earmark.kernels.loudness import LOWEST_RATE, KWeighted
from earmark.music.sound import LoudnessUnits, Lufs

BLOCK_STEPS: Final = 4
SHORT_TERM_STEPS: Final = 30
OFFSET: Final = -0.691
"""So that a sine of 1 kHz at full scale in one channel is -3.01 LUFS."""
SILENCE: Final = -70.0
LOUDNESS_GATE: Final = -10.0
RANGE_GATE: Final = -20.0
QUIET, LOUD = 10, 95
"""Percentiles."""
SURROUND: Final = 1.41
"""The weight of what comes from the side (annex 3)."""
SIDES: Final = frozenset({"SL", "SR", "SDL", "SDR"})
BACKS: Final = frozenset({"BL", "BR"})
EFFECTS: Final = frozenset({"LFE", "LFE2"})


class LoudnessMeter:
    """Blocks of sound in, levels out."""

    def __init__(self, rate: int, speakers: Sequence[str]) -> None:
        """Take sound of ``rate`` samples a second, whose channels stand where FFmpeg's names of them say."""
        # Slower sound than that has next to nothing of what K-weighting looks at.
        self._weighted = KWeighted(rate, _weights(speakers)) if rate >= LOWEST_RATE else None
        self._energies: list[NDArray[np.float64]] = []

    def feed(self, block: NDArray[np.float32]) -> None:
        """Listen to one more block, (n_channels, n) float32."""
        if block.size and self._weighted is not None:
            self._energies.append(self._weighted.feed(block))

    def integrated(self) -> Lufs | None:
        """The loudness of all that was fed; None of silence, and of less than 400 ms."""
        blocks = self._means(BLOCK_STEPS)
        heard = blocks[blocks > _energy(SILENCE)]
        if len(heard) == 0:
            return None
        loud = heard[heard > heard.mean() * 10 ** (LOUDNESS_GATE / 10)]
        return Lufs(_level(float(loud.mean())))

    def range(self) -> LoudnessUnits | None:
        """The loudness range of all that was fed; None of silence, and of less than 3 s."""
        windows = self._means(SHORT_TERM_STEPS)
        heard = windows[windows > _energy(SILENCE)]
        if len(heard) == 0:
            return None
        counted = np.sort(heard[heard > heard.mean() * 10 ** (RANGE_GATE / 10)])
        quiet, loud = (counted[round((len(counted) - 1) * part / 100)] for part in (QUIET, LOUD))
        return LoudnessUnits(_level(float(loud)) - _level(float(quiet)))

    def _means(self, steps: int) -> NDArray[np.float64]:
        """The mean energy of so many steps, from each step on that so many follow."""
        energies = np.concatenate([np.empty(0), *self._energies])
        if len(energies) < steps:
            return np.empty(0)
        means: NDArray[np.float64] = np.lib.stride_tricks.sliding_window_view(energies, steps).mean(axis=1)
        return means


def _weights(speakers: Sequence[str]) -> list[float]:
    """Of each channel: what stands behind counts as the sides do where there are no others, as in 5.1."""
    aside = SIDES if SIDES & set(speakers) else BACKS
    return [0.0 if name in EFFECTS else SURROUND if name in aside else 1.0 for name in speakers]


def _level(energy: float) -> float:
    return OFFSET + 10 * math.log10(energy)


def _energy(level: float) -> float:
    return float(10 ** ((level - OFFSET) / 10))
