"""The absorption of surfaces, octave by octave."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

BANDS_HZ = np.array([125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0, 16_000.0])
"""Centres of the octaves in which surfaces, reflections and reverberation are described."""

OPEN = np.ones(len(BANDS_HZ))
"""The absorption where there is no surface: all sound leaves."""


@lru_cache
def _measured(name: str) -> tuple[float, ...]:
    import pyroomacoustics

    coefficients = pyroomacoustics.Material(name).energy_absorption["coeffs"]
    # The tables end at 4 or 8 kHz; above, the last value is taken.
    return tuple(coefficients) + (coefficients[-1],) * (len(BANDS_HZ) - len(coefficients))


def absorption(parts: dict[str, float]) -> Array:
    """The absorption coefficient of a surface made of several materials, at random incidence.

    Coefficients are those of Vorländer 2007, Auralization, appendix, as pyroomacoustics holds them.

    Args:
        parts: from material, by its key in pyroomacoustics' table, to its fraction of the area. Fractions sum to 1.

    Returns:
        The absorbed fraction of the energy, shape (8,), one for each octave of ``BANDS_HZ``, in [0, 1].

    >>> absorption({"brick_wall_rough": 0.75, "glass_window": 0.25})[:3].round(4)
    array([0.0475, 0.035 , 0.0325])
    """
    absorbed: Array = np.sum([fraction * np.array(_measured(name)) for name, fraction in parts.items()], axis=0)
    return absorbed


def band_gains(gains: Array, frequency_hz: NDArray[np.floating[Any]]) -> Array:
    """Gains at any frequency, interpolated between octaves.

    Decibels are interpolated linearly over the logarithm of frequency; below the lowest centre and above the highest
    they are constant.

    Args:
        gains: shape (..., 8), above 0.
        frequency_hz: shape (F,).

    Returns:
        Shape (..., F).
    """
    interpolated: Array = np.exp(np.log(gains) @ octave_weights(frequency_hz))
    return interpolated


def octave_weights(frequency_hz: NDArray[np.floating[Any]]) -> Array:
    """The weight of each octave at frequencies (F,): triangles over the logarithm of frequency, shape (8, F).

    They sum to 1 at every frequency, so that a spectrum split with them is the sum of its octaves.
    """
    octave = np.clip(np.log2(np.maximum(frequency_hz, 1.0) / BANDS_HZ[0]), 0.0, len(BANDS_HZ) - 1.0)
    weights: Array = np.maximum(1.0 - np.abs(octave - np.arange(len(BANDS_HZ))[:, None]), 0.0)
    return weights
