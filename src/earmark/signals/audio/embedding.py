"""How a recording sounds, as a vector, and what listeners would write on it, from a few stretches of its frames.

Two networks can do it: MusiCNN (Pons & Serra 2019), once ``earmark models fetch`` has set it up, and one of our own
that comes with Earmark and was taught by it. Vectors of one cannot be compared with those of the other.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from earmark.signals.audio.musicnn import published
from earmark.signals.audio.nets import SHIPPED, Net

Floats = NDArray[np.float32]

PATCH_FRAMES: Final = 187
"""Three seconds of 62.5 frames."""
BANDS: Final = 96
PATCHES: Final = 12
"""How many are listened to in a recording; more find little more of the same artist, and take as much longer."""
CLIP: Final = 2.0
"""Standard deviations beyond which a channel says no more: unclipped, few would outweigh all others."""


@dataclass(frozen=True)
class Embedded:
    """A recording as the network hears it."""

    vector: Floats
    """``(n_dimensions,)``, of length 1; neighbours by cosine sound alike."""
    tags: Floats | None
    """Probabilities of `published.TAGS`, ``(n_tags,)``; None if the network knows no tags."""
    tells_valence: bool = True
    """Whether the tags are true enough to tell glad from sad; models/embedding.md says how that was measured."""


def patch_starts(n_frames: int) -> NDArray[np.intp]:
    """Where the stretches to be listened to begin, evenly over a recording of so many frames; ascending, no two alike.

    A recording shorter than a stretch has one, at 0: its frames are repeated until they fill it.
    """
    last = n_frames - PATCH_FRAMES
    if last <= 0:
        return np.zeros(1, np.intp)
    middles = (np.arange(PATCHES) + 0.5) / PATCHES * n_frames - PATCH_FRAMES / 2
    return np.unique(np.clip(np.round(middles), 0, last).astype(np.intp))


def patches_of(log_mel: Floats) -> Floats:
    """The stretches of a recording, ``(n, 187, 96)``, from its log-mel frames ``(n_frames, 96)``.

    Raises:
        ValueError: there are no frames.
    """
    if not len(log_mel):
        raise ValueError("log_mel: there are no frames.")
    frames = patch_starts(len(log_mel))[:, None] + np.arange(PATCH_FRAMES)
    return np.asarray(log_mel[frames % len(log_mel)], np.float32)


class Embedder:
    """The better of the networks that are set up. ``name`` says which it is, and changes when its vectors would."""

    def __init__(self, models: Path | None = None) -> None:
        """Open the network.

        Args:
            models: folder of what ``earmark models fetch`` wrote.

        Raises:
            EarmarkError: a file in it is damaged, or cannot be read.
        """
        better = better_network(models)
        self._network: _Musicnn | _Own = _Own() if better is None else _Musicnn(better)
        self.name = self._network.name

    def __call__(self, patches: Floats) -> Embedded:
        """Listen to some stretches of one recording, ``(n, 187, 96)``, n ≥ 1."""
        vectors, tags = self._network(patches)
        vector = vectors.mean(axis=0)
        return Embedded(vector / np.linalg.norm(vector), tags.mean(axis=0), self._network.tells_valence)


def better_network(models: Path | None) -> Path | None:
    """The file of MusiCNN in this folder, or None: then the network of our own listens, and MusiCNN can be set up."""
    path = None if models is None else models / published.FILE
    return path if path is not None and path.exists() else None


class _Musicnn:
    """MusiCNN's pooled channels, in the space in which they tell recordings apart (see training/embedding_space.py)."""

    tells_valence = True

    def __init__(self, path: Path) -> None:
        self._net = Net(path, sha256=published.FILE_SHA256, remedy="Run: earmark models fetch")
        space = (SHIPPED / "musicnn-space.npy").read_bytes()
        mean, reciprocal, *directions = np.load(io.BytesIO(space))
        self._mean, self._reciprocal, self._directions = mean, reciprocal, np.stack(directions, axis=1)
        self.name = f"musicnn-msd {self._net.version[:8]} in {hashlib.sha256(space).hexdigest()[:8]}"

    def __call__(self, patches: Floats) -> tuple[Floats, Floats]:
        pooled, tags = self._net({"patches": patches}, "pooled", "tags")
        standard = np.clip((pooled - self._mean) * self._reciprocal, -CLIP, CLIP)
        return standard @ self._directions, tags


class _Own:
    """The network that comes with Earmark (see training/embedding_training.py)."""

    tells_valence = False

    def __init__(self) -> None:
        self._net = Net(SHIPPED / "embedding.onnx")
        self.name = f"earmark-embedding {self._net.version[:8]}"

    def __call__(self, patches: Floats) -> tuple[Floats, Floats]:
        vectors, tags = self._net({"patches": patches}, "vectors", "tags")
        return vectors, tags
