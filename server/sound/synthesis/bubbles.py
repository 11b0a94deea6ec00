"""Bubbles: what running water is heard by.

A bubble of radius r rings at 3.26 m/s / r (M. Minnaert, Phil. Mag. 16, 1933); its damping and the rise of its pitch on
the way up follow K. van den Doel, "Physically based models for liquid sounds", ACM Trans. Applied Perception 2, 2005.
"""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from server.sound.synthesis.circular import RATE_HZ, Signal, chance_samples

_MINNAERT_M_S = 3.26
# Bubbles are made and laid down in batches, so that memory stays small however long the clip is.
_BATCH = 256


def bubbles(
    count: int,
    rng: Generator,
    *,
    rate_hz: float,
    radius_mm: tuple[float, float],
    rising: float = 0.1,
    density: Signal | None = None,
    loudness_power: float = 1.5,
) -> Signal:
    """A clip of ringing bubbles.

    Args:
        count: samples of the clip.
        rng: draws instants, radii and rises.
        rate_hz: bubbles a second.
        radius_mm: smallest and largest; drawn evenly on a logarithmic scale.
        rising: share of bubbles whose pitch rises as they near the surface, a "plip" rather than a "plop".
        density: how likely each sample is to start one, relative to the others; None: all alike.
        loudness_power: a bubble's amplitude grows with this power of its radius.
    """
    starts = chance_samples(count, rng, rate_hz=rate_hz, density=density)
    number = starts.size
    radius_m = 1e-3 * np.exp(rng.uniform(np.log(radius_mm[0]), np.log(radius_mm[1]), number))
    gain = (radius_m / radius_m.max()) ** loudness_power * rng.uniform(0.1, 1.0, number) ** 1.5
    pitch_hz = _MINNAERT_M_S / radius_m
    damping_hz = 0.13 / radius_m + 0.0072 * radius_m**-1.5
    # van den Doel: the pitch grows by the damping times this, so that it rises by a tenth while the bubble dies.
    rise_hz = np.where(rng.uniform(size=number) < rising, 0.1, 0.0) * damping_hz
    total = np.zeros(count)
    # Bubbles of one batch are of like length, so little is computed that has died away.
    order = np.argsort(damping_hz)
    for batch in np.array_split(order, max(1, number // _BATCH)):
        length = int(np.clip(4.5 / damping_hz[batch].min(), 0.002, 0.25) * RATE_HZ)
        time_s = np.arange(length) / RATE_HZ
        turn = 2 * np.pi * pitch_hz[batch, None] * time_s * (1.0 + 0.5 * rise_hz[batch, None] * time_s)
        sound = np.sin(turn) * np.exp(-damping_hz[batch, None] * time_s) * gain[batch, None]
        # The first quarter millisecond is eased in, and the end out: no bubble clicks.
        sound *= np.minimum(1.0, time_s / 2.5e-4) * np.minimum(1.0, (time_s[-1] - time_s) / 1e-3)
        where = (starts[batch, None] + np.arange(length)) % count
        total += np.bincount(where.ravel(), sound.ravel(), count)
    return total
