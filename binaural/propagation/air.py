"""Sound in air: its speed, and what the air absorbs on the way (ISO 9613-1:1993)."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

# ISO 9613-1:1993, clauses 4 and 5.
_REFERENCE_KELVIN = 293.15
_REFERENCE_KPA = 101.325
_TRIPLE_POINT_KELVIN = 273.16
_ZERO_CELSIUS_KELVIN = 273.15

SPEED_OF_SOUND_M_S = 343.2
"""In dry air at 20 °C (ISO 9613-1, clause 5)."""


def air_absorption_db_per_m(
    frequency_hz: ArrayLike,
    *,
    temperature_c: float = 20.0,
    relative_humidity: float = 50.0,
    pressure_kpa: float = 101.325,
) -> Any:
    """The absorption of a pure tone in still air, by ISO 9613-1:1993, equations 3 to 5 and annex B.

    Within 10 % for −20 to 50 °C, 10 to 100 % humidity and 50 Hz to 10 kHz at sea level, says the standard.

    Args:
        frequency_hz: at least 0, of any shape.
        temperature_c: of the air.
        relative_humidity: in per cent.
        pressure_kpa: of the air.

    Returns:
        Decibels per metre, in the shape of the frequencies.

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


def absorption_gains(distances_m: ArrayLike, frequencies_hz: ArrayLike) -> Array:
    """What the air at 20 °C and 50 % humidity leaves of each frequency over each distance, as factors of pressure.

    Args:
        distances_m: shape (N,), at least 0.
        frequencies_hz: shape (F,).

    Returns:
        Shape (N, F), in [0, 1].
    """
    db_per_m = air_absorption_db_per_m(frequencies_hz)
    gains: Array = 10.0 ** (np.multiply.outer(np.asarray(distances_m, dtype=np.float64), db_per_m) / -20.0)
    return gains
