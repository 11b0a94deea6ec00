"""Roads: vehicles that pass, each with its own speed, distance and Doppler shift.

In town already tyres are louder than engines, with a peak between 0.7 and 1.3 kHz (U. Sandberg, "The
multi-coincidence peak around 1000 Hz in tyre/road noise spectra", Euronoise 2003); farther off the highs are lost.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from server.sound.synthesis.circular import RATE_HZ, Signal, lay, sample_count, spaced_times_s
from server.sound.synthesis.engines import exhaust
from server.sound.synthesis.noise import band, hump, noise, swell, unit
from server.sound.synthesis.space import distant_share, in_space, passing

# A pass is followed for so long at most; beyond, it is part of the bed.
_LONGEST_PASS_S = 9.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Vehicle:
    """What passes.

    Attributes:
        tyres: level of its tyres.
        engine: level of its engine.
        rpm: of its engine.
        cylinders: of its engine.
        rush: level of the bright noise of wet tyres, chains or wind.
    """

    tyres: float = 1.0
    engine: float = 0.3
    rpm: float = 1900.0
    cylinders: int = 4
    rush: float = 0.0


class _Ground:
    """Noise of tyres on one road, shared by all that pass in a clip; each reads it from elsewhere, at its own pace."""

    def __init__(self, rng: Generator) -> None:
        count = 10 * RATE_HZ
        near = 0.8 * noise(count, rng, hump(950, 0.7)) + 0.35 * noise(count, rng, band(50, 300, order=1))
        near += 0.4 * noise(count, rng, band(700, 1900, order=1))
        far = noise(count, rng, hump(420, 0.9))
        rush = noise(count, rng, band(1500, 7500, order=1))
        self._surfaces = np.stack([near, far, rush], axis=-1)

    def read(self, at_s: Signal, offset_s: float) -> tuple[Signal, Signal, Signal]:
        """Near, far and rushing noise at emission times, from anywhere on the circle of noise."""
        place = (at_s + offset_s) * RATE_HZ
        left = np.floor(place).astype(np.int64)
        share = (place - left)[:, None]
        count = len(self._surfaces)
        noises = self._surfaces[left % count] * (1 - share) + self._surfaces[(left + 1) % count] * share
        near, far, rush = noises.T
        return near, far, rush


def vehicle_pass(
    vehicle: Vehicle, rng: Generator, *, ground: _Ground, duration_s: float, speed_m_s: float, closest_m: float
) -> Signal:
    """A vehicle that passes, nearest in the middle of the event, where its tyres have an RMS near 1.

    Args:
        vehicle: which.
        rng: decides where on the ground it rolls.
        ground: the noise of tyres on it.
        duration_s: of the event.
        speed_m_s: of the vehicle.
        closest_m: distance at its nearest point.
    """
    offset_s = rng.uniform(0.0, 10.0)

    def emission(left_s: Signal, distance_m: Signal) -> Signal:
        dull = distant_share(distance_m, half_at_m=35.0)
        near, far, rush = ground.read(left_s, offset_s)
        sound = vehicle.tyres * (near + dull * (far - near)) + vehicle.rush * (1 - dull) ** 2 * rush
        cycle = vehicle.rpm / 120.0 * left_s
        return sound + vehicle.engine * exhaust(
            cycle, rng, cylinders=vehicle.cylinders, unevenness=0.15, sharpness=20.0 * vehicle.cylinders
        )

    return passing(emission, duration_s, speed_m_s=speed_m_s, closest_m=closest_m)


def _road(
    duration_s: float,
    rng: Generator,
    *,
    gap_s: float,
    speeds_m_s: tuple[float, float],
    closest_m: tuple[float, float],
    kinds: tuple[Vehicle, ...],
    evenness: float = 2.0,
) -> Signal:
    """Vehicles that pass round a clip."""
    ground = _Ground(rng)
    road = np.zeros(sample_count(duration_s))
    for at_s in spaced_times_s(duration_s, gap_s, rng, evenness=evenness):
        kind = kinds[int(rng.integers(len(kinds)))]
        speed_m_s, nearest_m = rng.uniform(*speeds_m_s), rng.uniform(*closest_m)
        length_s = min(_LONGEST_PASS_S, 0.95 * duration_s, 30.0 * nearest_m / speed_m_s)
        event = vehicle_pass(kind, rng, ground=ground, duration_s=length_s, speed_m_s=speed_m_s, closest_m=nearest_m)
        lay(road, event, at_s=at_s - length_s / 2, gain=closest_m[0] / nearest_m)
    return road


def _car(rng: Generator) -> Vehicle:
    return Vehicle(engine=rng.uniform(0.15, 0.4), rpm=rng.uniform(1500, 2400))


def road_traffic(duration_s: float, rng: Generator) -> Signal:
    """A busy street: cars and now and then a van, over the hum of the streets around."""
    kinds = (_car(rng), _car(rng), _car(rng), Vehicle(tyres=1.1, engine=0.8, rpm=1500, cylinders=6))
    road = _road(duration_s, rng, gap_s=1.7, speeds_m_s=(9.0, 15.0), closest_m=(5.0, 14.0), kinds=kinds)
    return in_space(road, rng, t60_s=0.8, wet=0.25, bright_hz=2500) + 0.3 * unit(distant_traffic(duration_s, rng))


def distant_traffic(duration_s: float, rng: Generator) -> Signal:
    """A city's hum: traffic so far off that no single car is heard; low, and slow to change."""
    count = sample_count(duration_s)
    hum = noise(count, rng, band(40, 260, order=1)) * swell(count, rng, 0.2, 0.15)
    roar = noise(count, rng, hump(480, 0.9)) * swell(count, rng, 0.25, 0.3)
    return 0.8 * hum + 0.7 * roar


def motorway(duration_s: float, rng: Generator) -> Signal:
    """A motorway some way off: a dense roar of tyres at speed, with lorries in it."""
    count = sample_count(duration_s)
    kinds = (Vehicle(engine=0.1), Vehicle(engine=0.1), Vehicle(tyres=1.3, engine=0.5, rpm=1400, cylinders=6))
    lanes = _road(duration_s, rng, gap_s=1.4, speeds_m_s=(24, 34), closest_m=(25, 45), kinds=kinds)
    roar = noise(count, rng, hump(750, 0.9)) * swell(count, rng, 0.4, 0.12)
    return unit(lanes) + 0.6 * roar + 0.4 * noise(count, rng, band(45, 220, order=1))


def wet_road(duration_s: float, rng: Generator) -> Signal:
    """Cars on a wet road: the spray of their tyres hisses above the usual noise."""
    kinds = (Vehicle(engine=0.15, rush=0.9), Vehicle(engine=0.2, rush=1.2))
    road = _road(duration_s, rng, gap_s=2.2, speeds_m_s=(9, 15), closest_m=(5, 12), kinds=kinds)
    return in_space(road, rng, t60_s=0.7, wet=0.2) + 0.2 * unit(distant_traffic(duration_s, rng))


def car_passing(duration_s: float, rng: Generator) -> Signal:
    """Single cars that pass close by, one at a time."""
    road = _road(
        duration_s,
        rng,
        gap_s=6.0,
        speeds_m_s=(11, 17),
        closest_m=(4.0, 6.0),
        kinds=(_car(rng), _car(rng)),
        evenness=30.0,
    )
    return in_space(road, rng, t60_s=0.7, wet=0.2) + 0.06 * unit(distant_traffic(duration_s, rng))


def lorry_passing(duration_s: float, rng: Generator) -> Signal:
    """Lorries that pass: engine before tyres, and slower."""
    kinds = (Vehicle(tyres=0.8, engine=1.2, rpm=rng.uniform(1200, 1600), cylinders=6),)
    road = _road(duration_s, rng, gap_s=7.0, speeds_m_s=(8, 12), closest_m=(5, 8), kinds=kinds, evenness=30.0)
    return in_space(road, rng, t60_s=0.7, wet=0.25) + 0.06 * unit(distant_traffic(duration_s, rng))


def motorcycle_passing(duration_s: float, rng: Generator) -> Signal:
    """Motorcycles that pass, engine above all."""
    kinds = (Vehicle(tyres=0.2, engine=1.4, rpm=rng.uniform(4200, 5600), cylinders=2),)
    road = _road(duration_s, rng, gap_s=7.0, speeds_m_s=(13, 19), closest_m=(4, 7), kinds=kinds, evenness=30.0)
    return in_space(road, rng, t60_s=0.7, wet=0.25) + 0.05 * unit(distant_traffic(duration_s, rng))
