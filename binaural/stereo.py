"""A still scene for two loudspeakers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from binaural.hrtf import SAMPLE_RATE_HZ
from binaural.mix import Directions, PositionedSignal, Samples, mixed
from binaural.ways import air_filter


def stereo_mix(
    sources: Sequence[PositionedSignal], *, yaw_deg: float = 0.0, length_samples: int | None = None
) -> Samples:
    """The sources panned between left and right; what lies behind is folded to the front.

    Args:
        sources: signals at 48 kHz.
        yaw_deg: how far the listener is turned, positive to the left.
        length_samples: of the mix; None for that of the longest signal.

    Returns:
        float32, shape (N, 2), left and right, as :func:`binaural.mix.binaural_mix`.

    Raises:
        InputError: a source that isn't ambience has no distance.
    """

    def responses(source: PositionedSignal) -> Samples:
        air = air_filter(source.distance_m, SAMPLE_RATE_HZ)
        return panning(source.directions(yaw_deg))[..., None] * air

    return mixed(sources, responses=responses, rate_hz=SAMPLE_RATE_HZ, length_samples=length_samples)


def panning(directions: Directions) -> Samples:
    """The gains of left and right by the sine-cosine law: equal power wherever a source is.

    The whole width is used: a source at 90° comes from the left loudspeaker alone. What counts is the angle from the
    median plane, so front and back, and everything overhead, fall together.

    Args:
        directions: unit vectors as the listener sees them, shape (K, 3).

    Returns:
        float32, shape (K, 2).

    >>> panning(np.array([[0.0, 1.0, 0.0]])).round(3).ravel() + 0.0
    array([1., 0.], dtype=float32)
    """
    angle = (np.arcsin(np.clip(directions[:, 1], -1.0, 1.0)) + np.pi / 2.0) / 2.0
    return np.stack([np.sin(angle), np.cos(angle)], axis=-1).astype(np.float32)
