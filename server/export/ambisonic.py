"""A scene as ambisonics: an AmbiX file, which players turn with the head and decode for what they play on."""

from __future__ import annotations

from pathlib import Path

from binaural.hrtf.hrir import SAMPLE_RATE_HZ, default_hrtf
from binaural.mix.ambisonics import ambisonic_mix
from binaural.mix.magls import ambisonic_head
from protocol.scene import Scene
from server.export.encoding import check_wav, write_sound
from server.export.options import ExportOptions
from server.export.signals import duration_samples, loops, positioned_signals, programme_gain


def render(scene: Scene, folder: Path, out: Path, options: ExportOptions) -> None:
    """Write a scene as an AmbiX WAV file: channels ordered by ACN, scaled by SN3D, as its comment says.

    Loudness, of which no standard speaks, is that of the default head's ears. True peaks of all channels are at most
    −1 dBTP; where gain alone doesn't do it, a limiter takes up to 12 dB from all channels alike, so nothing moves.

    Args:
        scene: what sounds where.
        folder: where the scene's clips are.
        out: the file to write, named .wav.
        options: of which order (the higher, the sharper are directions), where the listener looks, how long and how
            loud.

    Raises:
        SceneError: there is no source, or a source's clip is missing or damaged.
        InputError: the name is not that of a WAV file, or it can't be written.
    """
    check_wav(out, what="AmbiX")
    signals = positioned_signals(scene, folder)
    order = options.order
    length_samples = duration_samples(signals, options.duration_s)
    mix = ambisonic_mix(signals, order=order, yaw_deg=options.yaw_deg, length_samples=length_samples)
    mix *= programme_gain(
        ambisonic_head(default_hrtf(), order).decoded(mix),
        target_lufs=options.lufs,
        circular=loops(signals, length_samples),
        peaking=mix,
    )
    write_sound(
        out,
        mix,
        sample_rate_hz=SAMPLE_RATE_HZ,
        comment=f"AmbiX: ambisonics of order {order}, {mix.shape[1]} channels ordered by ACN, normalised by SN3D",
    )
