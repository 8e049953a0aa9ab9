"""Find the space in which what MusiCNN hears tells recordings apart, and how likely it finds each tag of usual ones.

    python embedding_space.py MATERIAL.npz ../src/earmark/signals/audio/models

The network's pooled channels are standardised by their mean and spread over recordings and clipped; directions in which
stretches of one recording vary count less than others (within-class covariance normalisation: Hatch, Kajarekar &
Stolcke 2006, with the identity mixed in); and the 128 directions in which recordings vary most are kept. No labels
but which stretches are of one recording are needed. Rows of the file, float32: the means, the reciprocal spreads (0
for channels that are dead), and the 128 directions, for ``(x − mean) · reciprocal``, clipped. Rows of the second file,
``tag-scale.npy``: the means and the reciprocal spreads over recordings of the tags' log-odds.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from earmark.signals.audio.embedding import CLIP
from earmark.threads import one_blas_thread

Doubles = NDArray[np.float64]

DIMENSIONS: Final = 128
MIXED_IN: Final = 5.0
"""Of the identity, in units of the mean variance within recordings."""
DEAD: Final = 1e-3


def per_recording(rows: Doubles, track: NDArray[np.int32]) -> Doubles:
    """Means over the rows of each recording, which stand together."""
    starts = np.flatnonzero(np.diff(track, prepend=-1))
    means: Doubles = np.add.reduceat(rows, starts) / np.diff([*starts, len(track)])[:, None]
    return means


def space(pooled: Doubles, track: NDArray[np.int32]) -> NDArray[np.float32]:
    """The rows of the file, ``(2 + 128, n_channels)``, from patches ``(n, n_channels)``."""
    means = per_recording(pooled, track)
    mean, spread = means.mean(axis=0), means.std(axis=0)
    reciprocal = np.where(spread > DEAD, 1 / np.maximum(spread, DEAD), 0)
    standard = np.clip((pooled - mean) * reciprocal, -CLIP, CLIP)
    recordings = per_recording(standard, track)
    within = standard - recordings[track]
    covariance = within.T @ within / len(within)
    alive = reciprocal > 0
    mixed = covariance + MIXED_IN * np.trace(covariance) / alive.sum() * np.eye(len(covariance))
    values, vectors = np.linalg.eigh(mixed)
    normalise = vectors / np.sqrt(values) @ vectors.T
    normalised = recordings @ normalise
    _, _, directions = np.linalg.svd(normalised - normalised.mean(axis=0), full_matrices=False)
    return np.vstack([mean, reciprocal, directions[:DIMENSIONS] @ normalise]).astype(np.float32)


def tag_scale(tags: Doubles, track: NDArray[np.int32]) -> NDArray[np.float32]:
    """Means and reciprocal spreads of log-odds, ``(2, n_tags)``, from probabilities ``(n, n_tags)``."""
    likely = per_recording(tags, track)
    odds = np.log(likely / (1 - likely))
    return np.stack([odds.mean(axis=0), 1 / odds.std(axis=0)]).astype(np.float32)


def main() -> None:
    """Read the command line, and write both files."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("material", type=Path)
    parser.add_argument("models", type=Path)
    asked = parser.parse_args()
    with one_blas_thread(), np.load(asked.material) as file:
        pooled, tags = (file[name].astype(np.float64) for name in ("pooled", "tags"))
        found = {
            "musicnn-space.npy": space(pooled, file["track"]),
            "tag-scale.npy": tag_scale(tags, file["track"]),
        }
    for name, rows in found.items():
        np.save(asked.models / name, rows)
        sha256 = hashlib.sha256((asked.models / name).read_bytes()).hexdigest()
        print(json.dumps({"file": name, "shape": rows.shape, "sha256": sha256}))


if __name__ == "__main__":
    main()
