"""What rows are used to hear: the mean sound of their songs, and where tempo, loudness and mood of these lie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy.sparse as sp

from earmark.ranking.sound import Floats, Sounds
from earmark.ranking.sounds_like import SoundSpace
from earmark.signals.collaborative.columns import Int32s
from earmark.signals.collaborative.histories import Csr

COUNTED_IN: Final = np.float32(3)
"""A row's mean and deviation count as if so many songs were among its own that are like all songs."""


@dataclass(frozen=True, eq=False)
class HeardBy:
    """Of each row the mean of its songs' sounds, ``sound`` ``(n_rows, n_dimensions)``, of length 1, zeros if none was
    heard; ``centre`` and ``spread`` ``(n_rows, n_figures)`` of their figures."""

    sound: Floats
    centre: Floats
    spread: Floats

    def apart(self, rows: Int32s, figures: Floats) -> Floats:
        """How far songs' figures ``(n_pairs, n_figures)`` lie from the centre of their rows, ``(n_pairs,)``: the mean
        square over those that are known, in the row's deviations; 0 where none is."""
        away = ((figures - self.centre[rows]) / self.spread[rows]) ** 2
        known = ~np.isnan(away)
        mean: Floats = np.where(known, away, 0).sum(axis=1) / np.maximum(known.sum(axis=1), 1)
        return mean


def heard_by(taste: Csr, sounds: Sounds, space: SoundSpace) -> HeardBy:
    """From rows' positive weights, ``(n_rows, n_songs)``."""
    weights = sp.csr_array(taste[:, sounds.columns]).astype(np.float32)
    sound = weights @ space.vectors
    lengths = np.linalg.norm(sound, axis=1, keepdims=True)
    known = ~np.isnan(sounds.figures)
    figures = np.where(known, sounds.figures, np.float32(0))
    there = np.maximum(known.sum(axis=0), 1)
    mean = figures.sum(axis=0) / there
    variance = np.where(known, (figures - mean) ** 2, 0).sum(axis=0) / there
    away = np.where(known, figures - mean, np.float32(0))
    # Songs of usual sound counted in, so that one song makes no taste.
    count = weights @ known.astype(np.float32) + COUNTED_IN
    centre = (weights @ away) / count
    square = (weights @ away**2 + COUNTED_IN * variance) / count
    spread = np.sqrt(np.maximum(square - centre**2, 1e-6))
    return HeardBy(
        (sound / np.where(lengths > 0, lengths, 1)).astype(np.float32),
        (centre + mean).astype(np.float32),
        spread.astype(np.float32),
    )
