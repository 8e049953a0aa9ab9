"""A teacher who hears beats in recordings as people tap them: the nets of BeatNet, for training only.

BeatNet (Heydari, Cwitkowitz & Duan 2021, "BeatNet: CRNN and particle filtering for online joint beat, downbeat and
meter tracking") was trained on beats that people marked. Its three nets, which differ in what they were not shown, are
in the package of that name (CC BY 4.0), read from its wheel: nothing of it is installed, run or shipped.
"""

from __future__ import annotations

import io
import zipfile
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np
import scipy.fft
import torch
from torch import Tensor, nn
from torch.nn import functional

RATE: Final = 22_050
FRAMES_PER_SECOND: Final = 50
WINDOW, HOP = 1_411, 441
PER_OCTAVE: Final = 24
LOWEST_HZ, HIGHEST_HZ, TUNING_HZ = 30.0, 17_000.0, 440.0
WEIGHTS: Final = tuple(f"BeatNet/models/model_{number}_weights.pt" for number in (1, 2, 3))
AT_ONCE: Final = 512
"""Frames that are transformed together."""
Array = np.ndarray[Any, Any]


class Teacher:
    """The three nets, opened once."""

    def __init__(self, wheel: Path) -> None:
        """Read them from BeatNet's wheel.

        Raises:
            KeyError: the wheel does not hold them.
        """
        self._nets = []
        with zipfile.ZipFile(wheel) as held:
            for name in WEIGHTS:
                net = _Crnn()
                weights = torch.load(io.BytesIO(held.read(name)), map_location="cpu", weights_only=True)
                net.load_state_dict(weights)
                self._nets.append(net.eval())

    def __call__(self, samples: Array) -> Array:
        """How likely each fiftieth of a second is a beat, ``(3, n_frames)``, as each net has it.

        Args:
            samples: ``(n,)`` float32 at 22,050 Hz.
        """
        heard = torch.as_tensor(features(samples))
        with torch.no_grad():
            return np.stack([net(heard)[:, :2].sum(dim=1).numpy() for net in self._nets])


def features(samples: Array) -> Array:
    """Log magnitudes in 136 bands, and by how much each rises from frame to frame, ``(n_frames, 272)`` float32."""
    n_frames = -(-len(samples) // HOP)
    padded = np.pad(samples, (WINDOW // 2, WINDOW + HOP))
    frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP][:n_frames]
    taper, bands = np.hanning(WINDOW).astype(np.float32), _bands()
    magnitudes = [
        np.abs(scipy.fft.rfft(frames[at : at + AT_ONCE] * taper, axis=1)[:, : len(bands)]) @ bands
        for at in range(0, n_frames, AT_ONCE)
    ]
    levels = np.log10(np.concatenate(magnitudes) + 1).astype(np.float32)
    rises = np.zeros_like(levels)
    rises[1:] = np.maximum(levels[1:] - levels[:-1], 0)
    return np.hstack([levels, rises])


@cache
def _bands() -> Array:
    """Triangles of unit sum between the transform's lines nearest to 24 pitches an octave, ``(705, 136)`` float32."""
    lines = np.arange(WINDOW // 2) * RATE / (WINDOW - 1)
    steps = [np.log2(hz / TUNING_HZ) * PER_OCTAVE for hz in (LOWEST_HZ, HIGHEST_HZ)]
    pitches = TUNING_HZ * 2 ** (np.arange(np.ceil(steps[0]), np.floor(steps[1]) + 1) / PER_OCTAVE)
    nearest = np.unique(np.abs(lines[:, None] - pitches).argmin(axis=0))
    triangles = []
    for low, middle, high in zip(nearest, nearest[1:], nearest[2:], strict=False):
        triangle = np.zeros(len(lines), np.float32)
        if high - low < 2:
            triangle[low] = 1
        else:
            triangle[low:middle] = np.linspace(0, 1, middle - low, endpoint=False)
            triangle[middle:high] = np.linspace(1, 0, high - middle, endpoint=False)
        triangles.append(triangle / triangle.sum())
    return np.stack(triangles, axis=1)


class _Crnn(nn.Module):
    """A convolution along the bands, and two layers of memory; beat, downbeat, neither."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv1d(1, 2, 10)
        self.linear0 = nn.Linear(262, 150)
        self.lstm = nn.LSTM(150, 150, 2, batch_first=True)
        self.linear = nn.Linear(150, 3)

    def forward(self, heard: Tensor) -> Tensor:
        """``(n_frames, 272)`` to probabilities ``(n_frames, 3)``."""
        x = functional.max_pool1d(functional.relu(self.conv1(heard[:, None])), 2).flatten(1)
        x, _ = self.lstm(self.linear0(x)[None])
        told: Tensor = self.linear(x)[0].softmax(dim=1)
        return told
