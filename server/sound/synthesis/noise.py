"""Circular noise: random phases on the whole clip's own frequencies, so that its end meets its beginning."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.random import Generator
from scipy import fft

from server.sound.synthesis.circular import RATE_HZ, Signal, chance_samples

Gain = Callable[[Signal], Signal]
"""Amplitude gain as a function of frequency in hertz."""

# Spectra are cut where the gain falls below this: what lies beyond is inaudible, and costs nothing.
_NEGLIGIBLE_GAIN = 1e-4


def band(low_hz: float, high_hz: float, *, order: int = 2, tilt_db_per_octave: float = 0.0) -> Gain:
    """A pass band tilted about its geometric centre, with Butterworth's skirts.

    The lower skirt falls by 6 dB an octave for each order, the upper by 6 dB more: what natural noise has beyond its
    band is heard as hiss sooner than as rumble.

    Args:
        low_hz: where the lower skirt is 3 dB down.
        high_hz: where the upper skirt is 3 dB down.
        order: of the skirts.
        tilt_db_per_octave: of the band; negative falls to the highs.
    """
    centre_hz = np.sqrt(low_hz * high_hz)

    def gain(frequency_hz: Signal) -> Signal:
        hz = np.maximum(frequency_hz, 1e-3)
        skirts = 1.0 / np.sqrt((1.0 + (low_hz / hz) ** (2 * order)) * (1.0 + (hz / high_hz) ** (2 * order + 2)))
        return np.asarray(skirts * (hz / centre_hz) ** (tilt_db_per_octave / 6.0206))

    return gain


def hump(centre_hz: float, width_octaves: float) -> Gain:
    """A bell on the octave axis; ``width_octaves`` is one standard deviation."""

    def gain(frequency_hz: Signal) -> Signal:
        return np.asarray(np.exp(-0.5 * (np.log2(np.maximum(frequency_hz, 1e-3) / centre_hz) / width_octaves) ** 2))

    return gain


def noise(count: int, rng: Generator, gain: Gain) -> Signal:
    """Gaussian noise with a given spectrum, no DC, and an RMS of 1.

    Args:
        count: samples of the clip.
        rng: draws amplitudes and phases.
        gain: the spectrum.
    """
    shape = gain(fft.rfftfreq(count, 1.0 / RATE_HZ))
    shape[0] = 0.0
    used = np.flatnonzero(shape > _NEGLIGIBLE_GAIN * shape.max(initial=0.0))
    spectrum = np.zeros(shape.size, dtype=np.complex128)
    spectrum[used] = (rng.standard_normal(used.size) + 1j * rng.standard_normal(used.size)) * shape[used]
    return unit(fft.irfft(spectrum, count))


def filtered(loop: Signal, gain: Gain) -> Signal:
    """A clip seen through a zero-phase circular filter."""
    spectrum = fft.rfft(loop)
    return np.asarray(fft.irfft(spectrum * gain(fft.rfftfreq(loop.size, 1.0 / RATE_HZ)), loop.size))


def drift(count: int, rng: Generator, rate_hz: float) -> Signal:
    """A slow random swing with mean 0 and RMS 1.

    Args:
        count: samples of the clip.
        rng: draws amplitudes and phases.
        rate_hz: beyond which its power falls off.
    """
    step_hz = RATE_HZ / count
    rate_hz = max(rate_hz, step_hz)
    hz = step_hz * np.arange(1, min(int(4.0 * rate_hz / step_hz), count // 2) + 1)
    swing = np.zeros(count // 2 + 1, dtype=np.complex128)
    swing[1 : hz.size + 1] = rng.standard_normal(hz.size) + 1j * rng.standard_normal(hz.size)
    swing[1 : hz.size + 1] *= np.exp(-0.5 * (hz / rate_hz) ** 2)
    return unit(fft.irfft(swing, count))


def swell(count: int, rng: Generator, rate_hz: float, depth: float) -> Signal:
    """A slow random gain with median 1.

    Args:
        count: samples of the clip.
        rng: draws amplitudes and phases.
        rate_hz: beyond which its power falls off.
        depth: standard deviation of its logarithm.
    """
    return np.asarray(np.exp(depth * drift(count, rng, rate_hz)))


def grains(count: int, rng: Generator, *, rate_hz: float, kernel: Signal, density: Signal | None = None) -> Signal:
    """Many copies of one short sound, at instants of pure chance and with exponentially spread amplitudes.

    Args:
        count: samples of the clip.
        rng: draws instants and amplitudes.
        rate_hz: mean number of copies a second.
        kernel: the short sound.
        density: how likely each sample is to hold one, relative to the others; None: all alike.
    """
    where = chance_samples(count, rng, rate_hz=rate_hz, density=density)
    strikes = np.bincount(where, rng.exponential(size=where.size) * rng.choice((-1.0, 1.0), where.size), count)
    wrapped = np.bincount(np.arange(kernel.size) % count, kernel, count)
    return np.asarray(fft.irfft(fft.rfft(strikes) * fft.rfft(wrapped), count))


def unit(signal: Signal) -> Signal:
    """The same signal with an RMS of 1; silence stays silent."""
    rms = float(np.sqrt(np.mean(signal**2)))
    return signal / rms if rms > 0 else signal
