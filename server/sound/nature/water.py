"""Water that runs, falls, drips and laps: bubbles over a bed of noise."""

from __future__ import annotations

import numpy as np
from numpy.random import Generator

from server.sound.synthesis.bubbles import bubbles
from server.sound.synthesis.circular import RATE_HZ, Signal, lay, sample_count, silence, spaced_times_s, whole_rate_hz
from server.sound.synthesis.noise import band, drift, noise, swell, unit
from server.sound.synthesis.space import in_space
from server.sound.synthesis.tone import arch


def stream(duration_s: float, rng: Generator) -> Signal:
    """A brook over stones: a babble of bubbles, each eddy with its own."""
    count = sample_count(duration_s)
    babble = silence(duration_s)
    for rate_hz, radius_mm, gain in ((25.0, (3.5, 9.0), 1.0), (120.0, (1.4, 4.0), 0.8), (350.0, (0.6, 1.6), 0.35)):
        eddies = swell(count, rng, 1.5, 0.8)
        babble += gain * unit(bubbles(count, rng, rate_hz=rate_hz, radius_mm=radius_mm, rising=0.3, density=eddies))
    rush = noise(count, rng, band(350, 3500, order=1)) * swell(count, rng, 0.6, 0.15)
    return babble + 0.45 * rush


def river(duration_s: float, rng: Generator) -> Signal:
    """A river: broad and even, with bubbles only near by."""
    count = sample_count(duration_s)
    flow = noise(count, rng, band(120, 2500, order=1, tilt_db_per_octave=-2.0)) * swell(count, rng, 0.4, 0.12)
    near = bubbles(count, rng, rate_hz=160.0, radius_mm=(1.0, 7.0), rising=0.2, density=swell(count, rng, 1.0, 0.7))
    return flow + 0.5 * unit(near)


def waterfall(duration_s: float, rng: Generator) -> Signal:
    """A waterfall: a roar from the pool, a hiss from the spray."""
    count = sample_count(duration_s)
    roar = noise(count, rng, band(60, 900, order=1)) * swell(count, rng, 0.8, 0.1)
    hiss = noise(count, rng, band(900, 9000, order=1)) * swell(count, rng, 1.5, 0.12)
    return roar + 0.65 * hiss


def fountain(duration_s: float, rng: Generator) -> Signal:
    """A fountain: jets that break up and splash into a basin, drops and small bubbles over a bright hiss."""
    count = sample_count(duration_s)
    spray = noise(count, rng, band(700, 9000, order=1)) * swell(count, rng, 1.2, 0.1)
    splash = bubbles(count, rng, rate_hz=700.0, radius_mm=(0.5, 2.6), rising=0.15, density=swell(count, rng, 2.0, 0.4))
    plunge = bubbles(count, rng, rate_hz=45.0, radius_mm=(2.5, 7.0), rising=0.4, density=swell(count, rng, 1.0, 0.5))
    return in_space(0.5 * spray + 0.75 * unit(splash) + 0.45 * unit(plunge), rng, t60_s=0.8, wet=0.15)


def dripping(duration_s: float, rng: Generator) -> Signal:
    """Drops that fall into a pool, one at a time, in a hollow place."""
    drops = silence(duration_s)
    for at_s in spaced_times_s(duration_s, 0.75, rng, evenness=6.0):
        drop = bubbles(sample_count(0.4), rng, rate_hz=1e-9, radius_mm=(1.6, 4.5), rising=1.0)
        lay(drops, np.roll(drop, -int(np.argmax(np.abs(drop) > 0)) + 24), at_s=at_s, gain=rng.uniform(0.4, 1.0))
        tick = noise(sample_count(0.004), rng, band(3000, 12000)) * arch(192, attack_s=0.0005, release_s=0.003)
        lay(drops, tick, at_s=at_s - 0.012, gain=0.03)
    return in_space(drops, rng, t60_s=1.3, wet=0.5, bright_hz=5000)


def lapping(duration_s: float, rng: Generator) -> Signal:
    """Small waves that lap on a quay: slaps and gurgles, irregular, over a calm surface."""
    count = sample_count(duration_s)
    surface = noise(count, rng, band(150, 1200, order=1, tilt_db_per_octave=-2.0)) * swell(count, rng, 0.5, 0.3)
    slosh, gurgle = silence(duration_s), np.full(count, 0.03)
    for at_s in spaced_times_s(duration_s, 1.15, rng, evenness=3.0):
        force, length_s = rng.uniform(0.35, 1.0), rng.uniform(0.5, 1.1)
        wave = noise(sample_count(length_s), rng, band(180, 700 + 1300 * force, order=1))
        wave *= arch(wave.size, attack_s=0.12 * length_s, release_s=0.85 * length_s) ** 1.5
        lay(slosh, wave, at_s=at_s, gain=force**1.5)
        lay(gurgle, arch(wave.size, attack_s=0.1 * length_s, release_s=0.7 * length_s), at_s=at_s + 0.1, gain=force)
    plops = bubbles(count, rng, rate_hz=26.0, radius_mm=(2.6, 11.0), rising=0.5, density=gurgle**1.5)
    small = bubbles(count, rng, rate_hz=60.0, radius_mm=(1.0, 3.0), rising=0.3, density=gurgle**1.5)
    return 0.16 * surface + 0.5 * slosh + 0.75 * unit(plops) + 0.25 * unit(small)


def sea(duration_s: float, rng: Generator) -> Signal:
    """Waves on a beach: each swells as a rumble, breaks over the whole spectrum, and runs back as a hiss.

    The period of wind sea is some 5 to 10 s (L. H. Holthuijsen, Waves in Oceanic and Coastal Waters, 2007).
    """
    count = sample_count(duration_s)
    bed = noise(count, rng, band(60, 900, order=1, tilt_db_per_octave=-3.0))
    total = 0.14 * bed
    period_s = 1.0 / whole_rate_hz(1 / 7.0, duration_s)
    for at_s in spaced_times_s(duration_s, period_s, rng, evenness=60.0):
        for delay_s, share in ((0.0, 1.0), (rng.uniform(0.3, 0.5) * period_s, rng.uniform(0.25, 0.5))):
            size = share * rng.uniform(0.75, 1.0)
            for low_hz, high_hz, gain, before_s, peak_s, after_s in (
                (60, 350, 0.7, 2.2, 0.0, 2.4),
                (300, 1800, 0.8, 1.0, 0.3, 3.0),
                (1500, 6000, 0.42, 0.5, 0.6, 3.8),
                (4500, 13000, 0.2, 0.5, 1.0, 4.6),
            ):
                foam = noise(sample_count(before_s + after_s), rng, band(low_hz, high_hz, order=1))
                foam *= arch(foam.size, attack_s=before_s, release_s=after_s) ** 2
                lay(total, foam, at_s=at_s + delay_s + peak_s - before_s, gain=gain * size)
    fizz = 1.0 + 0.25 * drift(count, rng, 9.0)
    return np.asarray(total * fizz.clip(0.3))


def splashes(duration_s: float, rng: Generator) -> Signal:
    """Somebody splashing about: bursts of spray and the bubbles that they leave."""
    count = sample_count(duration_s)
    spray, left = silence(duration_s), np.full(count, 0.02)
    for at_s in spaced_times_s(duration_s, 0.8, rng, evenness=2.0):
        force = rng.uniform(0.3, 1.0)
        burst = noise(sample_count(0.45), rng, band(500, 7000, order=1))
        burst *= arch(burst.size, attack_s=0.015, release_s=0.43) ** 2
        lay(spray, burst, at_s=at_s, gain=force)
        lay(left, arch(int(0.7 * RATE_HZ), attack_s=0.05, release_s=0.6), at_s=at_s + 0.06, gain=force)
    plops = bubbles(count, rng, rate_hz=70.0, radius_mm=(1.5, 9.0), rising=0.4, density=left**1.5)
    return in_space(spray + 0.8 * unit(plops), rng, t60_s=0.6, wet=0.15)
