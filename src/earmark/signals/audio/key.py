"""The key of a recording: which pitch class is home, and whether major or minor, and how sure that is.

Method: a small net, the same for every tonic, over the pitches that sound (`earmark.signals.audio.chroma`); see
models/key.md for what it is, what it learned from and how true it is. It was trained on made songs whose key is known.
Its confidences are calibrated there: of keys told with .8, four in five are right.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from earmark.music.sound import TONICS, Key, Mode, Share
from earmark.signals.audio.chroma import Floats, Pitches
from earmark.signals.audio.nets import SHIPPED, Net

MODEL: Final = SHIPPED / "key.onnx"
SHA256: Final = "c3b44f64a038f486cd50ae73997aa85d7f4d67fbe6ebed827a2671755d7c2fcd"
"""Of the model that is shipped."""
NO_KEY: Final = 2 * len(TONICS)
"""Where, after the major and the minor keys, the net says how likely there is none."""


class KeyConfig(BaseModel):
    """When a key is told."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    least: float = Field(default=0.25, ge=0, le=1)
    """The confidence below which nothing is told."""
    windows: int = Field(default=3, ge=1)
    """How many windows of about a second there must be for anything to be told."""


class KeyNet:
    """Opens the net once, and then tells keys."""

    def __init__(self, config: KeyConfig | None = None, model: Path = MODEL) -> None:
        """Open the model.

        Raises:
            EarmarkError: the file is missing, or is no model.
        """
        self.config = config or KeyConfig()
        self._net = Net(model)
        self.version = self._net.version
        """The SHA-256 of the model: another model tells other keys."""

    def __call__(self, pitches: Pitches) -> Key | None:
        """The likeliest key; None if there is too little to hear, none is likely, or there is likelier none."""
        if len(pitches.windows) < self.config.windows or not pitches.windows.any():
            return None
        likely = self.probabilities(pitches)
        best = int(np.argmax(likely))
        if best == NO_KEY or likely[best] < self.config.least:
            return None
        mode = Mode.MINOR if best >= len(TONICS) else Mode.MAJOR
        return Key(best % len(TONICS), mode, Share(float(likely[best])))

    def probabilities(self, pitches: Pitches) -> Floats:
        """How likely each key is, ``(25,)``: major from C up, minor from C up, and no key at all."""
        found: Floats = self._net({"windows": pitches.windows}, "probabilities")[0]
        return found
