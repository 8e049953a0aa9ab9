"""Write the tempo net as ONNX, node by node: the same weights give the same bytes.

Normalisations are folded into the layers before them, and what the last layer knows of each tempo's place into a
constant.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from earmark.signals.audio.tempo import FIRST, LAST
from earmark.signals.audio.tempogram import N_CHANNELS, N_TEMPI
from tempo_net import FARTHEST, RELATIVES, Net, Related

OPSET: Final = 17
IR_VERSION: Final = 9
Array = np.ndarray[Any, Any]


class _Graph:
    """Nodes in order, and the constants they read."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []

    def constant(self, name: str, value: Array) -> str:
        """Keep a constant, and give its name."""
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def node(self, kind: str, inputs: list[str], out: str, **attributes: Any) -> str:
        """Add a node, and give its output's name."""
        self.nodes.append(helper.make_node(kind, inputs, [out], name=out, **attributes))
        return out

    def convolve(self, x: str, name: str, weight: Array, bias: Array) -> str:
        """A convolution that keeps the length, then ELU."""
        pad = weight.shape[2] // 2
        inputs = [x, self.constant(f"{name}_weight", weight), self.constant(f"{name}_bias", bias)]
        return self.node("Elu", [self.node("Conv", inputs, name, pads=[pad, pad])], f"{name}_elu")

    def stack(self, x: str, name: str, layer: Related) -> str:
        """The picture moved to each relative, one upon the other."""
        ends = self.constant(f"{name}_pads", np.array([0, 0, FARTHEST, 0, 0, FARTHEST], np.int64))
        padded = self.node("Pad", [x, ends], f"{name}_padded")
        axis = self.constant(f"{name}_axis", np.array([2], np.int64))
        moved = []
        for step in RELATIVES:
            start = layer.first + FARTHEST + step
            bounds = [
                self.constant(f"{name}_{side}_{step}", np.array([place], np.int64))
                for side, place in (("from", start), ("to", start + layer.last - layer.first))
            ]
            moved.append(self.node("Slice", [padded, *bounds, axis], f"{name}_at_{step}"))
        return self.node("Concat", moved, f"{name}_stack", axis=1)


def model_of(net: Net) -> onnx.ModelProto:
    """The net as a model: ``tempograms`` (n, 18, 216) to ``scores`` (n, 96), float32."""
    net.eval()
    graph = _Graph()
    scale, shift = _affine(net.scale)
    x = graph.node("Mul", ["tempograms", graph.constant("scale", scale[None, :, None])], "scaled")
    x = graph.node("Add", [x, graph.constant("shift", shift[None, :, None])], "shifted")
    x = graph.convolve(x, "stem", *_folded(net.stem, net.stem_norm))
    x = graph.stack(x, "first", net.first)
    x = graph.convolve(x, "first_weighed", *_folded(net.first.weigh, net.first_norm))
    x = graph.convolve(x, "smooth", *_folded(net.smooth, net.smooth_norm))
    x = graph.stack(x, "second", net.second)
    x = graph.convolve(x, "second_weighed", *_folded(net.second.weigh, net.second_norm))
    weight, bias = _numbers(net.judge.weight), _numbers(net.judge.bias)
    heard = net.second.weigh.out_channels
    placed = np.einsum("oc,ct->ot", weight[:, heard:, 0], _numbers(net.place)[0]) + bias[:, None]
    x = graph.node("Conv", [x, graph.constant("judge_weight", weight[:, :heard])], "judge")
    x = graph.node("Add", [x, graph.constant("place", placed[None])], "judge_placed")
    x = graph.node("Elu", [x], "judged")
    inputs = [x, graph.constant("score_weight", _numbers(net.score.weight)),
              graph.constant("score_bias", _numbers(net.score.bias))]  # fmt: skip
    x = graph.node("Conv", inputs, "score")
    graph.node("Squeeze", [x, graph.constant("one", np.array([1], np.int64))], "scores")
    shapes = ("n", N_CHANNELS, N_TEMPI), ("n", LAST - FIRST)
    proto = helper.make_graph(
        graph.nodes,
        "tempo",
        [helper.make_tensor_value_info("tempograms", TensorProto.FLOAT, shapes[0])],
        [helper.make_tensor_value_info("scores", TensorProto.FLOAT, shapes[1])],
        graph.constants,
    )
    opset = helper.make_opsetid("", OPSET)
    model = helper.make_model(proto, opset_imports=[opset], ir_version=IR_VERSION, producer_name="earmark")
    onnx.checker.check_model(model, full_check=True)
    return model


def _affine(norm: nn.BatchNorm1d) -> tuple[Array, Array]:
    """What a trained normalisation does, as a factor and a summand of each channel."""
    assert norm.running_var is not None
    assert norm.running_mean is not None
    scale = _numbers(norm.weight) / np.sqrt(_numbers(norm.running_var) + np.float32(norm.eps))
    return scale, _numbers(norm.bias) - _numbers(norm.running_mean) * scale


def _folded(layer: nn.Conv1d, norm: nn.BatchNorm1d) -> tuple[Array, Array]:
    """The weight and bias of a convolution with the normalisation after it."""
    scale, shift = _affine(norm)
    assert layer.bias is not None
    return _numbers(layer.weight) * scale[:, None, None], _numbers(layer.bias) * scale + shift


def _numbers(tensor: Any) -> Array:
    return np.asarray(tensor.detach().numpy(), np.float32)
