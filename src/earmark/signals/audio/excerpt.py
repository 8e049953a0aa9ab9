"""The frames of a recording, in bounded memory: all of them, or of a long one every second, fourth, eighth half minute.

Nets and figures look at a recording as a whole once it has ended. A song is kept entire; of an opera, a mix or an
audiobook stretches are, evenly from beginning to end, and each so long that a beat has time to show.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from earmark.signals.audio.frames import BANDS

STRETCH_FRAMES: Final = 2_048
"""33 seconds."""
MOST_STRETCHES: Final = 32
"""17 minutes, 25 MB."""
WINDOW_FRAMES: Final = 256
"""4 seconds: some words, some beats."""
MOST_WINDOWS: Final = 24
LEAST_FRAMES: Final = 62
"""A second: of less, nothing is said."""


class Excerpt:
    """Takes frames as they come; `frames` are those that were kept."""

    def __init__(self) -> None:
        self._stretches: list[NDArray[np.float32]] = []
        self._open = np.empty((STRETCH_FRAMES, BANDS), np.float32)
        self._n_open, self._n_closed, self._every = 0, 0, 1

    def add(self, frames: NDArray[np.float32]) -> None:
        """Take the next frames, (n, 96) float32."""
        while len(frames):
            some = frames[: STRETCH_FRAMES - self._n_open]
            self._open[self._n_open : self._n_open + len(some)] = some
            self._n_open += len(some)
            frames = frames[len(some) :]
            if self._n_open == STRETCH_FRAMES:
                self._close()

    def frames(self) -> NDArray[np.float32]:
        """What was kept, (n, 96) float32, in order; a stretch that is not full only if none was left out."""
        rest = [self._open[: self._n_open]] if self._every == 1 else []
        return np.concatenate([*self._stretches, *rest])

    def _close(self) -> None:
        if self._n_closed % self._every == 0 and len(self._stretches) == MOST_STRETCHES:
            self._stretches = self._stretches[::2]
            self._every *= 2
        if self._n_closed % self._every == 0:
            self._stretches.append(self._open)
            self._open = np.empty_like(self._open)
        self._n_closed += 1
        self._n_open = 0


def windows_of(frames: NDArray[np.float32]) -> NDArray[np.float32]:
    """Windows of four seconds, evenly over a recording: at most 24, (n_windows, 256, 96) float32.

    A recording shorter than one is one; there is none of less than a second.
    """
    n = len(frames) // WINDOW_FRAMES
    if n == 0:
        return (
            frames[None] if len(frames) >= LEAST_FRAMES else np.empty((0, WINDOW_FRAMES, BANDS), np.float32)
        )
    whole = frames[: n * WINDOW_FRAMES].reshape(n, WINDOW_FRAMES, BANDS)
    return whole[np.unique(np.linspace(0, n - 1, min(n, MOST_WINDOWS)).round().astype(np.intp))]
