"""Sound of any number of channels as one channel at another rate.

As long as the rate is far above the one that is wanted, it is halved by half-band filters, every second weight of which
is zero. Then a bank of filters, one for each place that an output may have between two samples, changes it by a
fraction (Crochiere & Rabiner 1983, "Multirate Digital Signal Processing").
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Final

import numpy as np

from earmark.kernels import _core
from earmark.kernels.filters import Floats, filter_bank, half_band, side_by_side

PASS, STOP = 0.9, 1.015
"""Where filters begin to fall and where they have, as parts of half the lower rate. What lies up to 1.5 % above that
half is folded down to as much below it, at least 42 dB weaker than it was."""
FAR: Final = 1.25
"""Rates are halved that remain so many times the one that is wanted: the filter for it stays short."""
LEAST_PERIOD: Final = 256
"""Outputs in a period of the bank: of fewer, too few are made side by side."""
FINEST: Final = 4_096
"""The most samples after which outputs fall on samples again. A rate for which there is no such fraction is taken for
the nearest for which there is: that is off by less than 1 in 8,192, a fifth of a cent."""


class Resampling:
    """Blocks in, one channel at the rate that is wanted out; any way of cutting the blocks gives the same samples."""

    def __init__(self, rate: int, wanted: int) -> None:
        """Take sound of ``rate`` samples a second."""
        self._stages: list[_Halving | _ByFraction] = []
        while rate % 2 == 0 and rate / 2 >= FAR * wanted:
            self._stages.append(_Halving(rate, wanted / 2))
            rate //= 2
        if rate != wanted:
            self._stages.append(_ByFraction(rate, wanted))

    def feed(self, block: Floats) -> Floats:
        """The samples that are ready after one more block, (n_ready,) float32.

        Args:
            block: (n_channels, n) float32.

        Raises:
            ValueError: another type or shape.
        """
        if block.dtype != np.float32 or block.ndim != 2:
            raise ValueError(f"expected float32 of two dimensions, got {block.dtype} of {block.ndim}.")
        n_channels, n = block.shape
        mono = self._stages[0].room(n) if self._stages else np.empty(n, np.float32)
        _core.mix_channels(n_channels, n, np.ascontiguousarray(block), mono)
        return self._passed_on() if self._stages else mono

    def finish(self) -> Floats:
        """The samples that were held back, (n_left,) float32: outputs reach as far as the sound did."""
        if not self._stages:
            return np.empty(0, np.float32)
        for stage, following in pairwise(self._stages):
            stage.end()
            stage.run(following.room(stage.ready))
        left = self._stages[-1].end()
        return self._passed_on()[:left]

    def _passed_on(self) -> Floats:
        for stage, following in pairwise(self._stages):
            stage.run(following.room(stage.ready))
        last = self._stages[-1]
        samples = np.empty(last.ready, np.float32)
        last.run(samples)
        return samples


class _Waiting:
    """Samples that wait for those after them; always in the same memory, so that the cache holds it."""

    def __init__(self, silence: int) -> None:
        self._samples = np.zeros(silence, np.float32)
        self._n = silence
        self._n_in = self._n_out = 0

    def room(self, n: int) -> Floats:
        """Where the next n samples are to be written."""
        missing = self._n + n - len(self._samples)
        if missing > 0:
            self._samples = np.concatenate([self._samples, np.empty(missing, np.float32)])
        self._n += n
        self._n_in += n
        return self._samples[self._n - n : self._n]

    def _drop(self, n: int) -> None:
        self._samples[: self._n - n] = self._samples[n : self._n].copy()
        self._n -= n


class _Halving(_Waiting):
    """Sound at half its rate; nothing is folded down to below ``keep`` Hz."""

    def __init__(self, rate: int, keep: float) -> None:
        self._filter = half_band((rate / 2 - 2 * keep) / rate)
        self._around = 4 * len(self._filter) - 1
        super().__init__(self._around // 2)

    @property
    def ready(self) -> int:
        """How many samples can be given."""
        return max(0, (self._n - self._around) // 2 + 1)

    def run(self, halved: Floats) -> None:
        """Give those that are ready."""
        if len(halved):
            _core.halve_rate(len(halved), len(self._filter), self._samples, self._filter, halved)
            self._drop(2 * len(halved))
            self._n_out += len(halved)

    def end(self) -> int:
        """Let silence follow; how many samples are left to be given."""
        left = -(-self._n_in // 2) - self._n_out
        self.room(max(0, 2 * (left - 1) + self._around - self._n))[:] = 0
        return left


class _ByFraction(_Waiting):
    """Sound at a rate that is a fraction of its own."""

    def __init__(self, rate: int, wanted: int) -> None:
        ratio = Fraction(wanted, rate).limit_denominator(FINEST)
        several = -(-LEAST_PERIOD // ratio.numerator)
        self._up, self._down = several * ratio.numerator, several * ratio.denominator
        half = min(rate, wanted) / 2 / rate
        filters = filter_bank(self._up, self._down, PASS * half, min(STOP * half, 0.5))
        self._bank = side_by_side(filters, self._down)
        n_groups, width, lanes = self._bank.shape
        self._width: int = width
        self._needed: int = (n_groups - 1) * lanes * self._down // self._up + width
        super().__init__(filters.shape[1] // 2 - 1)

    @property
    def ready(self) -> int:
        """How many samples can be given: whole periods."""
        return max(0, (self._n - self._needed) // self._down + 1) * self._up

    def run(self, samples: Floats) -> None:
        """Give those that are ready."""
        n = len(samples) // self._up
        if n:
            _core.resample(n, self._up, self._down, self._width, self._samples, self._bank, samples)
            self._drop(n * self._down)
            self._n_out += len(samples)

    def end(self) -> int:
        """Let silence follow; how many samples are left to be given, after which there are some too many."""
        left = -(-self._n_in * self._up // self._down) - self._n_out
        periods = -(-left // self._up)
        self.room(max(0, (periods - 1) * self._down + self._needed - self._n))[:] = 0
        return left
