"""A scene as a folder that any tool can read.

.. code-block:: text

    scene.json           what sounds where; written last, so a folder that has one is whole
    picture.jpg          the picture as it was looked at: upright, sRGB, without the camera's metadata
    clips/*.wav          mono, 48 kHz, 24 bit; the name ends in the clip's cache key
    work/*.npz           what each stage answered, for the next run
    work/preset.txt      which preset made the scene
    work/picture.txt     of which picture: the SHA-256 of its pixels
"""

from __future__ import annotations

import hashlib
import io
import re
from pathlib import Path
from typing import TypeVar

import numpy as np
import soundfile
from numpy.typing import NDArray
from PIL import Image as PillowImage
from pydantic import TypeAdapter, ValidationError

from protocol.errors import InputError, SceneError, os_reason
from protocol.place import Place
from protocol.scene import Clip, Image, Scene
from server.audio.clip_file import SAMPLE_RATE_HZ, clip_loudness_lufs, decoded_clip
from server.extras import program
from server.files.atomic import replacing
from server.files.digest import sha256_of
from server.files.json_text import utf8_json
from server.interrupts import deferred_interrupts
from server.library.packing import read_packed, write_packed
from server.pipeline.stages import DistanceMap, Impression, Proposal
from server.pipeline.views import Picture

T = TypeVar("T")

_SCENE = TypeAdapter(Scene)
_OUR_CLIP = re.compile(r"-[0-9a-f]{16}(-loop)?\.wav$")


def is_scene(path: Path) -> bool:
    """Whether a folder is a scene, whole or in the making."""
    return (path / "scene.json").is_file() or (path / "work").is_dir()


class SceneFolder:
    """One scene's folder; the cache of the flow that makes it."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def prepare(self) -> None:
        """Make the folder, or go on in one of ours.

        Raises:
            InputError: it can't be made, or holds something else.
        """
        remedy = "choose another --out"
        if self.path.exists() and not self.path.is_dir():
            raise InputError("is a file, not a folder", where=str(self.path), remedy=remedy)
        try:
            if self.path.is_dir() and any(self.path.iterdir()) and not is_scene(self.path):
                raise InputError("holds something else than a scene", where=str(self.path), remedy=remedy)
            (self.path / "work").mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise InputError(f"can't be made ({os_reason(error)})", where=str(self.path), remedy=remedy) from error

    def check_picture(self, picture: Picture) -> None:
        """See that the folder is not the scene of another picture.

        Raises:
            InputError: it is.
        """
        of = self._picture()
        if (of is None and (self.path / "scene.json").exists()) or of not in (None, _pixels_sha256(picture)):
            raise InputError(
                "is the scene of another picture",
                where=str(self.path),
                remedy="choose another --out, or give --replace to lose that scene",
            )

    def begin(self, picture: Picture) -> None:
        """Remember whose scene this is, and forget the finished scene of another picture."""
        sha256 = _pixels_sha256(picture)
        if self._picture() == sha256:
            return
        for name in ("scene.json", "binaural.wav"):
            (self.path / name).unlink(missing_ok=True)
        with replacing(self._picture_path) as scratch:
            scratch.write_text(f"{sha256}\n", encoding="ascii")

    def _picture(self) -> str | None:
        """The SHA-256 of the pixels that the scene is made of; None where that isn't known."""
        try:
            return self._picture_path.read_text(encoding="ascii").strip()
        except (OSError, UnicodeDecodeError):
            return None

    @property
    def _picture_path(self) -> Path:
        return self.path / "work" / "picture.txt"

    def scene(self) -> Scene:
        """The finished scene.

        Raises:
            SceneError: there is none, or it isn't what this version understands.
        """
        path = self.path / "scene.json"
        try:
            return _SCENE.validate_json(utf8_json(path.read_bytes()))
        except OSError as error:
            raise SceneError(
                "there is no finished scene here",
                where=str(self.path),
                remedy=f"make one with: {program()} generate IMAGE --out DIR",
            ) from error
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"])
            raise SceneError(
                f"{place}: {first['msg']}" if place else first["msg"],
                where=str(path),
                remedy="mend the file, or generate the scene again",
            ) from error

    def save(self, scene: Scene) -> None:
        """Write scene.json, and forget clips that no source plays any more."""
        self.rewrite(scene)
        self.forget_unplayed(scene)

    def forget_unplayed(self, scene: Scene | Place) -> None:
        """Remove the clips that no source plays; nobody else may be making one."""
        played = {source.clip.path for source in scene.sources if source.clip}
        for file in (self.path / "clips").glob("*.wav"):
            if _OUR_CLIP.search(file.name) and f"clips/{file.name}" not in played:
                file.unlink()

    def rewrite(self, scene: Scene) -> None:
        """Write scene.json and leave every clip where it is, for whoever is still reading or making one."""
        with replacing(self.path / "scene.json") as scratch:
            scratch.write_bytes(_SCENE.dump_json(scene, indent=2) + b"\n")

    def keep_preset(self, preset: str) -> None:
        """Remember which preset makes the scene: sources that are added later are voiced by it, too."""
        with replacing(self._preset_path) as scratch:
            scratch.write_text(f"{preset}\n", encoding="utf-8")

    def preset(self) -> str | None:
        """The preset that made the scene; None where that isn't known."""
        try:
            return self._preset_path.read_text(encoding="utf-8").strip() or None
        except (OSError, UnicodeDecodeError):
            return None

    @property
    def _preset_path(self) -> Path:
        return self.path / "work" / "preset.txt"

    def distance_maps(self) -> list[DistanceMap]:
        """The distance maps of the newest run; empty where it left none."""
        return read_packed(self.path / "work" / "distance.npz", key=None, kind=list[DistanceMap]) or []

    def proposals(self) -> list[Proposal]:
        """What the newest run named and boxed, with masks; empty where it left nothing."""
        named = read_packed(self.path / "work" / "propose.npz", key=None, kind=list[Impression]) or []
        boxed = read_packed(self.path / "work" / "ground.npz", key=None, kind=list[tuple[Proposal, ...]]) or []
        return [
            *(each for impression in named for each in impression.proposals),
            *(each for some in boxed for each in some),
        ]

    def recalled(self, stage: str, key: str, kind: type[T]) -> T | None:
        """What a stage answered under this key, or None.

        Args:
            stage: the verb, which names the file.
            key: holds everything that the answer depends on.
            kind: the type of the answer, to read it as.
        """
        return read_packed(self.path / "work" / f"{stage}.npz", key=key, kind=kind)

    def keep(self, stage: str, key: str, kind: type[T], value: T) -> None:
        """Remember a stage's answer, in place of the one before.

        Args:
            stage: the verb, which names the file.
            key: holds everything that the answer depends on.
            kind: the type of the answer.
            value: the answer.
        """
        write_packed(self.path / "work" / f"{stage}.npz", key=key, kind=kind, value=value)

    def recalled_clip(self, name: str, key: str) -> Clip | None:
        """A finished clip, or None where it is missing or damaged."""
        looping, once = (self.path / self._clip_path(name, key, loop=loop) for loop in (True, False))
        path = looping if looping.exists() else once
        try:
            return self._clip(path, path.read_bytes(), loop=path == looping)
        except (OSError, SceneError):
            return None

    def keep_clip(self, name: str, key: str, samples: NDArray[np.float32], *, loop: bool, credit: str = "") -> Clip:
        """Store a clip of mono samples at 48 kHz, 24 bit.

        24 bit leaves 144 dB, below any clip's own noise; unlike float WAV it has no chunk with a time stamp, so equal
        clips are equal bytes.

        Args:
            name: makes the file's name readable.
            key: holds everything that the clip depends on.
            samples: mono at 48 kHz, shape (N,).
            loop: whether the end joins the beginning.
            credit: whose work it is, kept in the clip's file, so that it goes wherever the clip goes.
        """
        path = self.path / self._clip_path(name, key, loop=loop)
        memory = io.BytesIO()
        with (
            deferred_interrupts(),
            soundfile.SoundFile(memory, "w", SAMPLE_RATE_HZ, 1, "PCM_24", format="WAV") as file,
        ):
            if credit:
                file.copyright = credit
            file.write(samples)
        # Python writes, not libsndfile, so that a full disk is an OSError.
        with replacing(path) as scratch:
            scratch.write_bytes(memory.getvalue())
        return self._clip(path, memory.getvalue(), loop=loop)

    def keep_picture(self, picture: Picture) -> Image:
        """Store the picture as it was looked at: its pixels, of shape (height, width, 3), as a JPEG file."""
        path = self.path / "picture.jpg"
        with replacing(path) as scratch:
            PillowImage.fromarray(picture.pixels).save(scratch, quality=92, subsampling=0)
        view = picture.view
        return Image(
            path=path.name,
            sha256=sha256_of(path),
            width_px=view.width_px,
            height_px=view.height_px,
            projection=view.projection,
            hfov_deg=view.hfov_deg,
            pitch_deg=view.pitch_deg,
            roll_deg=view.roll_deg,
            taken_for=picture.taken_for,
        )

    def _clip(self, path: Path, content: bytes, *, loop: bool) -> Clip:
        samples = decoded_clip(content, where=str(path))
        return Clip(
            path=path.relative_to(self.path).as_posix(),
            sha256=hashlib.sha256(content).hexdigest(),
            sample_rate_hz=SAMPLE_RATE_HZ,
            duration_s=len(samples) / SAMPLE_RATE_HZ,
            loop=loop,
            loudness_lufs=clip_loudness_lufs(samples),
        )

    @staticmethod
    def _clip_path(name: str, key: str, *, loop: bool) -> str:
        return f"clips/{name}-{key[:16]}{'-loop' if loop else ''}.wav"


def _pixels_sha256(picture: Picture) -> str:
    """Of the pixels alone: the projection and the field of view may be told anew for the same picture."""
    if picture.file_sha256:
        return picture.file_sha256
    digest = hashlib.sha256(f"{picture.pixels.shape} ".encode())
    digest.update(np.ascontiguousarray(picture.pixels).data)
    return digest.hexdigest()
