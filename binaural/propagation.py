"""What the way through the air does to a sound: air swallows its highs, and what stands in the way its highs and more.

All are gains of magnitude over frequency. To be heard they become short filters, see :func:`path_filters`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from binaural.hrtf import minimum_phase_spectrum

Array = NDArray[np.float64]

# ISO 9613-1:1993, clauses 4 and 5.
_REFERENCE_KELVIN = 293.15
_REFERENCE_KPA = 101.325
_TRIPLE_POINT_KELVIN = 273.16
_ZERO_CELSIUS_KELVIN = 273.15

SPEED_OF_SOUND_M_S = 343.2
"""In dry air at 20 °C (ISO 9613-1, clause 5)."""


def speed_of_sound_m_s(temperature_c: ArrayLike) -> Any:
    """The speed of sound in air, by ISO 9613-1:1993, annex A.

    >>> float(speed_of_sound_m_s(20.0)), round(float(speed_of_sound_m_s(0.0)), 1)
    (343.2, 331.3)
    """
    kelvin = np.asarray(temperature_c, dtype=np.float64) + _ZERO_CELSIUS_KELVIN
    return SPEED_OF_SOUND_M_S * np.sqrt(kelvin / _REFERENCE_KELVIN)


def air_absorption_db_per_m(
    frequency_hz: ArrayLike,
    *,
    temperature_c: float = 20.0,
    relative_humidity: float = 50.0,
    pressure_kpa: float = 101.325,
) -> Any:
    """How much of a pure tone still air swallows, by ISO 9613-1:1993, equations 3 to 5 and annex B.

    Within 10 % for −20 to 50 °C, 10 to 100 % humidity and 50 Hz to 10 kHz at sea level, says the standard.

    Args:
        frequency_hz: at least 0, of any shape.
        temperature_c: of the air.
        relative_humidity: in per cent.
        pressure_kpa: of the air.

    Returns:
        Decibels per metre, of the shape of the frequencies.

    >>> (1000 * air_absorption_db_per_m([1000, 3981.07], temperature_c=10, relative_humidity=70)).round(2)
    array([ 3.66, 32.77])
    """
    squared = np.square(np.asarray(frequency_hz, dtype=np.float64))
    kelvin = temperature_c + _ZERO_CELSIUS_KELVIN
    warmth, pressure = kelvin / _REFERENCE_KELVIN, pressure_kpa / _REFERENCE_KPA
    saturation = 10.0 ** (4.6151 - 6.8346 * (_TRIPLE_POINT_KELVIN / kelvin) ** 1.261)
    vapour = relative_humidity * saturation / pressure
    oxygen_hz = pressure * (24.0 + 4.04e4 * vapour * (0.02 + vapour) / (0.391 + vapour))
    nitrogen_hz = pressure / np.sqrt(warmth) * (9.0 + 280.0 * vapour * np.exp(-4.170 * (warmth ** (-1.0 / 3.0) - 1.0)))
    oxygen = 0.01275 * np.exp(-2239.1 / kelvin) / (oxygen_hz + squared / oxygen_hz)
    nitrogen = 0.1068 * np.exp(-3352.0 / kelvin) / (nitrogen_hz + squared / nitrogen_hz)
    return 8.686 * squared * (1.84e-11 / pressure * np.sqrt(warmth) + warmth**-2.5 * (oxygen + nitrogen))


def absorption_gains(
    distances_m: ArrayLike,
    frequencies_hz: ArrayLike,
    *,
    temperature_c: float = 20.0,
    relative_humidity: float = 50.0,
    pressure_kpa: float = 101.325,
) -> Array:
    """What the air leaves of each frequency over each distance, as factors of pressure.

    Args:
        distances_m: shape (N,), at least 0.
        frequencies_hz: shape (F,).
        temperature_c: of the air.
        relative_humidity: in per cent.
        pressure_kpa: of the air.

    Returns:
        Shape (N, F), in [0, 1].
    """
    db_per_m = air_absorption_db_per_m(
        frequencies_hz, temperature_c=temperature_c, relative_humidity=relative_humidity, pressure_kpa=pressure_kpa
    )
    gains: Array = 10.0 ** (np.multiply.outer(np.asarray(distances_m, dtype=np.float64), db_per_m) / -20.0)
    return gains


# A detour of a metre is that of a kerbside van or the corner of a house a few metres away.
_DETOUR_M = 1.0
# ISO 9613-2:1996, 7.4: no thin barrier takes more than this.
_MOST_OCCLUSION_DB = 20.0


def occlusion_gains(amount: ArrayLike, frequencies_hz: ArrayLike) -> Array:
    """What comes round a thing that stands in the way, as factors of pressure.

    Fully hidden, a source loses what a barrier takes from it that makes the way a metre longer, by ISO 9613-2:1996,
    equation 14: 10 lg(3 + 20 z / λ), 20 dB at most, after Maekawa 1968, Applied Acoustics 1, 157-173: 5 dB and more in
    the bass, 20 dB from 1.7 kHz upwards. Hidden in part, it loses that in part: the factor of power is
    1 / (1 + amount · (barrier's − 1)). So more cover never makes anything louder, nor does a higher pitch, and
    there is no step where it begins.

    Args:
        amount: how much of the source is hidden, shape (N,), in [0, 1].
        frequencies_hz: shape (F,), at least 0.

    Returns:
        Shape (N, F), in [0.1, 1].
    """
    waves = _DETOUR_M * np.asarray(frequencies_hz, dtype=np.float64) / SPEED_OF_SOUND_M_S
    lost = np.minimum(3.0 + 20.0 * waves, 10.0 ** (_MOST_OCCLUSION_DB / 10.0)) - 1.0
    gains: Array = 1.0 / np.sqrt(1.0 + np.multiply.outer(np.asarray(amount, dtype=np.float64), lost))
    return gains


# What is fainter than this beside the bass need not be filtered any finer.
_FAINTEST = 1e-4
_LEAST_FFT_SIZE = 512


def path_fft_size(taps: int) -> int:
    """The size of the transform on whose bins :func:`path_filters` wants its gains."""
    return max(_LEAST_FFT_SIZE, 1 << (8 * taps - 1).bit_length())


def path_filters(gains: Array, taps: int) -> NDArray[np.float32]:
    """Short filters with these gains: of minimum phase, so that nothing is heard before its time.

    Multiplied onto the bins of a block as they are, gains would wrap its end into its beginning; a filter of ``taps``
    samples needs room for as many.

    Args:
        gains: at the frequencies of a real transform of :func:`path_fft_size`, shape (..., F).
        taps: length of the filters. 32 follow air within 0.5 dB up to 10 kHz and 300 m; what hides a source begins in
            the bass, which 128 follow within 1 dB above 200 Hz, and 32 within 2 dB.

    Returns:
        Shape (..., taps).
    """
    floored = np.maximum(gains, _FAINTEST * gains.max(axis=-1, keepdims=True))
    filters = np.fft.irfft(minimum_phase_spectrum(floored))[..., :taps]
    fading = taps // 4
    filters[..., taps - fading :] *= 0.5 + 0.5 * np.cos(np.pi * (np.arange(fading) + 0.5) / fading)
    return filters.astype(np.float32)
