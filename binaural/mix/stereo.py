"""A still scene for two loudspeakers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from binaural.hrtf.hrir import SAMPLE_RATE_HZ
from binaural.mix.positioned_signal import Directions, PositionedSignal, Samples
from binaural.mix.stem import Stem, longest_samples, mixed, whole
from binaural.mix.still import filtered_stem
from binaural.propagation.path_filters import air_filter


def stereo_mix(
    sources: Sequence[PositionedSignal], *, yaw_deg: float = 0.0, length_samples: int | None = None
) -> Samples:
    """The sources panned between left and right; sources behind are folded to the front.

    Args:
        sources: signals at 48 kHz.
        yaw_deg: how far the listener is turned, positive to the left.
        length_samples: of the mix; None for that of the longest signal.

    Returns:
        Float32, shape (N, 2), left and right, as :func:`binaural.mix.still.binaural_mix`.

    Raises:
        InputError: a source that isn't ambience has no distance.
    """
    length_samples = longest_samples(sources) if length_samples is None else length_samples
    return whole(mixed(stereo_stems(sources, yaw_deg=yaw_deg), channels=2, length_samples=length_samples)(), 2)


def stereo_stems(sources: Sequence[PositionedSignal], *, yaw_deg: float = 0.0) -> list[Stem]:
    """What each source brings to :func:`stereo_mix`.

    Raises:
        InputError: a source that isn't ambience has no distance.
    """
    stems = []
    for source in sources:
        filters = panning(source.directions(yaw_deg))[..., None] * air_filter(source.distance_m, SAMPLE_RATE_HZ)
        stems.append(filtered_stem(source, filters, SAMPLE_RATE_HZ))
    return stems


def panning(directions: Directions) -> Samples:
    """The gains of left and right by the sine-cosine law: equal power for every direction.

    The whole width is used: a source at 90° comes from the left loudspeaker alone. Only the angle from the median plane
    counts, so front and back sound the same, and so does everything overhead.

    Args:
        directions: unit vectors as the listener sees them, shape (K, 3).

    Returns:
        Float32, shape (K, 2).

    >>> panning(np.array([[0.0, 1.0, 0.0]])).round(3).ravel() + 0.0
    array([1., 0.], dtype=float32)
    """
    angle = (np.arcsin(np.clip(directions[:, 1], -1.0, 1.0)) + np.pi / 2.0) / 2.0
    return np.stack([np.sin(angle), np.cos(angle)], axis=-1).astype(np.float32)
