"""What a place adds to a sound: echoes, each from a direction of its own, and the reverberation after them."""

from __future__ import annotations

from dataclasses import dataclass, field
from math import ceil

import numpy as np
from numpy.typing import NDArray

from binaural.head import Head
from binaural.hrtf import minimum_phase_spectrum
from binaural.levels import MIN_DISTANCE_M
from binaural.materials import BANDS_HZ, Array, band_gains
from binaural.propagation import SPEED_OF_SOUND_M_S
from binaural.space import Space
from binaural.tail import late_tail, mixing_fade

# Cars are heard from 0.3 m above the road (Jonasson 2007, Acta Acustica 93, on the source model of Harmonoise), and
# little that sounds is lower; where a picture puts a thing into the ground, that is its distance's uncertainty.
_LOWEST_SOURCE_M = 0.3
# Images grow with the cube of the order; beyond this one, they are too many and each of them too faint.
_HIGHEST_ORDER = 8
# Octave gains are smooth: a filter of 256 taps has them.
_GAIN_SIZE = 512


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Reflections:
    """The echoes of one source, in the order in which they are heard.

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


def early_reflections(space: Space, position_m: Array) -> Reflections:
    """The mirror images of a source in the sides of a space (Allen and Berkley 1979, JASA 65, 943-950).

    Where there is reverberation, echoes fade out about the mixing time, while it fades in. A source behind a wall is
    mirrored in the ground alone.

    Args:
        space: the place.
        position_m: of the source in the scene, shape (3,), metres from the listener. At least 0.3 m above the floor is
            assumed.

    Returns:
        Echoes louder than −80 dB in an octave. Air is not counted: it attenuates an echo as it does a source at the
        distance of the direct sound and its delay.
    """
    box = space.around(position_m)
    source = box.in_box(position_m)
    source[2] = min(max(source[2], _LOWEST_SOURCE_M), max(box.size_m[2] - _LOWEST_SOURCE_M, _LOWEST_SOURCE_M))
    direct_m = float(np.linalg.norm(source - box.listener_m))
    images, damping = _images(box, source, order=_order(space, direct_m))
    heard_m = np.linalg.norm(images - box.listener_m, axis=1)
    delays_s = (heard_m - direct_m) / SPEED_OF_SOUND_M_S
    gains = damping * (max(direct_m, MIN_DISTANCE_M) / heard_m)[:, None]
    if box.is_enclosed:
        gains = gains * mixing_fade(space, delays_s, rising=False)[:, None]
    audible = gains.max(axis=1) > 1e-4
    order = np.flatnonzero(audible)[np.argsort(delays_s[audible], kind="stable")]
    return Reflections(
        directions=box.in_scene(images[order]) / heard_m[order, None], delays_s=delays_s[order], gains=gains[order]
    )


def _order(space: Space, direct_m: float) -> int:
    """How many times echoes bounce, at most, before reverberation takes over."""
    if not space.is_enclosed:
        return 1
    shortest_m = min(side for side, faced in zip(space.size_m, space.faced, strict=True) if faced)
    path_m = direct_m + 1.5 * space.mixing_time_s * SPEED_OF_SOUND_M_S
    return min(1 + ceil(float(np.sqrt(path_m**2 - direct_m**2)) / shortest_m), _HIGHEST_ORDER)


def _images(space: Space, source: Array, *, order: int) -> tuple[Array, Array]:
    """Mirror images in the box, shape (R, 3), and what their walls leave of the pressure, shape (R, 8)."""
    import pyroomacoustics

    back, front, right, left, floor, ceiling = (
        pyroomacoustics.Material({"coeffs": wall.tolist(), "center_freqs": BANDS_HZ.tolist()})
        for wall in space.absorption
    )
    walls = {"east": front, "west": back, "north": left, "south": right, "floor": floor, "ceiling": ceiling}
    box = pyroomacoustics.ShoeBox(space.size_m, fs=48_000, materials=walls, max_order=order)
    box.add_source(source)
    box.add_microphone(space.listener_m)
    box.image_source_model()
    found = box.sources[0]
    echoes = found.orders > 0
    return found.images.T[echoes].astype(np.float64), found.damping.T[echoes].astype(np.float64)


def reflections_response(head: Head, reflections: Reflections) -> NDArray[np.float32]:
    """What two ears hear of the echoes of a click, each through the filters of the direction that it comes from.

    Args:
        head: the listener's.
        reflections: with directions as the head sees them; where it is turned, they must be turned too.

    Returns:
        Shape (2, N) at the head's rate, beginning when the direct sound is heard with no delay of the head.
    """
    if not len(reflections):
        return np.zeros((2, 1), np.float32)
    rate_hz = head.sample_rate_hz
    starts = reflections.delays_s[:, None] * rate_hz + head.delays_samples(reflections.directions)
    length = ceil(float(starts.max())) + head.taps + _GAIN_SIZE // 2
    # The filters of surfaces ring on a little, and delays by fractions of a sample ring ahead: both fit behind the end.
    size = 1 << (length + _GAIN_SIZE).bit_length()
    gains = band_gains(reflections.gains, np.fft.rfftfreq(_GAIN_SIZE, 1.0 / rate_hz))
    colours = np.fft.irfft(minimum_phase_spectrum(gains))[:, : _GAIN_SIZE // 2]
    turn = -2j * np.pi * np.fft.rfftfreq(size)
    total = np.zeros((2, size // 2 + 1), np.complex128)
    for ears, colour, start in zip(head.filters(reflections.directions), colours, starts, strict=True):
        total += np.fft.rfft(ears, size) * np.fft.rfft(colour, size) * np.exp(turn * start[:, None])
    return np.fft.irfft(total)[:, :length].astype(np.float32)


def room_response(head: Head, space: Space, position_m: Array, *, seed: int = 0) -> NDArray[np.float32]:
    """What a place adds to the direct sound of a source that stands still: echoes and reverberation of a click.

    The direct sound isn't in it, and stays as it is: what is heard is the source through the head, plus the source, as
    loud as its direct sound, through this.

    Args:
        head: the listener's, looking along the scene's front.
        space: the place.
        position_m: of the source in the scene, shape (3,), metres from the listener; behind a wall, it has no
            reverberation.
        seed: of the reverberation's noise.

    Returns:
        Shape (2, N) at the head's rate, beginning when the direct sound is heard with no delay of the head.
    """
    echoes = reflections_response(head, early_reflections(space, position_m))
    if not space.holds(position_m):
        return echoes
    distance_m = max(float(np.linalg.norm(position_m)), MIN_DISTANCE_M)
    late = late_tail(head, space, distance_m=distance_m, seed=seed)
    response = np.zeros((2, max(echoes.shape[1], late.shape[1])), np.float32)
    response[:, : echoes.shape[1]] += echoes
    response[:, : late.shape[1]] += late
    return response
