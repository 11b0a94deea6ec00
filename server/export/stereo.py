"""A scene for two loudspeakers."""

from __future__ import annotations

from pathlib import Path

from binaural.mix.stem import mixed
from binaural.mix.stereo import stereo_stems
from protocol.scene import Scene
from server.export.encoding import encoding_of
from server.export.options import ExportOptions
from server.export.programme import Mix, write_levelled
from server.export.report import QUIET, Report
from server.export.signals import duration_samples, loops, positioned_signals


def render(scene: Scene, folder: Path, out: Path, options: ExportOptions, report: Report = QUIET) -> None:
    """Write a scene as a sound file for loudspeakers, at a loudness and with true peaks of at most −1 dBTP.

    (Ogg Opus, being lossy, may peak some tenths of a dB higher.)

    Args:
        scene: what sounds where.
        folder: where the scene's clips are.
        out: the file to write, whose suffix says how (see :mod:`server.export.encoding`).
        options: where the listener looks, how long and how loud.
        report: told how far it is.

    Raises:
        SceneError: there is no source, or a source's clip is missing or damaged.
        InputError: the suffix is unknown, or the place can't be written to.
    """
    encoding_of(out)
    signals = positioned_signals(scene, folder)
    length_samples = duration_samples(signals, options.duration_s)
    stems = stereo_stems(signals, yaw_deg=options.yaw_deg)
    mix = Mix(
        blocks=mixed(stems, channels=2, length_samples=length_samples),
        channels=2,
        length_samples=length_samples,
        circular=loops(signals, length_samples),
    )
    write_levelled(out, mix, lufs=options.lufs, report=report)
