"""The circular clip: how long it is, where on it things happen, and how they are laid onto it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

RATE_HZ = 48_000

Signal = NDArray[np.float64]
"""Mono samples at 48 kHz, shape (n,)."""

Make = Callable[[float, Generator], Signal]
"""A recipe: a duration in seconds and a source of chance in, a clip that loops out."""


def sample_count(duration_s: float) -> int:
    """Samples of a clip that lasts so long; at least one."""
    return max(1, round(duration_s * RATE_HZ))


def silence(duration_s: float) -> Signal:
    """An empty clip."""
    return np.zeros(sample_count(duration_s))


def lay(loop: Signal, event: Signal, *, at_s: float, gain: float = 1.0) -> None:
    """Add an event to a clip in place; what reaches beyond the end goes on at the beginning.

    Args:
        loop: the clip.
        event: of any length.
        at_s: when it begins; also before the clip or after it, round the circle.
        gain: of the event.

    >>> loop = np.zeros(4)
    >>> lay(loop, np.array([1.0, 2.0, 3.0]), at_s=2 / RATE_HZ)
    >>> loop
    array([3., 0., 1., 2.])
    """
    start = round(at_s * RATE_HZ) % loop.size
    done = 0
    while done < event.size:
        part = event[done : done + loop.size - start]
        loop[start : start + part.size] += gain * part
        done += part.size
        start = 0


def whole_rate_hz(rate_hz: float, duration_s: float) -> float:
    """The nearest rate, never zero, at which a clip holds a whole number of periods.

    >>> whole_rate_hz(1.26, 10.0)
    1.3
    """
    return max(1, round(rate_hz * duration_s)) / duration_s


def chance_times_s(duration_s: float, rate_hz: float, rng: Generator) -> Signal:
    """Instants that know nothing of each other (a Poisson process), sorted; at least one.

    Args:
        duration_s: of the clip.
        rate_hz: mean number of instants a second.
        rng: draws them.
    """
    return np.sort(rng.uniform(0.0, duration_s, max(1, int(rng.poisson(rate_hz * duration_s)))))


def chance_samples(count: int, rng: Generator, *, rate_hz: float, density: Signal | None = None) -> NDArray[np.intp]:
    """Samples at which events of pure chance begin, shape (N,), in any order; at least one.

    Args:
        count: samples of the clip.
        rng: draws how many there are, and where.
        rate_hz: mean number of events a second.
        density: how likely each sample is to begin one, relative to the others, shape (count,); None: all alike.
    """
    number = max(1, int(rng.poisson(rate_hz * count / RATE_HZ)))
    if density is None:
        return rng.integers(0, count, number)
    likelihood = np.cumsum(density)
    return np.searchsorted(likelihood, rng.uniform(0.0, likelihood[-1], number)).clip(0, count - 1)


def steady_times_s(duration_s: float, rate_hz: float, rng: Generator, *, jitter: float = 0.0) -> Signal:
    """Instants of a steady beat, a whole number of them round the clip.

    Args:
        duration_s: of the clip.
        rate_hz: of the beat; moved to the nearest that fits.
        rng: decides where the beat begins and how it errs.
        jitter: standard deviation of each instant, as a share of the period.
    """
    period_s = 1.0 / whole_rate_hz(rate_hz, duration_s)
    beats = np.arange(round(duration_s / period_s)) + rng.uniform()
    return (beats + jitter * rng.standard_normal(beats.size).clip(-2, 2)) * period_s


def spaced_times_s(duration_s: float, gap_s: float, rng: Generator, *, evenness: float = 4.0) -> Signal:
    """Instants whose gaps vary about a mean (a renewal process with gamma gaps) and close round the clip.

    Args:
        duration_s: of the clip.
        gap_s: mean gap; moved to fit.
        rng: draws the gaps.
        evenness: shape of the gamma law: 1 is pure chance, large is a steady beat.
    """
    gaps = rng.gamma(evenness, size=max(1, round(duration_s / gap_s)))
    ends = np.cumsum(gaps)
    return np.asarray((ends / ends[-1] + rng.uniform()) * duration_s)
