"""A scene for two loudspeakers."""

from __future__ import annotations

from pathlib import Path

from binaural.hrtf.hrir import SAMPLE_RATE_HZ
from binaural.mix.stereo import stereo_mix
from protocol.scene import Scene
from server.export.encoding import encoding_of, write_sound
from server.export.options import ExportOptions
from server.export.signals import duration_samples, loops, positioned_signals, programme_gain


def render(scene: Scene, folder: Path, out: Path, options: ExportOptions) -> None:
    """Write a scene as a sound file for loudspeakers, at a loudness and with true peaks of at most −1 dBTP.

    (Ogg Opus, being lossy, may peak some tenths of a dB higher.)

    Args:
        scene: what sounds where.
        folder: where the scene's clips are.
        out: the file to write, whose suffix says how (see :mod:`server.export.encoding`).
        options: where the listener looks, how long and how loud.

    Raises:
        SceneError: there is no source, or a source's clip is missing or damaged.
        InputError: the suffix is unknown, or the place can't be written to.
    """
    encoding_of(out)
    signals = positioned_signals(scene, folder)
    length_samples = duration_samples(signals, options.duration_s)
    mix = stereo_mix(signals, yaw_deg=options.yaw_deg, length_samples=length_samples)
    mix *= programme_gain(mix, target_lufs=options.lufs, circular=loops(signals, length_samples), peaking=mix)
    write_sound(out, mix, sample_rate_hz=SAMPLE_RATE_HZ)
