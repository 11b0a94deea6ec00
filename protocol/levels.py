"""Levels: how a source's level falls with distance, and the level that gain 1 stands for."""

from __future__ import annotations

from typing import Literal

import numpy as np

from protocol.errors import InputError

Spreading = Literal["point", "line", "area", "ambient"]

MIN_DISTANCE_M = 0.5
"""Nearer than this, a source is no point any more, and its level stays as it is here."""

REFERENCE_DB_SPL, REFERENCE_LUFS = 70.0, -23.0
"""A source of 70 dB SPL at the listener, as in an ordinary street, has −23 LUFS: a clip's own loudness, and gain 1."""

# Power spreads over a sphere around a point and over a cylinder around a line (ISO 9613-2:1996, equation 7; Kinsler and
# others, Fundamentals of Acoustics, chapter 5): the level falls by so many decibels for ten times the distance.
_FALL_DB_PER_DECADE: dict[Spreading, float] = {"point": 20.0, "area": 20.0, "line": 10.0, "ambient": 0.0}


def amplitude_exponent(kind: Spreading) -> float:
    """The power of the distance with which amplitudes fall: 1 for a point or an area, ½ for a line, 0 for ambience.

    >>> [amplitude_exponent(kind) for kind in ("point", "line", "ambient")]
    [1.0, 0.5, 0.0]
    """
    return _FALL_DB_PER_DECADE[kind] / 20.0


def received_level_db(
    level_db_spl_1m: float, distance_m: float | None, kind: Spreading, *, min_distance_m: float = MIN_DISTANCE_M
) -> float:
    """The level that reaches the listener in a free field.

    Args:
        level_db_spl_1m: of the source at 1 m; for ambience, at the listener.
        distance_m: from listener to source; None is for ambience only.
        kind: −6.02 dB for a doubling of distance from a point or an area, −3.01 dB from a line, and none from ambience,
            which has no distance.
        min_distance_m: nearer sources are as loud as from here.

    Returns:
        Decibels of sound pressure level.

    Raises:
        InputError: something that isn't ambience has no distance.

    >>> received_level_db(70.0, 10.0, "point"), received_level_db(70.0, 10.0, "line")
    (50.0, 60.0)
    """
    if kind == "ambient":
        return level_db_spl_1m
    if distance_m is None:
        raise InputError("has no distance", where=f"a source of kind {kind}", remedy="give its distance in metres")
    return level_db_spl_1m - _FALL_DB_PER_DECADE[kind] * float(np.log10(max(distance_m, min_distance_m)))
