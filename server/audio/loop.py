"""A recording of something that goes on, closed to a loop."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import signal

Samples = NDArray[np.float64]

RATE_HZ = 48_000
"""Of every clip."""

_CROSSFADE_S = 0.5
# A loop may be so much longer or shorter than asked, to close where the recording is most like its beginning.
_SLACK_S = 0.01
# A recording that ends so far below its loudest moment, and is near that for less than half of its time, stands alone,
# as one bark does, and is not repeated. One that goes on and is only faded out goes on.
_QUIET_END_DB = -40.0
_NEAR_LOUDEST_DB = -6.0
_EDGE_S = 0.02

SURPLUS_S = _CROSSFADE_S + 2 * _SLACK_S
"""How much longer than the loop its recording must be."""


def loop_from(recording: Samples, duration_s: float) -> Samples:
    """A loop of the asked length, or of the recording's own where that is shorter.

    Args:
        recording: mono at 48 kHz, shape (n,).
        duration_s: asked for; kept to within 10 ms where the recording is long enough.

    Returns:
        A recording that is one event, quiet at its end and shorter than asked, followed by silence. Any other with
        its end faded into its beginning, the gains matched to how alike the two are so that the level stays even
        (M. Fink, M. Holters and U. Zölzer, "Signal-matched power-complementary cross-fading and dry-wet mixing",
        DAFx 2016).
    """
    count = _count(duration_s)
    if recording.size < count and _is_event(recording):
        return np.pad(recording, (0, count - recording.size))
    fade = min(_count(_CROSSFADE_S), recording.size // 3)
    slack = min(_count(_SLACK_S), fade // 4)
    if fade == 0:
        return recording.copy()
    start = recording[:fade]
    shortest = min(count, recording.size - fade - slack) - slack
    length, likeness = _best_length(recording[shortest : shortest + 2 * slack + fade], start)
    length += shortest
    loop, beyond = recording[:length].copy(), recording[length : length + fade]
    angle = np.pi / 2 * (np.arange(fade) + 0.5) / fade
    rise, fall = np.sin(angle) ** 2, np.cos(angle) ** 2
    # Power of the sum of two signals of equal power and this correlation; near opposites are not blown up.
    power = rise**2 + fall**2 + 2.0 * max(likeness, -0.5) * rise * fall
    loop[:fade] = (rise * start + fall * beyond) / np.sqrt(power)
    return loop


def _best_length(region: Samples, start: Samples) -> tuple[int, float]:
    """Where in a region the beginning recurs most exactly, and the correlation there."""
    products = signal.correlate(region, start, mode="valid", method="fft")
    energy = np.cumsum(np.concatenate([[0.0], region**2]))
    norms = np.sqrt(np.maximum((energy[start.size :] - energy[: -start.size]) * np.sum(start**2), 1e-24))
    likeness = products / norms
    best = int(np.argmax(likeness))
    return best, float(likeness[best])


def _is_event(recording: Samples) -> bool:
    edge = max(1, min(_count(_EDGE_S), recording.size // 4))
    loudest = float(np.max(np.abs(recording)))
    if float(np.max(np.abs(recording[-edge:]))) >= loudest * 10 ** (_QUIET_END_DB / 20):
        return False
    frames = recording[: recording.size // edge * edge].reshape(-1, edge)
    peaks = np.max(np.abs(frames), axis=1)
    return bool(np.mean(peaks > loudest * 10 ** (_NEAR_LOUDEST_DB / 20)) < 0.5)


def _count(duration_s: float) -> int:
    return max(1, round(duration_s * RATE_HZ))
