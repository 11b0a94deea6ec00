"""Late reverberation: diffuse noise that decays in each octave with the room's reverberation time."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from binaural.hrtf.head import Head
from binaural.propagation.air import SPEED_OF_SOUND_M_S
from binaural.room.materials import Array, octave_weights
from binaural.room.shoebox import ShoeboxRoom
from protocol.coordinates import fibonacci_sphere

# 60 dB in time constants of energy.
_DECAY = 6.0 * np.log(10.0)
# Enough directions for a diffuse field: their mean coherence is that of the sphere within a few hundredths.
_DIRECTIONS = 48
# The fade begins at half of the mixing time and ends at one and a half of it.
_FADE_FRACTION = 0.5


def mixing_fade(room: ShoeboxRoom, delays_s: Array, *, rising: bool) -> Array:
    """The gain of late reverberation around the mixing time, or of echoes.

    Args:
        room: the place.
        delays_s: after the direct sound, of any shape.
        rising: True for late reverberation, False for echoes.

    Returns:
        Factors in the shape of the delays: a quarter of a cosine, so that the powers of both sum to 1.
    """
    from_s = room.mixing_time_s * (1.0 - _FADE_FRACTION)
    progress = np.clip((delays_s - from_s) / (2.0 * _FADE_FRACTION * room.mixing_time_s), 0.0, 1.0)
    return np.sin(0.5 * np.pi * (progress if rising else 1.0 - progress))


def late_reverberation(head: Head, room: ShoeboxRoom, *, distance_m: float, seed: int = 0) -> NDArray[np.float32]:
    """Late reverberation at two ears, relative to a direct sound of 0 dB.

    At the time t after the sound left the source at distance d, the energy of a diffuse field per second is
    4 π d² c / V · exp(−13.8 t / T60) of the direct sound's (its integral is the theory of Barron and Lee 1988, JASA 84,
    618-628): a shell of thickness c dt holds as many mirror images as volumes V, all at the distance c t. Nothing else
    sets its level. Independent noises from 48 directions, each through the head's filters of its direction, give the
    ears the interaural coherence of a diffuse field.

    Args:
        head: the listener's.
        room: the place.
        distance_m: of the source.
        seed: of the noise.

    Returns:
        Float32, shape (2, N), at the head's rate: left ear, right ear. It begins when the direct sound arrives; it is
        silent until half of the mixing time and fades in around it. N is 1 in a place without reverberation.
    """
    rate_hz, rt60_s = head.sample_rate_hz, room.rt60_s
    if not room.is_enclosed:
        return np.zeros((2, 1), np.float32)
    length = int((rt60_s.max() + room.mixing_time_s) * rate_hz)
    noise = _diffuse_noise(head, length, seed)
    delay_s = np.arange(length) / rate_hz
    since_sent_s = delay_s + distance_m / SPEED_OF_SOUND_M_S
    size = noise.shape[-1]
    spectrum = np.fft.rfft(noise)
    density = 4.0 * np.pi * distance_m**2 * SPEED_OF_SOUND_M_S / room.volume_m3 / rate_hz
    reverberation = np.zeros((2, length))
    for weights, decay_s in zip(octave_weights(np.fft.rfftfreq(size, 1.0 / rate_hz)), rt60_s, strict=True):
        envelope = np.exp(-0.5 * _DECAY * since_sent_s / decay_s)
        reverberation += np.fft.irfft(spectrum * weights, size)[:, :length] * envelope
    reverberation *= np.sqrt(density) * mixing_fade(room, delay_s, rising=True)
    return reverberation.astype(np.float32)


def _diffuse_noise(head: Head, length: int, seed: int) -> Array:
    """White noise from all directions, of power 1 before it reaches the head: shape (2, size), size ≥ length."""
    size = 1 << (length + head.taps).bit_length()
    directions = fibonacci_sphere(_DIRECTIONS)
    turn = -2j * np.pi * np.fft.rfftfreq(size)
    total = np.zeros((2, size // 2 + 1), np.complex128)
    noises = np.random.default_rng(seed)
    for ears, delays in zip(head.filters(directions), head.delays_samples(directions), strict=True):
        spectra = np.fft.rfft(ears, size) * np.exp(turn * delays[:, None])
        total += spectra * np.fft.rfft(noises.standard_normal(size))
    noise: Array = np.fft.irfft(total) / np.sqrt(_DIRECTIONS)
    return noise
