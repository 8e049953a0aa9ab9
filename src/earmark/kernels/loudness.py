"""The energy of K-weighted sound, a tenth of a second at a time (ITU-R BS.1770-4, annex 1).

K-weighting is two filters one behind the other: a shelf that lifts what lies above 1.7 kHz by 4 dB, as a head does, and
a high pass at 38 Hz. The recommendation gives their coefficients for 48,000 Hz; for any other rate they are had by the
bilinear transform of the same analogue filters (Mansbridge, Finn & Reiss 2012, as libebur128 has it).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from earmark.kernels import _core

STEPS_PER_SECOND: Final = 10
MEMORY: Final = 6
LOWEST_RATE: Final = 4_000
"""Below this the shelf lies beyond what can be sampled."""
SHELF_HZ: Final = 1681.974450955533
SHELF_DB: Final = 3.999843853973347
SHELF_Q: Final = 0.7071752369554196
SHELF_BEND: Final = 0.4996667741545416
PASS_HZ: Final = 38.13547087602444
PASS_Q: Final = 0.5003270373238773


def k_weighting(rate: int) -> NDArray[np.float64]:
    """Coefficients for a rate: b0, b1, b2, a1, a2 of the shelf and a1, a2 of the high pass, whose b are 1, -2, 1.

    Raises:
        ValueError: the rate is below `LOWEST_RATE`.
    """
    if rate < LOWEST_RATE:
        raise ValueError(f"K-weighting needs {LOWEST_RATE} samples a second, got {rate}.")
    k = math.tan(math.pi * SHELF_HZ / rate)
    high = 10 ** (SHELF_DB / 20)
    bend = high**SHELF_BEND
    scale = 1 + k / SHELF_Q + k * k
    shelf = [
        (high + bend * k / SHELF_Q + k * k) / scale,
        2 * (k * k - high) / scale,
        (high - bend * k / SHELF_Q + k * k) / scale,
        2 * (k * k - 1) / scale,
        (1 - k / SHELF_Q + k * k) / scale,
    ]
    k = math.tan(math.pi * PASS_HZ / rate)
    scale = 1 + k / PASS_Q + k * k
    return np.array([*shelf, 2 * (k * k - 1) / scale, (1 - k / PASS_Q + k * k) / scale])


class KWeighted:
    """Blocks of sound in, energies out; any way of cutting the blocks gives the same energies."""

    def __init__(self, rate: int, weights: Sequence[float]) -> None:
        """Take sound of ``rate`` samples a second; the square of each channel is multiplied by its weight.

        Raises:
            ValueError: the rate is below `LOWEST_RATE`.
        """
        self._rate = rate
        self._filter = k_weighting(rate)
        self._weights = np.array(weights, np.float64)
        self._memory = np.zeros((len(weights), MEMORY))
        self._position = 0
        self._open = 0.0

    def feed(self, block: NDArray[np.float32]) -> NDArray[np.float64]:
        """The mean squares, summed over channels, of the tenths of a second that are complete after one more block.

        Args:
            block: (n_channels, n) float32, finite.

        Raises:
            ValueError: another type or number of channels.
        """
        n_channels, n = block.shape
        if block.dtype != np.float32 or n_channels != len(self._weights):
            raise ValueError(
                f"expected float32 of {len(self._weights)} channels, got {block.dtype} of {n_channels}."
            )
        if n == 0:
            return np.empty(0)
        first, last = self._step(self._position), self._step(self._position + n)
        energies = np.zeros(last - first + 1)
        energies[0] = self._open
        _core.weigh_loudness(
            n_channels, n, self._rate, self._position, np.ascontiguousarray(block),
            self._filter, self._weights, self._memory, energies,
        )  # fmt: skip
        self._position += n
        self._open = float(energies[-1])
        return energies[:-1]

    def _step(self, position: int) -> int:
        return position * STEPS_PER_SECOND // self._rate
