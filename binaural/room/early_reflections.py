"""Early reflections: the echoes of a source from the walls of a shoebox room, each with a direction of its own."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil

import numpy as np
from numpy.typing import NDArray

from binaural.hrtf.head import Head
from binaural.hrtf.minimum_phase import minimum_phase_spectrum
from binaural.propagation.air import SPEED_OF_SOUND_M_S
from binaural.room.late_reverberation import mixing_fade
from binaural.room.materials import BANDS_HZ, Array, band_gains
from binaural.room.shoebox import ShoeboxRoom
from protocol.levels import MIN_DISTANCE_M

# Cars radiate from 0.3 m above the road (Jonasson 2007, Acta Acustica 93, on the source model of Harmonoise), and few
# sources are lower. A source in the ground is an error of its estimated distance.
_LOWEST_SOURCE_M = 0.3
# The number of images grows with the cube of the bounces; beyond this, they are too many, and each is too faint.
_MOST_BOUNCES = 8
# Octave gains are smooth, so filters of 256 taps follow them.
_GAIN_SIZE = 512


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reflections:
    """The echoes of one source, the earliest first.

    Attributes:
        directions: unit vectors in the scene, towards where each comes from, shape (R, 3).
        delays_s: after the direct sound, shape (R,).
        gains: of pressure, against the direct sound, in each octave of ``BANDS_HZ``, shape (R, 8).
    """

    directions: Array = field(repr=False)
    delays_s: Array = field(repr=False)
    gains: Array = field(repr=False)

    def __len__(self) -> int:
        return len(self.delays_s)


def early_reflections(room: ShoeboxRoom, position_m: Array) -> Reflections:
    """The mirror images of a source in the walls of a room.

    This is the image source method (Allen and Berkley 1979, JASA 65, 943-950).

    Where there is late reverberation, echoes fade out around the mixing time, while it fades in. A source behind a wall
    is mirrored in the ground alone.

    Args:
        room: the place.
        position_m: of the source in the scene, shape (3,), metres from the listener. At least 0.3 m above the floor is
            assumed.

    Returns:
        Echoes louder than −80 dB in any octave. Air absorption is not included.
    """
    box = room.around(position_m)
    source = box.in_box(position_m)
    source[2] = min(max(source[2], _LOWEST_SOURCE_M), max(box.size_m[2] - _LOWEST_SOURCE_M, _LOWEST_SOURCE_M))
    direct_m = float(np.linalg.norm(source - box.listener_m))
    images, damping = _images(box, source, most_bounces=_most_bounces(room, direct_m))
    path_m = np.linalg.norm(images - box.listener_m, axis=1)
    delays_s = (path_m - direct_m) / SPEED_OF_SOUND_M_S
    gains = damping * (max(direct_m, MIN_DISTANCE_M) / path_m)[:, None]
    if box.is_enclosed:
        gains = gains * mixing_fade(room, delays_s, rising=False)[:, None]
    audible = gains.max(axis=1) > 1e-4
    by_delay = np.flatnonzero(audible)[np.argsort(delays_s[audible], kind="stable")]
    return Reflections(
        directions=box.in_scene(images[by_delay]) / path_m[by_delay, None],
        delays_s=delays_s[by_delay],
        gains=gains[by_delay],
    )


def _most_bounces(room: ShoeboxRoom, direct_m: float) -> int:
    """How many walls an echo meets at most before late reverberation takes over."""
    if not room.is_enclosed:
        return 1
    shortest_m = min(side for side, faced in zip(room.size_m, room.faced, strict=True) if faced)
    longest_m = direct_m + 1.5 * room.mixing_time_s * SPEED_OF_SOUND_M_S
    return min(1 + ceil(float(np.sqrt(longest_m**2 - direct_m**2)) / shortest_m), _MOST_BOUNCES)


def _images(room: ShoeboxRoom, source: Array, *, most_bounces: int) -> tuple[Array, Array]:
    """Mirror images in the box, shape (R, 3), and the factors of pressure that their walls leave, shape (R, 8)."""
    import pyroomacoustics

    back, front, right, left, floor, ceiling = (
        pyroomacoustics.Material({"coeffs": wall.tolist(), "center_freqs": BANDS_HZ.tolist()})
        for wall in room.absorption
    )
    walls = {"east": front, "west": back, "north": left, "south": right, "floor": floor, "ceiling": ceiling}
    box = pyroomacoustics.ShoeBox(room.size_m, fs=48_000, materials=walls, max_order=most_bounces)
    box.add_source(source)
    box.add_microphone(room.listener_m)
    box.image_source_model()
    images = box.sources[0]
    echoes = images.orders > 0
    return images.images.T[echoes].astype(np.float64), images.damping.T[echoes].astype(np.float64)


def reflections_response(head: Head, reflections: Reflections) -> NDArray[np.float32]:
    """The binaural impulse response of echoes, each through the HRIR of its direction.

    Args:
        head: the listener's.
        reflections: with directions in head axes.

    Returns:
        Float32, shape (2, N), at the head's rate: left ear, right ear. It begins when the direct sound would arrive
        at the middle of the head.
    """
    if not len(reflections):
        return np.zeros((2, 1), np.float32)
    rate_hz = head.sample_rate_hz
    starts = reflections.delays_s[:, None] * rate_hz + head.delays_samples(reflections.directions)
    length = ceil(float(starts.max())) + head.taps + _GAIN_SIZE // 2
    # The filters of surfaces ring on a little, and delays by fractions of a sample ring before; both fit after the end.
    size = 1 << (length + _GAIN_SIZE).bit_length()
    gains = band_gains(reflections.gains, np.fft.rfftfreq(_GAIN_SIZE, 1.0 / rate_hz))
    colours = np.fft.irfft(minimum_phase_spectrum(gains))[:, : _GAIN_SIZE // 2]
    turn = -2j * np.pi * np.fft.rfftfreq(size)
    total = np.zeros((2, size // 2 + 1), np.complex128)
    for ears, colour, start in zip(head.filters(reflections.directions), colours, starts, strict=True):
        total += np.fft.rfft(ears, size) * np.fft.rfft(colour, size) * np.exp(turn * start[:, None])
    return np.fft.irfft(total)[:, :length].astype(np.float32)
