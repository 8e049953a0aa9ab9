"""The layers of MusiCNN by the names that its authors' graph gives them, as arrays of float64.

Where a layer's weights were pulled to zero in training (weight decay leaves 65 of the 561 filters of the front end that
MSD_musicnn came with), its output is the same whatever is heard: it is known here, and need not be computed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from earmark.errors import UnreadableInputError
from earmark.signals.audio.musicnn.checkpoint import Floats

EPSILON: Final = 1e-3
"""Of batch normalisation, as TensorFlow has it by default."""
DEAD: Final = 1e-6
"""A filter whose weights are all smaller than this hears nothing."""

Doubles = NDArray[np.float64]


@dataclass(frozen=True)
class Norm:
    """Batch normalisation as it is after training: x · scale + shift; each ``(n_channels,)``."""

    scale: Doubles
    shift: Doubles


@dataclass(frozen=True)
class Convolution:
    """A convolution, ReLU, and batch normalisation after it.

    Shapes: ``kernel`` ``(n_filters, time, frequency or channels)``, ``bias`` ``(n_filters,)``.
    """

    kernel: Doubles
    bias: Doubles
    norm: Norm

    @property
    def alive(self) -> NDArray[np.bool_]:
        """Which filters hear anything, ``(n_filters,)``."""
        heard: NDArray[np.bool_] = np.abs(self.kernel).max(axis=(1, 2)) > DEAD
        return heard

    @property
    def resting(self) -> Doubles:
        """What each filter gives where it hears nothing, ``(n_filters,)``."""
        return np.maximum(self.bias, 0) * self.norm.scale + self.norm.shift

    def only(self, filters: NDArray[np.bool_]) -> Convolution:
        """Some of its filters."""
        return Convolution(
            self.kernel[filters],
            self.bias[filters],
            Norm(self.norm.scale[filters], self.norm.shift[filters]),
        )


@dataclass(frozen=True)
class Dense:
    """A dense layer: ``kernel`` ``(n_in, n_out)``, ``bias`` ``(n_out,)``."""

    kernel: Doubles
    bias: Doubles


@dataclass(frozen=True)
class Weights:
    """All layers, in the order in which sound passes through them.

    ``front``: two timbral convolutions (7 frames by most of the spectrum; the greatest over frequency is kept) and
    three temporal ones (128, 64 and 32 frames by one band; likewise). ``middle``: three convolutions over time, the
    second and third added to what they were given. ``pooled``: normalises the maximum and the mean over time of
    the front's and the three middle's channels, one after the other for each channel. ``features`` and then
    ``features_norm`` make the penultimate layer, ``tags`` the last.
    """

    heard: Norm
    front: tuple[Convolution, ...]
    middle: tuple[Convolution, ...]
    pooled: Norm
    features: Dense
    features_norm: Norm
    tags: Dense

    @classmethod
    def of(cls, arrays: Mapping[str, Floats]) -> Weights:
        """From the arrays of a checkpoint.

        Raises:
            UnreadableInputError: one is missing: it is a checkpoint of something else.
        """
        try:
            return cls(
                heard=_norm(arrays, 0),
                front=tuple(_convolution(arrays, n) for n in range(5)),
                middle=tuple(_convolution(arrays, n) for n in range(5, 8)),
                pooled=_norm(arrays, 9),
                features=_dense(arrays, 0),
                features_norm=_norm(arrays, 10),
                tags=_dense(arrays, 1),
            )
        except KeyError as error:
            raise UnreadableInputError(
                f"The checkpoint lacks {error}: it is not one of MusiCNN.", "Fetch the package musicnn anew."
            ) from error


def _numbered(name: str, number: int) -> str:
    return f"{name}_{number}" if number else name


def _norm(arrays: Mapping[str, Floats], number: int) -> Norm:
    name = _numbered("batch_normalization", number)
    gamma, beta, mean, variance = (
        arrays[f"{name}/{part}"].astype(np.float64)
        for part in ("gamma", "beta", "moving_mean", "moving_variance")
    )
    scale = gamma / np.sqrt(variance + EPSILON)
    return Norm(scale, beta - mean * scale)


def _convolution(arrays: Mapping[str, Floats], number: int) -> Convolution:
    name = _numbered("conv2d", number)
    kernel = arrays[f"{name}/kernel"].astype(np.float64)
    return Convolution(
        np.moveaxis(kernel[:, :, 0, :], 2, 0),
        arrays[f"{name}/bias"].astype(np.float64),
        _norm(arrays, number + 1),
    )


def _dense(arrays: Mapping[str, Floats], number: int) -> Dense:
    name = _numbered("dense", number)
    return Dense(arrays[f"{name}/kernel"].astype(np.float64), arrays[f"{name}/bias"].astype(np.float64))
