"""A tiny detector as TensorFlow.js keeps one: every operation that NanoDet's graph has, three classes, four bins."""

import base64
import json
import struct
from pathlib import Path

import numpy as np

CLASSES, BINS = 3, 4
SIZE_PX = 32


class TfjsGraph:
    """Nodes and float16 weights, written as a graph model."""

    def __init__(self, seed: int) -> None:
        self.generator = np.random.default_rng(seed)
        self.nodes: list[dict] = []
        self.weights: list[dict] = []
        self.data = b""

    def constant(self, name: str, values: np.ndarray) -> str:
        quantised = values.dtype == np.float32
        entry = {"name": name, "shape": list(values.shape), "dtype": values.dtype.name}
        if quantised:
            entry["quantization"] = {"dtype": "float16", "original_dtype": "float32"}
        self.weights.append(entry)
        self.data += values.astype("<f2" if quantised else "<i4").tobytes()
        self.nodes.append({"name": name, "op": "Const"})
        return name

    def node(self, operation: str, name: str, inputs: list[str], **attributes) -> str:
        self.nodes.append({"name": name, "op": operation, "input": inputs, "attr": attributes})
        return name

    def transposed(self, name: str, value: str, *order: int) -> str:
        return self.node("Transpose", name, [value, self.constant(f"{name}/perm", np.array(order, np.int32))])

    def convolved(self, name: str, value: str, inputs: int, outputs: int, *, size: int, stride: int = 1) -> str:
        """A convolution of maps (N, C, H, W) with a bias, by way of (N, H, W, C)."""
        if size > 1:
            pads = np.array([[0, 0], [0, 0], [size // 2] * 2, [size // 2] * 2], np.int32)
            value = self.node("Pad", f"{name}/pad", [value, self.constant(f"{name}/pads", pads)])
        value = self.transposed(f"{name}/in", value, 0, 2, 3, 1)
        kernel = self.generator.normal(size=(size, size, inputs, outputs)) / (size * np.sqrt(inputs))
        kernel = kernel.astype(np.float16).astype(np.float32)
        value = self.node(
            "Conv2D",
            f"{name}/convolution",
            [value, self.constant(f"{name}/kernel", kernel)],
            strides=step(stride),
            dilations=step(1),
            padding={"s": base64.b64encode(b"VALID").decode()},
        )
        bias = self.generator.normal(size=outputs).astype(np.float16).astype(np.float32)
        value = self.node("Add", f"{name}/add", [value, self.constant(f"{name}/bias", bias)])
        return self.transposed(f"{name}/out", value, 0, 3, 1, 2)

    def resized(self, name: str, value: str, size_px: int) -> str:
        value = self.transposed(f"{name}/in", value, 0, 2, 3, 1)
        size = self.constant(f"{name}/size", np.array([size_px, size_px], np.int32))
        value = self.node("ResizeBilinear", name, [value, size], half_pixel_centers={"b": True})
        return self.transposed(f"{name}/out", value, 0, 3, 1, 2)

    def head(self, number: int, value: str, channels: int) -> list[str]:
        """Scores and distances of a stride as flat lists."""
        value = self.convolved(f"head_{number}", value, channels, CLASSES + 4 * BINS, size=1)
        sizes = self.constant(f"head_{number}/sizes", np.array([CLASSES, 4 * BINS], np.int32))
        axis = self.constant(f"head_{number}/axis", np.array(1, np.int32))
        parts = self.node("SplitV", f"head_{number}/split", [value, sizes, axis])
        scores = self.node("Sigmoid", f"head_{number}/sigmoid", [parts])
        made = []
        for kind, part in (("scores", scores), ("distances", f"{parts}:1")):
            name = f"{kind}_{number}"
            self.node("SparseToDense", f"{name}/dense", [])
            shape = self.node("AddV2", f"{name}/shape", [f"{name}/dense", f"{name}/dense"])
            flat = self.node("Reshape", f"{name}/flat", [part, shape])
            made.append(self.node("Identity", name, [self.transposed(f"{name}/list", flat, 0, 2, 1)]))
        return made

    def write(self, folder: Path, outputs: list[str]) -> Path:
        model = {
            "signature": {"outputs": {f"{name}:0": {} for name in outputs}},
            "modelTopology": {"node": self.nodes},
            "weightsManifest": [{"paths": ["tiny.bin"], "weights": self.weights}],
        }
        (folder / "tiny.bin").write_bytes(self.data)
        path = folder / "tiny.json"
        path.write_text(json.dumps(model), "utf-8")
        return path


def step(pixels: int) -> dict:
    return {"list": {"i": ["1", str(pixels), str(pixels), "1"]}}


def tiny_detector(folder: Path, *, seed: int = 1) -> Path:
    """The file of a detector with strides of 8 and 16 pixels."""
    graph = TfjsGraph(seed)
    size = {"dim": [{"size": str(side)} for side in (1, 3, SIZE_PX, SIZE_PX)]}
    graph.nodes.append({"name": "input", "op": "Placeholder", "attr": {"shape": {"shape": size}}})
    value = graph.convolved("stem", "input", 3, 4, size=3, stride=2)
    value = graph.node("LeakyRelu", "stem/leaky", [value], alpha={"f": 0.1})
    pads = graph.constant("pool/pads", np.array([[0, 0], [0, 0], [1, 1], [1, 1]], np.int32))
    least = graph.constant("pool/least", np.array(struct.unpack("<e", b"\x00\xfc")[0], np.float32))
    value = graph.node("PadV2", "pool/pad", [value, pads, least])
    value = graph.transposed("pool/in", value, 0, 2, 3, 1)
    window = {"ksize": step(3), "strides": step(2), "padding": {"s": base64.b64encode(b"VALID").decode()}}
    value = graph.transposed("pool/out", graph.node("MaxPool", "pool", [value], **window), 0, 3, 1, 2)
    axis = graph.constant("axis", np.array(1, np.int32))
    fine = graph.convolved("fine", value, 4, 4, size=3, stride=2)
    fine = graph.node("ConcatV2", "fine/both", [fine, fine, axis])
    coarse = graph.convolved("coarse", fine, 8, 4, size=3, stride=2)
    coarse = graph.node("ConcatV2", "coarse/both", [coarse, coarse, axis])
    joined = graph.node("Add", "up", [fine, graph.resized("up/resize", coarse, 4)])
    again = graph.node("Add", "down", [coarse, graph.resized("down/resize", joined, 2)])
    outputs = [*graph.head(0, joined, 8), *graph.head(1, again, 8)]
    return graph.write(folder, outputs)
