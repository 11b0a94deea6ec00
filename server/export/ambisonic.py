"""A scene as ambisonics: an AmbiX file, which players turn with the head and decode for what they play on."""

from __future__ import annotations

from pathlib import Path

from binaural.ambisonics import ambisonic_mix
from binaural.hrtf import SAMPLE_RATE_HZ, default_hrtf
from binaural.limiter import levelling_gain
from binaural.magls import ambisonic_head
from protocol.scene import Scene
from server.export.audio import (
    CEILING_DBTP,
    DEEPEST_LIMITING_DB,
    TARGET_LUFS,
    duration_samples,
    loops,
    positioned_signals,
)
from server.export.encoding import check_wav, written


def render(
    scene: Scene,
    folder: Path,
    *,
    order: int,
    out: Path,
    yaw_deg: float = 0.0,
    duration_s: float | None = None,
    target_lufs: float = TARGET_LUFS,
) -> None:
    """Write a scene as an AmbiX WAV file: channels ordered by ACN, scaled by SN3D, as its comment says.

    Loudness, of which no standard speaks, is that of the default head's ears. True peaks of all channels are at most
    −1 dBTP; where gain alone doesn't do it, a limiter takes up to 12 dB from all channels alike, so nothing moves.

    Args:
        scene: what sounds where.
        folder: where the scene's clips are.
        order: 1, 2 or 3: of 4, 9 or 16 channels. The more, the sharper are directions.
        out: the file to write, named .wav.
        yaw_deg: where the listener looks, positive to the left.
        duration_s: of the file; None for that of the longest clip.
        target_lufs: the loudness.

    Raises:
        SceneError: there is no source, or a source's clip is missing or damaged.
        InputError: the name is not that of a WAV file, it can't be written, or the duration isn't positive.
    """
    check_wav(out, what="AmbiX")
    signals = positioned_signals(scene, folder)
    length_samples = duration_samples(signals, duration_s)
    mix = ambisonic_mix(signals, order=order, yaw_deg=yaw_deg, length_samples=length_samples)
    gain = levelling_gain(
        ambisonic_head(default_hrtf(), order).heard(mix),
        sample_rate_hz=SAMPLE_RATE_HZ,
        target_lufs=target_lufs,
        ceiling_dbtp=CEILING_DBTP,
        deepest_db=DEEPEST_LIMITING_DB,
        circular=loops(signals, length_samples),
        peaking=mix,
    )
    mix *= gain[:, None].astype(mix.dtype)
    written(
        out,
        mix,
        sample_rate_hz=SAMPLE_RATE_HZ,
        comment=f"AmbiX: ambisonics of order {order}, {mix.shape[1]} channels ordered by ACN, normalised by SN3D",
    )
