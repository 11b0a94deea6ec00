"""What the tests measure on clips, all of it circular, since clips loop."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator
from scipy import fft, ndimage

RATE_HZ = 48_000


def rng(seed: int = 1) -> Generator:
    return np.random.default_rng(seed)


def power(clip: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    spectrum = np.abs(fft.rfft(clip.astype(np.float64))) ** 2
    return fft.rfftfreq(clip.size, 1 / RATE_HZ), spectrum


def share(clip: np.ndarray, low_hz: float, high_hz: float) -> float:
    """Share of the energy in a band."""
    hz, spectrum = power(clip)
    return float(spectrum[(hz >= low_hz) & (hz < high_hz)].sum() / spectrum.sum())


def level_db(clip: np.ndarray, low_hz: float, high_hz: float) -> float:
    """Mean power density in a band, in dB re an arbitrary reference."""
    hz, spectrum = power(clip)
    return float(10 * np.log10(spectrum[(hz >= low_hz) & (hz < high_hz)].mean()))


def centroid_hz(clip: np.ndarray) -> float:
    hz, spectrum = power(clip)
    return float((hz * spectrum).sum() / spectrum.sum())


def peak_hz(clip: np.ndarray, low_hz: float = 20.0, high_hz: float = 20_000.0) -> float:
    """Frequency of the strongest line in a band."""
    hz, spectrum = power(clip)
    inside = (hz >= low_hz) & (hz < high_hz)
    return float(hz[inside][np.argmax(spectrum[inside])])


def frames(clip: np.ndarray, size: int = 1024, hop: int = 512) -> np.ndarray:
    """Power spectra of windows, shape (windows, size // 2 + 1)."""
    around = np.concatenate([clip, clip[:size]]).astype(np.float64)
    pieces = np.lib.stride_tricks.sliding_window_view(around, size)[: clip.size : hop]
    return np.abs(fft.rfft(pieces * np.hanning(size), axis=1)) ** 2


def flatness(clip: np.ndarray, low_hz: float, high_hz: float) -> float:
    """Spectral flatness of the louder half of the windows: near 0 for tones, 0.56 for white noise."""
    spectra = frames(clip)
    spectra = spectra[spectra.sum(axis=1) >= np.median(spectra.sum(axis=1))]
    hz = fft.rfftfreq(1024, 1 / RATE_HZ)
    inside = spectra[:, (hz >= low_hz) & (hz < high_hz)] + 1e-20
    return float(np.mean(np.exp(np.log(inside).mean(axis=1)) / inside.mean(axis=1)))


def envelope(clip: np.ndarray, smooth_s: float = 0.005) -> np.ndarray:
    """RMS envelope at 1 kHz."""
    size = max(1, round(smooth_s * RATE_HZ))
    mean = ndimage.uniform_filter1d(clip.astype(np.float64) ** 2, size, mode="wrap")
    return np.sqrt(np.maximum(mean, 0.0))[::48]


def modulation_hz(clip: np.ndarray, low_hz: float, high_hz: float, smooth_s: float = 0.005) -> float:
    """The strongest rate in the envelope within a range."""
    wave = envelope(clip, smooth_s)
    spectrum = np.abs(fft.rfft(wave - wave.mean()))
    hz = fft.rfftfreq(wave.size, 1e-3)
    inside = (hz >= low_hz) & (hz <= high_hz)
    return float(hz[inside][np.argmax(spectrum[inside])])


def slow_share(clip: np.ndarray, below_hz: float) -> float:
    """Share of the envelope's fluctuation that is slower than a rate, of all below 20 Hz."""
    wave = envelope(clip, 0.05)
    spectrum = np.abs(fft.rfft(wave - wave.mean())) ** 2
    hz = fft.rfftfreq(wave.size, 1e-3)
    return float(spectrum[hz < below_hz].sum() / spectrum[hz < 20].sum())


def swing_db(clip: np.ndarray, smooth_s: float = 0.4) -> float:
    """How far the level swings: 95th over 5th percentile."""
    high, low = np.percentile(envelope(clip, smooth_s), [95, 5])
    return float(20 * np.log10(high / max(low, 1e-12)))


def seam_step(clip: np.ndarray) -> tuple[float, float]:
    """Roughness (squared fourth differences) at the seam: its percentile elsewhere, its ratio to the most."""
    around = np.roll(clip.astype(np.float64), clip.size // 2)
    rough = np.convolve(np.diff(around, n=4) ** 2, np.ones(32), "valid")
    middle = clip.size // 2
    seam = rough[middle - 40 : middle + 8].max()
    rest = np.concatenate([rough[: middle - 200], rough[middle + 200 :]])
    return float((rest < seam).mean()), float(seam / rest.max())


def seam_flux(clip: np.ndarray) -> tuple[float, float]:
    """Spectral flux at the seam: its percentile among all others, and its ratio to the most."""
    size, hop = 1024, 256
    around = np.roll(clip.astype(np.float64), clip.size // 2)
    pieces = np.lib.stride_tricks.sliding_window_view(around, size)[::hop] * np.hanning(size)
    magnitude = np.abs(fft.rfft(pieces, axis=1))
    level = np.log10(magnitude / magnitude.max() + 1e-4)
    flux = np.maximum(np.diff(level, axis=0), 0).sum(axis=1)
    start = np.arange(flux.size) * hop
    near = (start < clip.size // 2) & (start + hop + size > clip.size // 2)
    return float((flux[~near] < flux[near].max()).mean()), float(flux[near].max() / flux[~near].max())
