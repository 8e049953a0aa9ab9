"""Stretches are spread over a recording, and vectors are alike where sounds are."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.signals.audio.musicnn.bundles import small_musicnn

from earmark.errors import EarmarkError
from earmark.signals.audio.embedding import PATCHES, Embedder, better_network, patch_starts, patches_of
from earmark.signals.audio.frames import LogMel
from earmark.signals.audio.musicnn import published
from earmark.signals.audio.musicnn.graph import to_onnx
from earmark.signals.audio.musicnn.weights import Weights

Floats = NDArray[np.float32]
RATE = 16_000


@given(st.integers(1, 2_000_000))
def test_stretches_are_even_and_within(n_frames: int) -> None:
    starts = patch_starts(n_frames)
    assert 1 <= len(starts) <= PATCHES
    assert starts[0] >= 0
    assert starts[-1] + 187 <= max(n_frames, 187)
    gaps = np.diff(starts)
    assert (gaps > 0).all()
    if n_frames > PATCHES * 187:
        assert len(starts) == PATCHES
        assert np.ptp(gaps) <= 2
        assert abs(starts[0] + starts[-1] + 187 - n_frames) <= 1


def test_what_is_shorter_is_repeated() -> None:
    frames = np.arange(100 * 96, dtype=np.float32).reshape(100, 96)
    (patch,) = patches_of(frames)
    np.testing.assert_array_equal(patch, np.concatenate([frames, frames[:87]]))
    with pytest.raises(ValueError, match="no frames"):
        patches_of(frames[:0])


def frames_of(samples: NDArray[np.float64]) -> Floats:
    log_mel = LogMel()
    return np.concatenate([log_mel.feed(samples.astype(np.float32)), log_mel.finish()])


def strings(pitch: float) -> NDArray[np.float64]:
    """Twelve seconds of a bright chord that swells."""
    time = np.arange(12 * RATE) / RATE
    partials = (
        np.sin(2 * np.pi * pitch * n * time) / n for step in (1, 1.25, 1.5) for n in np.arange(1, 12) * step
    )
    return 0.1 * sum(partials) * (1 + 0.3 * np.sin(2 * np.pi * 0.4 * time))  # type: ignore[no-any-return]


def drums(per_second: float) -> NDArray[np.float64]:
    """Twelve seconds of noise that dies away after each beat."""
    time = np.arange(12 * RATE) / RATE
    noise = np.random.default_rng(0).normal(size=len(time))
    return 0.2 * noise * np.exp(-20 * (time % (1 / per_second)))  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def own() -> Embedder:
    return Embedder()


def test_what_sounds_alike_is_near(own: Embedder) -> None:
    vectors = [
        own(patches_of(frames_of(one))).vector
        for one in (strings(220), 0.4 * strings(247), drums(2), drums(3))
    ]
    alike = np.array(vectors) @ np.array(vectors).T
    np.testing.assert_allclose(np.diag(alike), 1, rtol=1e-5)
    assert min(alike[0, 1], alike[2, 3]) > alike[:2, 2:].max() + 0.3


def test_the_same_frames_give_the_same_bytes_in_whatever_order_of_stretches(own: Embedder) -> None:
    patches = patches_of(frames_of(strings(300)))
    first, again = own(patches), own(patches)
    assert first.vector.tobytes() == again.vector.tobytes()
    assert first.vector.dtype == np.float32
    np.testing.assert_allclose(own(patches[::-1]).vector, first.vector, atol=1e-5)


def test_silence_has_a_vector(own: Embedder) -> None:
    assert np.isfinite(own(patches_of(np.zeros((400, 96), np.float32))).vector).all()


@pytest.fixture
def models(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a network of MusiCNN's form and as many living channels, but random weights."""
    model = to_onnx(Weights.of(small_musicnn(0, (33, 21, 4, 10, 27), 64)))
    (tmp_path / published.FILE).write_bytes(model)
    monkeypatch.setattr(published, "FILE_SHA256", hashlib.sha256(model).hexdigest())
    return tmp_path


def test_musicnn_takes_the_place_of_our_own_once_it_is_set_up(models: Path, own: Embedder) -> None:
    assert better_network(None) is None
    assert better_network(models / "elsewhere") is None
    assert better_network(models) == models / published.FILE
    better = Embedder(models)
    assert better.name != own.name == Embedder(models / "elsewhere").name
    assert published.FILE_SHA256[:8] in better.name
    heard = better(patches_of(frames_of(drums(2))))
    assert heard.vector.shape == (128,)
    assert np.linalg.norm(heard.vector) == pytest.approx(1, rel=1e-5)
    assert heard.tells_valence and not own(patches_of(frames_of(drums(2)))).tells_valence
    assert heard.tags is not None
    assert heard.tags.shape == (len(published.TAGS),)
    assert ((heard.tags >= 0) & (heard.tags <= 1)).all()


Harm = Callable[[Path], object]


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (lambda path: path.write_bytes(path.read_bytes()[:-1]), "is damaged, or was made by another version"),
        (lambda path: (path.unlink(), path.mkdir()), "cannot be read"),
    ],
)
def test_a_harmed_file_is_told_of(models: Path, harm: Harm, told: str) -> None:
    harm(models / published.FILE)
    with pytest.raises(EarmarkError, match=told):
        Embedder(models)
