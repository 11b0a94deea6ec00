"""The network as it ships, and the script that converts it."""

import hashlib
import json
from pathlib import Path

import cv2
import numpy as np
import onnx
import pytest

from server.perception.detector import network
from server.perception.detector.network import BOX_STRIDES, CLASS_NAMES, FEATURE_STRIDES, Network
from tests.server.perception.detector.onnx_evaluation import evaluated
from tests.server.perception.detector.tfjs_graph import BINS, CLASSES, tiny_detector
from tools.convert_detector import main

DATA = Path(network.__file__).parent / "data"


@pytest.fixture
def tiny(tmp_path) -> Path:
    return tiny_detector(tmp_path)


def test_opencv_computes_what_the_shipped_graph_says() -> None:
    pixels = np.random.default_rng(3).integers(0, 256, (96, 128, 3)).astype(np.uint8)
    pixels = cv2.GaussianBlur(pixels, (0, 0), 3)
    bgr = pixels[..., ::-1].astype(np.float64)
    normal = (bgr - [103.53, 116.28, 123.675]) / [57.375, 57.12, 58.395]
    expected = evaluated(onnx.load(str(DATA / "nanodet-g.onnx")), normal.transpose(2, 0, 1)[None])
    maps = Network().maps(pixels)
    for number, stride in enumerate(BOX_STRIDES):
        np.testing.assert_allclose(maps.scores[number], expected[f"scores_{stride}"][0], rtol=1e-3, atol=1e-6)
        np.testing.assert_allclose(maps.distances[number], expected[f"distances_{stride}"][0], rtol=1e-3, atol=1e-3)
    for parts, stride in zip(maps.features, FEATURE_STRIDES, strict=True):
        for part, name in zip(parts, ("backbone", "neck"), strict=False):
            np.testing.assert_allclose(part, expected[f"{name}_{stride}"][0], rtol=1e-3, atol=1e-3)


def test_the_network_answers_for_a_picture_of_any_size() -> None:
    seer = Network()
    for height_px, width_px in ((64, 96), (32, 32), (64, 96)):
        maps = seer.maps(np.zeros((height_px, width_px, 3), np.uint8))
        shapes = [(len(CLASS_NAMES), height_px // stride, width_px // stride) for stride in BOX_STRIDES]
        assert [scores.shape for scores in maps.scores] == shapes


def test_the_shipped_file_is_the_one_that_its_notice_names() -> None:
    data = (DATA / "nanodet-g.onnx").read_bytes()
    assert hashlib.sha256(data).hexdigest() in (DATA / "NOTICE.md").read_text("utf-8")
    assert len(data) < 8e6


def test_the_same_graph_gives_the_same_bytes(tiny, tmp_path) -> None:
    main(tiny, tmp_path / "one.onnx")
    main(tiny, tmp_path / "two.onnx")
    assert (tmp_path / "one.onnx").read_bytes() == (tmp_path / "two.onnx").read_bytes()


def test_a_converted_graph_is_all_convolutional(tiny, tmp_path) -> None:
    main(tiny, tmp_path / "tiny.onnx")
    model = onnx.load(str(tmp_path / "tiny.onnx"))
    assert not {"Reshape", "Transpose", "Flatten"} & {node.op_type for node in model.graph.node}
    made = evaluated(model, np.random.default_rng(2).normal(size=(1, 3, 64, 96)))
    assert made["scores_8"].shape == (1, CLASSES, 8, 12)
    assert made["distances_16"].shape == (1, 4 * BINS, 4, 6)
    assert made["backbone_8"].shape == made["neck_8"].shape == (1, 8, 8, 12)
    assert np.all((made["scores_8"] > 0) & (made["scores_8"] < 1))


def test_opencv_computes_what_a_converted_graph_says(tiny, tmp_path) -> None:
    main(tiny, tmp_path / "tiny.onnx")
    picture = np.random.default_rng(2).normal(size=(1, 3, 64, 96)).astype(np.float32)
    net = cv2.dnn.readNetFromONNX(str(tmp_path / "tiny.onnx"))
    net.setInput(picture)
    names = net.getUnconnectedOutLayersNames()
    expected = evaluated(onnx.load(str(tmp_path / "tiny.onnx")), picture)
    for name, values in zip(names, net.forward(names), strict=True):
        np.testing.assert_allclose(values, expected[name], rtol=1e-3, atol=1e-4)


def test_an_unknown_operation_is_named(tiny) -> None:
    model = json.loads(tiny.read_text("utf-8"))
    next(node for node in model["modelTopology"]["node"] if node["op"] == "LeakyRelu")["op"] = "Gelu"
    tiny.write_text(json.dumps(model), "utf-8")
    with pytest.raises(SystemExit, match="can't convert Gelu"):
        main(tiny, tiny.with_suffix(".onnx"))
