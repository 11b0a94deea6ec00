"""A scene as sound files: headphones, loudspeakers, or each source alone."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import numpy as np
import soundfile
from numpy.typing import NDArray

from binaural.head_path import HeadPath
from binaural.hrtf import SAMPLE_RATE_HZ
from binaural.limiter import levelling_gain
from binaural.loudness import integrated_lufs
from binaural.mix import PositionedSignal, binaural_mix
from binaural.moving_mix import moving_mix
from binaural.room_mix import room_mix
from binaural.space import Space, space_of
from binaural.stereo import stereo_mix
from protocol.coordinates import scene_from_polar
from protocol.errors import InputError, SceneError
from protocol.scene import Scene, Source
from server.export.encoding import encoding_of, written
from server.export.heads import head_from
from server.export.stems import Stems

Samples = NDArray[np.float32]
Format = Literal["binaural", "stereo", "sources"]

TARGET_LUFS = -23.0
"""Loudness of a programme (EBU R 128)."""

CEILING_DBTP = -1.0
"""Highest true peak (EBU R 128)."""

DEEPEST_LIMITING_DB = 12.0
"""How much a limiter may take from the highest peak: a bark in a silent park may stay far above the park."""


def render(
    scene: Scene,
    folder: Path,
    *,
    format: Format,  # noqa: A002 - the command line's word
    out: Path,
    yaw_deg: float = 0.0,
    duration_s: float | None = None,
    target_lufs: float = TARGET_LUFS,
    hrtf: Path | None = None,
    head_path: HeadPath | None = None,
    room: bool = True,
) -> None:
    """Write a scene as sound, at a loudness and with true peaks of at most −1 dBTP.

    One gain does it where peaks allow; otherwise a look-ahead limiter takes up to 12 dB from them, in both channels
    alike. A scene more peaked than that stays quieter. (Ogg Opus, being lossy, may peak some tenths of a dB higher.)

    Args:
        scene: what sounds where.
        folder: where the scene's clips are.
        format: ``binaural`` for headphones, ``stereo`` for loudspeakers, or ``sources``: a binaural WAV file for each
            source, named by its id, all with the gain of the whole, so that they sum to the binaural mix. (Where one
            alone would peak above the ceiling, that gain gives way.)
        out: the file to write, whose suffix says how (see :mod:`server.export.encoding`); for ``sources`` the folder,
            see :class:`server.export.stems.Stems`.
        yaw_deg: where the listener looks, positive to the left.
        duration_s: of the files; None for that of the longest clip.
        target_lufs: the loudness.
        hrtf: a SOFA file with the listener's head; None for the default one.
        head_path: how the listener moves, instead of ``yaw_deg``; not for stereo.
        room: whether the place is heard, if the scene knows what place it is and the listener doesn't move.

    Raises:
        SceneError: there is no source, or a source's clip is missing or damaged.
        InputError: the suffix is unknown, the place can't be written to, or the duration isn't positive.
    """
    if format == "stereo" and (hrtf is not None or head_path is not None):
        raise InputError(
            "is for loudspeakers, which have no head", where="--format stereo", remedy="use --format binaural"
        )
    if format != "sources":
        encoding_of(out)
    signals = positioned_signals(scene, folder)
    length_samples = duration_samples(signals, duration_s)
    # What moves ends elsewhere than it began.
    circular = head_path is None and loops(signals, length_samples)
    space = _space(scene) if room else None

    def heard(signals: list[PositionedSignal]) -> Samples:
        if format == "stereo":
            return stereo_mix(signals, yaw_deg=yaw_deg, length_samples=length_samples)
        if head_path is not None:
            return moving_mix(signals, head=head_from(hrtf), path=head_path, length_samples=length_samples)
        direct = binaural_mix(signals, head=head_from(hrtf), yaw_deg=yaw_deg, length_samples=length_samples)
        if space is None:
            return direct
        return direct + room_mix(
            signals, head=head_from(hrtf), space=space, yaw_deg=yaw_deg, length_samples=length_samples
        )

    def gain(mix: Samples, peaking: Samples) -> Samples:
        factors = levelling_gain(
            mix,
            sample_rate_hz=SAMPLE_RATE_HZ,
            target_lufs=target_lufs,
            ceiling_dbtp=CEILING_DBTP,
            deepest_db=DEEPEST_LIMITING_DB,
            circular=circular,
            peaking=peaking,
        )
        return factors[:, None].astype(np.float32)

    if format == "sources":
        stems = [heard([signal]) for signal in signals]
        mix = np.sum(stems, axis=0)
        factors = gain(mix, np.concatenate([mix, *stems], axis=1))
        with Stems(out) as kept:
            for source, stem in zip(scene.sources, stems, strict=True):
                kept.add(source, stem * factors)
    else:
        mix = heard(signals)
        written(out, mix * gain(mix, mix), sample_rate_hz=SAMPLE_RATE_HZ)


def positioned_signals(scene: Scene, folder: Path) -> list[PositionedSignal]:
    """What sounds where, with the samples of the clips, in the order of the sources.

    Raises:
        SceneError: there is no source, or a source's clip is missing or damaged.
    """
    if not scene.sources:
        raise SceneError("has no sources", where=str(folder), remedy="generate a scene of a picture where things sound")
    return [_positioned(source, folder) for source in scene.sources]


def duration_samples(signals: Sequence[PositionedSignal], duration_s: float | None) -> int:
    """How long a render is: as asked for, or as the longest clip.

    Raises:
        InputError: the duration isn't positive.
    """
    if duration_s is None:
        return max(len(signal.samples) for signal in signals)
    if not 1 <= duration_s * SAMPLE_RATE_HZ < np.inf:
        raise InputError("isn't a duration", where=f"{duration_s} s", remedy="give a number of seconds above 0")
    return round(duration_s * SAMPLE_RATE_HZ)


def loops(signals: Sequence[PositionedSignal], length_samples: int) -> bool:
    """Whether a render's end joins its beginning."""
    return all(signal.loop and length_samples % len(signal.samples) == 0 for signal in signals)


def _space(scene: Scene) -> Space | None:
    """The place of a scene; None where that is unknown."""
    places_m = [
        source.distance_m * scene_from_polar(source.azimuth_deg, source.elevation_deg)
        for source in scene.sources
        if source.distance_m is not None
    ]
    street = scene.environment.street
    return space_of(
        scene.environment.setting,
        scene.environment.confidence,
        street=(street.azimuth_deg, street.left_m, street.right_m) if street else None,
        camera_height_m=scene.listener.camera_height_m,
        positions_m=np.array(places_m).reshape(-1, 3),
    )


def _positioned(source: Source, folder: Path) -> PositionedSignal:
    samples = _clip_samples(source, folder)
    loudness_lufs = integrated_lufs(samples, SAMPLE_RATE_HZ)
    return PositionedSignal(
        samples=samples,
        # Silence has no loudness to make up for.
        loudness_lufs=loudness_lufs if np.isfinite(loudness_lufs) else 0.0,
        level_db_spl_1m=source.level_db_spl_1m,
        kind=source.kind,
        azimuth_deg=source.azimuth_deg,
        elevation_deg=source.elevation_deg,
        distance_m=source.distance_m,
        width_deg=source.width_deg,
        height_deg=source.height_deg,
        loop=source.clip is not None and source.clip.loop,
    )


def _clip_samples(source: Source, folder: Path) -> Samples:
    remedy = "generate the scene again"
    if source.clip is None:
        raise SceneError("has no clip yet", where=f"{folder}: source {source.id}", remedy=remedy)
    path = folder / source.clip.path
    try:
        content = path.read_bytes()
        if hashlib.sha256(content).hexdigest() != source.clip.sha256:
            raise SceneError("isn't the clip that the scene was made with", where=str(path), remedy=remedy)
        samples, rate_hz = soundfile.read(io.BytesIO(content), dtype="float32", always_2d=True)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise SceneError(f"the clip can't be read ({reason})", where=str(path), remedy=remedy) from error
    except soundfile.LibsndfileError as error:
        raise SceneError("the clip isn't a sound file", where=str(path), remedy=remedy) from error
    if rate_hz != SAMPLE_RATE_HZ or samples.shape[1] != 1 or not len(samples) or not np.all(np.isfinite(samples)):
        raise SceneError("the clip isn't mono sound at 48 kHz", where=str(path), remedy=remedy)
    return np.ascontiguousarray(samples[:, 0])
