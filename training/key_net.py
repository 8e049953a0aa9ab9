"""The key net: small, and the same for every tonic.

A recording comes as windows of 72 semitones. Filters that slide over pitch gather partials into notes; octaves are
folded into twelve pitch classes, with low, middle and high voices kept apart; filters that go round the circle of
pitch classes find chords, with the windows before and after; what was found is pooled over time (mean, spread, a mean
weighted by attention, and how the piece begins and how it ends, which is at home more often than not); a last round of
filters scores each pitch class as a major and as a minor tonic. Since weights are shared by all twelve (as
all-convolutional nets share them over pitch: Korzeniowski & Widmer 2018), music moved by a semitone moves the answer by
a semitone, but for what leaves the range; the net cannot learn which keys are written often.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

SEMITONES, CLASSES = 72, 12
NO_KEY = 24
ENDS = 3
"""How many windows are a recording's beginning, and its end."""


class Sliding(nn.Module):
    """Filters that slide over pitch: ``(n, 72)`` to ``(n, out, 72)``; beyond the range there is nothing.

    As one product with a banded matrix, which costs a processor less than sliding; in the file, as what it is.
    """

    places: Tensor

    def __init__(self, n_out: int, reach: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(n_out, 2 * reach + 1) / (2 * reach + 1) ** 0.5)
        self.bias = nn.Parameter(torch.zeros(n_out, 1))
        away = torch.arange(SEMITONES)[:, None] - torch.arange(SEMITONES)[None, :] + reach
        self.register_buffer("places", away.clamp(-1, 2 * reach + 1) + 1)

    def forward(self, x: Tensor) -> Tensor:
        """Slide."""
        if torch.onnx.is_in_onnx_export():
            slid: Tensor = nn.functional.conv1d(
                x[:, None], self.weight[:, None], padding=self.weight.shape[1] // 2
            )
            return slid + self.bias
        padded = nn.functional.pad(self.weight, (1, 1))
        matrix = padded[:, self.places].transpose(0, 1).reshape(SEMITONES, -1)
        found: Tensor = (x @ matrix).reshape(x.shape[0], -1, SEMITONES) + self.bias
        return found


class Circular(nn.Module):
    """Filters over all twelve pitch classes, each seen from each: ``(n, in, 12)`` to ``(n, out, 12)``.

    As one product with a matrix of circulant blocks; in the file, as what it is.
    """

    places: Tensor

    def __init__(self, n_in: int, n_out: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.randn(n_out, n_in, CLASSES) / (n_in * CLASSES) ** 0.5)
        self.bias = nn.Parameter(torch.zeros(n_out, 1))
        self.register_buffer(
            "places", (torch.arange(CLASSES)[:, None] - torch.arange(CLASSES)[None, :]) % CLASSES
        )

    def forward(self, x: Tensor) -> Tensor:
        """Go round."""
        if torch.onnx.is_in_onnx_export():
            gone: Tensor = nn.functional.conv1d(torch.cat([x, x[..., : CLASSES - 1]], dim=-1), self.weight)
            return gone + self.bias
        n_out, n_in = self.weight.shape[:2]
        matrix = self.weight[:, :, self.places].permute(1, 2, 0, 3).reshape(n_in * CLASSES, n_out * CLASSES)
        found: Tensor = (x.reshape(x.shape[0], -1) @ matrix).reshape(x.shape[0], n_out, CLASSES) + self.bias
        return found


class KeyNet(nn.Module):
    """Logits of the 12 major keys, the 12 minor keys, and no key."""

    registers: Tensor

    def __init__(self, partials: int = 8, chords: int = 24, hidden: int = 20, dropout: float = 0.1) -> None:
        super().__init__()
        self.partials = Sliding(partials, 24)
        pitch = torch.arange(SEMITONES) / (SEMITONES - 1)
        low, high = torch.clamp(1 - 2.4 * pitch, 0, 1), torch.clamp(2.4 * pitch - 1.4, 0, 1)
        folded = torch.arange(SEMITONES)[:, None] % CLASSES == torch.arange(CLASSES)
        registers = torch.stack([low, 1 - low - high, high], dim=1)
        self.register_buffer("registers", (registers[:, :, None] * folded[:, None, :]).reshape(SEMITONES, -1))
        self.chords = Circular(3 * partials, chords)
        self.moves = nn.Conv2d(chords, chords, (3, 1), padding=(1, 0))
        self.attention = nn.Conv1d(chords, 1, 1)
        self.gather = nn.Conv1d(5 * chords, hidden, 1)
        self.keys = Circular(hidden, hidden)
        self.tonics = nn.Conv1d(hidden, 2, 1)
        self.none = nn.Linear(2 * hidden, 1)
        self.dropout = nn.Dropout1d(dropout)

    def forward(self, windows: Tensor, lengths: Tensor) -> Tensor:
        """Logits ``(n, 25)`` of ``(n, n_windows, 72)``, of which the first ``lengths`` ``(n,)`` count."""
        n, time = windows.shape[:2]
        x = torch.relu(self.partials(torch.log1p(windows).reshape(n * time, SEMITONES)))
        x = (
            torch.relu(self.chords((x @ self.registers).reshape(n * time, -1, CLASSES)))
            .reshape(n, time, -1, CLASSES)
            .transpose(1, 2)
        )
        counts = (torch.arange(time, device=x.device) < lengths[:, None]).to(x.dtype)[:, None, :, None]
        x = x * counts
        x = torch.relu(x + self.moves(x)) * counts
        pooled = self._pooled(x, counts)
        x = torch.relu(self.gather(self.dropout(pooled)))
        x = torch.relu(x + self.keys(x))
        none = self.none(torch.cat([x.mean(2), x.amax(2)], dim=1))
        return torch.cat([self.tonics(x).reshape(n, -1), none], dim=1)

    def _pooled(self, x: Tensor, counts: Tensor) -> Tensor:
        """Mean, spread, attention's mean, how it begins and how it ends, ``(n, 5 * chords, 12)``."""
        total = counts.sum(2)
        mean = x.sum(2) / total
        spread = torch.sqrt((torch.square(x - mean[:, :, None]) * counts).sum(2) / total + 1e-5)
        scores = (self.attention.weight[0, :, 0][:, None] * x.mean(3)).sum(1) + self.attention.bias
        weights = torch.softmax(scores - 1e4 * (1 - counts[:, 0, :, 0]), dim=1)
        attended = (x * weights[:, None, :, None]).sum(2)
        number = torch.cumsum(counts, dim=2)
        begins = counts * (number <= ENDS)
        ends = counts * (number > total[:, :, None] - ENDS)
        edges = [(x * edge).sum(2) / edge.sum(2) for edge in (begins, ends)]
        return torch.cat([mean, spread, attended, *edges], dim=1)
