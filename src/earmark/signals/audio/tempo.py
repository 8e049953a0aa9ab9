"""The tempo most listeners would tap, by a small convolutional net over tempograms.

The net looks at a window's tempograms along the axis of tempi, at each tempo together with its half, third, two thirds
and so on, and says how likely each tempo from 38 to 235 BPM is the beat's; models/tempo.md tells what it learned from
and how true it is. What it says of all windows is averaged, as by Schreiber & Müller (2018, "A single-step approach to
musical tempo estimation using a convolutional neural network").
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from earmark.music.sound import Bpm, Share, Tempo, TempoGuess
from earmark.signals.audio.nets import SHIPPED, Net
from earmark.signals.audio.tempogram import (
    GROUPS,
    LOWEST_BPM,
    STEPS_PER_OCTAVE,
    WINDOW,
    Floats,
    attacks,
    tempograms,
)

MODEL: Final = SHIPPED / "tempo.onnx"
FIRST, LAST = 69, 165
"""Of the tempi of a tempogram, those that may be the beat's: 38 to 235 BPM."""
NEAR: Final = 2
"""Steps to either side that count as the same tempo: 4 %."""
HOP: Final = WINDOW // 2
WORTH_TELLING: Final = 0.05
"""Other tempi are told from this share on."""
MOST_OTHERS: Final = 3
STILL: Final = 4e-3
"""A window with less flux in the mean holds no attacks: the quietest music has ten times as much."""


class TempoConfig(BaseModel):
    """When a tempo is told."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    least: float = Field(default=0.3, ge=0, le=1)
    """The confidence below which nothing is told."""
    least_strength: float = Field(default=0.1, ge=0, le=1)
    """The beat strength below which nothing is told."""


class TempoNet:
    """Opens the net once, and then tells tempi."""

    def __init__(self, config: TempoConfig | None = None, model: Path = MODEL) -> None:
        """Open the model.

        Raises:
            EarmarkError: the file is missing, or is no model.
        """
        self.config = config or TempoConfig()
        self._net = Net(model)
        self.version = self._net.version
        """The SHA-256 of the model: another model tells other tempi."""

    def __call__(self, log_mel: Floats) -> tuple[Tempo | None, Share]:
        """The tempo, and how clearly the beat stands out.

        Args:
            log_mel: ``(n_frames, 96)``, as `earmark.signals.audio.frames` makes them.

        Returns:
            None where no beat is to be heard, or none surely enough; and the beat's strength: how much of the attacks
            comes back a beat later. That is the correlation of the flux with itself in the band where it is highest,
            in the mean over windows: 0 for none, near 1 for a machine's.
        """
        flux = attacks(log_mel)
        grams = tempograms(flux, HOP)
        heard = grams[_moving(flux, len(grams))]
        if not len(heard):
            return None, Share(0.0)
        (scores,) = self._net({"tempograms": heard}, "scores")
        likely = np.exp(scores - scores.max(axis=1, keepdims=True))
        shares = (likely / likely.sum(axis=1, keepdims=True)).mean(axis=0)
        strength = _strength(heard, int(shares.argmax()))
        best, *others = _guesses(shares)
        if best.confidence < self.config.least or strength < self.config.least_strength:
            return None, strength
        return Tempo(best.bpm, best.confidence, tuple(others)), strength


def _moving(flux: Floats, n_windows: int) -> NDArray[np.bool_]:
    """Which windows hold attacks, ``(n_windows,)``."""
    total = np.concatenate([[0.0], np.cumsum(flux[:, GROUPS], dtype=np.float64)])
    starts = np.minimum(np.arange(n_windows) * HOP, len(flux))
    ends = np.minimum(starts + WINDOW, len(flux))
    return np.asarray((total[ends] - total[starts]) / WINDOW > STILL)


def _strength(grams: Floats, best: int) -> Share:
    lag = FIRST + best
    correlations = grams[:, : GROUPS + 1, lag - 1 : lag + 2].max(axis=(1, 2))
    return Share(float(np.clip(correlations.mean(), 0, 1)))


def _guesses(shares: NDArray[Any]) -> list[TempoGuess]:
    """The likeliest tempi, each the mean of those within 4 % of it and as likely as they together; at least one."""
    left = shares.copy()
    found: list[TempoGuess] = []
    while len(found) <= MOST_OTHERS:
        best = int(left.argmax())
        near = np.arange(max(best - NEAR, 0), min(best + NEAR + 1, len(left)))
        share = float(left[near].sum())
        if found and share < WORTH_TELLING:
            break
        step = FIRST + float(left[near] @ near) / share
        found.append(TempoGuess(Bpm(LOWEST_BPM * 2 ** (step / STEPS_PER_OCTAVE)), Share(min(share, 1.0))))
        left[near] = 0
    return found
