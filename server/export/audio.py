"""A scene as sound files: headphones, loudspeakers, or each source alone.

Files are WAV at 48 kHz with 24 bits: every player reads it, its noise lies 144 dB down, and unlike float WAV it has no
chunk with a time stamp, so equal scenes are equal bytes.
"""

from __future__ import annotations

import hashlib
import io
from pathlib import Path
from typing import Literal

import numpy as np
import soundfile
from numpy.typing import NDArray

from binaural.head_path import HeadPath
from binaural.hrtf import SAMPLE_RATE_HZ
from binaural.loudness import integrated_lufs, normalising_gain_db, true_peak_dbtp
from binaural.mix import PositionedSignal, binaural_mix
from binaural.moving_mix import moving_mix
from binaural.room_mix import room_mix
from binaural.space import Space, space_of
from binaural.stereo import stereo_mix
from protocol.coordinates import scene_from_polar
from protocol.errors import InputError, SceneError
from protocol.scene import Scene, Source
from server.export.heads import head_from
from server.pipeline.atomic import replacing

Samples = NDArray[np.float32]
Format = Literal["binaural", "stereo", "sources"]

# EBU R 128: programmes at −23 LUFS, true peaks at most −1 dBTP.
_TARGET_LUFS = -23.0
_CEILING_DBTP = -1.0


def render(
    scene: Scene,
    folder: Path,
    *,
    format: Format,  # noqa: A002 - the command line's word
    out: Path,
    yaw_deg: float = 0.0,
    duration_s: float | None = None,
    hrtf: Path | None = None,
    head_path: HeadPath | None = None,
    room: bool = True,
) -> None:
    """Write a scene as sound, at −23 LUFS or as near as a true peak of −1 dBTP allows.

    Args:
        scene: what sounds where.
        folder: where the scene's clips are.
        format: ``binaural`` for headphones, ``stereo`` for loudspeakers, or ``sources``: a binaural file for each
            source, named by its id, all with the gain of the whole, so that they sum to the binaural mix. (Where one
            alone would peak above the ceiling, that gain gives way.)
        out: the file to write; the folder, for ``sources``, in which other files stay as they are.
        yaw_deg: where the listener looks, positive to the left.
        duration_s: of the files; None for that of the longest clip.
        hrtf: a SOFA file with the listener's head; None for the default one.
        head_path: how the listener moves, instead of ``yaw_deg``; not for stereo.
        room: whether the place is heard, if the scene knows what place it is and the listener doesn't move.

    Raises:
        SceneError: there is no source, or a source's clip is missing or damaged.
        InputError: the place can't be written to, or the duration isn't positive.
    """
    if duration_s is not None and not 1 <= duration_s * SAMPLE_RATE_HZ < np.inf:
        raise InputError("isn't a duration", where=f"{duration_s} s", remedy="give a number of seconds above 0")
    if format == "stereo" and (hrtf is not None or head_path is not None):
        raise InputError(
            "is for loudspeakers, which have no head", where="--format stereo", remedy="use --format binaural"
        )
    if not scene.sources:
        raise SceneError("has no sources", where=str(folder), remedy="generate a scene of a picture where things sound")
    signals = [_positioned(source, folder) for source in scene.sources]
    longest = max(len(signal.samples) for signal in signals)
    length_samples = longest if duration_s is None else round(duration_s * SAMPLE_RATE_HZ)

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

    if format == "sources":
        stems = [heard([signal]) for signal in signals]
        gain_db = min(_gain_db(np.sum(stems, axis=0)), *(_headroom_db(stem) for stem in stems))
        for source, stem in zip(scene.sources, stems, strict=True):
            _write(out / f"{source.id}.wav", stem, gain_db=gain_db)
    else:
        mix = heard(signals)
        _write(out, mix, gain_db=_gain_db(mix))


def _space(scene: Scene) -> Space | None:
    """The place of a scene; None where that is unknown."""
    places_m = [
        source.distance_m * scene_from_polar(source.azimuth_deg, source.elevation_deg)
        for source in scene.sources
        if source.distance_m is not None
    ]
    return space_of(
        scene.environment.setting,
        scene.environment.confidence,
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


def _gain_db(mix: Samples) -> float:
    return normalising_gain_db(mix, sample_rate_hz=SAMPLE_RATE_HZ, target_lufs=_TARGET_LUFS, ceiling_dbtp=_CEILING_DBTP)


def _headroom_db(mix: Samples) -> float:
    return _CEILING_DBTP - true_peak_dbtp(mix, SAMPLE_RATE_HZ)


def _write(path: Path, mix: Samples, *, gain_db: float) -> None:
    content = io.BytesIO()
    soundfile.write(content, mix * 10.0 ** (gain_db / 20.0), SAMPLE_RATE_HZ, format="WAV", subtype="PCM_24")
    # Python writes, not libsndfile, so that a full disk is an OSError.
    with replacing(path) as scratch:
        scratch.write_bytes(content.getvalue())
