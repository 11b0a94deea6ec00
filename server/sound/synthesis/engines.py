"""Combustion: the periodic pulses of an exhaust, with the noise that rides on them."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from server.sound.synthesis.circular import Signal
from server.sound.synthesis.noise import band, filtered, noise
from server.sound.synthesis.tone import played

_TABLE = 4096


def exhaust(cycle: Signal, rng: Generator, *, cylinders: int, unevenness: float, sharpness: float) -> Signal:
    """Pressure pulses of a four-stroke engine.

    Every cylinder fires once in a cycle of two turns (Farnell, "Cars"); small differences between cylinders give the
    half orders that make an engine sound like one.

    Args:
        cycle: phase in engine cycles; one cycle is two turns of the crank.
        rng: draws the differences.
        cylinders: how many fire in a cycle.
        unevenness: relative spread of their strengths.
        sharpness: how short a pulse is: its length is a cycle divided by this.
    """
    turn = np.arange(_TABLE) / _TABLE
    table = np.zeros(_TABLE)
    for number in range(cylinders):
        since = np.mod(turn - (number + 0.06 * unevenness * rng.standard_normal()) / cylinders, 1.0)
        pulse = (sharpness * since) ** 2 * np.exp(-sharpness * since)
        table += (1.0 + unevenness * rng.standard_normal()) * pulse
    # What is radiated is the change of the flow, not the flow (a monopole's pressure is its derivative).
    table = np.gradient(np.concatenate([table[-1:], table, table[:1]]))[1:-1]
    return played(table / np.sqrt(np.mean(table**2)), cycle)


def with_mechanism(
    pulses: Signal, rng: Generator, *, low_hz: float, high_hz: float, noise_share: float, clatter: float
) -> Signal:
    """An engine's pulses behind its silencer, with noise and valve clatter that follow them.

    Args:
        pulses: of its exhaust.
        rng: draws noise and clatter.
        low_hz: below this the silencer lets less through.
        high_hz: and above this.
        noise_share: of rushing gas, relative to the pulses.
        clatter: of valves, relative to the pulses.
    """
    muffled = filtered(pulses, band(low_hz, high_hz, order=1))
    rms = np.sqrt(np.mean(muffled**2))
    surge = np.clip(pulses, 0.0, None)
    rush = noise(pulses.size, rng, band(150, 1400, order=1)) * (0.4 + surge)
    tick = noise(pulses.size, rng, band(1500, 6000, order=1)) * surge**2
    return np.asarray(muffled / rms + noise_share * rush + clatter * tick)
