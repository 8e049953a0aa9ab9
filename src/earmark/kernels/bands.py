"""The power of spectra, gathered into bands of a few neighbouring lines each."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from earmark.kernels import _core


class Bands:
    """Weights that lines have in bands: of each band, those from its first line to its last."""

    def __init__(self, filters: NDArray[np.float32]) -> None:
        """Take weights, ``(n_lines, n_bands)``; a band may be of no line.

        Raises:
            ValueError: another type or shape.
        """
        if filters.dtype != np.float32 or filters.ndim != 2:
            raise ValueError(f"expected float32 of two dimensions, got {filters.dtype} of {filters.ndim}.")
        self.n_lines, self.n_bands = filters.shape
        heard = filters != 0
        firsts = heard.argmax(axis=0)
        counts = np.where(heard.any(axis=0), self.n_lines - heard[::-1].argmax(axis=0) - firsts, 0)
        self._firsts = firsts.astype(np.int32)
        self._starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        self._weights = np.concatenate(
            [
                filters[first : first + n, band]
                for band, (first, n) in enumerate(zip(firsts, counts, strict=True))
            ]
        )

    def gather(
        self, spectra: NDArray[np.complex64], gathered: NDArray[np.float32], more: float = 0.0
    ) -> NDArray[np.float32]:
        """The power in each band, and ``more``.

        Args:
            spectra: ``(n, at least n_lines)`` complex64.
            gathered: where to write it, ``(n, n_bands)`` float32.
            more: is added to each.

        Returns:
            ``gathered``.

        Raises:
            ValueError: another type or shape.
        """
        n, n_lines = spectra.shape
        if spectra.dtype != np.complex64 or n_lines < self.n_lines:
            raise ValueError(f"expected complex64 of {self.n_lines} lines, got {spectra.dtype} of {n_lines}.")
        if gathered.dtype != np.float32 or gathered.shape != (n, self.n_bands):
            raise ValueError(f"there is no room for {n} times {self.n_bands} float32.")
        _core.gather_bands(
            n, n_lines, self.n_bands, more, np.ascontiguousarray(spectra), self._starts, self._firsts, self._weights,
            gathered,
        )  # fmt: skip
        return gathered
