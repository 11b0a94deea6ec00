"""A scene for headphones: one file, or a file for each source."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np

from binaural.loudness.levelling import Heard
from binaural.mix.moving import moving_blocks
from binaural.mix.positioned_signal import PositionedSignal
from binaural.mix.room import room_stems
from binaural.mix.stem import Blocks, mixed
from binaural.mix.still import binaural_stems
from binaural.room.shoebox import ShoeboxRoom, shoebox_of
from protocol.coordinates import scene_from_polar
from protocol.scene import Scene
from server.export.encoding import check_space, encoding_of
from server.export.head_path import head_path_of
from server.export.heads import head_from
from server.export.options import ExportOptions
from server.export.programme import Mix, programme_gain, write_levelled
from server.export.report import QUIET, Report
from server.export.signals import duration_samples, loops, positioned_signals
from server.export.stems import Stems


def render(scene: Scene, folder: Path, out: Path, options: ExportOptions, report: Report = QUIET) -> None:
    """Write a scene as a sound file for headphones, at a loudness and with true peaks of at most −1 dBTP.

    (Ogg Opus, being lossy, may peak some tenths of a dB higher.)

    Args:
        scene: what sounds where.
        folder: where the scene's clips are.
        out: the file to write, whose suffix says how (see :mod:`server.export.encoding`).
        options: for how loud a whole, heard by whose ears and how they move; the place echoes, where it may, if the
            scene knows what place it is and the listener doesn't move.
        report: told how far it is.

    Raises:
        SceneError: there is no source, or a source's clip is missing or damaged.
        InputError: the suffix is unknown, the place can't be written to, or a file of the options can't be used.
    """
    encoding_of(out)
    signals = positioned_signals(scene, folder)
    length_samples = duration_samples(signals, options.duration_s)
    circular = _is_circular(signals, options, length_samples)
    mix = _mixes(scene, [signals], options, length_samples)[0]
    # Stems hold what they need of them.
    del signals
    write_levelled(out, _mix(mix, length_samples, circular=circular), lufs=options.lufs, report=report)


def render_sources(scene: Scene, folder: Path, out: Path, options: ExportOptions, report: Report = QUIET) -> None:
    """Write each source of a scene as a binaural WAV file of its own, named by its id.

    All have the gain of the whole, so that they sum to the binaural mix. (Where one alone would peak above the ceiling,
    that gain gives way.)

    Args:
        scene: what sounds where.
        folder: where the scene's clips are.
        out: the folder to write, see :class:`server.export.stems.Stems`.
        options: for how loud a whole, heard by whose ears and how they move; the place echoes, where it may, if the
            scene knows what place it is and the listener doesn't move.
        report: told how far it is.

    Raises:
        SceneError: there is no source, or a source's clip is missing or damaged.
        InputError: the place can't be written to, or a file of the options can't be used.
    """
    signals = positioned_signals(scene, folder)
    length_samples = duration_samples(signals, options.duration_s)
    check_space(out, channels=2, length_samples=length_samples, files=len(signals))
    circular = _is_circular(signals, options, length_samples)
    stems = _mixes(scene, [[signal] for signal in signals], options, length_samples)
    del signals

    def programme() -> Iterator[Heard]:
        for blocks in zip(*(stem() for stem in stems), strict=True):
            whole = np.sum(blocks, axis=0)
            yield Heard(whole, np.concatenate([whole, *blocks], axis=1))

    gain = programme_gain(programme, lufs=options.lufs, circular=circular, length_samples=length_samples, report=report)
    with Stems(out) as kept:
        for source, stem in zip(scene.sources, stems, strict=True):
            kept.add(source, _mix(stem, length_samples, circular=circular), gain, report)


def _mix(blocks: Blocks, length_samples: int, *, circular: bool) -> Mix:
    return Mix(blocks=blocks, channels=2, length_samples=length_samples, circular=circular)


def _mixes(
    scene: Scene, groups: Sequence[Sequence[PositionedSignal]], options: ExportOptions, length_samples: int
) -> list[Blocks]:
    """The mix of each group of signals at both ears, in blocks of shape (n, 2)."""
    head, head_path = head_from(options.hrtf), head_path_of(options)
    if head_path is not None:
        return [moving_blocks(group, head=head, path=head_path, length_samples=length_samples) for group in groups]
    signals = [signal for group in groups for signal in group]
    stems = binaural_stems(signals, head=head, yaw_deg=options.yaw_deg)
    shoebox = _shoebox(scene) if options.room else None
    if shoebox is not None:
        echoes = room_stems(signals, head=head, room=shoebox, yaw_deg=options.yaw_deg)
        stems = (stem.joined(echo) if echo else stem for stem, echo in zip(stems, echoes, strict=True))
    return [
        mixed(list(itertools.islice(stems, len(group))), channels=2, length_samples=length_samples) for group in groups
    ]


def _is_circular(signals: Sequence[PositionedSignal], options: ExportOptions, length_samples: int) -> bool:
    """Whether a render's end joins its beginning. What moves ends elsewhere than it began."""
    return head_path_of(options) is None and loops(signals, length_samples)


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
