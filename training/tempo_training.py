"""Train the tempo net, make its confidence honest, and write it as ONNX.

    python tempo_training.py EXAMPLES ../src/earmark/signals/audio/models/tempo.onnx

Examples are made by tempo_examples.py and tempo_taught.py. Adam with decoupled weight decay on one cycle of learning
rates (Smith & Topin 2018), soft classes (a tempo counts for its neighbours, too, and of recordings each of three
opinions counts), windows moved along the axis of tempi by up to a sixth of an octave, channels left out. After training
the scores are divided by a temperature (Guo et al. 2017), found on songs for validation. Prints what it reaches on
validation songs, held-out songs, those by people and recordings of which a teacher tells the tempo, and the model's
SHA-256.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from torch.nn import functional

from earmark.signals.audio.tempo import FIRST, LAST, NEAR
from earmark.signals.audio.tempogram import LOWEST_BPM, N_CHANNELS, STEPS_PER_OCTAVE
from tempo_examples import Examples, borrowed, joined, metronomes, rendered, sketched, taught
from tempo_net import Net
from tempo_onnx import model_of

BATCH: Final = 128
FASTEST_RATE: Final = 4e-3
DECAY: Final = 1e-2
SOFT: Final = 0.8
"""Steps: the spread of a tempo over its neighbours."""
FARTHEST_MOVE: Final = 6
LEFT_OUT: Final = 0.08
NOISE: Final = 0.02
TIMES_RENDERED: Final = 2
"""Rendered examples are fewer than sketched ones, and count twice."""
TIMES_TAUGHT: Final = 2
TOLERANCE: Final = 0.04
FACTORS: Final = (1.0, 2.0, 3.0, 1 / 2, 1 / 3)
Array = np.ndarray[Any, Any]


def training_set(folder: Path) -> Examples:
    """All that the net learns from.

    Raises:
        ValueError: a kind of examples is missing.
    """
    parts = [sketched(folder), metronomes(folder)]
    parts += [rendered(folder, "train", disguises=True)] * TIMES_RENDERED
    parts += [taught(folder, "train", disguises=True)] * TIMES_TAUGHT
    return joined(parts)


def train(examples: Examples, epochs: int, seed: int) -> Net:
    """A net that has seen all examples ``epochs`` times."""
    torch.manual_seed(seed)
    draw = np.random.default_rng(seed)
    net = Net()
    n_batches = len(examples.tempo) // BATCH
    optimizer = torch.optim.AdamW(net.parameters(), lr=FASTEST_RATE, weight_decay=DECAY)
    cycle = torch.optim.lr_scheduler.OneCycleLR(
        optimizer, FASTEST_RATE, total_steps=epochs * n_batches + 1, pct_start=0.15
    )
    for _ in range(epochs):
        net.train()
        order = draw.permutation(len(examples.tempo))
        for batch in range(n_batches):
            chosen = order[batch * BATCH : (batch + 1) * BATCH]
            grams = torch.as_tensor(examples.tempograms[chosen].astype(np.float32))
            loss = _loss(net, *_varied(grams, examples.opinions[chosen], draw))
            optimizer.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimizer.step()
            cycle.step()
    return net.eval()


def _varied(
    grams: torch.Tensor, opinions: Array, draw: np.random.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    moved = int(draw.integers(-FARTHEST_MOVE, FARTHEST_MOVE + 1))
    grams = torch.roll(grams, moved, 2) + NOISE * torch.randn(grams.shape)
    grams = grams * (torch.rand(len(grams), N_CHANNELS, 1) > LEFT_OUT)
    return grams, torch.as_tensor(_steps(opinions) + moved, dtype=torch.float32)


def _loss(net: Net, grams: torch.Tensor, steps: torch.Tensor) -> torch.Tensor:
    """Cross entropy to soft classes, the mean of those opinions that are among the classes, where any is."""
    within = (steps > 0) & (steps < LAST - FIRST - 1)
    some = within.any(dim=1)
    away = (torch.arange(LAST - FIRST) - steps[some][:, :, None]) / SOFT
    shares = (-0.5 * away**2).softmax(dim=2) * within[some][:, :, None]
    return functional.cross_entropy(net(grams[some]), shares.sum(dim=1) / within[some].sum(dim=1)[:, None])


def _steps(tempo: Array) -> Array:
    return STEPS_PER_OCTAVE * np.log2(tempo / LOWEST_BPM) - FIRST


def scores_of(net: Net, examples: Examples) -> torch.Tensor:
    """Of every window, ``(n_windows, 96)``."""
    with torch.no_grad():
        batches = torch.as_tensor(examples.tempograms.astype(np.float32)).split(512)
        return torch.cat([net(batch) for batch in batches])


def by_song(scores: torch.Tensor, examples: Examples) -> tuple[Array, Array]:
    """How likely each tempo is, ``(n_songs, 96)``, and the true one of each song."""
    shares = scores.softmax(1).numpy()
    songs, places = np.unique(examples.song, return_index=True)
    means = np.stack([shares[examples.song == song].mean(axis=0) for song in songs])
    return means, examples.tempo[places]


def accuracies(found: Array, true: Array) -> tuple[float, float]:
    """Acc1 and Acc2 (Gouyon et al. 2006): within 4 % of the tempo; or of it times 2, 3, 1/2 or 1/3."""
    off = np.abs(found[:, None] / (true[:, None] * np.array(FACTORS)) - 1) <= TOLERANCE
    return float(off[:, 0].mean()), float(off.any(axis=1).mean())


def tempo_of(shares: Array) -> Array:
    """The likeliest class of each song, in BPM."""
    return LOWEST_BPM * 2 ** ((FIRST + shares.argmax(axis=1)) / STEPS_PER_OCTAVE)


def temperature(net: Net, examples: Examples) -> float:
    """By what scores are divided so that the share of the likeliest tempo is how often it is right."""
    scores, tried = scores_of(net, examples), np.exp(np.linspace(-0.7, 1.1, 37))
    gaps = []
    for one in tried:
        shares, true = by_song(scores / float(one), examples)
        best = shares.argmax(axis=1)
        sure = np.array(
            [row[max(at - NEAR, 0) : at + NEAR + 1].sum() for row, at in zip(shares, best, strict=True)]
        )
        right = np.abs(tempo_of(shares) / true - 1) <= TOLERANCE
        gaps.append(-np.mean(np.log(np.clip(np.where(right, sure, 1 - sure), 1e-3, None))))
    return float(tried[int(np.argmin(gaps))])


def main() -> None:
    """Train and write."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("examples", type=Path)
    arguments.add_argument("model", type=Path)
    arguments.add_argument("--epochs", type=int, default=16)
    arguments.add_argument("--seed", type=int, default=1)
    asked = arguments.parse_args()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    examples = training_set(asked.examples)
    net = train(examples, asked.epochs, asked.seed)
    validation = rendered(asked.examples, "validation", disguises=True)
    heat = temperature(net, validation)
    with torch.no_grad():
        net.score.weight /= heat
        assert net.score.bias is not None
        net.score.bias /= heat
    model = model_of(net)
    asked.model.write_bytes(model.SerializeToString(deterministic=True))
    reached: dict[str, Any] = {"windows": len(examples.tempo), "temperature": round(heat, 3)}
    tried = {split: rendered(asked.examples, split, disguises=False) for split in ("validation", "held out")}
    tried |= {"by people": borrowed(asked.examples)}
    tried |= {"by a teacher": taught(asked.examples, "validation", disguises=False)}
    for split, of in tried.items():
        shares, true = by_song(scores_of(net, of), of)
        first, second = accuracies(tempo_of(shares), true)
        reached[split] = {"songs": len(true), "acc1": round(first, 3), "acc2": round(second, 3)}
    reached["sha256"] = hashlib.sha256(asked.model.read_bytes()).hexdigest()
    print(json.dumps(reached, indent=2))


if __name__ == "__main__":
    main()
