import io
import json
import struct
from dataclasses import replace

import numpy as np
import pytest
import soundfile
from PIL import Image as PillowImage

from protocol.coordinates import polar_from_scene, scene_from_threejs
from protocol.errors import InputError, SceneError
from protocol.levels import received_level_db
from server.export.gltf.scene import render
from server.export.options import ExportOptions
from server.export.signals import positioned_signals
from server.pipeline.views import View
from tests.server.export.places import noise, scene, source, street


class Read:
    """A .glb file as the glTF 2.0 specification, section 4.4, has it."""

    def __init__(self, path):
        content = path.read_bytes()
        magic, version, length = struct.unpack_from("<4sII", content)
        assert (magic, version, length) == (b"glTF", 2, len(content))
        chunks, start = [], 12
        while start < length:
            size, kind = struct.unpack_from("<I4s", content, start)
            assert size % 4 == 0
            chunks.append((kind, content[start + 8 : start + 8 + size]))
            start += 8 + size
        assert [kind for kind, _ in chunks] == [b"JSON", b"BIN\0"]
        self.json = json.loads(chunks[0][1])
        self.buffer = chunks[1][1]
        assert self.json["asset"]["version"] == "2.0"
        assert self.json["buffers"] == [{"byteLength": len(self.buffer)}]

    def view(self, index):
        view = self.json["bufferViews"][index]
        assert view["byteOffset"] % 4 == 0
        assert view["byteOffset"] + view["byteLength"] <= len(self.buffer)
        return self.buffer[view["byteOffset"] : view["byteOffset"] + view["byteLength"]]

    def accessor(self, index):
        accessor = self.json["accessors"][index]
        kind = {5126: "<f4", 5123: "<u2"}[accessor["componentType"]]
        width = {"SCALAR": 1, "VEC2": 2, "VEC3": 3}[accessor["type"]]
        values = np.frombuffer(self.view(accessor["bufferView"]), kind).reshape(-1, width)
        assert len(values) == accessor["count"]
        return values

    def nodes(self):
        """By name: only those that the scene shows."""
        shown = self.json["scenes"][self.json["scene"]]["nodes"]
        return {node["name"]: node for node in map(self.json["nodes"].__getitem__, shown)}

    def heard(self):
        """Each emitter, by the name of the node that has it; of the scene's own, by their own names."""
        emitters = self.json["extensions"]["KHR_audio_emitter"]["emitters"]
        by_node = {
            name: emitters[node["extensions"]["KHR_audio_emitter"]["emitter"]]
            for name, node in self.nodes().items()
            if "KHR_audio_emitter" in node.get("extensions", {})
        }
        root = self.json["scenes"][0].get("extensions", {}).get("KHR_audio_emitter", {"emitters": []})
        return by_node, [emitters[index] for index in root["emitters"]]

    def picture(self):
        mesh = self.json["meshes"][self.nodes()["picture"]["mesh"]]
        (primitive,) = mesh["primitives"]
        attributes = primitive["attributes"]
        material = self.json["materials"][primitive["material"]]
        assert material["extensions"] == {"KHR_materials_unlit": {}}
        corners = self.accessor(primitive["indices"]).reshape(-1, 3)
        return self.accessor(attributes["POSITION"]), self.accessor(attributes["TEXCOORD_0"]), corners


@pytest.fixture
def place(tmp_path):
    folder = tmp_path / "street"
    folder.mkdir()
    return street(folder).audible(), folder


@pytest.fixture
def read(place, tmp_path):
    made, folder = place
    render(made, folder, tmp_path / "street.glb", ExportOptions())
    return Read(tmp_path / "street.glb")


def gain_at(emitter, distance_m):
    """What the draft's formulas of KHR_audio_emitter make of a distance."""
    positional = emitter["positional"]
    reference_m, factor = positional["refDistance"], positional["rolloffFactor"]
    further_m = max(distance_m, reference_m)
    if positional["distanceModel"] == "inverse":
        return emitter["gain"] * reference_m / (reference_m + factor * (further_m - reference_m))
    assert positional["distanceModel"] == "exponential"
    return emitter["gain"] * (further_m / reference_m) ** -factor


def test_every_source_is_a_node_where_it_is_seen(read):
    nodes = read.nodes()
    assert set(nodes) == {"listener", "picture", "dog-1", "sea-1", "wind-1"}
    # Right, up, back: the dog is at the left behind, below; the sea at the right ahead.
    np.testing.assert_allclose(nodes["dog-1"]["translation"], [-5.7339, -1.3527, 2.0870], rtol=1e-4)
    np.testing.assert_allclose(nodes["sea-1"]["translation"], [10.8253, 0.0, -6.25], rtol=1e-4)
    assert "translation" not in nodes["wind-1"]
    assert nodes["dog-1"]["extras"]["sonorama"]["label"] == "a dog & <its> tail"
    assert "rotation" not in nodes["listener"]
    assert read.json["cameras"][nodes["listener"]["camera"]]["type"] == "perspective"


def test_the_sounds_are_the_clips(read, place):
    made, folder = place
    sound = read.json["extensions"]["KHR_audio_emitter"]
    assert {"KHR_audio_emitter", "KHR_materials_unlit"} == set(read.json["extensionsUsed"])
    by_node, everywhere = read.heard()
    assert (set(by_node), [one["name"] for one in everywhere]) == ({"dog-1", "sea-1"}, ["wind-1"])
    for one in made.sources:
        emitter = by_node.get(one.id) or everywhere[0]
        (played,) = [sound["sources"][index] for index in emitter["sources"]]
        assert (played["loop"], played["autoPlay"]) == (one.clip.loop, True)
        audio = sound["audio"][played["audio"]]
        assert audio["mimeType"] == "audio/wav"
        assert read.view(audio["bufferView"]) == (folder / one.clip.path).read_bytes()
        assert soundfile.info(io.BytesIO(read.view(audio["bufferView"]))).samplerate == 48_000


def test_the_extension_has_the_fields_of_its_draft_and_no_others(read):
    """https://github.com/KhronosGroup/glTF, extensions/2.0/Khronos/KHR_audio_emitter, property tables."""
    sound = read.json["extensions"]["KHR_audio_emitter"]
    assert set(sound) == {"audio", "sources", "emitters"}
    for audio in sound["audio"]:
        assert set(audio) == {"name", "bufferView", "mimeType"}
    for played in sound["sources"]:
        assert set(played) == {"name", "audio", "autoPlay", "loop"}
    for emitter in sound["emitters"]:
        positional = emitter.pop("positional", None)
        assert set(emitter) == {"name", "type", "gain", "sources"}
        assert (positional is None) == (emitter["type"] == "global")
        assert emitter["gain"] > 0.0
        if positional is not None:
            assert set(positional) == {"shapeType", "distanceModel", "refDistance", "rolloffFactor"}
            assert positional["shapeType"] == "omnidirectional"
    assert "extensionsRequired" not in read.json


@pytest.mark.parametrize("distance_m", [0.1, 0.5, 1.0, 7.0, 80.0])
def test_levels_fall_with_distance_as_they_do_in_a_mix(read, place, distance_m):
    made, folder = place
    by_node, (wind,) = read.heard()
    loudness_lufs = {
        one.id: signal.loudness_lufs
        for one, signal in zip(made.sources, positioned_signals(made, folder), strict=True)
    }  # fmt: skip

    def expected_db(one):
        return received_level_db(one.level_db_spl_1m, distance_m, one.kind) - loudness_lufs[one.id]

    dog, sea, ambience = made.sources
    dog_db = 20.0 * np.log10(gain_at(by_node["dog-1"], distance_m))
    assert 20.0 * np.log10(gain_at(by_node["sea-1"], distance_m)) - dog_db == pytest.approx(
        expected_db(sea) - expected_db(dog), abs=1e-9
    )
    assert wind["type"] == "global"
    assert "positional" not in wind
    assert 20.0 * np.log10(wind["gain"]) - dog_db == pytest.approx(expected_db(ambience) - expected_db(dog), abs=1e-9)


def test_the_whole_comes_out_at_the_loudness_asked_for(place, tmp_path):
    made, folder = place
    heard = []
    for lufs in (-40.0, -30.0):
        render(made, folder, tmp_path / "street.glb", ExportOptions(lufs=lufs))
        by_node, _ = Read(tmp_path / "street.glb").heard()
        heard.append(by_node["sea-1"]["gain"])
    assert 20.0 * np.log10(heard[1] / heard[0]) == pytest.approx(10.0, abs=1e-9)


def test_the_panorama_surrounds_the_listener_and_lies_behind_all_sources(read):
    positions, texture, corners = read.picture()
    radius_m = np.linalg.norm(positions, axis=1)
    assert radius_m.min() > 12.5
    across, down = texture.T.astype(np.float64)
    azimuth, elevation = np.radians((0.5 - across) * 360.0), np.radians((0.5 - down) * 180.0)
    expected = np.stack(
        [-np.cos(elevation) * np.sin(azimuth), np.sin(elevation), -np.cos(elevation) * np.cos(azimuth)], axis=1
    )
    np.testing.assert_allclose(positions / radius_m[:, None], expected, rtol=1e-6, atol=1e-6)
    one, two, three = positions[corners[:, 0]], positions[corners[:, 1]], positions[corners[:, 2]]
    outwards = np.einsum("ij,ij->i", np.cross(two - one, three - one), one)
    area = np.linalg.norm(np.cross(two - one, three - one), axis=1)
    # At the poles triangles shrink to lines; all others show their front to the origin.
    assert (outwards[area > 1e-3] < 0.0).all()
    assert area.sum() / 2.0 == pytest.approx(4.0 * np.pi * radius_m[0] ** 2, rel=0.01)
    (image,) = read.json["images"]
    assert PillowImage.open(io.BytesIO(read.view(image["bufferView"]))).format == "JPEG"


def test_a_photograph_stands_in_front_as_wide_as_it_was_seen(tmp_path):
    made = scene(
        tmp_path, source(tmp_path, "dog-1", noise(1)), size_px=(60, 40), projection="perspective", hfov_deg=90.0
    )
    render(made, tmp_path, tmp_path / "photo.glb", ExportOptions())
    positions, texture, _ = Read(tmp_path / "photo.glb").picture()
    (upper_left,) = positions[(texture == [0.0, 0.0]).all(axis=1)]
    np.testing.assert_allclose(upper_left / -upper_left[2], [-1.0, 2.0 / 3.0, -1.0], rtol=1e-6)


def test_a_photograph_leans_as_its_camera_did(tmp_path):
    tilt = {"hfov_deg": 65.0, "pitch_deg": -15.0, "roll_deg": 8.0}
    level = scene(tmp_path, source(tmp_path, "dog-1", noise(1)), size_px=(60, 40), projection="perspective")
    made = replace(level, image=replace(level.image, **tilt))
    render(made, tmp_path, tmp_path / "photo.glb", ExportOptions())
    positions, texture, _ = Read(tmp_path / "photo.glb").picture()
    view = View(name="picture", projection="perspective", width_px=60, height_px=40, **tilt)
    for point, (across, down) in zip(positions, texture, strict=True):
        azimuth_deg, elevation_deg, _ = polar_from_scene(scene_from_threejs(point))
        assert view.direction(60.0 * across, 40.0 * down) == pytest.approx((azimuth_deg, elevation_deg), abs=1e-4)


def test_the_same_scene_is_the_same_bytes(place, tmp_path):
    made, folder = place
    for name in ("one.glb", "other.glb"):
        render(made, folder, tmp_path / name, ExportOptions())
    assert (tmp_path / "one.glb").read_bytes() == (tmp_path / "other.glb").read_bytes()


def test_without_ambience_the_scene_has_no_emitters_of_its_own(place, tmp_path):
    made, folder = place
    render(replace(made, sources=made.sources[:1]), folder, tmp_path / "dog.glb", ExportOptions())
    assert "extensions" not in Read(tmp_path / "dog.glb").json["scenes"][0]


def test_what_cannot_be_done_is_one_clear_line(place, tmp_path):
    made, folder = place
    with pytest.raises(InputError, match=r"name the file with \.glb"):
        render(made, folder, tmp_path / "street.gltf", ExportOptions())
    with pytest.raises(SceneError, match="no sources"):
        render(replace(made, sources=()), folder, tmp_path / "street.glb", ExportOptions())
    (folder / "picture.jpg").write_bytes(b"GIF89a")
    with pytest.raises(SceneError, match="isn't what the scene was made with"):
        render(made, folder, tmp_path / "street.glb", ExportOptions())
    assert not (tmp_path / "street.glb").exists()
