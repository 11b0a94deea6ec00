"""An ONNX graph evaluated by NumPy, operation by operation: slow, plain, and no kin of cv2.dnn."""

from collections.abc import Callable

import numpy as np
import onnx
from numpy.lib.stride_tricks import sliding_window_view
from onnx import helper, numpy_helper


def evaluated(model: onnx.ModelProto, picture: np.ndarray) -> dict[str, np.ndarray]:
    """The outputs of a graph for its one input, (1, C, H, W), in float64."""
    values = {stored.name: numpy_helper.to_array(stored) for stored in model.graph.initializer}
    values[model.graph.input[0].name] = picture.astype(np.float64)
    for node in model.graph.node:
        attributes = {item.name: helper.get_attribute_value(item) for item in node.attribute}
        inputs = [values[name] if name else None for name in node.input]
        made = OPERATIONS[node.op_type](attributes, *inputs)
        made = made if isinstance(made, list) else [made]
        values.update(zip(node.output, made, strict=True))
    return {output.name: values[output.name] for output in model.graph.output}


def windows(picture: np.ndarray, attributes: dict, fill: float) -> np.ndarray:
    """What a window that steps over a padded picture sees: (1, C, H, W, kernel, kernel)."""
    top, left, bottom, right = attributes["pads"]
    padded = np.pad(picture, ((0, 0), (0, 0), (top, bottom), (left, right)), constant_values=fill)
    down, across = attributes["strides"]
    return sliding_window_view(padded, attributes["kernel_shape"], axis=(2, 3))[:, :, ::down, ::across]


def convolved(attributes, picture, weights, bias):
    assert attributes["kernel_shape"] == list(weights.shape[2:])
    return np.einsum("ncijkl,dckl->ndij", windows(picture, attributes, 0.0), weights, optimize=True) + bias.reshape(
        -1, 1, 1
    )


def resized(attributes, picture, _region, scales):
    """Linear along each axis, at the centres of half pixels: (i + 0.5) / scale - 0.5."""
    assert attributes["mode"] == b"linear"
    assert attributes["coordinate_transformation_mode"] == b"half_pixel"
    for axis in (2, 3):
        size = picture.shape[axis]
        at = (np.arange(round(size * scales[axis])) + 0.5) / scales[axis] - 0.5
        before = np.clip(np.floor(at).astype(int), 0, size - 1)
        after = np.clip(np.floor(at).astype(int) + 1, 0, size - 1)
        share = (at - np.floor(at)).reshape((-1, 1) if axis == 2 else (-1,))
        picture = np.take(picture, before, axis) * (1 - share) + np.take(picture, after, axis) * share
    return picture


OPERATIONS: dict[str, Callable] = {
    "Cast": lambda _, values: values.astype(np.float64),
    "Conv": convolved,
    "MaxPool": lambda attributes, picture: windows(picture, attributes, -np.inf).max(axis=(4, 5)),
    "LeakyRelu": lambda attributes, values: np.where(values < 0, attributes["alpha"] * values, values),
    "Concat": lambda attributes, *values: np.concatenate(values, axis=attributes["axis"]),
    "Resize": resized,
    "Add": lambda _, one, other: one + other,
    "Split": lambda attributes, values, sizes: np.split(values, np.cumsum(sizes)[:-1], attributes["axis"]),
    "Sigmoid": lambda _, values: 1 / (1 + np.exp(-values)),
    "Identity": lambda _, values: values,
}
