"""How a recording sounds, as a vector, and what listeners would write on it, from a few stretches of its frames.

Two networks can do it: MusiCNN (Pons & Serra 2019), once ``earmark models fetch`` has set it up, and one of our own
that comes with Earmark and knows no tags. Vectors of one cannot be compared with those of the other.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from earmark.errors import EarmarkError
from earmark.signals.audio.musicnn import published

if TYPE_CHECKING:
    from onnxruntime import InferenceSession

Floats = NDArray[np.float32]

PATCH_FRAMES: Final = 187
"""Three seconds of 62.5 frames."""
BANDS: Final = 96
PATCHES: Final = 10
"""How many are listened to in a recording; more found no more of the same artist."""


@dataclass(frozen=True)
class Embedded:
    """A recording as the network hears it."""

    vector: Floats
    """``(n_dimensions,)``; neighbours by cosine sound alike."""
    tags: Floats | None
    """Probabilities of `published.TAGS`, ``(n_tags,)``; None if the network knows no tags."""


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
            EarmarkError: a file in it is damaged.
        """
        if models is None or not (models / published.FILE).exists():
            raise EarmarkError("MusiCNN is not set up.", "Run: earmark models fetch")
        self.name = f"musicnn-msd/{published.FILE_SHA256[:8]}"
        self._network = _open(models / published.FILE, published.FILE_SHA256)

    def __call__(self, patches: Floats) -> Embedded:
        """Listen to some stretches of one recording, ``(n, 187, 96)``, n ≥ 1."""
        penultimate, tags = self._network.run(["penultimate", "tags"], {"patches": patches})
        return Embedded(penultimate.mean(axis=0), tags.mean(axis=0))


def _open(path: Path, sha256: str) -> InferenceSession:
    from onnxruntime import InferenceSession, SessionOptions

    content = path.read_bytes()
    if hashlib.sha256(content).hexdigest() != sha256:
        raise EarmarkError(
            f"{path} is damaged, or was made by another version of Earmark.", "Run: earmark models fetch"
        )
    options = SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return InferenceSession(content, options, providers=["CPUExecutionProvider"])
