"""A scene as ambisonics: an AmbiX file, which players turn with the head and decode for what they play on."""

from __future__ import annotations

from pathlib import Path

from binaural.hrtf.hrir import default_hrtf
from binaural.mix.ambisonics import ambisonic_stems, decoded_stems
from binaural.mix.harmonics import channel_count
from binaural.mix.magls import ambisonic_head
from binaural.mix.stem import mixed
from protocol.scene import Scene
from server.export.encoding import check_wav
from server.export.options import ExportOptions
from server.export.programme import Mix, write_levelled
from server.export.report import QUIET, Report
from server.export.signals import duration_samples, loops, positioned_signals


def render(scene: Scene, folder: Path, out: Path, options: ExportOptions, report: Report = QUIET) -> None:
    """Write a scene as an AmbiX WAV file: channels ordered by ACN, scaled by SN3D, as its comment says.

    Loudness, of which no standard speaks, is that of the default head's ears. True peaks of all channels are at most
    −1 dBTP; where gain alone doesn't do it, a limiter takes up to 12 dB from all channels alike, so nothing moves.

    Args:
        scene: what sounds where.
        folder: where the scene's clips are.
        out: the file to write, named .wav.
        options: of which order (the higher, the sharper are directions), where the listener looks, how long and how
            loud.
        report: told how far it is.

    Raises:
        SceneError: there is no source, or a source's clip is missing or damaged.
        InputError: the name is not that of a WAV file, or it can't be written.
    """
    check_wav(out, what="AmbiX")
    signals = positioned_signals(scene, folder)
    order, length_samples = options.order, duration_samples(signals, options.duration_s)
    stems = ambisonic_stems(signals, order=order, yaw_deg=options.yaw_deg)
    channels = channel_count(order)
    mix = Mix(
        blocks=mixed(stems, channels=channels, length_samples=length_samples),
        channels=channels,
        length_samples=length_samples,
        circular=loops(signals, length_samples),
    )
    # Decoded source by source, once through: not one convolution for each channel, as long as the whole.
    head = ambisonic_head(default_hrtf(), order)
    ears = decoded_stems(signals, head=head, order=order, yaw_deg=options.yaw_deg)
    write_levelled(
        out,
        mix,
        lufs=options.lufs,
        report=report,
        heard=mixed(ears, channels=2, length_samples=length_samples),
        comment=f"AmbiX: ambisonics of order {order}, {channels} channels ordered by ACN, normalised by SN3D",
    )
