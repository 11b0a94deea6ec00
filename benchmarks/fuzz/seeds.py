"""A small whole file of every format that is read, with the metadata that readers look at, and who reads it."""

from __future__ import annotations

import io
import json
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import soundfile
from PIL import Image, ImageCms, PngImagePlugin

_SIZE_PX = (64, 32)
_SOUND_RATE_HZ = 48_000
_GPANO = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description xmlns:GPano="http://ns.google.com/photos/1.0/panorama/" GPano:ProjectionType="equirectangular" '
    b'GPano:FullPanoWidthPixels="128" GPano:FullPanoHeightPixels="64" GPano:CroppedAreaImageWidthPixels="64" '
    b'GPano:CroppedAreaImageHeightPixels="32" GPano:CroppedAreaLeftPixels="32" GPano:CroppedAreaTopPixels="16" '
    b'GPano:PoseHeadingDegrees="90"/></rdf:RDF></x:xmpmeta>'
)


@dataclass(frozen=True, slots=True)
class Seed:
    """A whole file, and who reads it."""

    content: bytes
    suffix: str
    read: Callable[[Path], object]


def seeds() -> Mapping[str, Seed]:
    """By name; formats that this installation can't write are left out."""
    return {**_pictures(), **_sounds(), **_texts()}


def _pictures() -> dict[str, Seed]:
    rng = np.random.default_rng(0)
    ramp = np.linspace(0, 255, _SIZE_PX[0] * _SIZE_PX[1] * 3).reshape(_SIZE_PX[1], _SIZE_PX[0], 3)
    pixels = np.clip(ramp + rng.normal(0, 8, ramp.shape), 0, 255).astype(np.uint8)
    colour = Image.fromarray(pixels)
    clear = colour.convert("RGBA")
    clear.putalpha(128)
    exif = Image.Exif()
    exif[0x0112] = 6  # orientation
    exif.get_ifd(0x8769)[0x920A] = 28.0  # focal length
    exif.get_ifd(0x8825).update({0x10: "T", 0x11: 90.0})  # direction of the camera
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    metadata = {"exif": exif.tobytes(), "icc_profile": profile, "xmp": _GPANO}
    text = PngImagePlugin.PngInfo()
    text.add_itxt("XML:com.adobe.xmp", _GPANO.decode())
    found = {
        "jpeg": (".jpg", _saved(colour, "JPEG", **metadata)),
        "jpeg-progressive": (".jpg", _saved(colour, "JPEG", progressive=True, xmp=_GPANO)),
        "jpeg-cmyk": (".jpg", _saved(colour.convert("CMYK"), "JPEG")),
        "png": (".png", _saved(clear, "PNG", pnginfo=text, exif=metadata["exif"], icc_profile=profile)),
        "png-palette": (".png", _saved(colour.convert("P"), "PNG", transparency=3)),
        "png-16": (".png", _by_opencv(".png", pixels.astype(np.uint16) * 257)),
        "tiff": (".tif", _saved(colour, "TIFF", compression="tiff_lzw", exif=exif, icc_profile=profile)),
        "tiff-jpeg": (".tif", _saved(colour, "TIFF", compression="jpeg")),
        "tiff-16": (".tif", _by_opencv(".tif", pixels.astype(np.uint16) * 257)),
        "tiff-float": (".tif", _by_opencv(".tif", pixels.astype(np.float32) / 255.0)),
        "webp": (".webp", _saved(colour, "WEBP", **metadata)),
        "webp-lossless": (".webp", _saved(clear, "WEBP", lossless=True)),
        "hdr": (".hdr", _by_opencv(".hdr", pixels.astype(np.float32) / 64.0)),
        "gif": (".gif", _saved(colour.convert("P"), "GIF", save_all=True, append_images=[colour.convert("P")])),
        "bmp": (".bmp", _saved(colour, "BMP")),
        "ppm": (".ppm", _saved(colour, "PPM")),
        "avif": (".avif", _saved(colour, "AVIF", exif=metadata["exif"], icc_profile=profile)),
        "jpeg2000": (".jp2", _saved(colour, "JPEG2000")),
        "heic": (".heic", _saved_by("pillow_heif", colour, "HEIF")),
        "jxl": (".jxl", _saved_by("pillow_jxl", colour, "JXL")),
    }
    return {name: Seed(content, suffix, _read_picture) for name, (suffix, content) in found.items() if content}


def _sounds() -> dict[str, Seed]:
    tone = np.sin(np.arange(4800) / 10.0) / 2.0
    found: dict[str, Seed] = {}
    for name, (kind, subtype) in {
        "wav": ("WAV", "PCM_24"),
        "flac": ("FLAC", "PCM_16"),
        "ogg": ("OGG", "VORBIS"),
        "mp3": ("MP3", "MPEG_LAYER_III"),
    }.items():
        memory = io.BytesIO()
        soundfile.write(memory, tone, _SOUND_RATE_HZ, format=kind, subtype=subtype)
        found[f"recording-{name}"] = Seed(memory.getvalue(), f".{name}", _read_recording)
        if name == "wav":
            found["clip"] = Seed(memory.getvalue(), ".wav", _read_clip)
    found["sofa"] = Seed(_sofa(), ".sofa", _read_sofa)
    return found


def _texts() -> dict[str, Seed]:
    given = {
        "sources": [
            {"label": "fountain", "azimuth_deg": 30, "elevation_deg": -5, "distance_m": 8},
            {"label": "dog", "pixel": [12, 20], "distance_m": "on the ground"},
            {"label": "wind", "kind": "ambient", "level_db_spl_1m": 40},
        ]
    }
    poses = {"poses": [{"time_s": 0}, {"time_s": 8, "yaw_deg": 180, "position_m": [3, 0, 0]}]}
    scene = {
        "format": "sonorama.scene", "version": 1, "id": "street", "listener": {"camera_height_m": 1.6},
        "environment": {}, "sources": [],
        "image": {
            "path": "picture.jpg", "sha256": "0" * 64, "width_px": 2, "height_px": 1,
            "projection": "equirectangular", "hfov_deg": 360.0,
        },
    }  # fmt: skip
    return {
        "sources": Seed(json.dumps(given, indent=1).encode(), ".json", _read_given),
        "head-path": Seed(json.dumps(poses).encode(), ".json", _read_head_path),
        "scene": Seed(json.dumps(scene, indent=1).encode(), ".json", _read_scene),
        "stage-cache": Seed(_packed(), ".npz", _read_packed),
    }


def _saved(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    try:
        image.save(file, kind, **options)
    except (KeyError, OSError):
        return b""
    return file.getvalue()


def _saved_by(package: str, image: Image.Image, kind: str) -> bytes:
    """What a plug-in of Pillow's saves; nothing where it isn't installed."""
    try:
        module = __import__(package)
    except ImportError:
        return b""
    if package == "pillow_heif":
        module.register_heif_opener()
    return _saved(image, kind)


def _by_opencv(suffix: str, pixels: np.ndarray) -> bytes:
    return bytes(cv2.imencode(suffix, pixels)[1])


def _sofa() -> bytes:
    import sofar

    measured = sofar.Sofa("SimpleFreeFieldHRIR")
    directions_deg = np.array([(azimuth, tilt) for azimuth in range(0, 360, 30) for tilt in (-45, 0, 45, 90)], float)
    measured.SourcePosition = np.column_stack([directions_deg, np.full(len(directions_deg), 1.2)])
    measured.Data_IR = np.zeros((len(directions_deg), 2, 64))
    measured.Data_IR[:, :, 20:24] = 0.5
    measured.Data_SamplingRate = 48_000.0
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "head.sofa"
        sofar.write_sofa(str(path), measured)
        return path.read_bytes()


def _packed() -> bytes:
    from server.library.packing import write_packed

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "stage.npz"
        write_packed(path, key="k", kind=list[float], value=[1.0, 2.0])
        return path.read_bytes()


def _read_picture(path: Path) -> None:
    from protocol.errors import InputError
    from server.pipeline.picture.decoding.file import picture_size_px
    from server.pipeline.picture.image import read_picture

    with suppress(InputError):  # which is what comes next, too
        picture_size_px(path)
    read_picture(path)


def _read_recording(path: Path) -> None:
    from server.sound.recordings.reading import read_stretch

    read_stretch(path, np.random.default_rng(0), wanted_s=1.0)


def _read_clip(path: Path) -> None:
    from server.audio.clip_file import decoded_clip

    decoded_clip(path.read_bytes(), where=str(path))


def _read_sofa(path: Path) -> None:
    from server.export.heads import hrtf_from

    hrtf_from(path)


def _read_given(path: Path) -> None:
    from server.pipeline.given import read_given

    read_given(path)


def _read_head_path(path: Path) -> None:
    from server.export.head_path import read_head_path

    read_head_path(path)


def _read_scene(path: Path) -> None:
    from server.library import SceneFolder

    path.replace(path.with_name("scene.json"))
    SceneFolder(path.parent).scene()


def _read_packed(path: Path) -> None:
    from server.library.packing import read_packed

    read_packed(path, key="k", kind=list[float])
