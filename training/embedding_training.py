"""Train the embedding net on patches of `embedding_material.py`, and write the file that Earmark ships.

    python embedding_training.py MATERIAL.npz ../src/earmark/signals/audio/models/embedding.onnx

Two patches of one recording, each disguised another way (level, equalisation, noise, bandwidth, tempo, pitch, gaps),
are to be more alike than those of other recordings in the batch (NT-Xent: Chen et al. 2020); and what is heard is to
tell what MusiCNN makes of the same patch undisguised, its pooled channels and its tags (distillation: Hinton et al.
2015). One thread, and everything from one seed: the same material and the same torch give the same file.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn import functional

from embedding_net import DIMENSIONS, EmbeddingNet
from embedding_space import per_recording

BANDS, FRAMES = 96, 187
COMPRESSION: Final = 10_000
CLIP: Final = 3.0
"""Standard deviations at which the teacher's channels are cut off."""


@dataclass(frozen=True)
class Material:
    """Patches ``(n, 187, 96)`` of float16, whose they are, and the teacher's standardised channels and tags."""

    patches: NDArray[np.float16]
    track: NDArray[np.int32]
    channels: Tensor
    tags: Tensor

    @classmethod
    def read(cls, paths: list[Path]) -> Material:
        """All that some files hold; their recordings are numbered on."""
        columns: dict[str, list[NDArray[Any]]] = {"patches": [], "track": [], "pooled": [], "tags": []}
        for path in paths:
            with np.load(path) as file:
                for name, column in columns.items():
                    column.append(file[name])
            columns["track"][-1] = columns["track"][-1] + sum(one[-1] + 1 for one in columns["track"][:-1])
        patches, track, pooled, tags = (np.concatenate(column) for column in columns.values())
        spread = pooled.std(axis=0)
        standard = (pooled - pooled.mean(axis=0)) / np.where(spread > 1e-6, spread, 1)
        channels = torch.from_numpy(np.clip(standard, -CLIP, CLIP).astype(np.float32))
        return cls(patches, track, channels, torch.from_numpy(tags))


def disguised(patches: Tensor, draw: torch.Generator) -> Tensor:
    """Patches as other recordings, players and codecs would have them; each in its own way."""
    n = len(patches)

    def some(*shape: int) -> Tensor:
        return torch.randn(*shape, generator=draw)

    def share(*shape: int) -> Tensor:
        return torch.rand(*shape, generator=draw)

    # Tempo and pitch: frames and bands are read at other places, between neighbours.
    stretch = 1 + 0.08 * some(n, 1).clamp(-2, 2)
    middle = (FRAMES - 1) / 2
    rows = (middle + (torch.arange(FRAMES) - middle) * stretch).clamp(0, FRAMES - 1)
    bands = (torch.arange(BANDS) + 0.8 * some(n, 1).clamp(-2, 2)).clamp(0, BANDS - 1)
    grid = torch.stack(
        [
            (2 * bands / (BANDS - 1) - 1)[:, None, :].expand(n, FRAMES, BANDS),
            (2 * rows / (FRAMES - 1) - 1)[:, :, None].expand(n, FRAMES, BANDS),
        ],
        dim=3,
    )
    moved = functional.grid_sample(patches[:, None], grid, align_corners=True)[:, 0]
    power = (torch.pow(10, moved) - 1) / COMPRESSION
    # Level and equalisation, in decibels: a smooth curve over the bands.
    knots = 3 * some(n, 1, 7) + 5 * some(n, 1, 1)
    curve = functional.interpolate(knots, BANDS, mode="linear", align_corners=True)
    power = power * torch.pow(10, curve / 10)
    # Noise of some level below that of the patch, and a bandwidth.
    level = power.mean(dim=(1, 2), keepdim=True) * torch.pow(10, -(1.5 + 3 * share(n, 1, 1)))
    power = power + level * -torch.log(share(n, FRAMES, BANDS) + 1e-9) * (share(n, 1, 1) < 0.5)
    highest = torch.where(share(n, 1, 1) < 0.25, 55 + 41 * share(n, 1, 1), torch.tensor(float(BANDS)))
    power = power * (torch.arange(BANDS) < highest)
    heard = torch.log10(1 + COMPRESSION * power)
    # Gaps in time and in frequency (Park et al. 2019).
    for size, longest in ((FRAMES, 30), (BANDS, 10)):
        start = share(n, 1) * size
        gap = (torch.arange(size) >= start) & (torch.arange(size) < start + longest * share(n, 1))
        heard = heard.masked_fill(gap[:, :, None] if size == FRAMES else gap[:, None, :], 0)
    return heard


def contrast(vectors: Tensor, temperature: float) -> Tensor:
    """NT-Xent of vectors ``(2 n, d)`` of which i and i + n belong together."""
    unit = functional.normalize(vectors, dim=1)
    alike = unit @ unit.T / temperature
    alike.fill_diagonal_(-torch.inf)
    n = len(vectors) // 2
    return functional.cross_entropy(alike, torch.arange(2 * n).roll(n))


def fit(material: Material, *, seed: int, steps: int, batch: int, rate: float, apart: float) -> EmbeddingNet:
    """Learn by AdamW; ``apart`` weighs the contrast against what the teacher says."""
    torch.manual_seed(seed)
    draw, noise = np.random.default_rng(seed), torch.Generator().manual_seed(seed)
    starts = np.searchsorted(material.track, np.arange(material.track[-1] + 2))
    net = EmbeddingNet(teacher=material.channels.shape[1], tags=material.tags.shape[1])
    with torch.no_grad():
        # Most tags are rare: a net that begins with each as likely as not would spend its steps on that.
        net.tags.bias.copy_(torch.logit(material.tags.mean(dim=0)))
    optimiser = torch.optim.AdamW(net.parameters(), lr=rate, weight_decay=0.02)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=rate, total_steps=steps, pct_start=0.1)
    told = torch.zeros(3)
    for step in range(1, steps + 1):
        tracks = draw.choice(len(starts) - 1, batch, replace=False)
        pairs = [draw.choice(np.arange(starts[one], starts[one + 1]), 2, replace=False) for one in tracks]
        places = np.array(pairs).T.ravel()
        patches = torch.from_numpy(material.patches[places].astype(np.float32))
        vectors = net(disguised(patches, noise))
        costs = torch.stack(
            [
                contrast(net.together(vectors), 0.1),
                functional.mse_loss(net.teacher(vectors), material.channels[places]),
                functional.binary_cross_entropy_with_logits(net.tags(vectors), material.tags[places]),
            ]
        )
        optimiser.zero_grad()
        (costs * torch.tensor([apart, 1.0, 5.0])).sum().backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        optimiser.step()
        schedule.step()
        told += costs.detach()
        if step % 100 == 0:
            print(step, *(f"{cost:.4f}" for cost in (told / 100).tolist()), file=sys.stderr, flush=True)
            told.zero_()
    return net.eval()


def told_apart(net: EmbeddingNet, material: Material) -> tuple[Tensor, Tensor]:
    """Mean and matrix after which directions in which recordings vary within count less (see `embedding_space.py`)."""
    with torch.no_grad():
        batches = (
            material.patches[at : at + 64].astype(np.float32) for at in range(0, len(material.track), 64)
        )
        vectors = torch.cat([net(torch.from_numpy(batch)) for batch in batches]).double().numpy()
    recordings = per_recording(vectors, material.track)
    within = vectors - recordings[material.track]
    covariance = within.T @ within / len(within)
    mixed = covariance + np.trace(covariance) / len(covariance) * np.eye(len(covariance))
    values, basis = np.linalg.eigh(mixed)
    normalise = basis / np.sqrt(values) @ basis.T
    mean, matrix = (torch.from_numpy(one.astype(np.float32)) for one in (recordings.mean(axis=0), normalise))
    return mean, matrix


class Shipped(torch.nn.Module):
    """Patches in; vectors and the probabilities of tags out."""

    def __init__(self, net: EmbeddingNet, mean: Tensor, matrix: Tensor) -> None:
        super().__init__()
        self.net = net
        self.register_buffer("mean", mean)
        self.register_buffer("matrix", matrix)

    def forward(self, patches: Tensor) -> tuple[Tensor, Tensor]:
        """As the net has them, but for the space of vectors."""
        vectors = self.net(patches)
        return (vectors - self.mean) @ self.matrix, torch.sigmoid(self.net.tags(vectors))


def export(shipped: Shipped, path: Path) -> str:
    """Write the ONNX file; its SHA-256."""
    torch.onnx.export(
        shipped.eval(), (torch.rand(3, FRAMES, BANDS),), str(path), dynamo=False, opset_version=17,
        input_names=["patches"], output_names=["vectors", "tags"],
        dynamic_axes={name: {0: "n"} for name in ("patches", "vectors", "tags")},
    )  # fmt: skip
    return hashlib.sha256(path.read_bytes()).hexdigest()


def main() -> None:
    """Read the command line, train, write, and print what came of it as JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("material", type=Path, nargs="+")
    parser.add_argument("model", type=Path)
    parser.add_argument("--steps", type=int, default=900)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--apart", type=float, default=0.3)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    torch.set_num_threads(1)
    torch.use_deterministic_algorithms(True)
    material = Material.read(asked.material)
    net = fit(
        material, seed=asked.seed, steps=asked.steps, batch=asked.batch, rate=asked.rate, apart=asked.apart
    )
    report = {
        "sha256": export(Shipped(net, *told_apart(net, material)), asked.model),
        "bytes": asked.model.stat().st_size,
        "dimensions": DIMENSIONS,
        "recordings": int(material.track[-1]) + 1,
        "patches": len(material.track),
    }
    print(json.dumps(report))


if __name__ == "__main__":
    main()
