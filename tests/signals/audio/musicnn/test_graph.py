"""The ONNX file computes what MusiCNN's authors define, dead and turned filters and all."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from onnxruntime import InferenceSession
from tests.signals.audio.musicnn.bundles import small_musicnn

from earmark.errors import UnreadableInputError
from earmark.signals.audio.musicnn import published
from earmark.signals.audio.musicnn.checkpoint import read_arrays
from earmark.signals.audio.musicnn.graph import to_onnx
from earmark.signals.audio.musicnn.weights import Weights

Doubles = NDArray[np.float64]
WHEEL = os.environ.get("MUSICNN_WHEEL")


def as_defined(
    arrays: dict[str, NDArray[np.float32]], patches: NDArray[np.float32]
) -> tuple[Doubles, Doubles]:
    """The penultimate layer and the tags, layer by layer as ``musicnn/models.py`` of the package defines them."""
    w = {name: array.astype(np.float64) for name, array in arrays.items()}

    def norm(x: Doubles, number: int) -> Doubles:
        name = f"batch_normalization_{number}" if number else "batch_normalization"
        gamma, beta = w[f"{name}/gamma"], w[f"{name}/beta"]
        return gamma * (x - w[f"{name}/moving_mean"]) / np.sqrt(w[f"{name}/moving_variance"] + 1e-3) + beta

    def convolve(x: Doubles, number: int, before: int, after: int) -> Doubles:
        """``x`` ``(n, time, width)`` to ``(n, time, positions, filters)``, ReLU and norm included."""
        name = f"conv2d_{number}" if number else "conv2d"
        kernel = w[f"{name}/kernel"][:, :, 0]
        padded = np.pad(x, ((0, 0), (before, after), (0, 0)))
        positions = x.shape[2] - kernel.shape[1] + 1
        total = np.zeros((len(x), x.shape[1], positions, kernel.shape[2]))
        for tap in range(kernel.shape[0]):
            rows = padded[:, tap : tap + x.shape[1]]
            windows = np.lib.stride_tricks.sliding_window_view(rows, kernel.shape[1], axis=2)
            total += windows @ kernel[tap]
        return norm(np.maximum(total + w[f"{name}/bias"], 0), number + 1)

    x = norm(patches.astype(np.float64)[..., None], 0)[..., 0]
    pads = ((3, 3), (3, 3), (63, 64), (31, 32), (15, 16))
    front = np.concatenate([convolve(x, n, *pad).max(axis=2) for n, pad in enumerate(pads)], axis=2)
    first = convolve(front, 5, 3, 3)[:, :, 0]
    second = convolve(first, 6, 3, 3)[:, :, 0] + first
    third = convolve(second, 7, 3, 3)[:, :, 0] + second
    channels = np.concatenate([front, first, second, third], axis=2)
    pooled = np.stack([channels.max(axis=1), channels.mean(axis=1)], axis=2).reshape(len(x), -1)
    dense = np.maximum(norm(pooled, 9) @ w["dense/kernel"] + w["dense/bias"], 0)
    penultimate = norm(dense, 10)
    return penultimate, 1 / (1 + np.exp(-(penultimate @ w["dense_1/kernel"] + w["dense_1/bias"])))


def sounds(n: int) -> NDArray[np.float32]:
    """Patches that fall off with frequency and vary over time, as log-mel frames do."""
    rng = np.random.default_rng(5)
    level = np.linspace(4, 0.3, 96) * rng.uniform(0.2, 1, (n, 187, 1))
    return (level * rng.uniform(0, 1, (n, 187, 96))).astype(np.float32)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_small_networks_compute_what_is_defined(seed: int) -> None:
    arrays = small_musicnn(seed)
    patches = sounds(2)
    penultimate, tags = InferenceSession(to_onnx(Weights.of(arrays))).run(
        ["penultimate", "tags"], {"patches": patches}
    )
    expected, expected_tags = as_defined(arrays, patches)
    assert np.abs(expected).max() > 0.5
    np.testing.assert_allclose(penultimate, expected, atol=2e-5)
    np.testing.assert_allclose(tags, expected_tags, atol=1e-5)


def test_the_dead_are_left_out_and_the_pooled_are_maxima_and_means() -> None:
    weights = Weights.of(small_musicnn(3))
    assert [int(one.alive.sum()) for one in weights.front] == [5, 4, 2, 3, 4]
    (pooled,) = InferenceSession(to_onnx(weights)).run(["pooled"], {"patches": sounds(2)})
    assert pooled.shape == (2, 2 * (5 + 4 + 2 + 3 + 4 + 3 * 8))
    maxima, means = np.split(pooled, 2, axis=1)
    assert (maxima >= means - 1e-5).all()


def test_the_same_weights_give_the_same_bytes() -> None:
    assert to_onnx(Weights.of(small_musicnn(0))) == to_onnx(Weights.of(small_musicnn(0)))
    assert to_onnx(Weights.of(small_musicnn(0))) != to_onnx(Weights.of(small_musicnn(1)))


def test_another_checkpoint_is_refused() -> None:
    arrays = small_musicnn(0)
    del arrays["conv2d_7/kernel"]
    with pytest.raises(UnreadableInputError, match="conv2d_7/kernel"):
        Weights.of(arrays)


@pytest.mark.skipif(WHEEL is None, reason="MUSICNN_WHEEL names no file")
def test_the_published_weights_compute_what_is_defined() -> None:
    wheel = Path(str(WHEEL))
    with zipfile.ZipFile(wheel) as package:
        names = (f"{published.FOLDER}/{name}" for name in (".index", ".data-00000-of-00001"))
        arrays = dict(read_arrays(*map(package.read, names)))
    patches = sounds(1)
    penultimate, tags = InferenceSession(published.convert(wheel)).run(
        ["penultimate", "tags"], {"patches": patches}
    )
    expected, expected_tags = as_defined(arrays, patches)
    np.testing.assert_allclose(penultimate, expected, atol=1e-4)
    np.testing.assert_allclose(tags, expected_tags, atol=1e-5)
