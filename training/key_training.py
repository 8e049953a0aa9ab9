"""Train the key net on examples of `key_examples.py`, calibrate it, and write the file that Earmark ships.

    python key_training.py MADE RENDERED/rendered.npz ../src/earmark/signals/audio/models/key.onnx

Made songs teach, but for each tenth, which shows how far it has come; rendered ones, of which the net has seen none,
tell how sure to be: the temperature by which logits are divided is the one that makes their likelihood greatest (Guo
et al. 2017), and goes into the file. Each step sees its examples
moved by up to half an octave, cut to a piece, with an octave or some windows missing. One thread, and everything from
one seed: the same examples and the same torch give the same file.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from key_net import CLASSES, NO_KEY, SEMITONES, KeyNet

Floats = NDArray[np.float32]
PIECE: Final = 32
"""Windows of an example in a batch; longer ones are cut."""

WHOLE: Final = 0.6
"""How often a longer example is not cut, but its windows become one in pairs."""


@dataclass(frozen=True)
class Examples:
    """What the net hears of recordings, and their keys (tonic, plus 12 if minor; 24 for none)."""

    windows: list[Floats]
    keys: NDArray[np.int64]

    @classmethod
    def read(cls, paths: list[Path]) -> Examples:
        """All examples of some files."""
        windows: list[Floats] = []
        keys = []
        for path in paths:
            with np.load(path) as file:
                everything, starts = file["windows"].astype(np.float32), file["starts"]
                windows += [everything[start:stop] for start, stop in itertools.pairwise(starts)]
                keys.append(file["keys"])
        return cls(windows, np.concatenate(keys).astype(np.int64))

    def part(self, which: NDArray[np.bool_]) -> Examples:
        """Some of them."""
        return Examples(
            [one for one, keep in zip(self.windows, which, strict=True) if keep], self.keys[which]
        )


def batch(
    examples: Examples, which: NDArray[np.int64], draw: np.random.Generator
) -> tuple[Tensor, Tensor, Tensor]:
    """Examples as a step of training sees them: windows ``(n, 32, 72)``, lengths and keys ``(n,)``."""
    windows, lengths = np.zeros((len(which), PIECE, SEMITONES), np.float32), np.ones(len(which), np.int64)
    keys = examples.keys[which].copy()
    for row, number in enumerate(which):
        piece = examples.windows[number]
        if len(piece) > PIECE and draw.random() < WHOLE:
            # All of it, as if its windows were twice as long.
            piece = piece[: len(piece) // 2 * 2].reshape(-1, 2, SEMITONES).mean(1)
        first = int(draw.integers(0, max(1, len(piece) - PIECE + 1)))
        piece = piece[first : first + PIECE]
        if draw.random() < 0.3:
            piece = piece[draw.random(len(piece)) < draw.uniform(0.4, 1)]
        if not len(piece):
            continue
        shift = int(draw.integers(-5, 7))
        into = windows[row, : len(piece)]
        into[:, max(0, shift) : SEMITONES + min(0, shift)] = piece[
            :, max(0, -shift) : SEMITONES - max(0, shift)
        ]
        if draw.random() < 0.2:
            low = int(draw.integers(0, SEMITONES - 12))
            into[:, low : low + 12] = 0
        into *= np.float32(np.exp(draw.normal(0, 0.15)))
        lengths[row] = len(piece)
        if keys[row] != NO_KEY:
            keys[row] = (keys[row] + shift) % CLASSES + keys[row] // CLASSES * CLASSES
    return torch.from_numpy(windows), torch.from_numpy(lengths), torch.from_numpy(keys)


def logits(net: KeyNet, examples: Examples) -> Tensor:
    """What the net says of whole examples, ``(n, 25)``."""
    net.eval()
    with torch.no_grad():
        return torch.cat(
            [net(torch.from_numpy(one)[None], torch.tensor([len(one)])) for one in examples.windows]
        )


def mirex(found: NDArray[np.int64], true: NDArray[np.int64]) -> float:
    """The mean MIREX score: 1 for the key, .5 a fifth above it, .3 for the relative, .2 for the parallel key."""
    score = (found == true).astype(float)
    keyed = (found != NO_KEY) & (true != NO_KEY)
    up, minor, truly = (found - true) % CLASSES, found // CLASSES == 1, true // CLASSES == 1
    score[keyed & (minor == truly) & (up == 7)] = 0.5
    score[keyed & (minor != truly) & (up == np.where(truly, 3, 9))] = 0.3
    score[keyed & (minor != truly) & (up == 0)] = 0.2
    return float(score.mean())


def fit(examples: Examples, checked: Examples, *, seed: int, epochs: int, rate: float) -> KeyNet:
    """Learn by AdamW, the rate falling along a cosine."""
    torch.manual_seed(seed)
    draw = np.random.default_rng([seed, 0x7E])
    net, size = KeyNet(), 64
    steps = epochs * (len(examples.keys) // size)
    optimiser = torch.optim.AdamW(net.parameters(), lr=rate, weight_decay=0.01)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=rate, total_steps=steps, pct_start=0.1)
    loss = torch.nn.CrossEntropyLoss(label_smoothing=0.05)
    for epoch in range(epochs):
        net.train()
        order, total = draw.permutation(len(examples.keys)), 0.0
        for start in range(0, len(order) - size + 1, size):
            windows, lengths, keys = batch(examples, order[start : start + size], draw)
            cost = loss(net(windows, lengths), keys)
            optimiser.zero_grad()
            cost.backward()
            torch.nn.utils.clip_grad_norm_(net.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            total += float(cost.detach())
        score = mirex(logits(net, checked).argmax(1).numpy(), checked.keys)
        sys.stderr.write(f"epoch {epoch + 1}: loss {total * size / len(order):.4f}, MIREX {score:.4f}\n")
    return net


def temperature(net: KeyNet, checked: Examples) -> float:
    """What logits are to be divided by, found by trying."""
    said, keys = logits(net, checked), torch.from_numpy(checked.keys)
    tried = np.exp(np.linspace(np.log(0.3), np.log(4), 200))
    costs = [float(torch.nn.functional.cross_entropy(said / float(one), keys)) for one in tried]
    return float(tried[int(np.argmin(costs))])


class Shipped(torch.nn.Module):
    """One recording in, ``(n_windows, 72)``; the probabilities of all keys and of none out, ``(25,)``."""

    def __init__(self, net: KeyNet, warmth: float) -> None:
        super().__init__()
        self.net, self.warmth = net, warmth

    def forward(self, windows: Tensor) -> Tensor:
        """Probabilities."""
        said = self.net(windows[None], torch.full((1,), windows.shape[0], dtype=torch.long))
        return torch.softmax(said[0] / self.warmth, dim=0)


def export(net: KeyNet, warmth: float, path: Path) -> str:
    """Write the ONNX file; its SHA-256."""
    net.eval()
    example = (torch.rand(7, SEMITONES),)
    torch.onnx.export(
        Shipped(net, warmth), example, str(path), dynamo=False, opset_version=17,
        input_names=["windows"], output_names=["probabilities"], dynamic_axes={"windows": {0: "n_windows"}},
    )  # fmt: skip
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main() -> None:
    """Read the command line, train, calibrate, write, and print what came of it as JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("examples", type=Path)
    parser.add_argument("rendered", type=Path)
    parser.add_argument("model", type=Path)
    parser.add_argument("--epochs", type=int, default=14)
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    examples = Examples.read(sorted(asked.examples.glob("*.npz")))
    # Mixes of one song lie side by side: blocks are kept out, not single examples.
    kept_out = np.arange(len(examples.keys)) // 20 % 10 == 9
    taught, checked = examples.part(~kept_out), examples.part(kept_out)
    net = fit(taught, checked, seed=asked.seed, epochs=asked.epochs, rate=asked.rate)
    rendered = Examples.read([asked.rendered])
    warmth = temperature(net, rendered)
    score = mirex(logits(net, rendered).argmax(1).numpy(), rendered.keys)
    told = {"sha256": export(net, warmth, asked.model), "temperature": warmth, "mirex_rendered": score}
    sys.stdout.write(json.dumps(told) + "\n")


if __name__ == "__main__":
    main()
