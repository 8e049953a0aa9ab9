"""The embedding net: small, and made to run fast on one core.

Convolutions hear timbre in ever wider spans of time and frequency; what they find in four regions of the spectrum is
pooled over time (mean and spread), and a dense layer makes a vector of it. Heads for training only: one in which
stretches of one recording are drawn together (Chen et al. 2020, SimCLR), and one that says what a teacher would.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

DIMENSIONS = 128


class EmbeddingNet(nn.Module):
    """Log-mel patches ``(n, 187, 96)`` to vectors ``(n, 128)``."""

    def __init__(self, teacher: int, tags: int, channels: tuple[int, ...] = (16, 32, 64, 96)) -> None:
        super().__init__()
        before = channels[0]
        layers = [
            nn.Conv2d(1, before, 7, stride=(4, 3), padding=3, bias=False),
            nn.BatchNorm2d(before),
            nn.ReLU(),
        ]
        for now, stride in zip(channels[1:], ((2, 2), (2, 2), (1, 2)), strict=True):
            layers += [
                nn.Conv2d(before, now, 3, stride=stride, padding=1, bias=False),
                nn.BatchNorm2d(now),
                nn.ReLU(),
            ]
            before = now
        self.heard = nn.BatchNorm1d(96)
        self.layers = nn.Sequential(*layers).to(memory_format=torch.channels_last)
        self.dense = nn.Linear(2 * 4 * before, DIMENSIONS)
        self.norm = nn.BatchNorm1d(DIMENSIONS, affine=False)
        self.together = nn.Sequential(nn.ReLU(), nn.Linear(DIMENSIONS, 64))
        self.teacher = nn.Linear(DIMENSIONS, teacher)
        self.tags = nn.Linear(DIMENSIONS, tags)

    def forward(self, patches: Tensor) -> Tensor:
        """Vectors, each dimension of mean 0 and spread 1 over the music that taught it."""
        x = self.heard(patches.transpose(1, 2)).transpose(1, 2)
        x = self.layers(x[:, None].contiguous(memory_format=torch.channels_last))
        mean = x.mean(dim=2)
        spread = torch.sqrt(torch.square(x - mean[:, :, None]).mean(dim=2) + 1e-5)
        found: Tensor = self.norm(self.dense(torch.cat([mean, spread], dim=1).flatten(1)))
        return found
