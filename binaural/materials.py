"""How much sound the surfaces of a place swallow, octave by octave."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

BANDS_HZ = np.array([125.0, 250.0, 500.0, 1000.0, 2000.0, 4000.0, 8000.0, 16_000.0])
"""Centres of the octaves in which surfaces, reflections and reverberation are told."""

OPEN = np.ones(len(BANDS_HZ))
"""Where there is no surface, all sound leaves."""


@lru_cache
def _measured(name: str) -> tuple[float, ...]:
    import pyroomacoustics

    coefficients = pyroomacoustics.Material(name).energy_absorption["coeffs"]
    # The tables end at 4 or 8 kHz; what lies above is taken to be as it was there.
    return tuple(coefficients) + (coefficients[-1],) * (len(BANDS_HZ) - len(coefficients))


def absorption(parts: dict[str, float]) -> Array:
    """The share of the energy that a surface made of several materials swallows at random incidence.

    Coefficients are those of Vorländer 2007, Auralization, appendix, as pyroomacoustics holds them.

    Args:
        parts: from material, by its key in pyroomacoustics' table, to its share of the area. Shares sum to 1.

    Returns:
        Shape (8,), one for each octave of ``BANDS_HZ``, in [0, 1].

    >>> absorption({"brick_wall_rough": 0.75, "glass_window": 0.25})[:3].round(4)
    array([0.0475, 0.035 , 0.0325])
    """
    swallowed: Array = np.sum([share * np.array(_measured(name)) for name, share in parts.items()], axis=0)
    return swallowed


def band_gains(gains: Array, frequency_hz: NDArray[np.floating[Any]]) -> Array:
    """Gains at any frequency, from those of octaves.

    Decibels go in straight lines over the logarithm of frequency from centre to centre, and stay as they are below the
    lowest and above the highest.

    Args:
        gains: shape (..., 8), above 0.
        frequency_hz: shape (F,).

    Returns:
        Shape (..., F).
    """
    between: Array = np.exp(np.log(gains) @ band_shares(frequency_hz))
    return between


def band_shares(frequency_hz: NDArray[np.floating[Any]]) -> Array:
    """How much of a frequency belongs to each octave: triangles over the logarithm of frequency, shape (8, F).

    They sum to 1 at every frequency, so that octaves that were taken apart with them add up to what they were.
    """
    octave = np.clip(np.log2(np.maximum(frequency_hz, 1.0) / BANDS_HZ[0]), 0.0, len(BANDS_HZ) - 1.0)
    shares: Array = np.maximum(1.0 - np.abs(octave - np.arange(len(BANDS_HZ))[:, None]), 0.0)
    return shares
