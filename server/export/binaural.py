"""A scene for headphones: one file, or a file for each source."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from binaural.head_path import HeadPath
from binaural.hrtf.hrir import SAMPLE_RATE_HZ
from binaural.mix.moving import moving_mix
from binaural.mix.positioned_signal import PositionedSignal
from binaural.mix.room import room_mix
from binaural.mix.still import binaural_mix
from binaural.room.shoebox import ShoeboxRoom, shoebox_of
from protocol.coordinates import scene_from_polar
from protocol.scene import Scene
from server.export.encoding import encoding_of, write_sound
from server.export.head_path import head_path_of
from server.export.heads import head_from
from server.export.options import ExportOptions
from server.export.signals import duration_samples, loops, positioned_signals, programme_gain
from server.export.stems import Stems

Samples = NDArray[np.float32]


def render(scene: Scene, folder: Path, out: Path, options: ExportOptions) -> None:
    """Write a scene as a sound file for headphones, at a loudness and with true peaks of at most −1 dBTP.

    (Ogg Opus, being lossy, may peak some tenths of a dB higher.)

    Args:
        scene: what sounds where.
        folder: where the scene's clips are.
        out: the file to write, whose suffix says how (see :mod:`server.export.encoding`).
        options: for how loud a whole, heard by whose ears and how they move; the place echoes, where it may, if the
            scene knows what place it is and the listener doesn't move.

    Raises:
        SceneError: there is no source, or a source's clip is missing or damaged.
        InputError: the suffix is unknown, the place can't be written to, or a file of the options can't be used.
    """
    encoding_of(out)
    signals = positioned_signals(scene, folder)
    length_samples = duration_samples(signals, options.duration_s)
    head_path = head_path_of(options)
    mix = _mixer(scene, options, head_path, length_samples)(signals)
    circular = _is_circular(signals, head_path, length_samples)
    mix *= programme_gain(mix, target_lufs=options.lufs, circular=circular, peaking=mix)
    write_sound(out, mix, sample_rate_hz=SAMPLE_RATE_HZ)


def render_sources(scene: Scene, folder: Path, out: Path, options: ExportOptions) -> None:
    """Write each source of a scene as a binaural WAV file of its own, named by its id.

    All have the gain of the whole, so that they sum to the binaural mix. (Where one alone would peak above the ceiling,
    that gain gives way.)

    Args:
        scene: what sounds where.
        folder: where the scene's clips are.
        out: the folder to write, see :class:`server.export.stems.Stems`.
        options: for how loud a whole, heard by whose ears and how they move; the place echoes, where it may, if the
            scene knows what place it is and the listener doesn't move.

    Raises:
        SceneError: there is no source, or a source's clip is missing or damaged.
        InputError: the place can't be written to, or a file of the options can't be used.
    """
    signals = positioned_signals(scene, folder)
    length_samples = duration_samples(signals, options.duration_s)
    head_path = head_path_of(options)
    mixed = _mixer(scene, options, head_path, length_samples)
    stems = [mixed([signal]) for signal in signals]
    whole = np.sum(stems, axis=0)
    circular = _is_circular(signals, head_path, length_samples)
    peaking = np.concatenate([whole, *stems], axis=1)
    gain = programme_gain(whole, target_lufs=options.lufs, circular=circular, peaking=peaking)
    with Stems(out) as kept:
        for source, stem in zip(scene.sources, stems, strict=True):
            kept.add(source, stem * gain)


def _mixer(
    scene: Scene, options: ExportOptions, head_path: HeadPath | None, length_samples: int
) -> Callable[[Sequence[PositionedSignal]], Samples]:
    """A function from signals to both ears, shape (length_samples, 2)."""
    head, yaw_deg = head_from(options.hrtf), options.yaw_deg
    shoebox = _shoebox(scene) if options.room else None

    def mixed(signals: Sequence[PositionedSignal]) -> Samples:
        if head_path is not None:
            return moving_mix(signals, head=head, path=head_path, length_samples=length_samples)
        direct = binaural_mix(signals, head=head, yaw_deg=yaw_deg, length_samples=length_samples)
        if shoebox is None:
            return direct
        return direct + room_mix(signals, head=head, room=shoebox, yaw_deg=yaw_deg, length_samples=length_samples)

    return mixed


def _is_circular(signals: Sequence[PositionedSignal], head_path: HeadPath | None, length_samples: int) -> bool:
    """Whether a render's end joins its beginning. What moves ends elsewhere than it began."""
    return head_path is None and loops(signals, length_samples)


def _shoebox(scene: Scene) -> ShoeboxRoom | None:
    """The place of a scene; None where that is unknown."""
    places_m = [
        source.distance_m * scene_from_polar(source.azimuth_deg, source.elevation_deg)
        for source in scene.sources
        if source.distance_m is not None
    ]
    street = scene.environment.street
    return shoebox_of(
        scene.environment.setting,
        scene.environment.confidence,
        street=(street.azimuth_deg, street.left_m, street.right_m) if street else None,
        camera_height_m=scene.listener.camera_height_m,
        positions_m=np.array(places_m).reshape(-1, 3),
    )
