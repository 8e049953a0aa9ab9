"""The order of a mix: from the strongest choice on, each song followed by the one of those left that follows it best.

A song follows another well if the same people like both (the cosine of the songs' vectors) and if it is not far to go
from one's sound to the other's: in tempo, in key and in energy. Where nothing is known of a song's sound, the vectors
alone decide.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from earmark.ranking.sound import ENERGY, TEMPO, Sounds

TEMPO_COSTS: Final = 0.5
"""What an octave of tempo costs beside a cosine of 1; half and twice as fast are felt as near."""
OCTAVE_COSTS: Final = 0.05
"""What it costs to go over to half or twice as fast."""
KEY_COSTS: Final = 0.1
"""What it costs to go to the other side of the circle of fifths; neighbours on it cost nothing."""
ENERGY_COSTS: Final = 0.3
"""What it costs to go from no energy to all that can be."""

Floats = NDArray[np.float32]


def in_sequence(vectors: Floats, sizes: NDArray[np.integer], costs: Floats) -> NDArray[np.intp]:
    """Greedy order of each mix: always the nearest of what is left.

    Args:
        vectors: ``(n_mixes, n_entries, n_factors)``, the strongest entry of each mix first.
        sizes: ``(n_mixes,)``, how many entries are real; the rest keep their places at the end.
        costs: ``(n_mixes, n_entries, n_entries)`` or 0, what it costs to follow one by another, as `steps` has it.

    Returns:
        ``(n_mixes, n_entries)`` positions into the given order.
    """
    n_mixes, n_entries, _ = vectors.shape
    order = np.tile(np.arange(n_entries), (n_mixes, 1))
    if n_entries < 2:
        return order
    lengths = np.linalg.norm(vectors, axis=2, keepdims=True)
    unit = vectors / np.maximum(lengths, 1e-9)
    nearness = np.einsum("mif,mjf->mij", unit, unit) - costs
    mixes = np.arange(n_mixes)
    # Absent entries come last, in the order given.
    absent = np.arange(n_entries)[None, :] >= np.asarray(sizes)[:, None]
    left = np.where(absent, -4.0 - np.arange(n_entries)[None, :], 0.0)
    current = np.zeros(n_mixes, np.intp)
    for place in range(1, n_entries):
        left[mixes, current] = -np.inf
        current = np.argmax(nearness[mixes, current] * ~absent + left, axis=1)
        order[:, place] = current
    return order


def steps(songs: NDArray[np.integer], real: NDArray[np.bool_], sounds: Sounds) -> Floats:
    """What it costs to go from each entry's sound to each other's, ``(n_mixes, n_entries, n_entries)``.

    Args:
        songs: ``(n_mixes, n_entries)`` columns.
        real: which of them are entries.
        sounds: what was heard; a step to or from an unheard song costs nothing.
    """
    if not len(sounds):
        return np.zeros((1, 1, 1), np.float32)
    rows = np.where(real, sounds.row_of[songs], -1)
    figures = np.where(rows[..., None] >= 0, sounds.figures[rows], np.float32(np.nan))
    keys = np.where(rows >= 0, sounds.keys[rows], -1)
    tempo, energy = (_apart(figures[..., figure]) for figure in (TEMPO, ENERGY))
    octaves = np.rint(tempo)
    costs = (
        TEMPO_COSTS * np.nan_to_num(np.abs(tempo - octaves))
        + OCTAVE_COSTS * np.nan_to_num(octaves)
        + ENERGY_COSTS * np.nan_to_num(energy)
        + KEY_COSTS * _fifths_apart(keys)
    )
    return np.asarray(costs, np.float32)


def _apart(figure: Floats) -> Floats:
    apart: Floats = np.abs(figure[:, :, None] - figure[:, None, :])
    return apart


def _fifths_apart(keys: NDArray[np.integer]) -> Floats:
    """From 0, neighbours on the circle of fifths (or relatives), to 1, the other side; 0 where a key is unknown.

    Minor keys stand where their relative major does, as on the Camelot wheel.
    """
    major = np.where(keys >= 12, keys - 12 + 3, keys) % 12
    fifths = major * 7 % 12
    away = np.abs(fifths[:, :, None] - fifths[:, None, :])
    around = np.minimum(away, 12 - away)
    known = (keys >= 0)[:, :, None] & (keys >= 0)[:, None, :]
    return np.where(known, np.maximum(around - 1, 0) / 5, 0).astype(np.float32)
