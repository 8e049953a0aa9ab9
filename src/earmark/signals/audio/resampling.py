"""One stream that all hearing works on: one channel at 16,000 Hz.

Up to 8 kHz lies what tells tempo, key, timbre and voice, and the embedding was trained at this rate.
"""

from __future__ import annotations

from typing import Final

from earmark.kernels.resampling import Resampling

RATE: Final = 16_000
"""Samples a second."""


class Resampler(Resampling):
    """Blocks at any rate in, one channel at `RATE` out; any way of cutting the blocks gives the same samples."""

    def __init__(self, rate: int) -> None:
        """Take sound of ``rate`` samples a second."""
        super().__init__(rate, RATE)
