"""Frames of samples, as decoders give them, gathered into blocks of float32.

Decoders give a thousand samples at a time, as whole numbers or floats, interleaved or a plane for each channel. Each is
looked at once on its way into a block.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from earmark.kernels import _core

FORMS: Final = {"u8": 0, "s16": 1, "s32": 2, "s64": 3, "flt": 4, "dbl": 5}
"""FFmpeg's names of sample formats; with a p behind it, each channel has a plane of its own."""


class Gathering:
    """Frames in, blocks ``(n_channels, n)`` out; full scale is 1, and what is no number, or 40 dB above it, is 0."""

    def __init__(self, form: str, n_channels: int, at_once: int) -> None:
        """Take samples of FFmpeg's format ``form`` and make blocks of ``at_once`` samples of each channel.

        Raises:
            ValueError: there is no such format.
        """
        if form.removesuffix("p") not in FORMS:
            raise ValueError(f"There is no sample format {form}.")
        self.peak = 0.0
        """The greatest absolute sample so far."""
        self._form, self._n_channels, self._at_once = FORMS[form.removesuffix("p")], n_channels, at_once
        self._block, self._filled = self._empty(), 0

    def add(self, planes: tuple[object, ...], n: int) -> Sequence[NDArray[np.float32]]:
        """Take a frame of ``n`` samples and return the blocks that it fills: mostly none.

        Args:
            planes: buffers: one for each channel, or one in which they are interleaved.

        Raises:
            ValueError: a plane is too short, or there are too few.
        """
        taken, blocks = self._at_once - self._filled, []
        if n < taken:
            self._take(planes, 0, n)
            return ()
        self._take(planes, 0, taken)
        blocks.append(self._next())
        while n - taken >= self._at_once:
            self._take(planes, taken, self._at_once)
            taken += self._at_once
            blocks.append(self._next())
        self._take(planes, taken, n - taken)
        return blocks

    def rest(self) -> NDArray[np.float32]:
        """What does not fill a block, (n_channels, n_left)."""
        left = self._filled
        return np.ascontiguousarray(self._next()[:, :left])

    def _take(self, planes: tuple[object, ...], skipped: int, n: int) -> None:
        peak = _core.gather_samples(
            self._form, self._n_channels, n, skipped, self._filled, self._at_once, planes, self._block
        )
        self._filled += n
        self.peak = max(self.peak, peak)

    def _next(self) -> NDArray[np.float32]:
        full, self._block, self._filled = self._block, self._empty(), 0
        return full

    def _empty(self) -> NDArray[np.float32]:
        return np.empty((self._n_channels, self._at_once), np.float32)
