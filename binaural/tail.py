"""Reverberation: noise from all around that dies away, in each octave at its own pace."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from binaural.head import Head
from binaural.materials import Array, band_shares
from binaural.propagation import SPEED_OF_SOUND_M_S
from binaural.space import Space
from protocol.coordinates import scene_from_polar

# 60 dB in time constants of energy.
_DECAY = 6.0 * np.log(10.0)
# Enough directions for a diffuse field: their mean coherence is that of the sphere within a few hundredths.
_DIRECTIONS = 48
# Half as long before the mixing time as it is, and as long after it.
_FADE_SHARE = 0.5


def mixing_fade(space: Space, delays_s: Array, *, rising: bool) -> Array:
    """The gain of reverberation about the mixing time, or of echoes, at delays after the direct sound.

    A quarter of a cosine, so that the powers of both sum to 1.
    """
    from_s = space.mixing_time_s * (1.0 - _FADE_SHARE)
    way = np.clip((delays_s - from_s) / (2.0 * _FADE_SHARE * space.mixing_time_s), 0.0, 1.0)
    return np.sin(0.5 * np.pi * (way if rising else 1.0 - way))


def late_tail(head: Head, space: Space, *, distance_m: float, seed: int = 0) -> NDArray[np.float32]:
    """Reverberation as two ears hear it, against a direct sound of 0 dB.

    At the time t after it was sent out, a diffuse field has 4 π d² c / V · exp(−13.8 t / T60) of the direct sound's
    energy by the second: in a shell of c dt lie as many mirror images as it holds volumes V, each as far as sound has
    come (summed up, Barron and Lee 1988, JASA 84, 618-628). Nothing else sets its level. Noises from 48 directions,
    each unlike the others and through the head's filters of its own direction, give the ears the coherence that a
    diffuse field has.

    Args:
        head: the listener's.
        space: the place.
        distance_m: of the source whose direct sound it is.
        seed: of the noise.

    Returns:
        Shape (2, N) at the head's rate, beginning when the direct sound is heard; silent until half of the mixing time
        and faded in about it. N is 1 in a place that has no reverberation.
    """
    rate_hz, rt60_s = head.sample_rate_hz, space.rt60_s
    if not space.is_enclosed:
        return np.zeros((2, 1), np.float32)
    length = int((rt60_s.max() + space.mixing_time_s) * rate_hz)
    noise = _diffuse_noise(head, length, seed)
    delay_s = np.arange(length) / rate_hz
    since_sent_s = delay_s + distance_m / SPEED_OF_SOUND_M_S
    size = noise.shape[-1]
    spectrum = np.fft.rfft(noise)
    density = 4.0 * np.pi * distance_m**2 * SPEED_OF_SOUND_M_S / space.volume_m3 / rate_hz
    tail = np.zeros((2, length))
    for share, decay_s in zip(band_shares(np.fft.rfftfreq(size, 1.0 / rate_hz)), rt60_s, strict=True):
        envelope = np.exp(-0.5 * _DECAY * since_sent_s / decay_s)
        tail += np.fft.irfft(spectrum * share, size)[:, :length] * envelope
    tail *= np.sqrt(density) * mixing_fade(space, delay_s, rising=True)
    return tail.astype(np.float32)


def _diffuse_noise(head: Head, length: int, seed: int) -> Array:
    """White noise from all around, of power 1 before it reaches the head: shape (2, size), size at least the length."""
    size = 1 << (length + head.taps).bit_length()
    index = np.arange(_DIRECTIONS)
    elevation_deg = np.degrees(np.arcsin(1.0 - (2.0 * index + 1.0) / _DIRECTIONS))
    directions = scene_from_polar(index * 180.0 * (3.0 - np.sqrt(5.0)), elevation_deg)
    turn = -2j * np.pi * np.fft.rfftfreq(size)
    total = np.zeros((2, size // 2 + 1), np.complex128)
    noises = np.random.default_rng(seed)
    for ears, delays in zip(head.filters(directions), head.delays_samples(directions), strict=True):
        heard = np.fft.rfft(ears, size) * np.exp(turn * delays[:, None])
        total += heard * np.fft.rfft(noises.standard_normal(size))
    noise: Array = np.fft.irfft(total) / np.sqrt(_DIRECTIONS)
    return noise
