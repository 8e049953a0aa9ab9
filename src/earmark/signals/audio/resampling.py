"""One stream that all hearing works on: one channel at 16,000 Hz.

Up to 8 kHz lies what tells tempo, key, timbre and voice, and the embedding was trained at this rate. Channels are
averaged, then resampled by libsoxr, whose filter has linear phase and keeps time.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import soxr  # type: ignore[import-untyped]
from numpy.typing import NDArray

RATE: Final = 16_000
"""Samples a second."""
QUALITY: Final = "MQ"
"""Libsoxr's third of five: 16 bits of precision. Finer ones cost more, and no figure tells them apart."""


class Resampler:
    """Blocks at any rate in, one channel at `RATE` out; any way of cutting the blocks gives the same samples."""

    def __init__(self, rate: int) -> None:
        """Take sound of ``rate`` samples a second."""
        self._stream = None if rate == RATE else soxr.ResampleStream(rate, RATE, 1, "float32", QUALITY)

    def feed(self, block: NDArray[np.float32]) -> NDArray[np.float32]:
        """What is ready after one more block.

        Args:
            block: (n_channels, n) float32.

        Returns:
            (n_ready,) float32; the filter holds some back until `finish`.
        """
        mono = block[0]
        if len(block) > 1:
            # Much faster than a mean over the first axis.
            mono = sum(block[1:], mono) * np.float32(1 / len(block))
        return self._resample(mono, last=False)

    def finish(self) -> NDArray[np.float32]:
        """What was held back, (n_left,) float32."""
        return self._resample(np.empty(0, np.float32), last=True)

    def _resample(self, mono: NDArray[np.float32], *, last: bool) -> NDArray[np.float32]:
        if self._stream is None:
            return mono
        samples: NDArray[np.float32] = self._stream.resample_chunk(mono, last=last)
        return samples
