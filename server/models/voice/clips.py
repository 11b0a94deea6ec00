"""Clips out of the waveforms of models: one channel, 48 kHz, a loop or an event of the wanted length."""

from __future__ import annotations

from typing import Any

import numpy as np
import soxr
from numpy.typing import NDArray

from server.audio.downmix import mixed_down
from server.audio.loop import RATE_HZ, SURPLUS_S, loop_from

# A cut through a ringing bell is heard as a click; a fade of this length is not.
_FADE_IN_S, _FADE_OUT_S = 0.005, 0.25


def generation_length_s(duration_s: float, longest_s: float) -> float:
    """How many seconds a model makes for a clip: enough to close a loop, and no more than the model can."""
    return min(duration_s + SURPLUS_S, longest_s)


def clip_from(
    waveform: NDArray[np.floating[Any]], rate_hz: int, *, duration_s: float, is_continuous: bool
) -> NDArray[np.float32]:
    """A clip that can be repeated.

    Several channels become one by :func:`server.audio.downmix.mixed_down`. Of the rules that the tests compare, it
    loses least: an average cancels what is in opposite phase and halves what is on one side, the louder channel
    drops the other, and the first principal component combs channels that disagree.

    Args:
        waveform: shape (channels, samples).
        rate_hz: of the waveform.
        duration_s: of the clip.
        is_continuous: whether the sound goes on, so that its end is faded into its beginning; a waveform that is
            shorter than ``duration_s`` then makes a shorter loop. Otherwise it is an event, or a few, that fades out
            and is followed by silence.

    Returns:
        Mono at 48 kHz, shape (samples,). Where the waveform is not finite, as that of a model in float16 may be, the
        whole clip is not a number, so that :func:`server.models.voice.quality.defects.defect_of` tells.
    """
    channels = np.asarray(waveform, dtype=np.float64).T
    if not np.all(np.isfinite(channels)):
        return np.full(max(1, round(duration_s * RATE_HZ)), np.nan, dtype=np.float32)
    mono = np.asarray(soxr.resample(mixed_down(channels), rate_hz, RATE_HZ, quality="VHQ"), dtype=np.float64)
    return (loop_from(mono, duration_s) if is_continuous else _event(mono, duration_s)).astype(np.float32)


def _event(recording: NDArray[np.float64], duration_s: float) -> NDArray[np.float64]:
    count = max(1, round(duration_s * RATE_HZ))
    event = recording[:count].copy()
    for length_s, side in ((_FADE_IN_S, 1), (_FADE_OUT_S, -1)):
        length = min(round(length_s * RATE_HZ), event.size)
        event[::side][:length] *= np.sin(np.pi / 2 * np.arange(length) / length) ** 2
    return np.pad(event, (0, count - event.size))
