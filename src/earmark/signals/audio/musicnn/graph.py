"""Write MusiCNN as an ONNX graph that computes what is heard and nothing else, the same bytes on every machine.

The graph is Pons & Serra's, with these liberties, none of which changes a result by more than rounding:

- filters that hear nothing are left out, and what they give at rest is added where it is used;
- the maximum over frequency is taken before ReLU and batch normalisation instead of after them. For a filter whose
  normalisation has a negative scale, the greatest result comes from the least input: its kernel is turned over,
  so that the greatest becomes the least, and back afterwards;
- batch normalisation before a dense layer is folded into it.

Sums are taken exactly and rounded once (``math.fsum``), so that no machine's order of adding shows in the file.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from earmark.signals.audio.musicnn.weights import Convolution, Doubles, Weights

if TYPE_CHECKING:
    from onnx import NodeProto

PATCH_FRAMES: Final = 187
"""Three seconds: what the network was trained on."""
BANDS: Final = 96
OPSET: Final = 17
IR_VERSION: Final = 8


def to_onnx(weights: Weights) -> bytes:
    """The network as an ONNX file.

    Input ``patches`` ``(n, 187, 96)`` float32, log-mel frames as `earmark.signals.audio.frames` makes them. Outputs,
    float32: ``pooled`` ``(n, 2 * n_channels)``, the maxima and then the means over time of every living channel of the
    front and the middle; ``penultimate`` ``(n, 200)``; ``tags`` ``(n, 50)``, probabilities.
    """
    graph = _Graph()
    front = [convolution.only(convolution.alive) for convolution in weights.front]
    heard = graph.norm("patches", weights.heard.scale, weights.heard.shift, "heard")
    heard = graph.add("Unsqueeze", [heard, graph.integers("one", [1])], "image")
    pooled = [
        graph.front(heard, convolution, f"front_{n}")
        for n, convolution in enumerate(front)
        if len(convolution.bias)
    ]
    maxima = graph.add("Concat", pooled, "front_maxima", axis=1)
    channels = [graph.front_end(maxima, front)]
    channels.append(graph.middle_first(channels[0], weights))
    for n, convolution in enumerate(weights.middle[1:], 1):
        channels.append(graph.middle(channels[-1], convolution, f"middle_{n}"))
    graph.back_end(graph.add("Concat", channels, "channels", axis=1), weights)
    return graph.model(
        {
            "pooled": 2 * _n_channels(weights),
            "penultimate": len(weights.features.bias),
            "tags": len(weights.tags.bias),
        }
    )


def _living(weights: Weights) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    """Which of the channels that are pooled hear anything; those of the middle are all kept."""
    front = [convolution.alive for convolution in weights.front]
    middle = [np.ones(len(convolution.bias), np.bool_) for convolution in weights.middle]
    return np.concatenate([*front, *middle])


def _n_channels(weights: Weights) -> int:
    return int(_living(weights).sum())


def _resting(weights: Weights) -> Doubles:
    """What the channels of the front give at rest, zero where they hear."""
    return np.concatenate([np.where(one.alive, 0, one.resting) for one in weights.front])


def _sums(terms: Doubles) -> Doubles:
    """Exact sums over the first axis."""
    flat = terms.reshape(len(terms), -1)
    return np.array([math.fsum(column) for column in flat.T]).reshape(terms.shape[1:])


class _Graph:
    """Nodes and constants, as they are added."""

    def __init__(self) -> None:
        self._nodes: list[NodeProto] = []
        self._constants: dict[str, np.ndarray[tuple[int, ...], np.dtype[np.float32 | np.int64]]] = {}

    def add(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
        from onnx.helper import make_node

        self._nodes.append(make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def floats(self, name: str, values: Doubles) -> str:
        self._constants[name] = np.asarray(values, np.float32)
        return name

    def integers(self, name: str, values: list[int]) -> str:
        self._constants[name] = np.array(values, np.int64)
        return name

    def norm(self, x: str, scale: Doubles, shift: Doubles, name: str) -> str:
        scaled = self.add("Mul", [x, self.floats(f"{name}_scale", scale)], f"{name}_scaled")
        return self.add("Add", [scaled, self.floats(f"{name}_shift", shift)], name)

    def front(self, image: str, convolution: Convolution, name: str) -> str:
        """Convolve, and keep the greatest over frequency: ``(n, n_filters, time, 1)``."""
        time, width = convolution.kernel.shape[1:]
        sign = _sign(convolution)
        kernel = self.floats(f"{name}_kernel", (convolution.kernel * sign[:, None, None])[:, None])
        bias = self.floats(f"{name}_bias", convolution.bias * sign)
        before = (time - 1) // 2
        heard = self.add(
            "Conv", [image, kernel, bias], f"{name}_heard", pads=[before, 0, time - 1 - before, 0]
        )
        return self.add("MaxPool", [heard], name, kernel_shape=[1, BANDS - width + 1])

    def front_end(self, maxima: str, front: list[Convolution]) -> str:
        """ReLU and normalisation of all filters of the front, ``(n, n_filters, time)``."""
        flat = self.add("Squeeze", [maxima, self.integers("three", [3])], "front_flat")
        sign = self.floats("front_sign", np.concatenate([_sign(one) for one in front])[:, None])
        scale = np.concatenate([one.norm.scale for one in front])[:, None]
        shift = np.concatenate([one.norm.shift for one in front])[:, None]
        active = self.add("Relu", [self.add("Mul", [flat, sign], "front_turned")], "front_active")
        return self.norm(active, scale, shift, "front")

    def middle_first(self, front: str, weights: Weights) -> str:
        """The first convolution of the middle; as padding is zero, what the dead of the front give varies over time."""
        convolution, living = weights.middle[0], np.concatenate([one.alive for one in weights.front])
        taps = _sums(np.moveaxis(convolution.kernel * _resting(weights), 2, 0))
        half = taps.shape[1] // 2
        frames = np.arange(PATCH_FRAMES)
        within = np.array(
            [(frames + tap >= half) & (frames + tap < PATCH_FRAMES + half) for tap in range(2 * half + 1)]
        )
        at_rest = _sums(np.moveaxis(taps[:, :, None] * within, 1, 0)) + convolution.bias[:, None]
        kernel = self.floats("middle_0_kernel", np.moveaxis(convolution.kernel[:, :, living], 1, 2))
        heard = self.add("Conv", [front, kernel], "middle_0_heard", pads=[half, half])
        whole = self.add("Add", [heard, self.floats("middle_0_rest", at_rest)], "middle_0_whole")
        active = self.add("Relu", [whole], "middle_0_active")
        return self.norm(active, convolution.norm.scale[:, None], convolution.norm.shift[:, None], "middle_0")

    def middle(self, before: str, convolution: Convolution, name: str) -> str:
        """A convolution of the middle, added to what it was given."""
        half = convolution.kernel.shape[1] // 2
        kernel = self.floats(f"{name}_kernel", np.moveaxis(convolution.kernel, 1, 2))
        bias = self.floats(f"{name}_bias", convolution.bias)
        heard = self.add("Conv", [before, kernel, bias], f"{name}_heard", pads=[half, half])
        active = self.add("Relu", [heard], f"{name}_active")
        normed = self.norm(
            active, convolution.norm.scale[:, None], convolution.norm.shift[:, None], f"{name}_normed"
        )
        return self.add("Add", [normed, before], name)

    def back_end(self, channels: str, weights: Weights) -> None:
        """Maximum and mean over time, and the two dense layers."""
        maxima = self.add("ReduceMax", [channels], "maxima", axes=[2], keepdims=0)
        means = self.add("ReduceMean", [channels], "means", axes=[2], keepdims=0)
        pooled = self.add("Concat", [maxima, means], "pooled", axis=1)
        living = _living(weights)
        # Rows stand as maximum and mean of the first channel, of the second, and so on.
        kernel = (weights.features.kernel * weights.pooled.scale[:, None]).reshape(len(living), 2, -1)
        resting = np.concatenate([_resting(weights), np.zeros(len(living) - len(_resting(weights)))])
        shifts = weights.features.kernel * weights.pooled.shift[:, None]
        at_rest = (kernel * resting[:, None, None]).reshape(2 * len(living), -1)
        bias = _sums(np.concatenate([shifts, at_rest, weights.features.bias[None]]))
        inputs = [
            pooled,
            self.floats("features_kernel", np.concatenate([kernel[living, 0], kernel[living, 1]])),
            self.floats("features_bias", bias),
        ]
        active = self.add("Relu", [self.add("Gemm", inputs, "features")], "features_active")
        norm = weights.features_norm
        penultimate = self.norm(active, norm.scale, norm.shift, "penultimate")
        inputs = [
            penultimate,
            self.floats("tags_kernel", weights.tags.kernel),
            self.floats("tags_bias", weights.tags.bias),
        ]
        self.add("Sigmoid", [self.add("Gemm", inputs, "logits")], "tags")

    def model(self, outputs: dict[str, int]) -> bytes:
        from onnx import TensorProto, checker
        from onnx.helper import make_graph, make_model, make_opsetid, make_tensor_value_info
        from onnx.numpy_helper import from_array

        graph = make_graph(
            self._nodes,
            "musicnn",
            [make_tensor_value_info("patches", TensorProto.FLOAT, ["n", PATCH_FRAMES, BANDS])],
            [make_tensor_value_info(name, TensorProto.FLOAT, ["n", size]) for name, size in outputs.items()],
            [from_array(values, name) for name, values in self._constants.items()],
        )
        model = make_model(graph, opset_imports=[make_opsetid("", OPSET)], ir_version=IR_VERSION)
        checker.check_model(model, full_check=True)
        serialised: bytes = model.SerializeToString(deterministic=True)
        return serialised


def _sign(convolution: Convolution) -> Doubles:
    return np.where(convolution.norm.scale < 0, -1.0, 1.0)
