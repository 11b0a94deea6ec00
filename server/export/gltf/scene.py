"""A scene as binary glTF 2.0 with sound: a node for each source, by the draft extension KHR_audio_emitter.

The frame is that of three.js and Web Audio, right, up, back (see :mod:`protocol.coordinates`): azimuth 0, the middle of
the picture, lies on −Z, which is where glTF's cameras look. (glTF has *models* face +Z: one that stands at the listener
and faces +Z looks away from the middle of the picture.) The listener is a camera at the origin, the picture an unlit
sphere around it, or a screen in front of it where it isn't a panorama.

Distances do what they do in :mod:`protocol.levels`: ``inverse`` with factor 1 is a point's or an area's −6.02 dB a
doubling, ``exponential`` with factor ½ is a line's −3.01 dB, both from ``refDistance`` 0.5 m on; ambience is a
``global`` emitter.

The extension takes MP3 and WAV. Clips are embedded as the WAV files that they are: MP3 decoders differ in whether they
cut away what the encoder adds at both ends, so that a loop would click in some and drift in others.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from binaural.hrtf.hrir import SAMPLE_RATE_HZ
from binaural.loudness.meter import normalising_gain_db
from binaural.mix.positioned_signal import PositionedSignal
from protocol.coordinates import scene_from_polar, threejs_from_scene
from protocol.errors import InputError, SceneError
from protocol.levels import MIN_DISTANCE_M, amplitude_exponent
from protocol.scene import Scene, Source
from server.audio.clip_file import read_clip
from server.export.gltf.glb import Glb
from server.export.gltf.panorama_mesh import panorama_mesh, screen_mesh
from server.export.options import ExportOptions
from server.export.picture_file import picture_bytes
from server.export.programme import CEILING_DBTP
from server.export.report import QUIET, Report
from server.export.signals import duration_samples, positioned_signal, sources_of
from server.files.atomic import replacing

SUFFIX = ".glb"
EMITTERS = "KHR_audio_emitter"
_UNLIT = "KHR_materials_unlit"
_LEAST_RADIUS_M = 50.0
# Behind the farthest source, so that none is hidden by the picture.
_RADIUS_PER_DISTANCE = 1.25
_IMAGE_TYPES = {b"\xff\xd8\xff": "image/jpeg", b"\x89PN": "image/png"}
_LINEAR_FILTER = 9729
_REPEAT, _CLAMP = 10497, 33071


def render(
    scene: Scene,
    folder: Path,
    out: Path,
    options: ExportOptions,
    report: Report = QUIET,  # noqa: ARG001 - it is done at once
) -> None:
    """Write a scene as a .glb file with its sounds and its picture in it.

    Gains have the whole, as a microphone for all directions would hear it at the origin, as loud as asked for, or as
    near to that as a true peak of −1 dBTP allows.

    Args:
        scene: what sounds where.
        folder: where the scene's clips and picture are.
        out: the file to write, named .glb.
        options: how loud.
        report: not told.

    Raises:
        SceneError: there is no source, or a clip or the picture is missing or damaged.
        InputError: the name doesn't end in .glb, or the place can't be written to.
    """
    if out.suffix.lower() != SUFFIX:
        raise InputError("binary glTF has another suffix", where=str(out), remedy=f"name the file with {SUFFIX}")
    clips = [read_clip(source, folder) for source in sources_of(scene, folder)]
    signals = [positioned_signal(source, clip) for source, clip in zip(scene.sources, clips, strict=True)]
    levelling = 10.0 ** (_levelling_db(signals, options.lufs) / 20.0)
    glb = Glb(generator="Sonorama")
    nodes = [glb.add("nodes", {"name": "listener", "camera": glb.add("cameras", _CAMERA)})]
    nodes.append(_add_picture(glb, scene, folder))
    everywhere = []
    heard: dict[str, list[dict[str, Any]]] = {"audio": [], "sources": [], "emitters": []}
    for number, (source, signal, clip) in enumerate(zip(scene.sources, signals, clips, strict=True)):
        gain = levelling * 10.0 ** (signal.gain_at_1m_db / 20.0)
        heard["audio"].append({"name": source.id, "bufferView": glb.add_view(clip.content), "mimeType": "audio/wav"})
        heard["sources"].append({"name": source.id, "audio": number, "autoPlay": True, "loop": signal.loop})
        heard["emitters"].append(_emitter(source, gain, number))
        if source.kind == "ambient":
            everywhere.append(number)
        nodes.append(glb.add("nodes", _node(source, number)))
    root: dict[str, Any] = {"name": scene.id, "nodes": nodes}
    if everywhere:
        root["extensions"] = {EMITTERS: {"emitters": everywhere}}
    glb.add("scenes", root)
    glb.root |= {"scene": 0, "extensions": {EMITTERS: heard}, "extensionsUsed": [EMITTERS, _UNLIT]}
    content = glb.to_bytes()
    with replacing(out) as scratch:
        scratch.write_bytes(content)


_CAMERA = {"type": "perspective", "perspective": {"yfov": 1.0, "znear": 0.05}}


def _levelling_db(signals: list[PositionedSignal], target_lufs: float) -> float:
    """What brings the sum of all sources at the origin to a loudness, in dB."""
    length_samples = duration_samples(signals, None)
    mix = np.zeros(length_samples, np.float32)
    for signal in signals:
        played = np.resize(signal.samples, length_samples) if signal.loop else signal.samples
        mix[: len(played)] += np.float32(10.0 ** (signal.gain_db / 20.0)) * played
    return normalising_gain_db(
        mix, sample_rate_hz=SAMPLE_RATE_HZ, target_lufs=target_lufs, ceiling_dbtp=CEILING_DBTP
    )  # fmt: skip


def _emitter(source: Source, gain: float, audio: int) -> dict[str, Any]:
    """How a source is heard.

    Args:
        source: where it is and how it spreads.
        gain: at 1 m; of ambience, everywhere.
        audio: the index of what it plays.
    """
    if source.kind == "ambient":
        return {"name": source.id, "type": "global", "gain": gain, "sources": [audio]}
    exponent = amplitude_exponent(source.kind)
    return {
        "name": source.id,
        "type": "positional",
        # Both models are 1 at the reference distance, nearer than which nothing gets louder.
        "gain": gain * MIN_DISTANCE_M**-exponent,
        "sources": [audio],
        "positional": {
            "shapeType": "omnidirectional",
            "distanceModel": "inverse" if exponent == 1.0 else "exponential",
            "refDistance": MIN_DISTANCE_M,
            "rolloffFactor": exponent,
        },
    }


def _node(source: Source, emitter: int) -> dict[str, Any]:
    facts = {
        "label": source.label,
        "kind": source.kind,
        "azimuth_deg": source.azimuth_deg,
        "elevation_deg": source.elevation_deg,
        "distance_m": source.distance_m,
        "distance_sigma_m": source.distance_sigma_m,
        "width_deg": source.width_deg,
        "height_deg": source.height_deg,
        "level_db_spl_1m": source.level_db_spl_1m,
    }
    node: dict[str, Any] = {"name": source.id, "extras": {"sonorama": facts}}
    if source.kind != "ambient" and source.distance_m is not None:
        point = scene_from_polar(source.azimuth_deg, source.elevation_deg, source.distance_m)
        # Adding 0.0 makes −0.0 a 0.0.
        node["translation"] = (threejs_from_scene(point).round(6) + 0.0).tolist()
        node["extensions"] = {EMITTERS: {"emitter": emitter}}
    return node


def _add_picture(glb: Glb, scene: Scene, folder: Path) -> int:
    """The node that shows the picture."""
    content = picture_bytes(scene, folder)
    media_type = _IMAGE_TYPES.get(content[:3])
    if media_type is None:
        raise SceneError(
            "glTF takes JPEG and PNG only", where=str(folder / scene.image.path), remedy="generate the scene again"
        )
    farthest_m = max((source.distance_m or 0.0 for source in scene.sources), default=0.0)
    radius_m = max(_LEAST_RADIUS_M, _RADIUS_PER_DISTANCE * farthest_m)
    around = scene.image.projection == "equirectangular"
    mesh = panorama_mesh(radius_m) if around else screen_mesh(radius_m, scene.image)
    image = glb.add("images", {"name": "picture", "bufferView": glb.add_view(content), "mimeType": media_type})
    wrap = {"wrapS": _REPEAT if around else _CLAMP, "wrapT": _CLAMP}
    sampler = glb.add("samplers", {"magFilter": _LINEAR_FILTER, "minFilter": _LINEAR_FILTER} | wrap)
    texture = glb.add("textures", {"source": image, "sampler": sampler})
    material = {
        "name": "picture",
        "pbrMetallicRoughness": {"baseColorTexture": {"index": texture}, "metallicFactor": 0.0, "roughnessFactor": 1.0},
        "extensions": {_UNLIT: {}},
    }
    primitive = {
        "attributes": {
            "POSITION": glb.add_vertices(mesh.positions_m),
            "TEXCOORD_0": glb.add_vertices(mesh.texture_coordinates),
        },
        "indices": glb.add_indices(mesh.triangles),
        "material": glb.add("materials", material),
    }
    shown = glb.add("meshes", {"name": "picture", "primitives": [primitive]})
    return glb.add("nodes", {"name": "picture", "mesh": shown})
