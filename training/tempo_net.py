"""The tempo net: convolutions along the axis of tempi that look at each tempo together with its relatives.

On an axis in steps of an octave, half, a third, two thirds, three quarters of a tempo and their inverses lie at fixed
distances, so that a layer which stacks the picture moved by those (as Bittner et al. 2017 stack harmonics for pitch)
and weighs the stack sees a beat beside its bars and its parts. All layers treat all tempi alike, but for the last,
which also knows how fast each is: that music at 170 is rarer than at 85.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from earmark.signals.audio.tempo import FIRST, LAST
from earmark.signals.audio.tempogram import N_CHANNELS, N_TEMPI, tempi

RELATIVES: Final = (-72, -57, -36, -21, -15, 0, 15, 21, 36, 57, 72)
"""Steps of 1/36 octave to 1/4, 1/3, 1/2, 2/3, 3/4, 1, 4/3, 3/2, 2, 3 and 4 times a tempo."""
FARTHEST: Final = max(RELATIVES)
REFERENCE_BPM: Final = 100.0


class Related(nn.Module):
    """A weighted sum over channels and relatives, at the tempi from one to another."""

    def __init__(self, channels: int, out: int, first: int = 0, last: int = N_TEMPI) -> None:
        super().__init__()
        self.first, self.last = first, last
        self.weigh = nn.Conv1d(channels * len(RELATIVES), out, 1)

    def forward(self, x: Tensor) -> Tensor:
        """``(n, channels, 216)`` to ``(n, out, last - first)``."""
        padded = functional.pad(x, (FARTHEST, FARTHEST))
        starts = [self.first + FARTHEST + step for step in RELATIVES]
        n = self.last - self.first
        weighed: Tensor = self.weigh(torch.cat([padded[:, :, start : start + n] for start in starts], 1))
        return weighed


class Net(nn.Module):
    """Tempograms ``(n, 18, 216)`` to a score for each tempo that may be the beat's, ``(n, 96)``."""

    place: Tensor

    def __init__(self, stem: int = 14, middle: int = 28, top: int = 24, last: int = 24) -> None:
        super().__init__()
        self.scale = nn.BatchNorm1d(N_CHANNELS)
        self.stem, self.stem_norm = nn.Conv1d(N_CHANNELS, stem, 5, padding=2), nn.BatchNorm1d(stem)
        self.first, self.first_norm = Related(stem, middle), nn.BatchNorm1d(middle)
        self.smooth, self.smooth_norm = nn.Conv1d(middle, middle, 3, padding=1), nn.BatchNorm1d(middle)
        self.second, self.second_norm = Related(middle, top, FIRST, LAST), nn.BatchNorm1d(top)
        self.forget = nn.Dropout(0.15)
        self.judge, self.score = nn.Conv1d(top + 3, last, 1), nn.Conv1d(last, 1, 1)
        octaves = torch.as_tensor(np.log2(tempi()[FIRST:LAST] / REFERENCE_BPM), dtype=torch.float32)
        self.register_buffer("place", torch.stack([octaves, octaves**2, octaves**3])[None], persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """Scores, of which the softmax is how likely each tempo is."""
        x = functional.elu(self.stem_norm(self.stem(self.scale(x))))
        x = functional.elu(self.first_norm(self.first(x)))
        x = functional.elu(self.smooth_norm(self.smooth(x)))
        x = self.forget(functional.elu(self.second_norm(self.second(x))))
        x = torch.cat([x, self.place.expand(len(x), -1, -1)], 1)
        scores: Tensor = self.score(functional.elu(self.judge(x)))
        return scores[:, 0]
